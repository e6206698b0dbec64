// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/layer.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>

/// The sum of layer.h, in double.
static double
naive_unit(const Layer* const layer, const float* const* const x, const uint32_t j)
{
  const LayerShape* const shape = &layer->shape;
  double                  sum   = (double)layer->b[j];
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    for (uint32_t i = 0; i < shape->n_in; ++i) {
      const size_t at = ((size_t)k * shape->n_in + i) * shape->n_out + j;
      sum += (double)x[k][i] * (double)layer->w[at];
    }
  }
  return sum;
}

static void
check_layer(const uint32_t n_in, const uint32_t n_out, const uint32_t n_taps)
{
  const LayerShape shape = { .n_in       = n_in,
                             .n_out      = n_out,
                             .n_taps     = n_taps,
                             .taps       = { 0, 1, 5 },
                             .activation = ACTIVATION_TANH };
  const size_t     n_w   = layer_shape_weights(&shape);
  float* const     w     = malloc(n_w * sizeof(float));
  float* const     b     = malloc(n_out * sizeof(float));
  float* const     y     = malloc(n_out * sizeof(float));
  float            frames[3][300];
  const float*     x[3] = { frames[0], frames[1], frames[2] };
  assert_int_equal(n_w, (size_t)n_in * n_out * n_taps);
  signal_fill_noise(1, 0.1f, (uint32_t)n_w, w);
  signal_fill_noise(2, 0.5f, n_out, b);
  for (uint32_t k = 0; k < n_taps; ++k) {
    signal_fill_noise(3 + k, 1.0f, n_in, frames[k]);
  }

  const Layer layer = { .shape = shape, .w = w, .b = b };
  layer_forward(&layer, x, NULL, y);
  for (uint32_t j = 0; j < n_out; ++j) {
    assert_float_equal(y[j], (float)tanh(naive_unit(&layer, x, j)), 2e-6f);
  }
  free(w);
  free(b);
  free(y);
}

static void
test_equals_the_naive_sum(void** const state)
{
  (void)state;
  check_layer(1, 1, 1);
  check_layer(7, 63, 1);
  check_layer(258, 64, 3);
  check_layer(300, 200, 2);
}

static void
test_history_is_the_longest_tap(void** const state)
{
  (void)state;
  const LayerShape dense  = { .n_in = 1, .n_out = 1, .n_taps = 1, .taps = { 0 } };
  const LayerShape tapped = { .n_in = 1, .n_out = 1, .n_taps = 3, .taps = { 0, 9, 18 } };
  assert_int_equal(layer_shape_history(&dense), 0);
  assert_int_equal(layer_shape_history(&tapped), 18);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_equals_the_naive_sum),
    cmocka_unit_test(test_history_is_the_longest_tap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
