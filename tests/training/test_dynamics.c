// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/dynamics.h"

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdio.h>

enum { RATE = 8000 };

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

/// Half a second at 0.5, half a second softer.  @param context How much softer, double.
static float
steps(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  return frame / (RATE / 2) % 2 ? (float)(0.5 / *(double*)context) : 0.5f;
}

static void
a_signal_has_two_levels(void** state)
{
  (void)state;
  static float x[4 * RATE];
  double       softer = 100.0;
  for (uint32_t i = 0; i < 4 * RATE; ++i) {
    x[i] = steps(&softer, 0, i);
  }
  assert_near(dynamics_of(RATE, 4 * RATE, x), 40.0, 0.001);
  assert_near(dynamics_of(RATE, RATE / 2, x), 0.0, 0.001);
  signal_fill_noise(1, 0.5f, 4 * RATE, x);
  assert_near(dynamics_of(RATE, 4 * RATE, x), 1.5, 1.0);
}

static void
silence_is_as_soft_as_can_be(void** state)
{
  (void)state;
  const float x[RATE] = { 0.0f };
  assert_true(dynamics_of(RATE, RATE, x) == 120.0);
}

static double
measure(void* const* state)
{
  const char* const  path   = folder_path(state, ".");
  const CorpusConfig config = { .n_folders = 1, .folders = &path, .rate_hz = RATE };
  Corpus*            corpus = NULL;
  double             found  = 0.0;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  assert_int_equal(dynamics_measure(corpus, SPLIT_TRAIN, &found, NULL), STATUS_SUCCESS);
  corpus_free(corpus);
  return found;
}

/// One in four recordings, first and last among them, is a test tone; too short ones are nothing.
static void
a_corpus_has_the_median(void** state)
{
  folder_constant(state, "a.wav", RATE, 0.5, 0.5f);
  assert_true(measure(state) == 120.0);
  for (uint32_t i = 0; i < 41; ++i) {
    double          softer = i % 4 ? 1000.0 : 1.0;
    const SoundSpec spec   = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1, 2 * RATE, steps, &softer };
    char            name[16];
    (void)snprintf(name, sizeof name, "b%02u.wav", i);
    folder_sound(state, name, &spec);
  }
  assert_near(measure(state), 60.0, 0.001);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_signal_has_two_levels),
    cmocka_unit_test(silence_is_as_soft_as_can_be),
    IN_FOLDER(a_corpus_has_the_median),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
