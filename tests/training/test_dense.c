// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/dense.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/parameters.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// This test is built with the engine in double.
_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_IN = 5, N_OUT = 4, N_STEPS = 6, N_STREAMS = 3, N_ROWS = N_STEPS * N_STREAMS };

static const BatchShape batch = { .n_steps = N_STEPS, .n_streams = N_STREAMS };

/// One layer under a loss that is a fixed, random sum of its outputs' squares and values.
typedef struct {
  Parameters* parameters;
  Dense       dense;
  double      x[N_ROWS * N_IN];
  double      y[N_ROWS * N_OUT];
  double      dy[N_ROWS * N_OUT];
  double      dx[N_ROWS * N_IN];
  double      weight[N_ROWS * N_OUT];
} Fixture;

static void
fill(Random* const random, const size_t n, double* const x)
{
  for (size_t i = 0; i < n; ++i) {
    x[i] = random_normal(random);
  }
}

static Fixture*
new_fixture(const Activation activation, const uint32_t n_taps)
{
  const LayerShape shape = {
    .n_in = N_IN, .n_out = N_OUT, .n_taps = n_taps, .taps = { 0, 2, 7 }, .activation = activation
  };
  Random         random  = random_at(1, RANDOM_TEST, activation);
  Fixture* const fixture = calloc(1, sizeof(Fixture));
  fixture->parameters    = parameters_new(parameters_of_layer(&shape));
  fixture->dense         = parameters_dense(fixture->parameters, 0, &shape);
  fill(&random, fixture->parameters->n, fixture->parameters->value);
  fill(&random, N_ROWS * N_IN, fixture->x);
  fill(&random, N_ROWS * N_OUT, fixture->weight);
  return fixture;
}

static void
free_fixture(Fixture* const fixture)
{
  parameters_free(fixture->parameters);
  free(fixture);
}

static double
loss(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  double         sum     = 0.0;
  dense_forward(&fixture->dense, NULL, batch, fixture->x, fixture->y);
  for (uint32_t i = 0; i < N_ROWS * N_OUT; ++i) {
    sum += fixture->weight[i] * fixture->y[i] * (1.0 + fixture->y[i]);
    fixture->dy[i] = fixture->weight[i] * (1.0 + 2.0 * fixture->y[i]);
  }
  return sum;
}

static void
check_gradients(const Activation activation, const uint32_t n_taps)
{
  Fixture* const    fixture    = new_fixture(activation, n_taps);
  Parameters* const parameters = fixture->parameters;
  loss(fixture);
  dense_backward(&fixture->dense, NULL, batch, fixture->x, fixture->y, fixture->dy, fixture->dx);
  assert_true(numeric_gradient_error(loss, fixture, parameters->n, parameters->value,
                                     parameters->gradient) < 1e-7);
  assert_true(numeric_gradient_error(loss, fixture, N_ROWS * N_IN, fixture->x, fixture->dx) < 1e-7);
  free_fixture(fixture);
}

static void
test_gradients(void** const state)
{
  (void)state;
  const Activation all[] = { ACTIVATION_IDENTITY, ACTIVATION_SIGMOID, ACTIVATION_TANH,
                             ACTIVATION_RELU, ACTIVATION_SOFTPLUS };
  for (uint32_t a = 0; a < sizeof(all) / sizeof(*all); ++a) {
    check_gradients(all[a], 1);
    check_gradients(all[a], 3); // The last tap reaches before the first frame of every sequence
  }
}

/// The sum of dense.h, frame by frame.
static void
test_forward_equals_the_naive_sum(void** const state)
{
  (void)state;
  Fixture* const fixture = new_fixture(ACTIVATION_IDENTITY, 2);
  const Dense*   dense   = &fixture->dense;
  dense_forward(dense, NULL, batch, fixture->x, fixture->y);
  for (uint32_t t = 0; t < N_STEPS; ++t) {
    for (uint32_t s = 0; s < N_STREAMS; ++s) {
      for (uint32_t j = 0; j < N_OUT; ++j) {
        double sum = dense->b[j];
        for (uint32_t k = 0; k < 2; ++k) {
          const uint32_t delay = dense->shape.taps[k];
          for (uint32_t i = 0; i < N_IN && t >= delay; ++i) {
            sum += fixture->x[((t - delay) * N_STREAMS + s) * N_IN + i] *
                   dense->w[(k * N_IN + i) * N_OUT + j];
          }
        }
        assert_true(fabs(fixture->y[(t * N_STREAMS + s) * N_OUT + j] - sum) < 1e-12);
      }
    }
  }
  free_fixture(fixture);
}

static void
test_threads_do_not_matter(void** const state)
{
  (void)state;
  Team* const    team = team_new(3);
  Fixture* const one  = new_fixture(ACTIVATION_TANH, 3);
  Fixture* const many = new_fixture(ACTIVATION_TANH, 3);
  loss(one);
  memcpy(many->dy, one->dy, sizeof(one->dy));
  dense_forward(&many->dense, team, batch, many->x, many->y);
  dense_backward(&one->dense, NULL, batch, one->x, one->y, one->dy, one->dx);
  dense_backward(&many->dense, team, batch, many->x, many->y, many->dy, many->dx);
  assert_memory_equal(one->y, many->y, sizeof(one->y));
  assert_memory_equal(one->dx, many->dx, sizeof(one->dx));
  assert_memory_equal(one->parameters->gradient, many->parameters->gradient,
                      one->parameters->n * sizeof(double));
  free_fixture(one);
  free_fixture(many);
  team_free(team);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradients),
    cmocka_unit_test(test_forward_equals_the_naive_sum),
    cmocka_unit_test(test_threads_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
