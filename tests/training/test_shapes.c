// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/shapes.h"

#include "dsp/spectrum/envelope.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <string.h>

enum { RATE = 48000, FRAME = 2048, HOP = 512 };

static const StftConfig stft = { .frame = FRAME, .hop = HOP };

/// Ten harmonics, each softer than the one before by a factor, and when they sound.
typedef struct {
  double   factor;
  double   amplitude;
  uint64_t from;
  uint64_t to;
} Note;

static float
play(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)channel;
  const Note* const note      = (const Note*)context;
  double            amplitude = note->amplitude;
  double            sum       = 0.0;
  for (uint32_t h = 1; h <= 10 && frame >= note->from && frame < note->to; ++h) {
    sum += amplitude * sin(2.0 * M_PI * 440.0 * h * (double)frame / RATE + h);
    amplitude *= note->factor;
  }
  return (float)sum;
}

static void
write_note(void* const* state, const char* const name, Note note, const uint64_t n)
{
  const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1, n, play, &note };
  folder_sound(state, name, &spec);
}

/// A dark and a bright note to learn from, one to judge by.  The bright one is silent for a while.
static int
setup(void** const state)
{
  static const char manifest[] = "file\tsplit\na.wav\ttrain\nb.wav\ttrain\nc.wav\tvalid\n";
  if (folder_setup(state)) {
    return -1;
  }
  folder_make(state, "notes");
  folder_write(state, "notes/MANIFEST.tsv", strlen(manifest), manifest);
  write_note(state, "notes/a.wav", (Note){ 0.4, 0.3, 0, UINT64_MAX }, 24000);
  write_note(state, "notes/b.wav", (Note){ 1.0, 0.05, 12000, 36000 }, 48000);
  write_note(state, "notes/c.wav", (Note){ 0.7, 0.1, 0, UINT64_MAX }, 24000);
  folder_make(state, "silent");
  folder_constant(state, "silent/a.wav", RATE, 0.5, 0.0f);
  folder_constant(state, "silent/b.wav", RATE, 0.5, 0.0f);
  return 0;
}

static Corpus*
open_sounds(void* const* state, const char* const name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = {
    .n_folders = 1, .folders = &path, .rate_hz = RATE, .valid_share = 0.5, .seed = 1
  };
  Corpus* corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

/// Centre of power, bands.  @param row In units of 20 dB.
static double
centre(const float* const row)
{
  double power = 0.0;
  double first = 0.0;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    power += pow(10.0, 2.0 * (double)row[b]);
    first += b * pow(10.0, 2.0 * (double)row[b]);
  }
  return first / power;
}

/// Rows have a mean of 0, are in the unit asked for, and the bright note's power lies above the
/// dark one's.  Frames that touch only silence are not there.
static void
test_shapes_of_two_notes(void** const state)
{
  Corpus* const      corpus = open_sounds(state, "notes");
  const ShapesConfig config = { .stft = stft, .seed = 1, .scale_db = 20.0 };
  const ShapesConfig in_db  = { .stft = stft, .seed = 1, .scale_db = 1.0 };
  Frames             frames;
  Frames             decibels;
  assert_int_equal(shapes_read(&config, corpus, NULL, &frames, NULL), STATUS_SUCCESS);
  assert_int_equal(shapes_read(&in_db, corpus, NULL, &decibels, NULL), STATUS_SUCCESS);
  const Table* const train = frames.split[SPLIT_TRAIN];
  assert_int_equal(train->n_columns, ENVELOPE_BANDS);
  assert_int_equal(frames.split[SPLIT_VALID]->n_rows, 1 + (24000 - FRAME) / HOP);
  double   centres[2] = { 0.0, 0.0 };
  uint32_t n[2]       = { 0, 0 };
  for (uint32_t r = 0; r < train->n_rows; ++r) {
    const float* const row  = train->x + (size_t)r * ENVELOPE_BANDS;
    double             mean = 0.0;
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      mean += (double)row[b] / ENVELOPE_BANDS;
      assert_float_equal((20.0f * row[b]),
                         (decibels.split[SPLIT_TRAIN]->x[(size_t)r * ENVELOPE_BANDS + b]), 1e-4f);
    }
    assert_float_equal(mean, 0.0, 1e-5);
    assert_true(frames.loudness[SPLIT_TRAIN][r] > 0.0f);
    centres[train->files[r]] += centre(row);
    ++n[train->files[r]];
  }
  assert_int_equal(n[0], 1 + (24000 - FRAME) / HOP);
  // All that hear some of the note, but for those that hear next to nothing of it
  assert_in_range(n[1], (36000 - 12000) / HOP, (36000 - 12000 + FRAME) / HOP + 1);
  assert_true(centres[1] / n[1] > centres[0] / n[0] + 10.0);
  frames_clear(&frames);
  assert_null(frames.loudness[SPLIT_TRAIN]);
  frames_clear(&decibels);
  corpus_free(corpus);
}

/// As many as wanted of each file, whole and in order, the same by any number of threads.
static void
test_some_of_each_file(void** const state)
{
  Corpus* const      corpus = open_sounds(state, "notes");
  Team* const        team   = team_new(3);
  const ShapesConfig config = { .stft = stft, .per_file = 7, .seed = 1, .scale_db = 20.0 };
  Frames             one;
  Frames             many;
  assert_int_equal(shapes_read(&config, corpus, NULL, &one, NULL), STATUS_SUCCESS);
  assert_int_equal(shapes_read(&config, corpus, team, &many, NULL), STATUS_SUCCESS);
  const Table* const table = one.split[SPLIT_TRAIN];
  assert_int_equal(table->n_rows, 14);
  assert_int_equal(table->files[6], 0);
  assert_int_equal(table->files[7], 1);
  assert_memory_equal(table->x, many.split[SPLIT_TRAIN]->x, 14 * ENVELOPE_BANDS * sizeof(float));
  assert_memory_equal(one.loudness[SPLIT_TRAIN], many.loudness[SPLIT_TRAIN], 14 * sizeof(float));
  frames_clear(&one);
  frames_clear(&many);
  team_free(team);
  corpus_free(corpus);
}

/// A sine of amplitude a has the power a²/2; ten harmonics, the sum of ten of these.
static void
test_loudness_is_power_to_0_3(void** const state)
{
  Corpus* const      corpus   = open_sounds(state, "notes");
  const ShapesConfig config   = { .stft = stft, .per_file = 5, .seed = 1, .scale_db = 20.0 };
  const double       power    = 0.01 / 2.0 * (1.0 - pow(0.49, 10)) / (1.0 - 0.49);
  const double       expected = pow(power, 0.3);
  Frames             frames;
  assert_int_equal(shapes_read(&config, corpus, NULL, &frames, NULL), STATUS_SUCCESS);
  for (uint32_t r = 0; r < 5; ++r) {
    assert_float_equal(((double)frames.loudness[SPLIT_VALID][r] / expected), 1.0, 0.02);
  }
  frames_clear(&frames);
  corpus_free(corpus);
}

static void
test_silence_is_refused(void** const state)
{
  Corpus* const      corpus = open_sounds(state, "silent");
  const ShapesConfig config = { .stft = stft, .seed = 1, .scale_db = 20.0 };
  Frames             frames = { 0 };
  Diagnostic         why    = { "" };
  assert_int_equal(shapes_read(&config, corpus, NULL, &frames, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "all of the sound to learn from is silence"));
  assert_null(frames.split[SPLIT_TRAIN]);
  corpus_free(corpus);
}

/// Columns of deviations 3 and 4 around their means: √((9 + 16) / 2).
static void
test_deviation(void** const state)
{
  (void)state;
  Table* const table    = table_new(4, 2, 0);
  const float  values[] = { 13.0f, 1.0f, 7.0f, 9.0f, 13.0f, 9.0f, 7.0f, 1.0f };
  memcpy(table->x, values, sizeof(values));
  assert_float_equal(shapes_deviation(table), sqrt(12.5), 1e-9);
  table->n_rows = 1;
  assert_float_equal(shapes_deviation(table), 0.0, 1e-12);
  table_free(table);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_shapes_of_two_notes),
    cmocka_unit_test(test_some_of_each_file),
    cmocka_unit_test(test_loudness_is_power_to_0_3),
    cmocka_unit_test(test_silence_is_refused),
    cmocka_unit_test(test_deviation),
  };
  return cmocka_run_group_tests(tests, setup, folder_teardown);
}
