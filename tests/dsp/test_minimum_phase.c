// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/minimum_phase.h"

#include "tests/support/test.h"

#include <complex.h>
#include <math.h>

enum { FRAME = 2048, N_BINS = FRAME / 2 + 1, N_TAPS = 128 };

static float gain[N_BINS];
static float power[N_BINS];
static float taps[N_TAPS];

/// e^(−2πix/N).
static double complex
turn(const double x)
{
  const double angle = 2.0 * M_PI * x / FRAME;
  return CMPLX(cos(angle), -sin(angle));
}

static void
design(const uint32_t n_taps)
{
  MinimumPhase* const designer = minimum_phase_new(FRAME, n_taps);
  assert_non_null(designer);
  minimum_phase_design(designer, gain, power, taps);
  minimum_phase_free(designer);
}

static void
fill_power(void)
{
  for (uint32_t k = 0; k < N_BINS; ++k) {
    power[k] = 1.0f;
  }
}

static void
test_a_flat_gain_is_an_impulse(void** const state)
{
  (void)state;
  fill_power();
  for (uint32_t k = 0; k < N_BINS; ++k) {
    gain[k] = 0.25f;
  }
  design(N_TAPS);
  assert_float_equal(taps[0], 0.25f, 1e-6f);
  for (uint32_t n = 1; n < N_TAPS; ++n) {
    assert_float_equal(taps[n], 0.0f, 1e-6f);
  }
}

/// |1 + a e^(−iω)| belongs to the taps 1, a; and its inverse to (−a)^n.  So it does with a zero
/// outside of the unit circle, |a + e^(−iω)|, which is as loud and later.
static void
test_known_filters(void** const state)
{
  (void)state;
  fill_power();
  for (uint32_t f = 0; f < 3; ++f) {
    const double a = 0.8;
    for (uint32_t k = 0; k < N_BINS; ++k) {
      const double complex z = turn(k);
      gain[k]                = (float)(f == 0   ? cabs(1.0 + a * z)
                                       : f == 1 ? cabs(a + z)
                                                : 1.0 / cabs(1.0 + a * z));
    }
    design(N_TAPS);
    for (uint32_t n = 0; n < N_TAPS * 3 / 4; ++n) {
      const double zero = n == 0 ? 1.0 : n == 1 ? a : 0.0;
      assert_float_equal(taps[n], (float)(f < 2 ? zero : pow(-a, n)), 1e-5f);
    }
  }
}

/// The gain of the taps by the definition of a transform is the one asked for, where that is
/// smooth.
static void
test_the_gain_is_right(void** const state)
{
  (void)state;
  fill_power();
  for (uint32_t k = 0; k < N_BINS; ++k) {
    const double db = 12.0 * cos(M_PI * k / N_BINS * 7.0) - 6.0;
    gain[k]         = (float)pow(10.0, 0.05 * db);
  }
  design(N_TAPS);
  for (uint32_t k = 0; k < N_BINS; k += 16) {
    double complex sum = 0.0;
    for (uint32_t n = 0; n < N_TAPS; ++n) {
      sum += (double)taps[n] * turn((double)k * n);
    }
    assert_true(fabs(20.0 * log10(cabs(sum) / (double)gain[k])) < 0.1);
  }
}

/// What few taps cannot follow is made good in the level of what is to be filtered.
static void
test_the_level_is_right(void** const state)
{
  (void)state;
  double wanted = 0.0;
  double given  = 0.0;
  for (uint32_t k = 0; k < N_BINS; ++k) {
    power[k] = k > 40 && k < 60 ? 1.0f : 1e-4f;
    gain[k]  = k > 48 && k < 52 ? 20.0f : 0.5f; // a peak of 70 Hz at 48 kHz
    wanted += (double)(power[k] * gain[k] * gain[k]);
  }
  design(32);
  for (uint32_t k = 0; k < N_BINS; ++k) {
    double complex sum = 0.0;
    for (uint32_t n = 0; n < 32; ++n) {
      sum += (double)taps[n] * turn((double)k * n);
    }
    given += (double)power[k] * cabs(sum) * cabs(sum);
  }
  assert_true(fabs(10.0 * log10(given / wanted)) < 0.01);
}

/// No gain at all is a finite filter, too.
static void
test_extremes_stay_finite(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < 4; ++i) {
    for (uint32_t k = 0; k < N_BINS; ++k) {
      power[k] = i % 2 ? 1e20f : 0.0f;
      gain[k]  = i < 2 ? 0.0f : k % 2 ? 1e3f : 0.0f;
    }
    design(N_TAPS);
    for (uint32_t n = 0; n < N_TAPS; ++n) {
      assert_true(isfinite(taps[n]));
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_flat_gain_is_an_impulse), cmocka_unit_test(test_known_filters),
    cmocka_unit_test(test_the_gain_is_right),         cmocka_unit_test(test_the_level_is_right),
    cmocka_unit_test(test_extremes_stay_finite),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
