// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/backprop.h"
#include "training/engine/loss.h"

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum {
  N_LAYERS  = 4,
  N_IN      = 5,
  N_OUT     = 4,
  N_STEPS   = 9,
  N_STREAMS = 2,
  N_ROWS    = N_STEPS * N_STREAMS
};

static const BatchShape batch            = { .n_steps = N_STEPS, .n_streams = N_STREAMS };
static const LayerShape shapes[N_LAYERS] = {
  { N_IN, 7, 2, { 0, 1 }, ACTIVATION_TANH, false },
  { 7, 6, 3, { 0, 2, 4 }, ACTIVATION_SOFTPLUS, false },
  { 6, 6, 2, { 0, 1 }, ACTIVATION_TANH, true },
  { 6, N_OUT, 1, { 0 }, ACTIVATION_SIGMOID, false },
};

typedef struct {
  Parameters* parameters;
  Backprop*   network;
  double      x[N_ROWS * N_IN];
  double      target[N_ROWS * N_OUT];
} Fixture;

static double
loss(void* const handle)
{
  Fixture* const    fixture = (Fixture*)handle;
  const real* const y       = backprop_forward(fixture->network, NULL, N_LAYERS, batch, fixture->x);
  return loss_squared_error(N_ROWS, N_OUT, y, fixture->target, backprop_slope(fixture->network));
}

/// Slopes of every weight and bias, with a share of the units left out.
static void
check_gradient(const double dropout)
{
  Fixture fixture;
  Random  random = random_at(1, RANDOM_TEST, 0);
  size_t  n      = 0;
  for (uint32_t l = 0; l < N_LAYERS; ++l) {
    n += parameters_of_layer(&shapes[l]);
  }
  fixture.parameters = parameters_new(n);
  fixture.network    = backprop_new(N_LAYERS, shapes, fixture.parameters, PRECISION_FLOAT32, batch);
  for (size_t i = 0; i < n; ++i) {
    fixture.parameters->value[i] = 0.5 * random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_IN; ++i) {
    fixture.x[i] = random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_OUT; ++i) {
    fixture.target[i] = random_uniform(&random);
  }

  if (dropout > 0.0) {
    assert_true(backprop_allow_dropout(fixture.network, batch));
    backprop_drop(fixture.network, N_STREAMS, dropout, &random);
  }
  loss(&fixture);
  backprop_backward(fixture.network, NULL, batch, NULL);
  assert_true(numeric_gradient_error(loss, &fixture, n, fixture.parameters->value,
                                     fixture.parameters->gradient) < 1e-7);
  backprop_free(fixture.network);
  parameters_free(fixture.parameters);
}

/// Through layers with taps, one of them gated.
static void
test_gradient_through_layers(void** const state)
{
  (void)state;
  check_gradient(0.0);
}

/// The same, where a third of the units are left out of each sequence.
static void
test_gradient_through_dropout(void** const state)
{
  (void)state;
  check_gradient(1.0 / 3.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient_through_layers),
    cmocka_unit_test(test_gradient_through_dropout),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
