// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/autoencoder_step.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/optimizer.h"
#include "training/engine/random.h"

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_IN = 4, N_OUT = 3, N_STEPS = 5, N_STREAMS = 2, N_ROWS = N_STEPS * N_STREAMS };

static const BatchShape batch = { .n_steps = N_STEPS, .n_streams = N_STREAMS };

typedef struct {
  AutoencoderStep* step;
  double           corrupted[N_ROWS * N_IN];
  double           clean[N_ROWS * N_IN];
} Fixture;

static void
set_up(Fixture* const fixture, const Activation activation, const Activation output)
{
  const LayerShape shape = {
    .n_in = N_IN, .n_out = N_OUT, .n_taps = 2, .taps = { 0, 3 }, .activation = activation
  };
  Random random = random_at(1, RANDOM_TEST, 7);
  fixture->step = autoencoder_step_new(&shape, output, batch);
  assert_non_null(fixture->step);
  Parameters* const parameters = autoencoder_step_parameters(fixture->step);
  for (size_t i = 0; i < parameters->n; ++i) {
    parameters->value[i] = 0.5 * random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_IN; ++i) {
    fixture->clean[i]     = random_normal(&random);
    fixture->corrupted[i] = fixture->clean[i] + 0.3 * random_normal(&random);
  }
}

static double
loss(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  return autoencoder_step(fixture->step, NULL, fixture->corrupted, fixture->clean, false);
}

static void
check_gradient(const Activation activation, const Activation output)
{
  Fixture fixture;
  set_up(&fixture, activation, output);
  Parameters* const parameters = autoencoder_step_parameters(fixture.step);
  autoencoder_step(fixture.step, NULL, fixture.corrupted, fixture.clean, true);
  assert_true(numeric_gradient_error(loss, &fixture, parameters->n, parameters->value,
                                     parameters->gradient) < 1e-7);
  autoencoder_step_free(fixture.step);
}

static void
test_gradient(void** const state)
{
  (void)state;
  check_gradient(ACTIVATION_SIGMOID, ACTIVATION_IDENTITY);
  check_gradient(ACTIVATION_TANH, ACTIVATION_SIGMOID);
  check_gradient(ACTIVATION_SOFTPLUS, ACTIVATION_SOFTPLUS);
}

/// A linear autoencoder whose code is as wide as its input learns to give the input back.
static void
test_learns_the_identity(void** const state)
{
  (void)state;
  const LayerShape shape = {
    .n_in = N_IN, .n_out = N_IN, .n_taps = 1, .activation = ACTIVATION_IDENTITY
  };
  Random                 random     = random_at(2, RANDOM_TEST, 7);
  AutoencoderStep* const step       = autoencoder_step_new(&shape, ACTIVATION_IDENTITY, batch);
  Parameters* const      parameters = autoencoder_step_parameters(step);
  Optimizer* const       adam       = optimizer_new(OPTIMIZER_ADAM, parameters->n);
  double                 x[N_ROWS * N_IN];
  double                 first = 0.0;
  double                 last  = 0.0;
  for (size_t i = 0; i < parameters->n; ++i) {
    parameters->value[i] = 0.5 * random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_IN; ++i) {
    x[i] = random_normal(&random);
  }
  for (uint32_t i = 0; i < 2000; ++i) {
    last  = autoencoder_step(step, NULL, x, x, true);
    first = i ? first : last;
    optimizer_step(adam, NULL, 0.01, 0.0, parameters->gradient, parameters->value);
  }
  assert_true(last < 1e-4 * first);
  optimizer_free(adam);
  autoencoder_step_free(step);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient),
    cmocka_unit_test(test_learns_the_identity),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
