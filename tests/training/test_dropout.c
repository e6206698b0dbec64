// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/dropout.h"

#include "tests/support/test.h"

#include <math.h>

enum { N_UNITS = 500, N_STEPS = 3, N_STREAMS = 40 };

static const BatchShape batch = { .n_steps = N_STEPS, .n_streams = N_STREAMS };
static const double     share = 0.2;

/// Of ones: what is left of every frame.
static void
drop_ones(Dropout* const dropout)
{
  static real ones[N_STEPS * N_STREAMS * N_UNITS];
  Random      random = random_at(1, RANDOM_TEST, 0);
  for (uint32_t i = 0; i < N_STEPS * N_STREAMS * N_UNITS; ++i) {
    ones[i] = 1;
  }
  assert_true(dropout_allocate(dropout, N_UNITS, batch));
  dropout_draw(dropout, N_STREAMS, share, &random);
  dropout_apply(dropout, NULL, batch, ones, dropout->kept);
}

/// As many are left out as asked for, and the mean of what is left is what was there.
static void
test_share_and_mean(void** const state)
{
  (void)state;
  Dropout dropout = { 0 };
  drop_ones(&dropout);
  const double n      = (double)N_STEPS * N_STREAMS * N_UNITS;
  double       n_left = 0.0;
  double       sum    = 0.0;
  for (uint32_t i = 0; i < N_STEPS * N_STREAMS * N_UNITS; ++i) {
    n_left += dropout.kept[i] != 0;
    sum += (double)dropout.kept[i];
  }

  // Five deviations of the mean of as many fair draws as there are units in a frame
  const double deviation = sqrt(share * (1.0 - share) / (N_STREAMS * N_UNITS));
  assert_true(fabs(n_left / n - (1.0 - share)) < 5.0 * deviation);
  assert_true(fabs(sum / n - 1.0) < 5.0 * deviation / (1.0 - share));
  dropout_release(&dropout);
}

/// A sequence lacks the same units in all frames, and two sequences lack others.
static void
test_sequences_keep_their_units(void** const state)
{
  (void)state;
  Dropout dropout = { 0 };
  drop_ones(&dropout);
  const uint32_t frame   = N_STREAMS * N_UNITS;
  uint32_t       n_other = 0;
  for (uint32_t i = 0; i < frame; ++i) {
    assert_true(dropout.kept[i] == dropout.kept[frame + i]);
    assert_true(dropout.kept[i] == dropout.kept[2 * frame + i]);
  }
  for (uint32_t i = 0; i < N_UNITS; ++i) {
    n_other += dropout.kept[i] != dropout.kept[N_UNITS + i];
  }
  assert_true(n_other > N_UNITS / 5); // 2 · 0.2 · 0.8 of them by chance
  dropout_release(&dropout);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_share_and_mean),
    cmocka_unit_test(test_sequences_keep_their_units),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
