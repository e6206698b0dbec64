// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/fft.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <complex.h>
#include <math.h>

/// The definition, in double.
static double complex
naive_bin(const uint32_t n, const float* const x, const uint32_t k)
{
  double complex sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * cexp(-2.0 * M_PI * k * i / n * (double complex)I);
  }
  return sum;
}

static void
check_size(const uint32_t n)
{
  float x[512];
  signal_fill_noise(n, 1.0f, n, x);

  Fft* const fft = fft_new(n);
  assert_non_null(fft);
  for (uint32_t i = 0; i < n; ++i) {
    fft_time(fft)[i] = x[i];
  }
  fft_forward(fft);
  for (uint32_t k = 0; k <= n / 2; ++k) {
    const double complex expected = naive_bin(n, x, k);
    assert_true(cabs((double complex)fft_spectrum(fft)[k] - expected) < 1e-5 * n);
  }

  fft_inverse(fft);
  for (uint32_t i = 0; i < n; ++i) {
    assert_float_equal(fft_time(fft)[i], (float)n * x[i], 1e-4f * (float)n);
  }
  fft_free(fft);
}

static void
test_equals_the_definition(void** const state)
{
  (void)state;
  check_size(2);
  check_size(60);
  check_size(97);
  check_size(512);
}

static void
test_free_takes_null(void** const state)
{
  (void)state;
  fft_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_equals_the_definition),
    cmocka_unit_test(test_free_takes_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
