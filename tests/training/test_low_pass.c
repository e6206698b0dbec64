// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/low_pass.h"

#include "tests/support/test.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#define N 24000

/// i·y; gcc takes I as a float, and clang CMPLX() as an extension.
static double complex
imaginary(double y)
{
  return y * (double complex)I;
}

/// Gain at one frequency, dB: the impulse response, transformed at that frequency alone.
static double
gain_db_at(double rate_hz, double edge_hz, double frequency_hz)
{
  static float x[N];
  memset(x, 0, sizeof x);
  x[0] = 1.0f;
  low_pass_apply(rate_hz, edge_hz, N, x);

  double complex sum = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    sum += (double)x[i] * cexp(imaginary(-2.0 * M_PI * frequency_hz / rate_hz * i));
  }
  return 20.0 * log10(cabs(sum));
}

static void
below_the_edge_it_is_flat(void** state)
{
  (void)state;
  const double edges[] = { 300.0, 4000.0, 12000.0, 20000.0 };
  for (uint32_t i = 0; i < 4; ++i) {
    double least = 0.0;
    double most  = -9.0;
    for (double share = 0.0; share <= 1.0; share += 1.0 / 64.0) {
      const double gain_db = gain_db_at(48000.0, edges[i], share * edges[i]);
      least                = fmin(least, gain_db);
      most                 = fmax(most, gain_db);
    }
    assert_true(least > -0.51 && most < 0.01);
    // It is no less steep than it says: both ends of the ripple are used.
    assert_true(least < -0.45 && most > -0.05);
  }
}

static void
above_the_edge_it_falls_at_once(void** state)
{
  (void)state;
  // T8(1.25) = cosh(8 · acosh(1.25)) = cosh(8 · ln 2) = 128.002: −33.0 dB.
  const double analog = atan(1.25 * tan(M_PI * 1000.0 / 48000.0)) * 48000.0 / M_PI;
  assert_true(fabs(gain_db_at(48000.0, 1000.0, analog) + 33.01) < 0.05);

  const double rates[] = { 8000.0, 48000.0 };
  for (uint32_t i = 0; i < 2; ++i) {
    for (double edge = 0.02 * rates[i]; edge < 0.25 * rates[i]; edge *= 1.7) {
      for (double f = edge * pow(2.0, 0.9); f < 0.5 * rates[i]; f *= 1.1) {
        assert_true(gain_db_at(rates[i], edge, f) < -70.0);
      }
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(below_the_edge_it_is_flat),
    cmocka_unit_test(above_the_edge_it_falls_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
