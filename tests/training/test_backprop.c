// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/backprop.h"

#include "dsp/network/network.h"
#include "tests/support/test.h"
#include "training/engine/random.h"

enum { N_IN = 6, N_HIDDEN = 70, N_OUT = 5, N_STEPS = 40, N_STREAMS = 3 };

static const LayerShape dense[2] = {
  { N_IN, N_HIDDEN, 3, { 0, 1, 4 }, ACTIVATION_RELU, false },
  { N_HIDDEN, N_OUT, 2, { 0, 9 }, ACTIVATION_SIGMOID, false },
};

static const LayerShape gated[2] = {
  { N_IN, N_HIDDEN, 3, { 0, 1, 4 }, ACTIVATION_RELU, true },
  { N_HIDDEN, N_OUT, 2, { 0, 9 }, ACTIVATION_TANH, true },
};

/// A mini-batch through the trainer's layers equals each stream, frame by frame, through dsp's.
static void
check_batch(const LayerShape* const shapes)
{
  const BatchShape  batch      = { .n_steps = N_STEPS, .n_streams = N_STREAMS };
  const size_t      n_first    = parameters_of_layer(&shapes[0]);
  Parameters* const parameters = parameters_new(n_first + parameters_of_layer(&shapes[1]));
  Random            random     = random_at(1, RANDOM_TEST, 0);
  static float      x[N_STEPS * N_STREAMS * N_IN];
  for (uint32_t i = 0; i < N_STEPS * N_STREAMS * N_IN; ++i) {
    x[i] = (float)random_normal(&random);
  }
  parameters_draw(&shapes[0], &random, parameters->value);
  parameters_draw(&shapes[1], &random, parameters->value + n_first);

  const float* const value    = parameters->value;
  const size_t       n_w0     = layer_shape_weights(&shapes[0]);
  const size_t       n_w1     = layer_shape_weights(&shapes[1]);
  const float* const w1       = value + n_first;
  const Layer        first    = { .shape = shapes[0], .w = value, .b = value + n_w0 };
  const Layer        second   = { .shape = shapes[1], .w = w1, .b = w1 + n_w1 };
  const Network      network  = { .n_layers = 2, .layers = { first, second } };
  Backprop* const    backprop = backprop_new(2, shapes, parameters, PRECISION_FLOAT32, batch);
  const float* const y        = backprop_forward(backprop, NULL, 2, batch, x);
  for (uint32_t s = 0; s < N_STREAMS; ++s) {
    Scratch* const scratch = scratch_new(&network);
    for (uint32_t t = 0; t < N_STEPS; ++t) {
      const size_t row = (size_t)t * N_STREAMS + s;
      float        expected[N_OUT];
      network_forward(&network, scratch, x + row * N_IN, expected);
      for (uint32_t j = 0; j < N_OUT; ++j) {
        assert_float_equal(y[row * N_OUT + j], expected[j], 2e-6f);
      }
    }
    scratch_free(scratch);
  }
  backprop_free(backprop);
  parameters_free(parameters);
}

static void
test_batch_equals_stream(void** const state)
{
  (void)state;
  check_batch(dense);
  check_batch(gated);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_batch_equals_stream),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
