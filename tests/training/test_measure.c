// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/measure.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static void
si_sdr_of_a_worked_case(void** state)
{
  (void)state;
  // ŝ = 2s + (0, 0, 1, 1)/…: the error is at right angles to s, so α = 2 and the ratio is
  // 4·2 / (0.5² + 0.5²) = 16.
  const float s[] = { 1.0f, -1.0f, 0.0f, 0.0f };
  const float e[] = { 2.0f, -2.0f, 0.5f, 0.5f };
  assert_near(measure_si_sdr(4, s, e), 10.0 * log10(16.0), 1e-9);

  // (1, 1) seen from (1, 0) is half right: the shares are 1 and 1.
  const float a[] = { 1.0f, 0.0f };
  const float b[] = { 1.0f, 1.0f };
  assert_near(measure_si_sdr(2, a, b), 0.0, 1e-9);
}

static void
si_sdr_does_not_hear_the_level_or_the_sign(void** state)
{
  (void)state;
  float s[1000];
  float e[1000];
  float louder[1000];
  signal_fill_noise(1, 0.5f, 1000, s);
  signal_fill_noise(2, 0.1f, 1000, e);
  for (uint32_t i = 0; i < 1000; ++i) {
    e[i] += s[i];
    louder[i] = -8.0f * e[i];
  }
  const double found_db = measure_si_sdr(1000, s, e);
  assert_near(found_db, 20.0 * log10(5.0), 1.0);
  assert_near(measure_si_sdr(1000, s, louder), found_db, 1e-9);
}

static void
si_sdr_stays_finite(void** state)
{
  (void)state;
  const float silence[] = { 0.0f, 0.0f };
  const float sound[]   = { 1.0f, 2.0f };
  const float other[]   = { 2.0f, -1.0f };
  assert_near(measure_si_sdr(2, sound, sound), SI_SDR_MAX_DB, 0.0);
  assert_near(measure_si_sdr(2, sound, other), -SI_SDR_MAX_DB, 0.0);
  assert_near(measure_si_sdr(2, sound, silence), -SI_SDR_MAX_DB, 0.0);
  assert_near(measure_si_sdr(2, silence, sound), -SI_SDR_MAX_DB, 0.0);
}

static void
an_average_has_students_interval(void** state)
{
  (void)state;
  // Deviation 1, so the margin is t/√n; t from printed tables.
  const double two[]   = { 1.0 - M_SQRT1_2, 1.0 + M_SQRT1_2 };
  const double three[] = { 1.0, 2.0, 3.0 };
  Average      average = measure_average(2, two);
  assert_int_equal(average.n, 2);
  assert_near(average.mean, 1.0, 1e-12);
  assert_near(average.margin, 12.706 / sqrt(2.0), 0.01);
  average = measure_average(3, three);
  assert_near(average.mean, 2.0, 1e-12);
  assert_near(average.margin, 4.303 / sqrt(3.0), 0.05);

  // Ten of ±1: the deviation is √(10/9).
  const double ten[] = { 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0 };
  average            = measure_average(10, ten);
  assert_near(average.margin, 2.262 * sqrt(10.0 / 9.0) / sqrt(10.0), 0.001);
}

static void
an_average_leaves_out_what_is_not_there(void** state)
{
  (void)state;
  const double some[]  = { (double)NAN, 1.0, (double)NAN, 3.0 };
  Average      average = measure_average(4, some);
  assert_int_equal(average.n, 2);
  assert_near(average.mean, 2.0, 1e-12);

  average = measure_average(2, some);
  assert_int_equal(average.n, 1);
  assert_near(average.mean, 1.0, 1e-12);
  assert_true(average.margin != average.margin);
  average = measure_average(1, some);
  assert_int_equal(average.n, 0);
  assert_true(average.mean != average.mean);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(si_sdr_of_a_worked_case),
    cmocka_unit_test(si_sdr_does_not_hear_the_level_or_the_sign),
    cmocka_unit_test(si_sdr_stays_finite),
    cmocka_unit_test(an_average_has_students_interval),
    cmocka_unit_test(an_average_leaves_out_what_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
