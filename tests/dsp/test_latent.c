// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/latent.h"

#include "tests/support/guard.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { N = ENVELOPE_BANDS, N_CODE = 3 };

/// Cosine number k + 1 of the discrete cosine transform, of unit length: orthogonal to the others.
static double
axis(const uint32_t k, const uint32_t b)
{
  return sqrt(2.0 / N) * cos(acos(-1.0) / N * (b + 0.5) * (k + 1));
}

/// The shape around which the linear model is laid, in units of 20 dB.
static double
mean(const uint32_t b)
{
  return b < 10 ? 1.0 : -0.2;
}

/// A model whose layers add nothing, with axes of lengths 1, 2 and 3 around them.
static Model*
linear_model(void)
{
  ModelShape         shape     = models_tiny_morph_shape();
  Model* const       model     = models_of(&shape);
  const Layer* const encoder   = &model->autoencoder.encoder.bypass;
  const Layer* const decoder   = &model->autoencoder.decoder.bypass;
  float* const       up        = model->weights + (encoder->w - model->weights);
  float* const       up_bias   = model->weights + (encoder->b - model->weights);
  float* const       down      = model->weights + (decoder->w - model->weights);
  float* const       down_bias = model->weights + (decoder->b - model->weights);
  for (uint32_t b = 0; b < N; ++b) {
    down_bias[b] = (float)mean(b);
    for (uint32_t k = 0; k < N_CODE; ++k) {
      up[b * N_CODE + k] = (float)(axis(k, b) / (k + 1));
      down[k * N + b]    = (float)(axis(k, b) * (k + 1));
      up_bias[k] -= (float)(axis(k, b) / (k + 1) * mean(b));
    }
  }
  return model;
}

static Model*
random_model(const uint64_t seed)
{
  const ModelShape shape = models_tiny_morph_shape();
  Model* const     model = models_of(&shape);
  signal_fill_noise(seed, 0.5f, (uint32_t)model->n_weights, model->weights);
  return model;
}

/// x̂ = μ + U Uᵀ (x − μ), worked in double, in dB.
static void
project(const float* const shape_db, double* const expected)
{
  for (uint32_t b = 0; b < N; ++b) {
    expected[b] = 20.0 * mean(b);
  }
  for (uint32_t k = 0; k < N_CODE; ++k) {
    double along = 0.0;
    for (uint32_t b = 0; b < N; ++b) {
      along += axis(k, b) * ((double)shape_db[b] - 20.0 * mean(b));
    }
    for (uint32_t b = 0; b < N; ++b) {
      expected[b] += along * axis(k, b);
    }
  }
}

static void
test_linear_model_projects(void** const state)
{
  (void)state;
  Model* const  model  = linear_model();
  Latent* const latent = latent_new(model);
  for (uint64_t seed = 0; seed < 10; ++seed) {
    float  shape_db[N];
    float  code[N_CODE];
    float  found[N];
    double expected[N];
    signal_fill_noise(seed, 40.0f, N, shape_db);
    project(shape_db, expected);
    latent_encode(latent, shape_db, code);
    latent_decode(latent, code, found);
    for (uint32_t b = 0; b < N; ++b) {
      assert_float_equal(found[b], expected[b], 1e-3);
    }
  }
  latent_free(latent);
  model_free(model);
}

/// One step along the second axis, of length 2, is 40 dB of it.
static void
test_code_is_in_units_of_the_axes(void** const state)
{
  (void)state;
  Model* const  model  = linear_model();
  Latent* const latent = latent_new(model);
  float         shape_db[N];
  float         code[N_CODE];
  for (uint32_t b = 0; b < N; ++b) {
    shape_db[b] = (float)(20.0 * mean(b) + 40.0 * axis(1, b));
  }
  latent_encode(latent, shape_db, code);
  assert_int_equal(latent_size(latent), N_CODE);
  assert_float_equal(code[0], 0.0, 1e-5);
  assert_float_equal(code[1], 1.0, 1e-5);
  assert_float_equal(code[2], 0.0, 1e-5);
  latent_free(latent);
  model_free(model);
}

/// Two streams of one model do not hear one another.
static void
test_two_on_one_model_agree(void** const state)
{
  (void)state;
  Model* const  model = random_model(1);
  Latent* const one   = latent_new(model);
  Latent* const other = latent_new(model);
  float         shapes_db[20][N];
  float         codes[20][N_CODE];
  float         decoded[20][N];
  signal_fill_noise(2, 30.0f, 20 * N, shapes_db[0]);
  for (uint32_t i = 0; i < 20; ++i) {
    latent_encode(one, shapes_db[i], codes[i]);
    latent_decode(one, codes[i], decoded[i]);
  }
  for (uint32_t i = 20; i-- > 0;) {
    float code[N_CODE];
    float shape_db[N];
    latent_encode(other, shapes_db[i], code);
    latent_decode(other, code, shape_db);
    assert_memory_equal(code, codes[i], sizeof(code));
    assert_memory_equal(shape_db, decoded[i], sizeof(shape_db));
  }
  assert_memory_not_equal(codes[0], codes[1], sizeof(codes[0]));
  latent_free(one);
  latent_free(other);
  model_free(model);
}

static void
test_percentiles_are_the_models(void** const state)
{
  (void)state;
  Model* const  model  = random_model(1);
  Latent* const latent = latent_new(model);
  for (uint32_t i = 0; i < N_CODE; ++i) {
    model->morph.low[i]  = -1.0f - (float)i;
    model->morph.high[i] = 5.0f + (float)i;
    assert_true(latent_low(latent, i) == -1.0f - (float)i);
    assert_true(latent_high(latent, i) == 5.0f + (float)i);
  }
  latent_free(latent);
  model_free(model);
}

static void
assert_within(const uint32_t n, const float limit, const float* const x)
{
  for (uint32_t i = 0; i < n; ++i) {
    assert_true(fabsf(x[i]) <= limit);
  }
}

/// Whatever comes in, and whatever the weights are, numbers come out.
static void
test_numbers_stay_within_their_limits(void** const state)
{
  (void)state;
  static const float wild[] = { NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 300.0f };
  for (uint32_t w = 0; w < 2; ++w) {
    Model* const  model  = random_model(3);
    Latent* const latent = latent_new(model);
    for (size_t i = 0; w && i < model->n_weights; ++i) {
      model->weights[i] *= FLT_MAX;
    }
    for (uint32_t i = 0; i < sizeof(wild) / sizeof(*wild); ++i) {
      float shape_db[N] = { wild[i], 10.0f, wild[(i + 1) % 6] };
      float code[N_CODE];
      latent_encode(latent, shape_db, code);
      assert_within(N_CODE, LATENT_LIMIT, code);
      code[i % N_CODE] = wild[i];
      latent_decode(latent, code, shape_db);
      assert_within(N, LATENT_LIMIT_DB, shape_db);
    }
    latent_free(latent);
    model_free(model);
  }
}

static void
test_real_time(void** const state)
{
  (void)state;
  if (!guard_works()) {
    skip();
  }
  Model* const  model  = random_model(4);
  Latent* const latent = latent_new(model);
  float         shape_db[N];
  float         code[N_CODE];
  float         range = 0.0f;
  signal_fill_noise(5, 20.0f, N, shape_db);
  const GuardCounts before = guard_counts();
  guard_arm();
  for (uint32_t i = 0; i < 100; ++i) {
    latent_encode(latent, shape_db, code);
    latent_decode(latent, code, shape_db);
    range = latent_high(latent, latent_size(latent) - 1) - latent_low(latent, 0);
  }
  guard_disarm();
  const GuardCounts after = guard_counts();
  assert_int_equal(after.n_allocations, before.n_allocations);
  assert_int_equal(after.n_locks, before.n_locks);
  assert_int_equal(after.n_calls, before.n_calls);
  assert_true(isfinite(range));
  latent_free(latent);
  model_free(model);
}

static void
test_free_takes_null(void** const state)
{
  (void)state;
  latent_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_linear_model_projects),
    cmocka_unit_test(test_code_is_in_units_of_the_axes),
    cmocka_unit_test(test_two_on_one_model_agree),
    cmocka_unit_test(test_percentiles_are_the_models),
    cmocka_unit_test(test_numbers_stay_within_their_limits),
    cmocka_unit_test(test_real_time),
    cmocka_unit_test(test_free_takes_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
