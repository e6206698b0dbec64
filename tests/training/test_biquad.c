// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/biquad.h"

#include "tests/support/test.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#define RATE 48000.0
#define N    48000

typedef Biquad (*Shelving)(double rate_hz, double frequency_hz, double gain_db, double q);

/// i·y; gcc takes I as a float, and clang CMPLX() as an extension.
static double complex
imaginary(double y)
{
  return y * (double complex)I;
}

/// Gain at one frequency, dB: the impulse response, transformed at that frequency alone.
static double
gain_db_at(uint32_t n_sections, const Biquad* sections, double frequency_hz)
{
  static float x[N];
  memset(x, 0, sizeof x);
  x[0] = 1.0f;
  biquad_apply(n_sections, sections, N, x);

  double complex sum = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    sum += (double)x[i] * cexp(imaginary(-2.0 * M_PI * frequency_hz / RATE * i));
  }
  return 20.0 * log10(cabs(sum));
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

/// Where a frequency lies on the axis of the analog prototype, whose own frequency is 1.
static double complex
analog(double frequency_hz, double own_hz)
{
  return imaginary(tan(M_PI * frequency_hz / RATE) / tan(M_PI * own_hz / RATE));
}

static const double probes[] = { 30.0, 150.0, 997.0, 1000.0, 1300.0, 5000.0, 12000.0, 20000.0 };
enum { N_PROBES = sizeof probes / sizeof probes[0] };

static void
passes_are_their_prototypes(void** state)
{
  (void)state;
  for (double q = 0.5; q < 10.0; q *= 3.0) {
    const Biquad low  = biquad_low_pass(RATE, 1000.0, q);
    const Biquad high = biquad_high_pass(RATE, 1000.0, q);
    for (uint32_t i = 0; i < N_PROBES; ++i) {
      const double complex s     = analog(probes[i], 1000.0);
      const double complex below = s * s + s / q + 1.0;
      assert_near(gain_db_at(1, &low, probes[i]), 20.0 * log10(cabs(1.0 / below)), 0.02);
      assert_near(gain_db_at(1, &high, probes[i]), 20.0 * log10(cabs(s * s / below)), 0.02);
    }
    assert_near(gain_db_at(1, &low, 0.0), 0.0, 1e-4);
    assert_near(gain_db_at(1, &high, RATE / 2.0), 0.0, 1e-4);
    assert_near(gain_db_at(1, &low, 1000.0), 20.0 * log10(q), 1e-3);
  }
}

static void
a_peak_has_its_gain_and_width(void** state)
{
  (void)state;
  const double gains[] = { -12.0, -3.0, 9.0 };
  for (uint32_t i = 0; i < 3; ++i) {
    const Biquad peak = biquad_peak(RATE, 1000.0, gains[i], 2.0);
    assert_near(gain_db_at(1, &peak, 0.0), 0.0, 1e-3);
    assert_near(gain_db_at(1, &peak, 1000.0), gains[i], 1e-3);
    assert_near(gain_db_at(1, &peak, RATE / 2.0), 0.0, 1e-3);

    // Half the decibels where f − 1/f = ±1/Q: at (√(1 + 16) ± 1)/4 of the analog frequency.
    for (int side = -1; side <= 1; side += 2) {
      const double ratio = (sqrt(17.0) + side) / 4.0;
      const double edge  = atan(ratio * tan(M_PI * 1000.0 / RATE)) * RATE / M_PI;
      assert_near(gain_db_at(1, &peak, edge), gains[i] / 2.0, 1e-3);
    }
  }
}

static void
check_shelf(Shelving shelf, double sign)
{
  const double places[] = { 200.0, 1000.0, 4000.0 };
  const double gains[]  = { -12.0, -3.0, 6.0 };
  for (uint32_t i = 0; i < 9; ++i) {
    const double gain    = gains[i % 3];
    const Biquad section = shelf(RATE, places[i / 3], gain, sqrt(0.5));
    assert_near(gain_db_at(1, &section, sign > 0.0 ? 0.0 : RATE / 2.0), 0.0, 1e-3);
    assert_near(gain_db_at(1, &section, places[i / 3]), gain / 2.0, 1e-3);
    assert_near(gain_db_at(1, &section, sign > 0.0 ? RATE / 2.0 : 0.0), gain, 1e-3);

    // From one end to the other without a hump.
    double last = -99.0;
    for (double f = 20.0; f < RATE / 2.0; f *= 1.7) {
      const double rising = sign * copysign(1.0, gain) * gain_db_at(1, &section, f);
      assert_true(rising > last - 1e-4);
      last = rising;
    }
  }
}

static void
shelves_have_their_three_gains(void** state)
{
  (void)state;
  check_shelf(biquad_low_shelf, -1.0);
  check_shelf(biquad_high_shelf, 1.0);
}

static void
sections_add_their_decibels(void** state)
{
  (void)state;
  const Biquad both[2] = { biquad_peak(RATE, 300.0, 7.0, 1.0),
                           biquad_high_shelf(RATE, 2000.0, -5.0, 0.6) };
  for (uint32_t i = 0; i < N_PROBES; ++i) {
    assert_near(gain_db_at(2, both, probes[i]),
                gain_db_at(1, both, probes[i]) + gain_db_at(1, both + 1, probes[i]), 1e-3);
  }
}

static void
no_gain_changes_nothing(void** state)
{
  (void)state;
  const float  y[64]      = { 0.25f, -1.0f, 0.5f };
  const Biquad nothing[3] = { biquad_peak(RATE, 1000.0, 0.0, 3.0),
                              biquad_low_shelf(RATE, 100.0, 0.0, 0.7),
                              biquad_high_shelf(RATE, 9000.0, 0.0, 0.7) };
  float        x[64];
  memcpy(x, y, sizeof x);
  biquad_apply(3, nothing, 64, x);
  for (uint32_t i = 0; i < 64; ++i) {
    assert_near((double)x[i], (double)y[i], 1e-7);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(passes_are_their_prototypes),
    cmocka_unit_test(a_peak_has_its_gain_and_width),
    cmocka_unit_test(shelves_have_their_three_gains),
    cmocka_unit_test(sections_add_their_decibels),
    cmocka_unit_test(no_gain_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
