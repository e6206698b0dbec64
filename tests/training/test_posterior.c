// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/posterior.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_ROWS = 4, N_CODE = 3, WIDTH = 2 * N_CODE };

/// Codes under a loss that is a fixed sum of their squares, and the divergence.
typedef struct {
  double encoded[N_ROWS * WIDTH];
  double weight[N_ROWS * N_CODE];
  double beta;
  double free_bits;
  double slope[N_ROWS * WIDTH];
} Fixture;

static Fixture
new_fixture(void)
{
  Random  random  = random_at(5, RANDOM_TEST, 0);
  Fixture fixture = { 0 };
  for (uint32_t i = 0; i < N_ROWS * WIDTH; ++i) {
    fixture.encoded[i] = random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_CODE; ++i) {
    fixture.weight[i] = random_normal(&random);
  }
  return fixture;
}

/// The same ε at every call.
static double
loss(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  Random         random  = random_at(6, RANDOM_TEST, 0);
  double         epsilon[N_ROWS * N_CODE];
  double         z[N_ROWS * N_CODE];
  double         dz[N_ROWS * N_CODE];
  double         sum = 0.0;
  posterior_sample(N_ROWS, N_CODE, fixture->encoded, &random, epsilon, z);
  for (uint32_t i = 0; i < N_ROWS * N_CODE; ++i) {
    sum += fixture->weight[i] * z[i] * z[i];
    dz[i] = 2.0 * fixture->weight[i] * z[i];
  }
  posterior_backward(N_ROWS, N_CODE, fixture->encoded, epsilon, dz, fixture->slope);
  return sum + posterior_divergence(N_ROWS, N_CODE, fixture->encoded, fixture->beta,
                                    fixture->free_bits, fixture->slope);
}

static void
check_gradient(Fixture* const fixture)
{
  double slope[N_ROWS * WIDTH];
  loss(fixture);
  memcpy(slope, fixture->slope, sizeof(slope));
  assert_true(numeric_gradient_error(loss, fixture, N_ROWS * WIDTH, fixture->encoded, slope) <
              1e-7);
}

static void
test_gradient(void** const state)
{
  (void)state;
  Fixture fixture = new_fixture();
  check_gradient(&fixture);
  fixture.beta = 1.5;
  check_gradient(&fixture);
  fixture.free_bits  = 0.6; // Some dimensions are below, some above
  fixture.encoded[1] = 2.0;
  check_gradient(&fixture);
}

/// A variance out of range counts as the nearest in range, and has no slope.
static void
test_clamp(void** const state)
{
  (void)state;
  Fixture fixture            = new_fixture();
  fixture.beta               = 0.7;
  fixture.encoded[N_CODE]    = 12.0;
  fixture.encoded[WIDTH - 1] = -30.0;
  const double outside       = loss(&fixture);
  assert_true(fixture.slope[N_CODE] == 0.0);
  assert_true(fixture.slope[WIDTH - 1] == 0.0);
  check_gradient(&fixture);

  fixture.encoded[N_CODE]    = 10.0;
  fixture.encoded[WIDTH - 1] = -10.0;
  assert_true(loss(&fixture) == outside);
}

/// N(1, 4) from N(0, 1): log(1/2) + (4 + 1)/2 − 1/2; N(0, 1) from itself: nothing.
static void
test_divergence_by_hand(void** const state)
{
  (void)state;
  const double encoded[4] = { 1.0, 0.0, log(4.0), 0.0 };
  const double expected   = -log(2.0) + 2.0;
  assert_true(fabs(posterior_divergence(1, 2, encoded, 1.0, 0.0, NULL) - expected) < 1e-12);
  assert_true(fabs(posterior_divergence(1, 2, encoded, 3.0, 0.0, NULL) - 3.0 * expected) < 1e-12);
}

/// KL is the mean of log q(z) − log p(z) over draws of z from q, here of 200 000.
static void
test_divergence_equals_the_mean_of_draws(void** const state)
{
  (void)state;
  enum { N = 200000 };
  const double mean       = -0.8;
  const double logs       = -1.3;
  const double encoded[2] = { mean, logs };
  Random       random     = random_at(7, RANDOM_TEST, 0);
  double       sum        = 0.0;
  double       squares    = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    double epsilon = 0.0;
    double z       = 0.0;
    posterior_sample(1, 1, encoded, &random, &epsilon, &z);
    const double log_q = -0.5 * (z - mean) * (z - mean) / exp(logs) - 0.5 * logs;
    const double log_p = -0.5 * z * z;
    sum += log_q - log_p;
    squares += (log_q - log_p) * (log_q - log_p);
  }
  const double estimate = sum / N;
  const double error    = sqrt((squares / N - estimate * estimate) / N);
  const double exact    = posterior_divergence(1, 1, encoded, 1.0, 0.0, NULL);
  assert_true(error < 0.01);
  assert_true(fabs(estimate - exact) < 3.0 * error);
}

/// What counts is a dimension's mean over the rows: (0 + 2)/2 here, of means 0 and 2.
static void
test_free_bits(void** const state)
{
  (void)state;
  const double encoded[4] = { 0.0, 0.0, 2.0, 0.0 };
  double       slope[4]   = { 5.0, 5.0, 5.0, 5.0 };
  assert_true(posterior_divergence(2, 1, encoded, 2.0, 1.1, slope) == 0.0);
  for (uint32_t i = 0; i < 4; ++i) {
    assert_true(slope[i] == 5.0);
  }
  assert_true(fabs(posterior_divergence(2, 1, encoded, 2.0, 0.9, slope) - 0.2) < 1e-12);
  assert_true(fabs(slope[2] - (5.0 + 2.0 * 2.0 / 2.0)) < 1e-12);
  assert_true(slope[0] == 5.0);
}

static void
test_warm_up(void** const state)
{
  (void)state;
  assert_true(posterior_beta(2.0, 4, 0) == 0.5);
  assert_true(posterior_beta(2.0, 4, 3) == 2.0);
  assert_true(posterior_beta(2.0, 4, UINT64_MAX) == 2.0);
  assert_true(posterior_beta(2.0, 0, 0) == 2.0);
}

static void
test_without_random_the_code_is_the_mean(void** const state)
{
  (void)state;
  const Fixture fixture = new_fixture();
  double        epsilon[N_ROWS * N_CODE];
  double        z[N_ROWS * N_CODE];
  posterior_sample(N_ROWS, N_CODE, fixture.encoded, NULL, epsilon, z);
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    assert_memory_equal(z + (size_t)r * N_CODE, fixture.encoded + (size_t)r * WIDTH,
                        N_CODE * sizeof(double));
    assert_true(epsilon[r] == 0.0);
  }
}

/// A number that is not one must not be hidden by a clamp or by free bits.
static void
test_not_a_number_shows(void** const state)
{
  (void)state;
  const double mean[2]     = { nan(""), 0.0 };
  const double variance[2] = { 0.0, nan("") };
  assert_true(isnan(posterior_divergence(1, 1, mean, 1.0, 0.5, NULL)));
  assert_true(isnan(posterior_divergence(1, 1, variance, 1.0, 0.5, NULL)));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient),
    cmocka_unit_test(test_clamp),
    cmocka_unit_test(test_divergence_by_hand),
    cmocka_unit_test(test_divergence_equals_the_mean_of_draws),
    cmocka_unit_test(test_free_bits),
    cmocka_unit_test(test_warm_up),
    cmocka_unit_test(test_without_random_the_code_is_the_mean),
    cmocka_unit_test(test_not_a_number_shows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
