// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/babble.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdio.h>

enum { RATE = 8000, N = 8000, N_VOICES = 60 };

static const CorpusPlay no_pause = { 0.0, 0.0, 0.0 };

static Corpus*
open_folder(void* const* state, const char* name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = { .n_folders = 1, .folders = &path, .rate_hz = RATE };
  Corpus*            corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

static void
draw(const Corpus* corpus, uint64_t step, float* out)
{
  static float work[N];
  Random       random = random_at(1, RANDOM_TEST, step);
  assert_int_equal(babble_draw(corpus, SPLIT_TRAIN, &random, &no_pause, N, out, work, NULL),
                   STATUS_SUCCESS);
}

/// Constant voices add their levels, of which each is 1 or up to 6 dB below.
static void
voices_add_within_their_levels(void** state)
{
  static float out[N];
  folder_make(state, "voices");
  folder_constant(state, "voices/a.wav", RATE, 2.0, 0.1f);
  Corpus* const corpus = open_folder(state, "voices");
  double        least  = 99.0;
  double        most   = 0.0;
  for (uint64_t step = 0; step < 80; ++step) {
    draw(corpus, step, out);
    const double level = (double)out[N / 2];
    least              = fmin(least, level);
    most               = fmax(most, level);
  }
  assert_true(least >= 1.0 + 2.0 * 0.5011 && least < 2.8);
  assert_true(most > 5.0 && most <= 8.0);
  corpus_free(corpus);
}

/// Tones of an own frequency each.  @param context That frequency, double.
static float
tone(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  return 0.1f * (float)sin(2.0 * M_PI * *(double*)context * (double)frame / RATE);
}

static Corpus*
open_tones(void* const* state)
{
  for (uint32_t i = 0; i < N_VOICES; ++i) {
    double          hz   = 100.0 + 50.0 * i;
    const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1, N, tone, &hz };
    char            name[32];
    (void)snprintf(name, sizeof name, "tones%02u", i);
    folder_make(state, name);
    (void)snprintf(name, sizeof name, "tones%02u/a.wav", i);
    folder_sound(state, name, &spec);
  }
  return open_folder(state, ".");
}

/// How many of the frequencies are heard.
static uint32_t
count_tones(const float* x)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < N_VOICES; ++i) {
    double a = 0.0;
    double b = 0.0;
    for (uint32_t k = 0; k < N; ++k) {
      const double phase = 2.0 * M_PI * (100.0 + 50.0 * i) * k / RATE;
      a += (double)x[k] * cos(phase);
      b += (double)x[k] * sin(phase);
    }
    n += hypot(a, b) > 0.1 * N;
  }
  return n;
}

/// Among 60 voices few are drawn twice.
static void
three_to_eight_voices_talk(void** state)
{
  static float  out[N];
  Corpus* const corpus = open_tones(state);
  uint32_t      least  = 99;
  uint32_t      most   = 0;
  for (uint64_t step = 0; step < 40; ++step) {
    draw(corpus, step, out);
    const uint32_t n = count_tones(out);
    least            = n < least ? n : least;
    most             = n > most ? n : most;
  }
  assert_in_range(least, 2, 3);
  assert_int_equal(most, 8);
  corpus_free(corpus);
}

static void
silent_voices_are_silence(void** state)
{
  static float out[N];
  folder_make(state, "silence");
  folder_constant(state, "silence/a.wav", RATE, 2.0, 0.0f);
  Corpus* const corpus = open_folder(state, "silence");
  draw(corpus, 0, out);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(out[i] == 0.0f);
  }
  corpus_free(corpus);
}

static void
no_voices_are_an_error(void** state)
{
  static float out[N];
  static float work[N];
  folder_make(state, "voices");
  folder_constant(state, "voices/a.wav", RATE, 2.0, 0.1f);
  Corpus* const corpus = open_folder(state, "voices");
  Random        random = random_at(1, RANDOM_TEST, 0);
  Diagnostic    why    = { "" };
  assert_int_equal(babble_draw(corpus, SPLIT_VALID, &random, &no_pause, N, out, work, &why),
                   STATUS_NOT_FOUND);
  assert_string_not_equal(why.text, "");
  corpus_free(corpus);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(voices_add_within_their_levels),
    IN_FOLDER(three_to_eight_voices_talk),
    IN_FOLDER(silent_voices_are_silence),
    IN_FOLDER(no_voices_are_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
