// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/denoising.h"

#include "tests/support/test.h"

#include <math.h>

enum { N = 20000 };

static real x[N];

static void
corrupt_all(const Corruption corruption, const double amount, const real was)
{
  Random random = random_at(1, RANDOM_TEST, 0);
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = was;
  }
  denoising_corrupt(corruption, amount, &random, N, x);
}

static void
corrupt_ones(const Corruption corruption, const double amount)
{
  corrupt_all(corruption, amount, 1);
}

/// A fifth is zero, within four standard deviations; the rest is untouched.
static void
test_masking(void** const state)
{
  (void)state;
  uint32_t n_zero = 0;
  corrupt_ones(CORRUPTION_MASKING, 0.2);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(x[i] == 0 || x[i] == 1);
    n_zero += x[i] == 0;
  }
  assert_true(fabs(n_zero - 0.2 * N) < 4.0 * sqrt(0.2 * 0.8 * N));
}

/// A tenth is 0 and a tenth is 1, within four standard deviations; the rest is untouched.
static void
test_salt_and_pepper(void** const state)
{
  (void)state;
  const real untouched = (real)0.25;
  uint32_t   n_zero    = 0;
  uint32_t   n_one     = 0;
  corrupt_all(CORRUPTION_SALT_AND_PEPPER, 0.2, untouched);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(x[i] == 0 || x[i] == 1 || x[i] == untouched);
    n_zero += x[i] == 0;
    n_one += x[i] == 1;
  }
  assert_true(fabs(n_zero - 0.1 * N) < 4.0 * sqrt(0.1 * 0.9 * N));
  assert_true(fabs(n_one - 0.1 * N) < 4.0 * sqrt(0.1 * 0.9 * N));
}

static void
test_gaussian(void** const state)
{
  (void)state;
  double sum    = 0.0;
  double square = 0.0;
  corrupt_ones(CORRUPTION_GAUSSIAN, 0.5);
  for (uint32_t i = 0; i < N; ++i) {
    sum += (double)x[i] - 1.0;
    square += ((double)x[i] - 1.0) * ((double)x[i] - 1.0);
  }
  assert_true(fabs(sum / N) < 4.0 * 0.5 / sqrt(N));
  assert_true(fabs(square / N - 0.25) < 4.0 * 0.25 * sqrt(2.0 / N));
}

static void
test_recorded_noise_is_in_the_sound_already(void** const state)
{
  (void)state;
  corrupt_ones(CORRUPTION_RECORDED, 0.5);
  assert_true(x[0] == 1 && x[N - 1] == 1);
  corrupt_ones(CORRUPTION_NONE, 0.5);
  assert_true(x[0] == 1 && x[N - 1] == 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_masking),
    cmocka_unit_test(test_salt_and_pepper),
    cmocka_unit_test(test_gaussian),
    cmocka_unit_test(test_recorded_noise_is_in_the_sound_already),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
