// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/wander.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// Mean 0, variance 1, and the correlation of an Ornstein–Uhlenbeck process, within what so many
/// steps allow.
static void
test_it_has_its_statistics(void** const state)
{
  (void)state;
  enum { N = 200000, LAG = 20 };
  const float   keep = 0.95f;
  static double track[N];
  Wander        wander;
  wander_reset(&wander);
  for (uint32_t i = 0; i < 1000; ++i) {
    wander_step(&wander, keep); // Away from the start
  }
  double mean    = 0.0;
  double square  = 0.0;
  double product = 0.0;
  double cross   = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    wander_step(&wander, keep);
    track[i] = (double)wander.place[0];
    mean += track[i] / N;
    square += track[i] * track[i] / N;
    product += i >= LAG ? track[i] * track[i - LAG] / (N - LAG) : 0.0;
    cross += track[i] * (double)wander.place[1] / N;
  }
  assert_true(fabs(mean - 0.0) < 0.08); // 39 steps count as one: some 5000 in all
  assert_true(fabs(square - 1.0) < 0.1);
  assert_true(fabs(product - pow((double)keep, LAG)) < 0.1);
  assert_true(fabs(cross - 0.0) < 0.08);
}

static void
test_it_is_the_same_after_a_reset(void** const state)
{
  (void)state;
  Wander one;
  Wander other;
  wander_reset(&one);
  for (uint32_t i = 0; i < 50; ++i) {
    wander_step(&one, 0.9f);
  }
  wander_reset(&other);
  wander_step(&other, 0.5f);
  wander_reset(&other);
  for (uint32_t i = 0; i < 50; ++i) {
    wander_step(&other, 0.9f);
  }
  assert_memory_equal(&one, &other, sizeof(one));
  assert_true(one.place[0] != 0.0f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_it_has_its_statistics),
    cmocka_unit_test(test_it_is_the_same_after_a_reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
