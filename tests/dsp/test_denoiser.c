// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/denoiser.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double   rates[]  = { 8000.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0 };
static const uint32_t blocks[] = { 1, 7, 64, 100, 256, 333, 1024, 4096, 8192, 0 };

enum { N_RATES = sizeof(rates) / sizeof(*rates), N_BLOCKS = sizeof(blocks) / sizeof(*blocks) };

/// Mono, in blocks; 0 means random sizes.
static void
denoise(const Model* const model, const double rate_hz, const DenoiserParams* const params,
        const uint32_t block, const uint32_t n, const float* const in, float* const out)
{
  Denoiser* const denoiser = denoiser_new(model, rate_hz, 1);
  uint64_t        random   = 3;
  assert_non_null(denoiser);
  for (uint32_t at = 0; at < n;) {
    const uint32_t     wanted    = signal_block(block, &random);
    const uint32_t     m         = n - at < wanted ? n - at : wanted;
    const float* const inputs[]  = { in + at };
    float* const       outputs[] = { out + at };
    denoiser_run(denoiser, params, m, inputs, outputs);
    at += m;
  }
  denoiser_free(denoiser);
}

/// A constant gain comes out as that gain, late by the reported latency, at every rate.
static void
test_gain_and_latency(void** const state)
{
  (void)state;
  Model* const model = models_constant_gain(0.5);
  for (uint32_t r = 0; r < N_RATES; ++r) {
    DenoiserParams  params   = denoiser_params_default();
    Denoiser* const denoiser = denoiser_new(model, rates[r], 1);
    const uint32_t  latency  = denoiser_latency(denoiser);
    const uint32_t  n        = 6 * latency;
    float* const    in       = malloc(n * sizeof(float));
    float* const    out      = malloc(n * sizeof(float));
    signal_fill_noise(r, 0.5f, n, in);
    denoise(model, rates[r], &params, 64, n, in, out);
    for (uint32_t i = 0; i < n; ++i) {
      in[i] *= 0.5f;
    }
    const uint32_t from = 2 * latency;
    assert_true(signal_snr_db(n - from, in + from - latency, out + from) > 100.0);
    denoiser_free(denoiser);
    free(in);
    free(out);
  }
  model_free(model);
}

static void
test_latency_is_the_impulse_delay(void** const state)
{
  (void)state;
  Model* const model = models_constant_gain(0.9);
  for (uint32_t r = 0; r < N_RATES; ++r) {
    const DenoiserParams params   = denoiser_params_default();
    Denoiser* const      denoiser = denoiser_new(model, rates[r], 1);
    const uint32_t       latency  = denoiser_latency(denoiser);
    const uint32_t       n        = 4 * latency;
    float* const         in       = calloc(n, sizeof(float));
    float* const         out      = calloc(n, sizeof(float));
    in[1000 % latency]            = 1.0f;
    denoise(model, rates[r], &params, 333, n, in, out);

    uint32_t peak = 0;
    for (uint32_t i = 0; i < n; ++i) {
      peak = fabsf(out[i]) > fabsf(out[peak]) ? i : peak;
    }
    assert_int_equal(peak, 1000 % latency + latency);
    denoiser_free(denoiser);
    free(in);
    free(out);
  }
  model_free(model);
}

static void
test_blocks_do_not_matter(void** const state)
{
  (void)state;
  Model* const         model  = models_random(4);
  const DenoiserParams params = { .reduction_db = 40.0f, .strength = 1.5f, .smoothing_s = 0.1f };
  enum { N = 48000 };
  static float in[N];
  static float expected[N];
  static float out[N];
  signal_fill_noise(9, 0.5f, N, in);
  denoise(model, 44100.0, &params, N, N, in, expected);
  for (uint32_t b = 0; b < N_BLOCKS; ++b) {
    denoise(model, 44100.0, &params, blocks[b], N, in, out);
    assert_memory_equal(out, expected, sizeof(out));
  }
  model_free(model);
}

/// Channels keep their ratio; their mean power decides the gains of both.
static void
test_channels_are_linked(void** const state)
{
  (void)state;
  Model* const         model    = models_random(4);
  const DenoiserParams params   = denoiser_params_default();
  Denoiser* const      denoiser = denoiser_new(model, 48000.0, 2);
  enum { N = 9600 };
  static float left[N];
  static float right[N];
  static float mono[N];
  static float mono_out[N];
  signal_fill_noise(9, 0.5f, N, left);
  for (uint32_t i = 0; i < N; ++i) {
    right[i] = -0.5f * left[i];
    mono[i]  = sqrtf(0.625f) * left[i]; // (1² + ½²) / 2
  }
  denoise(model, 48000.0, &params, 480, N, mono, mono_out);
  const float* const in[]  = { left, right };
  float* const       out[] = { left, right }; // in place
  denoiser_run(denoiser, &params, N, in, out);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal(right[i], -0.5f * left[i], 1e-6f);
    assert_float_equal(sqrtf(0.625f) * left[i], mono_out[i], 1e-5f);
  }
  denoiser_free(denoiser);
  model_free(model);
}

static double
level_db(const Model* const model, const DenoiserParams* const params)
{
  enum { N = 24000 };
  static float in[N];
  static float out[N];
  double       sum = 0.0;
  signal_fill_noise(9, 0.5f, N, in);
  denoise(model, 48000.0, params, 512, N, in, out);
  for (uint32_t i = N / 2; i < N; ++i) {
    sum += (double)out[i] * (double)out[i];
  }
  return 10.0 * log10(sum / (N / 2) * 12.0); // uniform in ±½: variance 1/12
}

/// The gain of the model is 0.1, −20 dB.
static void
test_parameters_shape_the_gain(void** const state)
{
  (void)state;
  Model* const   model  = models_constant_gain(0.1);
  DenoiserParams params = denoiser_params_default();
  assert_float_equal((float)level_db(model, &params), -20.0f, 0.3f);
  params.reduction_db = 6.0f;
  assert_float_equal((float)level_db(model, &params), -6.0f, 0.3f);
  params.reduction_db = 0.0f;
  assert_float_equal((float)level_db(model, &params), 0.0f, 0.3f);
  params.reduction_db = 60.0f;
  params.strength     = 2.0f;
  assert_float_equal((float)level_db(model, &params), -40.0f, 0.3f);
  params.strength = 0.0f;
  assert_float_equal((float)level_db(model, &params), 0.0f, 0.3f);
  params.strength = 1.0f;
  params.residual = true;
  assert_float_equal((float)level_db(model, &params), 20.0f * log10f(0.9f), 0.3f);
  params.residual     = false;
  params.reduction_db = NAN;
  assert_true(isfinite(level_db(model, &params)));
  model_free(model);
}

/// Level of 10 ms of sound from a moment on, dB.
static double
level_at(const float* const x, const uint32_t from)
{
  double sum = 0.0;
  for (uint32_t i = from; i < from + 480; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return 10.0 * log10(sum / 480.0);
}

/// When the wanted gain falls by 40 dB at once, the gain falls by e per time constant, 8.69 dB in
/// 0.1 s; when it rises, it rises at once.
static void
test_gains_fall_slowly_and_rise_at_once(void** const state)
{
  (void)state;
  Model* const    model    = models_constant_gain(0.01);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  DenoiserParams  params   = { .reduction_db = 60.0f, .strength = 0.0f, .smoothing_s = 0.1f };
  enum { HALF = 24000 };
  static float       in[2 * HALF];
  static float       out[2 * HALF];
  const float* const ins[]  = { in, in + HALF };
  float* const       outs[] = { out, out + HALF };
  signal_fill_noise(2, 0.5f, 2 * HALF, in);
  denoiser_run(denoiser, &params, HALF, ins, outs); // strength 0: gain 1
  params.strength = 1.0f;                           // gain 0.01
  denoiser_run(denoiser, &params, HALF, ins + 1, outs + 1);
  const double early = level_at(out, HALF + 4800);
  const double late  = level_at(out, HALF + 9600);
  assert_true(fabs(early - late - 8.69) < 1.0);

  params.strength = 0.0f;
  denoiser_run(denoiser, &params, HALF, ins, outs);
  assert_true(fabs(level_at(out, 1440) - level_at(out, 9600)) < 1.0);
  denoiser_free(denoiser);
  model_free(model);
}

/// What is left and what is taken add to the delayed input.
static void
test_residual_is_the_rest(void** const state)
{
  (void)state;
  Model* const   model  = models_random(7);
  DenoiserParams params = denoiser_params_default();
  enum { N = 24000, LATENCY = 960 };
  static float in[N];
  static float left[N];
  static float taken[N];
  signal_fill_noise(2, 0.5f, N, in);
  denoise(model, 48000.0, &params, 64, N, in, left);
  params.residual = true;
  denoise(model, 48000.0, &params, 64, N, in, taken);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] += taken[i];
  }
  assert_true(signal_snr_db(N - 2 * LATENCY, in + LATENCY, left + 2 * LATENCY) > 100.0);
  model_free(model);
}

/// Broken samples leave no trace once the window and the taps have passed.
static void
test_broken_samples(void** const state)
{
  (void)state;
  Model* const         model    = models_random(7);
  const DenoiserParams params   = denoiser_params_default();
  const float          broken[] = { NAN, INFINITY, -INFINITY, 1e38f, 1e-42f };
  enum { N = 48000 };
  static float in[N];
  static float out[N];
  for (uint32_t b = 0; b < sizeof(broken) / sizeof(*broken); ++b) {
    signal_fill_noise(2, 0.5f, N, in);
    for (uint32_t i = 5000; i < 6000; ++i) {
      in[i] = broken[b];
    }
    denoise(model, 48000.0, &params, 100, N, in, out);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(fabsf(out[i]) < 2.0f);
    }
  }
  model_free(model);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  Model* const         model    = models_random(7);
  const DenoiserParams params   = denoiser_params_default();
  Denoiser* const      denoiser = denoiser_new(model, 48000.0, 1);
  enum { N = 5000 };
  static float in[N];
  static float first[N];
  static float second[N];
  signal_fill_noise(2, 0.5f, N, in);
  const float* const inputs[]  = { in };
  float* const       outputs[] = { first, second };
  denoiser_run(denoiser, &params, N, inputs, outputs);
  denoiser_reset(denoiser);
  denoiser_run(denoiser, &params, N, inputs, outputs + 1);
  assert_memory_equal(first, second, sizeof(first));
  denoiser_free(denoiser);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gain_and_latency),
    cmocka_unit_test(test_latency_is_the_impulse_delay),
    cmocka_unit_test(test_blocks_do_not_matter),
    cmocka_unit_test(test_channels_are_linked),
    cmocka_unit_test(test_parameters_shape_the_gain),
    cmocka_unit_test(test_gains_fall_slowly_and_rise_at_once),
    cmocka_unit_test(test_residual_is_the_rest),
    cmocka_unit_test(test_broken_samples),
    cmocka_unit_test(test_reset_forgets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
