// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/network.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// One unit that adds its input of now and of three frames ago.
static const float ones[2]  = { 1.0f, 1.0f };
static const float zeros[2] = { 0.0f, 0.0f };

static Layer
echo(const uint32_t delay)
{
  return (Layer){ .shape = { .n_in       = 1,
                             .n_out      = 1,
                             .n_taps     = 2,
                             .taps       = { 0, delay },
                             .activation = ACTIVATION_IDENTITY },
                  .w     = ones,
                  .b     = zeros };
}

/// Echoes of 3 and of 2 frames in a row: an impulse comes back at 0, 2, 3 and 5.
static void
test_taps_reach_back(void** const state)
{
  (void)state;
  const Network  network     = { .n_layers = 2, .layers = { echo(3), echo(2) } };
  const float    expected[8] = { 1, 0, 1, 1, 0, 1, 0, 0 };
  Scratch* const scratch     = scratch_new(&network);
  assert_non_null(scratch);
  for (uint32_t run = 0; run < 2; ++run) {
    for (uint32_t t = 0; t < 8; ++t) {
      const float x = t == 0 ? 1.0f : 0.0f;
      float       y = -1.0f;
      network_forward(&network, scratch, &x, &y);
      assert_true(y == expected[t]);
    }
  }
  scratch_free(scratch);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  const Network  network = { .n_layers = 1, .layers = { echo(1) } };
  Scratch* const scratch = scratch_new(&network);
  float          x       = 1.0f;
  network_forward(&network, scratch, &x, &x);
  scratch_reset(scratch);
  x = 0.0f;
  network_forward(&network, scratch, &x, &x);
  assert_true(x == 0.0f);
  scratch_free(scratch);
}

/// A unit whose gate is open by a quarter: of a step it has heard 1 − 0.75^t after t frames.
static Layer
slow(void)
{
  static const float w[2] = { 1.0f, 0.0f };
  static const float b[2] = { 0.0f, -1.0986123f }; // −log 3

  return (Layer){ .shape = { .n_in       = 1,
                             .n_out      = 1,
                             .n_taps     = 1,
                             .activation = ACTIVATION_IDENTITY,
                             .gated      = true },
                  .w     = w,
                  .b     = b };
}

/// Before a dense layer, last, and twice in a row: then the step response is that of two poles.
static void
test_gates_remember(void** const state)
{
  (void)state;
  const Network networks[3] = { { .n_layers = 1, .layers = { slow() } },
                                { .n_layers = 2, .layers = { slow(), echo(3) } },
                                { .n_layers = 2, .layers = { slow(), slow() } } };
  for (uint32_t i = 0; i < 3; ++i) {
    Scratch* const scratch = scratch_new(&networks[i]);
    assert_non_null(scratch);
    for (uint32_t run = 0; run < 2; ++run) {
      scratch_reset(scratch);
      for (int t = 1; t < 9; ++t) {
        const double once     = 1.0 - pow(0.75, t);
        const double before   = t > 3 ? 1.0 - pow(0.75, t - 3) : 0.0;
        const double twice    = 1.0 - pow(0.75, t) * (1.0 + 0.25 * t);
        const double expected = i == 0 ? once : i == 1 ? once + before : twice;
        const float  x        = 1.0f;
        float        y        = -1.0f;
        network_forward(&networks[i], scratch, &x, &y);
        assert_float_equal(y, expected, 1e-6f);
      }
    }
    scratch_free(scratch);
  }
}

enum { N_X = 70, N_H = 3, N_Y = 67, N_FRAMES = 5, BEFORE = 2 };

/// Two layers, of which the first hears two frames ago, and a way around both.
typedef struct {
  float w0[2][N_X][N_H];
  float b0[N_H];
  float w1[N_H][N_Y];
  float b1[N_Y];
  float w[N_X][N_Y];
  float b[N_Y];
} Weights;

static Network
bypassed_network(const Weights* const weights)
{
  const LayerShape up     = { N_X, N_H, 2, { 0, BEFORE }, ACTIVATION_TANH, false };
  const LayerShape down   = { N_H, N_Y, 1, { 0 }, ACTIVATION_IDENTITY, false };
  const LayerShape around = { N_X, N_Y, 1, { 0 }, ACTIVATION_IDENTITY, false };

  Network network   = { .n_layers = 2, .bypassed = true };
  network.layers[0] = (Layer){ .shape = up, .w = **weights->w0, .b = weights->b0 };
  network.layers[1] = (Layer){ .shape = down, .w = *weights->w1, .b = weights->b1 };
  network.bypass    = (Layer){ .shape = around, .w = *weights->w, .b = weights->b };
  return network;
}

/// Output `j` at frame `t`, term by term.  @param x [N_FRAMES][N_X].
static double
naive_output(const Weights* const weights, float (*const x)[N_X], const uint32_t t,
             const uint32_t j)
{
  double y = (double)weights->b1[j] + (double)weights->b[j];
  for (uint32_t h = 0; h < N_H; ++h) {
    double a = (double)weights->b0[h];
    for (uint32_t i = 0; i < N_X; ++i) {
      const double before = t >= BEFORE ? (double)x[t - BEFORE][i] : 0.0;
      a += (double)x[t][i] * (double)weights->w0[0][i][h] + before * (double)weights->w0[1][i][h];
    }
    y += tanh(a) * (double)weights->w1[h][j];
  }
  for (uint32_t i = 0; i < N_X; ++i) {
    y += (double)x[t][i] * (double)weights->w[i][j];
  }
  return y;
}

/// The output may be the input's memory, which the way around must not read by then.
static void
check_bypass(const bool in_place)
{
  Weights weights;
  float   x[N_FRAMES][N_X];
  signal_fill_noise(1, 0.3f, sizeof(weights) / sizeof(float), (float*)&weights);
  signal_fill_noise(2, 1.0f, N_FRAMES * N_X, *x);
  const Network  network = bypassed_network(&weights);
  Scratch* const scratch = scratch_new(&network);
  assert_non_null(scratch);
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    float in[N_X];
    float out[N_X];
    memcpy(in, x[t], sizeof(in));
    float* const y = in_place ? in : out;
    network_forward(&network, scratch, in, y);
    for (uint32_t j = 0; j < N_Y; ++j) {
      assert_float_equal(y[j], naive_output(&weights, x, t, j), 1e-5f);
    }
  }
  scratch_free(scratch);
}

static void
test_bypass_is_added(void** const state)
{
  (void)state;
  check_bypass(false);
  check_bypass(true);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_taps_reach_back),
    cmocka_unit_test(test_reset_forgets),
    cmocka_unit_test(test_gates_remember),
    cmocka_unit_test(test_bypass_is_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
