// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/compact.h"

#include "dsp/network/layer.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_IN = 300, MAX_OUT = 300, MAX_TAPS = 3 };

/// One layer and what it reads.
typedef struct {
  uint32_t n_in;
  uint32_t n_out;
  uint32_t n_taps;
  float    w[MAX_TAPS * MAX_IN * MAX_OUT];
  float    frames[MAX_TAPS][MAX_IN];
} Case;

static const uint32_t sizes[][3] = {
  { 1, 1, 1 },    { 2, 31, 1 },    { 63, 32, 1 },   { 64, 33, 2 },
  { 65, 129, 3 }, { 258, 288, 3 }, { 300, 300, 2 },
};
enum { N_SIZES = sizeof(sizes) / sizeof(*sizes) };

/// Full of noise, a share of the inputs zero.
static void
fill(Case* const c, const uint32_t size, const float zeros)
{
  uint64_t random = size + 1;
  c->n_in         = sizes[size][0];
  c->n_out        = sizes[size][1];
  c->n_taps       = sizes[size][2];
  signal_fill_noise(random, 0.3f, c->n_taps * c->n_in * c->n_out, c->w);
  for (uint32_t k = 0; k < c->n_taps; ++k) {
    for (uint32_t i = 0; i < c->n_in; ++i) {
      const float x   = 5.0f * signal_noise(&random);
      c->frames[k][i] = signal_noise(&random) < 2.0f * zeros - 1.0f ? 0.0f : x;
    }
  }
}

typedef void (*Add)(const Compact*, const float* const*, float*);

/// What is added to a `y` that was all `start`.
static void
run(const Case* const c, const Add add, const float start, float* const y)
{
  const float*   x[MAX_TAPS] = { c->frames[0], c->frames[1], c->frames[2] };
  Compact* const compact     = compact_new(c->n_taps, c->n_in, c->n_out, c->w);
  assert_non_null(compact);
  for (uint32_t j = 0; j < c->n_out; ++j) {
    y[j] = start;
  }
  add(compact, x, y);
  compact_free(compact);
}

/// The sum of compact.h, in double, nothing rounded.
static double
naive_unit(const Case* const c, const uint32_t j)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < c->n_taps; ++k) {
    for (uint32_t i = 0; i < c->n_in; ++i) {
      const size_t at = ((size_t)k * c->n_in + i) * c->n_out + j;
      sum += (double)c->frames[k][i] * (double)c->w[at];
    }
  }
  return sum;
}

/// Numbers that 8 and 16 bits hold exactly: the first of each block is the largest there can be.
static void
make_whole(Case* const c)
{
  for (uint32_t i = 0; i < c->n_taps * c->n_in; ++i) {
    const bool   first = i % c->n_in % COMPACT_BLOCK == 0;
    float* const x     = &c->frames[i / c->n_in][i % c->n_in];
    *x                 = first ? -32767.0f / 32768.0f : roundf(*x / 5.0f * 32767.0f) / 32768.0f;
    for (uint32_t j = 0; j < c->n_out; ++j) {
      float* const w = &c->w[(size_t)i * c->n_out + j];
      *w             = first ? 127.0f / 128.0f : roundf(*w / 0.3f * 127.0f) / 128.0f;
    }
  }
}

static void
test_whole_numbers_are_exact(void** const state)
{
  (void)state;
  static Case c;
  for (uint32_t s = 0; s < N_SIZES; ++s) {
    float y[MAX_OUT];
    fill(&c, s, 0.3f);
    make_whole(&c);
    run(&c, compact_add, 0.25f, y);
    for (uint32_t j = 0; j < c.n_out; ++j) {
      assert_float_equal(y[j], (float)(0.25 + naive_unit(&c, j)), 2e-5f);
    }
  }
}

/// Any block of inputs and any output's weights may be as large or small as they like.
static void
test_scales_are_apart(void** const state)
{
  (void)state;
  static Case c;
  fill(&c, 5, 0.5f);
  make_whole(&c);
  for (uint32_t i = 0; i < c.n_in; ++i) {
    c.frames[1][i] *= i < COMPACT_BLOCK ? 1024.0f : 1.0f / 1024.0f;
    for (uint32_t j = 0; j < c.n_out; ++j) {
      c.w[((size_t)c.n_in + i) * c.n_out + j] *= j % 2 ? 64.0f : 1.0f / 64.0f;
    }
  }
  float y[MAX_OUT];
  run(&c, compact_add, 0.0f, y);
  for (uint32_t j = 0; j < c.n_out; ++j) {
    const double expected = naive_unit(&c, j);
    assert_float_equal(y[j], (float)expected, (float)(1e-6 * fabs(expected) + 2e-5));
  }
}

/// Uniform weights in steps of 1/127: 127·√12/√3, 48 dB.
static void
test_other_numbers_are_near(void** const state)
{
  (void)state;
  static Case c;
  for (uint32_t s = 4; s < N_SIZES; ++s) {
    float y[MAX_OUT];
    float expected[MAX_OUT];
    fill(&c, s, 0.3f);
    run(&c, compact_add, 0.0f, y);
    for (uint32_t j = 0; j < c.n_out; ++j) {
      expected[j] = (float)naive_unit(&c, j);
    }
    assert_true(signal_snr_db(c.n_out, expected, y) > 46.0);
  }
}

static void
test_processors_agree_to_the_bit(void** const state)
{
  (void)state;
  static Case c;
  for (uint32_t s = 0; s < N_SIZES; ++s) {
    for (uint32_t zeros = 0; zeros <= 10; zeros += 5) {
      float y[MAX_OUT];
      float plain[MAX_OUT];
      fill(&c, s, 0.1f * (float)zeros);
      run(&c, compact_add, 0.1f, y);
      run(&c, compact_add_plain, 0.1f, plain);
      assert_memory_equal(y, plain, c.n_out * sizeof(*y));
    }
  }
}

/// Blocks that cannot be scaled are zeros, and those beside them are heard.
static void
test_odd_blocks_are_zeros(void** const state)
{
  (void)state;
  const float odd[] = { NAN, -NAN, INFINITY, -INFINITY, 1e-40f, -1e-44f, 1e-31f, -0.0f };
  static Case c;
  fill(&c, 4, 0.0f);
  for (uint32_t o = 0; o < sizeof(odd) / sizeof(*odd); ++o) {
    float y[MAX_OUT];
    float without[MAX_OUT];
    c.frames[1][COMPACT_BLOCK] = odd[o]; // alone in the last block
    run(&c, compact_add, 0.0f, y);
    c.frames[1][COMPACT_BLOCK] = 0.0f;
    run(&c, compact_add, 0.0f, without);
    assert_memory_equal(y, without, c.n_out * sizeof(*y));
    assert_true(fabsf(y[0]) > 0.0f);
  }
}

static void
test_small_weights_are_zeros(void** const state)
{
  (void)state;
  static Case c;
  fill(&c, 4, 0.0f);
  for (uint32_t i = 0; i < c.n_taps * c.n_in * c.n_out; ++i) {
    c.w[i] *= 1e-42f;
  }
  float y[MAX_OUT];
  run(&c, compact_add, 0.5f, y);
  for (uint32_t j = 0; j < c.n_out; ++j) {
    assert_true(y[j] == 0.5f);
  }
}

/// A layer adds its bias and applies its activation to the same sums.
static void
test_layer_reads_it(void** const state)
{
  (void)state;
  static Case c;
  fill(&c, 5, 0.5f);
  float b[MAX_OUT];
  float sum[MAX_OUT];
  float y[MAX_OUT];
  for (uint32_t j = 0; j < c.n_out; ++j) {
    b[j] = 0.5f;
  }
  run(&c, compact_add, 0.5f, sum);
  const float*     x[MAX_TAPS] = { c.frames[0], c.frames[1], c.frames[2] };
  const LayerShape shape       = { c.n_in, c.n_out, c.n_taps, { 0, 1, 2 }, ACTIVATION_RELU, false };
  const Layer      layer       = { .shape   = shape,
                                   .b       = b,
                                   .compact = compact_new(c.n_taps, c.n_in, c.n_out, c.w) };
  layer_forward(&layer, x, NULL, y);
  for (uint32_t j = 0; j < c.n_out; ++j) {
    assert_true(y[j] == fmaxf(sum[j], 0.0f));
  }
  compact_free(layer.compact);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_whole_numbers_are_exact),
    cmocka_unit_test(test_scales_are_apart),
    cmocka_unit_test(test_other_numbers_are_near),
    cmocka_unit_test(test_processors_agree_to_the_bit),
    cmocka_unit_test(test_odd_blocks_are_zeros),
    cmocka_unit_test(test_small_weights_are_zeros),
    cmocka_unit_test(test_layer_reads_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
