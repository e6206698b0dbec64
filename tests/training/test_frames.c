// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/frames.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <string.h>

enum { RATE = 8000, FRAME = 256, HOP = 128, N_BINS = FRAME / 2 + 1 };

static const StftConfig stft = { .frame = FRAME, .hop = HOP, .window = WINDOW_HANN };

/// A sine on the centre of a bin.
typedef struct {
  double bin;
  double amplitude;
} Sine;

static float
sine(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)channel;
  const Sine* const s = (const Sine*)context;
  return (float)(s->amplitude * sin(2.0 * M_PI * s->bin * (double)frame / FRAME));
}

static void
write_sine(void* const* state, const char* const name, Sine s, const uint64_t n)
{
  const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1, n, sine, &s };
  folder_sound(state, name, &spec);
}

static Corpus*
open_sounds(void* const* state, const char* const name, const double valid_share)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = {
    .n_folders = 1, .folders = &path, .rate_hz = RATE, .valid_share = valid_share, .seed = 1
  };
  Corpus* corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

/// Two folders, each of two sines each, the second softer by 20 dB; one of each is to judge by.
static int
write_two_classes(void** const state)
{
  static const char manifest[] = "file\tsplit\nhigh/a.wav\ttrain\nhigh/b.wav\tvalid\n"
                                 "low/a.wav\ttrain\nlow/b.wav\tvalid\n";
  folder_make(state, "two");
  folder_make(state, "two/high");
  folder_make(state, "two/low");
  folder_write(state, "two/MANIFEST.tsv", strlen(manifest), manifest);
  write_sine(state, "two/high/a.wav", (Sine){ 40.0, 0.5 }, 2048);
  write_sine(state, "two/high/b.wav", (Sine){ 40.0, 0.5 }, 2048);
  write_sine(state, "two/low/a.wav", (Sine){ 10.0, 0.05 }, 2048);
  write_sine(state, "two/low/b.wav", (Sine){ 10.0, 0.05 }, 2048);
  return 0;
}

static int
setup(void** const state)
{
  return folder_setup(state) || write_two_classes(state);
}

static const LogSpectrumConfig range = { .range_db = 80.0f };

/// The loudest bin reads 1, one that is 20 dB softer 1 − 20/40, silence −1; labels are the folders.
static void
test_sines_read_their_levels(void** const state)
{
  Corpus* const      corpus = open_sounds(state, "two", 0.5);
  const FramesConfig config = { .stft = stft, .seed = 1, .classes = true };
  Frames             frames;
  assert_int_equal(frames_read(&config, &range, corpus, NULL, &frames, NULL), STATUS_SUCCESS);
  assert_string_equal(frames.classes, "high\nlow");
  assert_true(fabs((double)frames.spectrum.top_db - 20.0 * log10(0.5)) < 0.01);
  for (int split = 0; split < 2; ++split) {
    const Table* const table = frames.split[split];
    assert_int_equal(table->n_rows, 2 * (1 + (2048 - FRAME) / HOP));
    assert_int_equal(table->n_columns, N_BINS);
    assert_int_equal(table->n_classes, 2);
    for (uint32_t r = 0; r < table->n_rows; ++r) {
      const float* const x = table->x + (size_t)r * N_BINS;
      assert_int_equal(table->labels[r], table->files[r]);
      assert_true(fabs((double)x[40] - (table->labels[r] ? -1.0 : 1.0)) < 0.01);
      assert_true(fabs((double)x[10] - (table->labels[r] ? 0.5 : -1.0)) < 0.01);
    }
  }
  frames_clear(&frames);
  corpus_free(corpus);
}

/// Names of folders are bytes; those of classes are text, one a line.
static void
test_names_of_classes_are_text(void** const state)
{
  folder_make(state, "odd");
  folder_make(state, "odd/caf\xe9");
  folder_make(state, "odd/two\nlines");
  folder_make(state, "odd/zo\xc3\xab");
  write_sine(state, "odd/caf\xe9/a.wav", (Sine){ 40.0, 0.5 }, 2048);
  write_sine(state, "odd/two\nlines/a.wav", (Sine){ 40.0, 0.5 }, 2048);
  write_sine(state, "odd/zo\xc3\xab/a.wav", (Sine){ 40.0, 0.5 }, 2048);
  write_sine(state, "odd/zo\xc3\xab/b.wav", (Sine){ 40.0, 0.5 }, 2048);
  folder_write(state, "odd/MANIFEST.tsv", 28, "file\tsplit\nzo\xc3\xab/b.wav\tvalid\n");

  Corpus* const      corpus = open_sounds(state, "odd", 0.5);
  const FramesConfig config = { .stft = stft, .classes = true };
  Frames             frames;
  assert_int_equal(frames_read(&config, &range, corpus, NULL, &frames, NULL), STATUS_SUCCESS);
  assert_string_equal(frames.classes, "caf?\ntwo?lines\nzo\xc3\xab");
  frames_clear(&frames);
  corpus_free(corpus);
}

/// Each file gives as many frames as wanted, the same by any number of threads.
static void
test_draws_some_frames(void** const state)
{
  Corpus* const      corpus = open_sounds(state, "two", 0.5);
  Team* const        team   = team_new(3);
  const FramesConfig config = { .stft = stft, .per_file = 5, .seed = 1 };
  Frames             one;
  Frames             many;
  assert_int_equal(frames_read(&config, &range, corpus, NULL, &one, NULL), STATUS_SUCCESS);
  assert_int_equal(frames_read(&config, &range, corpus, team, &many, NULL), STATUS_SUCCESS);
  const Table* const table = one.split[SPLIT_TRAIN];
  assert_int_equal(table->n_rows, 10);
  assert_int_equal(table->files[4], 0);
  assert_int_equal(table->files[5], 1);
  assert_memory_equal(table->x, many.split[SPLIT_TRAIN]->x, 10 * N_BINS * sizeof(float));
  frames_clear(&one);
  frames_clear(&many);
  corpus_free(corpus);
  team_free(team);
}

/// A file that is shorter than a frame is one frame.
static void
test_short_files_count(void** const state)
{
  folder_make(state, "short");
  write_sine(state, "short/a.wav", (Sine){ 4.0, 0.5 }, 1000);
  write_sine(state, "short/b.wav", (Sine){ 4.0, 0.5 }, 1000);
  Corpus* const      corpus = open_sounds(state, "short", 0.5);
  const FramesConfig config = { .stft = { .frame = 2048, .hop = 1024, .window = WINDOW_HANN } };
  Frames             frames;
  assert_int_equal(frames_read(&config, &range, corpus, NULL, &frames, NULL), STATUS_SUCCESS);
  assert_int_equal(frames.split[SPLIT_TRAIN]->n_rows, 1);
  frames_clear(&frames);
  corpus_free(corpus);
}

static void
test_bad_material_is_refused(void** const state)
{
  Diagnostic         why    = { "" };
  Frames             frames = { 0 };
  const FramesConfig config = { .stft = stft, .classes = true };
  folder_make(state, "silent");
  folder_constant(state, "silent/a.wav", RATE, 1.0, 0.0f);
  folder_constant(state, "silent/b.wav", RATE, 1.0, 0.0f);
  Corpus* corpus = open_sounds(state, "silent", 0.5);
  assert_int_equal(frames_read(&config, &range, corpus, NULL, &frames, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "silence"));
  corpus_free(corpus);

  folder_make(state, "single");
  write_sine(state, "single/a.wav", (Sine){ 4.0, 0.5 }, 2048);
  write_sine(state, "single/b.wav", (Sine){ 4.0, 0.5 }, 2048);
  corpus = open_sounds(state, "single", 0.5);
  assert_int_equal(frames_read(&config, &range, corpus, NULL, &frames, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "one class, single"));
  assert_null(frames.split[SPLIT_TRAIN]);
  corpus_free(corpus);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sines_read_their_levels),
    cmocka_unit_test(test_names_of_classes_are_text),
    cmocka_unit_test(test_draws_some_frames),
    cmocka_unit_test(test_short_files_count),
    cmocka_unit_test(test_bad_material_is_refused),
  };
  return cmocka_run_group_tests(tests, setup, folder_teardown);
}
