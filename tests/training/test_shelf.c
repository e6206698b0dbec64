// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/shelf.h"

#include "tests/support/test.h"

#include <math.h>

#define RATE 48000.0
#define N    48000

/// Gain at one frequency, dB: the impulse response, transformed at that frequency alone.
static double
measured_gain_db(double pivot_hz, double gain_db, double frequency_hz)
{
  static float x[N];
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = i ? 0.0f : 1.0f;
  }
  shelf_apply(RATE, pivot_hz, gain_db, N, x);

  double real      = 0.0;
  double imaginary = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    const double phase = 2.0 * M_PI * frequency_hz / RATE * i;
    real += (double)x[i] * cos(phase);
    imaginary += (double)x[i] * sin(phase);
  }
  return 20.0 * log10(hypot(real, imaginary));
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static void
the_shelf_has_its_three_gains(void** state)
{
  (void)state;
  const double pivots[] = { 200.0, 1000.0, 4000.0 };
  const double gains[]  = { -12.0, -3.0, 6.0 };
  for (uint32_t i = 0; i < 3; ++i) {
    for (uint32_t j = 0; j < 3; ++j) {
      assert_near(measured_gain_db(pivots[i], gains[j], 0.0), 0.0, 0.001);
      assert_near(measured_gain_db(pivots[i], gains[j], pivots[i]), gains[j] / 2.0, 0.001);
      assert_near(measured_gain_db(pivots[i], gains[j], RATE / 2.0), gains[j], 0.001);
    }
  }
}

static void
the_gain_rises_from_low_to_high(void** state)
{
  (void)state;
  double last = -1.0;
  for (double f = 50.0; f < RATE / 2.0; f *= 1.5) {
    const double gain_db = measured_gain_db(1000.0, 6.0, f);
    assert_true(gain_db > last);
    last = gain_db;
  }
}

static void
no_gain_changes_nothing(void** state)
{
  (void)state;
  float       x[64];
  const float y[64] = { 0.25f, -1.0f, 0.5f };
  for (uint32_t i = 0; i < 64; ++i) {
    x[i] = y[i];
  }
  shelf_apply(RATE, 1000.0, 0.0, 64, x);
  assert_memory_equal(x, y, sizeof x);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_shelf_has_its_three_gains),
    cmocka_unit_test(the_gain_rises_from_low_to_high),
    cmocka_unit_test(no_gain_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
