// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/sparsity.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_ROWS = 6, N_UNITS = 3, N = N_ROWS * N_UNITS };

typedef struct {
  RecipeSparsity sparsity;
  Activation     activation;
  double         h[N];
  double         dh[N];
} Fixture;

static double
penalty(Fixture* const fixture, double* const dh)
{
  double mean[N_UNITS];
  return sparsity_penalty(&fixture->sparsity, fixture->activation, N_ROWS, N_UNITS, fixture->h,
                          mean, dh);
}

static double
penalty_alone(void* const handle)
{
  return penalty((Fixture*)handle, NULL);
}

/// Codes all over the range of the activation, none near 0, where |h| has a corner.
static void
draw(Fixture* const fixture)
{
  Random random = random_at(3, RANDOM_TEST, 0);
  for (uint32_t i = 0; i < N; ++i) {
    const double sign = fixture->activation == ACTIVATION_TANH && random_below(&random, 2) ? -1 : 1;
    fixture->h[i]     = sign * random_between(&random, 0.05, 0.95);
    fixture->dh[i]    = 0.0;
  }
}

static void
check_gradient(const RecipeSparsity sparsity, const Activation activation)
{
  Fixture fixture = { .sparsity = sparsity, .activation = activation };
  draw(&fixture);
  penalty(&fixture, fixture.dh);
  assert_true(numeric_gradient_error(penalty_alone, &fixture, N, fixture.h, fixture.dh) < 1e-7);
}

static void
test_gradient(void** const state)
{
  (void)state;
  check_gradient((RecipeSparsity){ .weight = 3.0, .activity = 0.05 }, ACTIVATION_SIGMOID);
  check_gradient((RecipeSparsity){ .weight = 3.0, .activity = 0.05 }, ACTIVATION_TANH);
  check_gradient((RecipeSparsity){ .l1 = 0.5 }, ACTIVATION_TANH);
  check_gradient((RecipeSparsity){ .weight = 0.2, .activity = 0.1, .l1 = 0.5 }, ACTIVATION_SIGMOID);
}

/// Means of 1/2, 1/4 and 3/4 against ρ = 1/4: 1/4 log 1/2 + 3/4 log 3/2, 0, and 1/2 log 3.
static void
test_divergence_by_hand(void** const state)
{
  (void)state;
  const double rows[2][N_UNITS] = { { 0.2, 0.0, 1.0 }, { 0.8, 0.5, 0.5 } };
  Fixture      fixture          = { .sparsity   = { .weight = 2.0, .activity = 0.25 },
                                    .activation = ACTIVATION_SIGMOID };
  for (uint32_t i = 0; i < N; ++i) {
    fixture.h[i] = rows[i / N_UNITS % 2][i % N_UNITS];
  }
  const double first = 0.25 * log(0.5) + 0.75 * log(1.5);
  const double third = 0.5 * log(3.0);
  assert_true(fabs(penalty(&fixture, NULL) - 2.0 * (first + third)) < 1e-12);

  // The same shares of the range −1…1.
  fixture.activation = ACTIVATION_TANH;
  for (uint32_t i = 0; i < N; ++i) {
    fixture.h[i] = 2.0 * fixture.h[i] - 1.0;
  }
  assert_true(fabs(penalty(&fixture, NULL) - 2.0 * (first + third)) < 1e-12);
}

/// The slope comes on top of what is there.
static void
test_absolute_by_hand(void** const state)
{
  (void)state;
  Fixture fixture = { .sparsity = { .l1 = 3.0 }, .activation = ACTIVATION_RELU };
  fixture.h[0]    = 2.0;
  fixture.h[4]    = -5.0;
  fixture.dh[0]   = 1.0;
  fixture.dh[1]   = 1.0;
  assert_true(fabs(penalty(&fixture, fixture.dh) - 3.0 * 7.0 / N_ROWS) < 1e-12);
  assert_true(fixture.dh[0] == 1.5 && fixture.dh[1] == 1.0 && fixture.dh[4] == -0.5);
}

/// Units that are never or always active are pushed back by a finite slope.
static void
test_stuck_units(void** const state)
{
  (void)state;
  Fixture fixture = { .sparsity   = { .weight = 1.0, .activity = 0.05 },
                      .activation = ACTIVATION_SIGMOID };
  for (uint32_t i = 0; i < N; ++i) {
    fixture.h[i] = i % N_UNITS ? 1.0 : 0.0;
  }
  assert_true(isfinite(penalty(&fixture, fixture.dh)));
  assert_true(isfinite(fixture.dh[0]) && fixture.dh[0] < 0.0);
  assert_true(isfinite(fixture.dh[1]) && fixture.dh[1] > 0.0);
}

static void
test_none(void** const state)
{
  (void)state;
  Fixture fixture = { .sparsity = { .activity = 0.05 }, .activation = ACTIVATION_IDENTITY };
  draw(&fixture);
  assert_true(penalty(&fixture, fixture.dh) == 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(fixture.dh[i] == 0.0);
  }
}

static void
test_possible(void** const state)
{
  (void)state;
  assert_true(sparsity_possible(ACTIVATION_SIGMOID) && sparsity_possible(ACTIVATION_TANH));
  assert_false(sparsity_possible(ACTIVATION_IDENTITY) || sparsity_possible(ACTIVATION_RELU) ||
               sparsity_possible(ACTIVATION_SOFTPLUS));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient),
    cmocka_unit_test(test_divergence_by_hand),
    cmocka_unit_test(test_absolute_by_hand),
    cmocka_unit_test(test_stuck_units),
    cmocka_unit_test(test_none),
    cmocka_unit_test(test_possible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
