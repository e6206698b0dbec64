// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/growth.h"

#include "dsp/network/network.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "training/engine/parameters.h"

#include <math.h>

enum { N_IN = 5, N_OUT = 4, N_FRAMES = 30 };

/// Two layers, and the numbers of both.
typedef struct {
  Network     network;
  Parameters* numbers[2];
} Net;

static Net
draw(const LayerShape* const shapes, Random* const random)
{
  Net net = { .network.n_layers = 2 };
  for (uint32_t l = 0; l < 2; ++l) {
    net.numbers[l] = parameters_new(parameters_of_layer(&shapes[l]));
    parameters_draw(&shapes[l], random, net.numbers[l]->value);
    net.network.layers[l] = (Layer){ .shape = shapes[l],
                                     .w     = net.numbers[l]->value,
                                     .b = net.numbers[l]->value + layer_shape_weights(&shapes[l]) };
  }
  return net;
}

static void
free_net(const Net* const net)
{
  parameters_free(net->numbers[0]);
  parameters_free(net->numbers[1]);
}

/// The greatest difference of the outputs of two networks.
static double
difference(const Network* const a, const Network* const b)
{
  Scratch* const of_a  = scratch_new(a);
  Scratch* const of_b  = scratch_new(b);
  double         worst = 0.0;
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    float x[N_IN];
    float y_a[N_OUT];
    float y_b[N_OUT];
    signal_fill_noise(10 + t, 1.0f, N_IN, x);
    network_forward(a, of_a, x, y_a);
    network_forward(b, of_b, x, y_b);
    for (uint32_t j = 0; j < N_OUT; ++j) {
      worst = fmax(worst, fabs((double)(y_a[j] - y_b[j])));
    }
  }
  scratch_free(of_a);
  scratch_free(of_b);
  return worst;
}

/// How far the outputs of a trained network change when it goes on as another.
static double
change(const LayerShape* const from, const LayerShape* const to)
{
  Random    random  = random_at(1, RANDOM_TEST, 0);
  const Net trained = draw(from, &random);
  const Net grown   = draw(to, &random);
  for (uint32_t l = 0; l < 2; ++l) {
    assert_true(growth_possible(&from[l], &to[l]));
    growth_layer(&trained.network.layers[l], &to[l], grown.numbers[l]->value);
  }
  const double worst = difference(&trained.network, &grown.network);
  free_net(&trained);
  free_net(&grown);
  return worst;
}

static const LayerShape small[2] = { { N_IN, 6, 2, { 0, 3 }, ACTIVATION_RELU, false },
                                     { 6, N_OUT, 1, { 0 }, ACTIVATION_SIGMOID, false } };

static const LayerShape small_gated[2] = { { N_IN, 6, 2, { 0, 3 }, ACTIVATION_RELU, true },
                                           { 6, N_OUT, 1, { 0 }, ACTIVATION_SIGMOID, false } };

/// New units say nothing yet, whatever they hear.
static void
test_wider_does_the_same(void** const state)
{
  (void)state;
  const LayerShape wide[2]       = { { N_IN, 9, 2, { 0, 3 }, ACTIVATION_RELU, false },
                                     { 9, N_OUT, 1, { 0 }, ACTIVATION_SIGMOID, false } };
  const LayerShape wide_gated[2] = { { N_IN, 9, 2, { 0, 3 }, ACTIVATION_RELU, true },
                                     { 9, N_OUT, 1, { 0 }, ACTIVATION_SIGMOID, false } };
  assert_true(change(small, small) == 0.0);
  assert_true(change(small, wide) < 1e-6);
  assert_true(change(small_gated, wide_gated) < 1e-6);
}

/// Gates that come in are open by 1 / (1 + e⁻³) = 95.3 %: a little of the frame before is left.
static void
test_gates_begin_nearly_open(void** const state)
{
  (void)state;
  const double worst = change(small, small_gated);
  assert_true(worst > 1e-4 && worst < 0.1);
}

static void
test_what_cannot_grow(void** const state)
{
  (void)state;
  const LayerShape one = { N_IN, 6, 2, { 0, 3 }, ACTIVATION_RELU, true };
  LayerShape       other[5];
  for (uint32_t i = 0; i < 5; ++i) {
    other[i] = one;
  }
  other[0].n_in       = N_IN - 1;
  other[1].n_out      = 5;
  other[2].n_taps     = 1;
  other[3].activation = ACTIVATION_TANH;
  other[4].gated      = false;
  for (uint32_t i = 0; i < 5; ++i) {
    assert_false(growth_possible(&one, &other[i]));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_wider_does_the_same),
    cmocka_unit_test(test_gates_begin_nearly_open),
    cmocka_unit_test(test_what_cannot_grow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
