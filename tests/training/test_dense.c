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

/// Sizes that are cut into several tasks each way, with a tap that reaches over more than one.
enum { WIDE = 600, LONG_STEPS = 110, LONG_STREAMS = 10, LONG_ROWS = LONG_STEPS * LONG_STREAMS };

static const BatchShape long_batch = { .n_steps = LONG_STEPS, .n_streams = LONG_STREAMS };
static const LayerShape wide_shape = { .n_in       = WIDE,
                                       .n_out      = 3,
                                       .n_taps     = 2,
                                       .taps       = { 0, 60 },
                                       .activation = ACTIVATION_IDENTITY };

/// One pass of a layer of many tiles: y, dx and the gradients, one after the other.
typedef struct {
  Parameters* parameters;
  double*     x;  ///< [LONG_ROWS × WIDE]
  double*     y;  ///< [LONG_ROWS × 3]
  double*     dy; ///< [LONG_ROWS × 3]
  double*     dx; ///< [LONG_ROWS × WIDE]
} Wide;

static Wide
new_wide(Team* const team)
{
  Random random = random_at(3, RANDOM_TEST, 0);
  Wide   wide   = { .parameters = parameters_new(parameters_of_layer(&wide_shape)),
                    .x          = malloc(LONG_ROWS * WIDE * sizeof(double)),
                    .y          = malloc(LONG_ROWS * 3 * sizeof(double)),
                    .dy         = malloc(LONG_ROWS * 3 * sizeof(double)),
                    .dx         = malloc(LONG_ROWS * WIDE * sizeof(double)) };
  fill(&random, wide.parameters->n, wide.parameters->value);
  fill(&random, LONG_ROWS * WIDE, wide.x);
  fill(&random, LONG_ROWS * 3, wide.dy);
  const Dense dense = parameters_dense(wide.parameters, 0, &wide_shape);
  dense_forward(&dense, team, long_batch, wide.x, wide.y);
  dense_backward(&dense, team, long_batch, wide.x, wide.y, wide.dy, wide.dx);
  return wide;
}

static void
free_wide(Wide* const wide)
{
  parameters_free(wide->parameters);
  free(wide->x);
  free(wide->y);
  free(wide->dy);
  free(wide->dx);
}

static const double*
row_of(const double* const matrix, const uint32_t row, const uint32_t n)
{
  return matrix + (size_t)row * n;
}

/// y of one row and unit, by the sum of dense.h.
static double
naive_output(const Wide* const wide, const uint32_t row, const uint32_t j)
{
  const double* const w   = wide->parameters->value;
  double              sum = w[2 * WIDE * 3 + j];
  for (uint32_t k = 0; k < 2; ++k) {
    const uint32_t delay = wide_shape.taps[k] * LONG_STREAMS;
    for (uint32_t i = 0; i < WIDE && row >= delay; ++i) {
      sum += row_of(wide->x, row - delay, WIDE)[i] * w[(k * WIDE + i) * 3 + j];
    }
  }
  return sum;
}

/// dW_k of one input and unit.
static double
naive_gradient(const Wide* const wide, const uint32_t k, const uint32_t i, const uint32_t j)
{
  const uint32_t delay = wide_shape.taps[k] * LONG_STREAMS;
  double         sum   = 0.0;
  for (uint32_t row = delay; row < LONG_ROWS; ++row) {
    sum += row_of(wide->x, row - delay, WIDE)[i] * row_of(wide->dy, row, 3)[j];
  }
  return sum;
}

/// dx of one row and input.
static double
naive_slope(const Wide* const wide, const uint32_t row, const uint32_t i)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < 2; ++k) {
    const uint32_t later = row + wide_shape.taps[k] * LONG_STREAMS;
    for (uint32_t j = 0; j < 3 && later < LONG_ROWS; ++j) {
      sum += row_of(wide->dy, later, 3)[j] * wide->parameters->value[(k * WIDE + i) * 3 + j];
    }
  }
  return sum;
}

static void
check_wide(Team* const team)
{
  Wide wide = new_wide(team);
  for (uint32_t row = 0; row < LONG_ROWS; row += 7) {
    assert_true(fabs(row_of(wide.y, row, 3)[row % 3] - naive_output(&wide, row, row % 3)) < 1e-9);
    const uint32_t i = row % WIDE;
    assert_true(fabs(row_of(wide.dx, row, WIDE)[i] - naive_slope(&wide, row, i)) < 1e-9);
  }
  for (uint32_t i = 0; i < WIDE; i += 11) {
    for (uint32_t k = 0; k < 2; ++k) {
      const double gradient = wide.parameters->gradient[(k * WIDE + i) * 3 + i % 3];
      assert_true(fabs(gradient - naive_gradient(&wide, k, i, i % 3)) < 1e-9);
    }
  }
  free_wide(&wide);
}

static void
test_many_tiles(void** const state)
{
  (void)state;
  Team* const team = team_new(3);
  check_wide(NULL);
  check_wide(team);
  team_free(team);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradients),
    cmocka_unit_test(test_forward_equals_the_naive_sum),
    cmocka_unit_test(test_threads_do_not_matter),
    cmocka_unit_test(test_many_tiles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
