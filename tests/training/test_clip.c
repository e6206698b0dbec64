// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/clip.h"

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <string.h>

enum { RATE = 8000 };

static float
hiss(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  (void)frame;
  return 0.1f * signal_noise((uint64_t*)context);
}

static Corpus*
open_file(void* const* state, const char* name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = {
    .n_folders = 1, .folders = &path, .rate_hz = RATE, .valid_share = 1.0
  };
  Corpus* corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

/// Two sounds that are not alike, long enough for any clip here.
static ClipSource
open_source(void* const* state)
{
  uint64_t        seed = 1;
  const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1, 8 * RATE, hiss, &seed };
  folder_sound(state, "sound.wav", &spec);
  folder_sound(state, "noise.wav", &spec);
  return (ClipSource){ open_file(state, "sound.wav"), open_file(state, "noise.wav"), SPLIT_VALID,
                       3 };
}

static void
close_source(ClipSource* source)
{
  corpus_free((Corpus*)source->sound);
  corpus_free((Corpus*)source->noise);
}

static Clip
draw(const ClipSource* source, uint32_t index)
{
  Clip     clip;
  uint32_t sound = 9;
  uint32_t noise = 9;
  assert_int_equal(clip_new(RATE, 1.0, 0.5, &clip, NULL), STATUS_SUCCESS);
  assert_int_equal(clip_draw(&clip, source, index, &sound, &noise, NULL), STATUS_SUCCESS);
  assert_true(sound == 0 && noise == 0);
  return clip;
}

static double
level_db(uint32_t n, const float* x)
{
  double energy = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    energy += (double)x[i] * (double)x[i];
  }
  return 10.0 * log10(energy / n);
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static void
the_noise_goes_on_at_the_ratio(void** state)
{
  ClipSource source = open_source(state);
  Clip       clip   = draw(&source, 0);
  assert_true(clip_mix(&clip, 6.0));

  const Sound mixture = clip_mixture(&clip);
  const Sound lead    = clip_lead(&clip);
  assert_int_equal(mixture.n_frames, RATE);
  assert_int_equal(lead.n_frames, RATE / 2);
  assert_true(mixture.samples == lead.samples + lead.n_frames);
  assert_near(level_db(RATE, mixture.samples), -26.0, 1e-3);

  float rest[RATE];
  for (uint32_t i = 0; i < RATE; ++i) {
    rest[i] = mixture.samples[i] - clip.target.samples[i];
  }
  assert_near(level_db(RATE, clip.target.samples) - level_db(RATE, rest), 6.0, 1e-3);
  // What sounds before is the same noise, as loud as it is in the mixture.
  const double gain = (double)rest[7] / (double)clip.noise.samples[RATE / 2 + 7];
  for (uint32_t i = 0; i < RATE / 2; ++i) {
    assert_near((double)lead.samples[i], gain * (double)clip.noise.samples[i], 1e-6);
  }
  clip_clear(&clip);
  assert_null(clip.take.samples);
  close_source(&source);
}

static void
the_sound_alone_comes_after_silence(void** state)
{
  ClipSource  source = open_source(state);
  Clip        clip   = draw(&source, 0);
  const Sound lead   = clip_lead(&clip);
  assert_true(clip_mix(&clip, 0.0));
  assert_true(clip_mix(&clip, (double)INFINITY));
  assert_memory_equal(clip_mixture(&clip).samples, clip.target.samples,
                      RATE * sizeof *clip.target.samples);
  for (uint32_t i = 0; i < lead.n_frames; ++i) {
    assert_true(lead.samples[i] == 0.0f);
  }
  clip_clear(&clip);
  close_source(&source);
}

static void
peaks_do_not_clip(void** state)
{
  ClipSource source = open_source(state);
  Clip       clip   = draw(&source, 0);
  // A click of 40 dB above the rest keeps the whole from its level.
  clip.clean.samples[100] = 10.0f;
  assert_true(clip_mix(&clip, 40.0));
  float peak = 0.0f;
  for (uint32_t i = 0; i < RATE; ++i) {
    peak = fmaxf(peak, fabsf(clip_mixture(&clip).samples[i]));
  }
  assert_near((double)peak, 0.99, 1e-3);
  clip_clear(&clip);
  close_source(&source);
}

static void
what_is_silent_is_said(void** state)
{
  ClipSource source = open_source(state);
  Clip       clip   = draw(&source, 0);
  memset(clip.noise.samples + RATE / 2, 0, RATE * sizeof *clip.noise.samples);
  assert_false(clip_mix(&clip, 0.0));
  assert_true(clip_mix(&clip, (double)INFINITY));
  memset(clip.clean.samples, 0, RATE * sizeof *clip.clean.samples);
  assert_false(clip_mix(&clip, (double)INFINITY));
  clip_clear(&clip);
  close_source(&source);
}

static void
another_index_or_seed_is_another_clip(void** state)
{
  ClipSource source = open_source(state);
  Clip       a      = draw(&source, 0);
  Clip       b      = draw(&source, 1);
  Clip       same   = draw(&source, 0);
  source.seed       = 4;
  Clip         c    = draw(&source, 0);
  const size_t size = RATE * sizeof *a.clean.samples;
  assert_memory_equal(a.clean.samples, same.clean.samples, size);
  assert_memory_equal(a.noise.samples, same.noise.samples, size);
  assert_memory_not_equal(a.clean.samples, b.clean.samples, size);
  assert_memory_not_equal(a.noise.samples, b.noise.samples, size);
  assert_memory_not_equal(a.clean.samples, c.clean.samples, size);
  clip_clear(&a);
  clip_clear(&b);
  clip_clear(&c);
  clip_clear(&same);
  close_source(&source);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(the_noise_goes_on_at_the_ratio),
    IN_FOLDER(the_sound_alone_comes_after_silence),
    IN_FOLDER(peaks_do_not_clip),
    IN_FOLDER(what_is_silent_is_said),
    IN_FOLDER(another_index_or_seed_is_another_clip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
