// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/equalizer.h"

#include "tests/support/test.h"

#include <complex.h>
#include <math.h>
#include <string.h>

enum { N = 8192, N_BANDS = 11 };

/// i·y; gcc takes I as a float, and clang CMPLX() as an extension.
static double complex
imaginary(double y)
{
  return y * (double complex)I;
}

/// Gains in dB from 20 Hz to 20 kHz, of an impulse that went through a draw.
static void
measure(uint64_t step, double greatest_db, double rate_hz, double gains_db[N_BANDS])
{
  static float x[N];
  memset(x, 0, sizeof x);
  x[0]          = 1.0f;
  Random random = random_at(1, RANDOM_TEST, step);
  equalizer_apply(&random, greatest_db, rate_hz, N, x);

  for (uint32_t band = 0; band < N_BANDS; ++band) {
    const double   turn = 2.0 * M_PI * 20.0 * pow(1000.0, band / 10.0) / rate_hz;
    double complex sum  = 0.0;
    for (uint32_t i = 0; i < N; ++i) {
      sum += (double)x[i] * cexp(imaginary(-turn * i));
    }
    gains_db[band] = 20.0 * log10(cabs(sum));
  }
}

static void
gains_go_both_ways_everywhere(void** state)
{
  (void)state;
  enum { N_DRAWS = 60 };
  double least[N_BANDS] = { 0 };
  double most[N_BANDS]  = { 0 };
  for (uint64_t step = 0; step < N_DRAWS; ++step) {
    double gains_db[N_BANDS];
    measure(step, 6.0, 48000.0, gains_db);
    for (uint32_t band = 0; band < N_BANDS; ++band) {
      least[band] = fmin(least[band], gains_db[band]);
      most[band]  = fmax(most[band], gains_db[band]);
    }
  }
  for (uint32_t band = 0; band < N_BANDS; ++band) {
    // Two shelves that hardly meet, and a peak: two gains at one place, and a little of a third.
    assert_true(least[band] < -2.0 && least[band] > -14.0);
    assert_true(most[band] > 2.0 && most[band] < 14.0);
  }
}

static void
the_numbers_used_do_not_depend_on_the_gain(void** state)
{
  (void)state;
  float  x[100] = { 0.5f, -0.25f };
  Random one    = random_at(1, RANDOM_TEST, 7);
  Random other  = random_at(1, RANDOM_TEST, 7);
  equalizer_apply(&one, 0.0, 48000.0, 100, x);
  assert_true(x[0] == 0.5f && x[1] == -0.25f && x[2] == 0.0f);
  equalizer_apply(&other, 9.0, 48000.0, 100, x);
  assert_true(x[0] != 0.5f);
  assert_int_equal(random_bits(&one), random_bits(&other));
}

static void
low_rates_are_stable(void** state)
{
  (void)state;
  for (uint64_t step = 0; step < 20; ++step) {
    float  x[4000] = { 1.0f };
    Random random  = random_at(1, RANDOM_TEST, step);
    equalizer_apply(&random, 12.0, 8000.0, 4000, x);
    assert_true(fabsf(x[0]) > 0.01f && fabsf(x[3999]) < 1e-6f);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gains_go_both_ways_everywhere),
    cmocka_unit_test(the_numbers_used_do_not_depend_on_the_gain),
    cmocka_unit_test(low_rates_are_stable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
