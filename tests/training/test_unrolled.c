// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/unrolled.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/loss.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_IN = 5, N_CODE = 3, N_ROWS = 6 };

static const BatchShape batch = { .n_steps = 1, .n_streams = N_ROWS };

typedef struct {
  UnrolledShape shape;
  Parameters*   parameters;
  Unrolled*     network;
  double        x[N_ROWS * N_IN];
} Fixture;

static Fixture
open_fixture(const bool bypassed, const bool variational, const double dropout)
{
  Fixture fixture = {
    .shape = { .n_encoder   = 2,
               .n_decoder   = 2,
               .layers      = { { N_IN, 7, 1, { 0 }, ACTIVATION_TANH, false },
                                { 7,
                             variational ? 2 * N_CODE : N_CODE,
                                  1,
                                  { 0 },
                                  ACTIVATION_IDENTITY,
                                  false },
                                { N_CODE, 6, 1, { 0 }, ACTIVATION_SOFTPLUS, false },
                                { 6, N_IN, 1, { 0 }, ACTIVATION_IDENTITY, false } },
               .bypassed    = bypassed,
               .bypasses    = { { N_IN, N_CODE, 1, { 0 }, ACTIVATION_IDENTITY, false },
                                { N_CODE, N_IN, 1, { 0 }, ACTIVATION_IDENTITY, false } },
               .variational = variational,
               .dropout     = dropout },
  };
  Random random      = random_at(1, RANDOM_TEST, 0);
  fixture.parameters = parameters_new(unrolled_shape_size(&fixture.shape));
  fixture.network    = unrolled_new(&fixture.shape, fixture.parameters, batch);
  for (size_t i = 0; i < fixture.parameters->n; ++i) {
    fixture.parameters->value[i] = 0.5 * random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_IN; ++i) {
    fixture.x[i] = random_normal(&random);
  }
  return fixture;
}

static void
close_fixture(Fixture* const fixture)
{
  unrolled_free(fixture->network);
  parameters_free(fixture->parameters);
}

static double
loss(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  Random         random  = random_at(1, RANDOM_TEST, 1); // The same code at every call
  Random         dropped = random_at(1, RANDOM_TEST, 2); // And without the same units
  unrolled_drop(fixture->network, N_ROWS, &dropped);
  const real* const y     = unrolled_forward(fixture->network, NULL, batch, fixture->x, &random);
  const double      error = loss_squared_error(N_ROWS, N_IN, y, fixture->x,
                                               unrolled_slope(fixture->network));
  return error + unrolled_divergence(fixture->network, batch, 0.7, 0.0);
}

/// Through both halves, what goes around them, a code that is drawn, and units that are left out,
/// to every number.
static void
test_gradients(void** const state)
{
  (void)state;
  for (int i = 0; i < 8; ++i) {
    Fixture fixture = open_fixture(i & 1, i & 2, i & 4 ? 0.3 : 0.0);
    loss(&fixture);
    unrolled_backward(fixture.network, NULL, batch);
    assert_true(numeric_gradient_error(loss, &fixture, fixture.parameters->n,
                                       fixture.parameters->value,
                                       fixture.parameters->gradient) < 1e-7);
    close_fixture(&fixture);
  }
}

/// With layers of zeros a bypassed network is the two linear layers around them.
static void
test_bypass_alone(void** const state)
{
  (void)state;
  Fixture       fixture = open_fixture(true, false, 0.0);
  double* const value   = fixture.parameters->value;
  const size_t  up      = unrolled_shape_offset(&fixture.shape, 4);
  const size_t  down    = unrolled_shape_offset(&fixture.shape, 5);
  memset(value, 0, up * sizeof(double));
  const real* const y = unrolled_forward(fixture.network, NULL, batch, fixture.x, NULL);
  for (uint32_t i = 0; i < N_IN; ++i) {
    double expected = value[down + N_CODE * N_IN + i];
    for (uint32_t j = 0; j < N_CODE; ++j) {
      double z = value[up + N_IN * N_CODE + j];
      for (uint32_t k = 0; k < N_IN; ++k) {
        z += fixture.x[N_IN + k] * value[up + k * N_CODE + j];
      }
      expected += z * value[down + j * N_IN + i];
      assert_true(fabs(unrolled_code(fixture.network)[N_CODE + j] - z) < 1e-12);
    }
    assert_true(fabs(y[N_IN + i] - expected) < 1e-12);
  }
  close_fixture(&fixture);
}

/// Without random numbers the code is the mean; with them it differs and the mean stays.
static void
test_the_mean_is_the_code(void** const state)
{
  (void)state;
  Fixture fixture = open_fixture(false, true, 0.0);
  Random  random  = random_at(1, RANDOM_TEST, 2);
  double  mean[N_ROWS * N_CODE];
  double  output[N_ROWS * N_IN];
  memcpy(output, unrolled_forward(fixture.network, NULL, batch, fixture.x, NULL), sizeof(output));
  memcpy(mean, unrolled_code(fixture.network), sizeof(mean));
  const real* const drawn = unrolled_forward(fixture.network, NULL, batch, fixture.x, &random);
  assert_memory_not_equal(drawn, output, sizeof(output));
  assert_memory_equal(unrolled_code(fixture.network), mean, sizeof(mean));
  close_fixture(&fixture);
}

/// Where nothing is to be left out any more, as in validation, all units count again.
static void
test_dropping_ends(void** const state)
{
  (void)state;
  Fixture whole   = open_fixture(false, false, 0.0);
  Fixture fixture = open_fixture(false, false, 0.3);
  loss(&fixture);
  unrolled_drop(fixture.network, N_ROWS, NULL);
  const real* const y        = unrolled_forward(fixture.network, NULL, batch, fixture.x, NULL);
  const real* const expected = unrolled_forward(whole.network, NULL, batch, whole.x, NULL);
  assert_memory_equal(y, expected, N_ROWS * N_IN * sizeof(real));
  close_fixture(&fixture);
  close_fixture(&whole);
}

/// All weights but the last layer's: what is no matrix are its numbers, and the biases.
static void
test_matrices(void** const state)
{
  (void)state;
  MatrixBlock   blocks[2 * NETWORK_MAX_LAYERS];
  UnrolledShape shape = {
    .n_encoder = 1,
    .n_decoder = 2,
    .layers    = { { .n_in = 3, .n_out = 4, .n_taps = 2, .gated = true },
                   { .n_in = 4, .n_out = 5, .n_taps = 1 },
                   { .n_in = 5, .n_out = 2, .n_taps = 1 } },
  };
  assert_int_equal(unrolled_shape_matrices(&shape, blocks), 2);
  assert_int_equal(blocks[0].offset, 0);
  assert_int_equal(blocks[0].rows, 6);
  assert_int_equal(blocks[0].columns, 4);
  assert_int_equal(blocks[0].n_side, 2);
  assert_int_equal(blocks[1].offset, 6 * 8 + 8);
  assert_int_equal(blocks[1].rows, 4);
  assert_int_equal(blocks[1].columns, 5);
  assert_int_equal(blocks[1].n_side, 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_matrices),
    cmocka_unit_test(test_gradients),
    cmocka_unit_test(test_dropping_ends),
    cmocka_unit_test(test_bypass_alone),
    cmocka_unit_test(test_the_mean_is_the_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
