// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/sampler.h"

#include "tests/support/models.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>

enum { BIN = 20 };

/**
   A variational autoencoder that decodes every code to a sine on the centre of one bin.

   @param slope What the code adds to the level of the sine, of the range.
*/
static Model*
sine_model(double rate_hz, double hop_s, float slope)
{
  ModelShape shape   = models_tiny_autoencoder_shape();
  shape.rate_hz      = rate_hz;
  shape.window_s     = 0.02;
  shape.hop_s        = hop_s;
  shape.spectrum     = (LogSpectrumConfig){ .top_db = 0.0f, .range_db = 100.0f, .unit = true };
  shape.bypassed     = false;
  const uint32_t n   = stft_bins(stft_config(0.02, hop_s, rate_hz));
  shape.n_encoder    = 1;
  shape.n_decoder    = 1;
  shape.encoder[0]   = (LayerShape){ n, 1, 1, { 0 }, ACTIVATION_IDENTITY, false };
  shape.decoder[0]   = (LayerShape){ 1, n, 1, { 0 }, ACTIVATION_IDENTITY, false };
  Model* const model = models_of(&shape);

  // Beside its centre a Hann window is 6 dB down, and further away nothing.
  float* const w = (float*)model->autoencoder.decoder.layers[0].w;
  float* const b = (float*)model->autoencoder.decoder.layers[0].b;
  for (uint32_t k = BIN - 1; k <= BIN + 1; ++k) {
    w[k] = slope;
    b[k] = k == BIN ? 0.5f : 0.5f - 0.0602f;
  }
  return model;
}

static Sound
sample(const Model* model, double seconds, uint64_t seed)
{
  const SamplerConfig config = { .seconds = seconds, .seed = seed, .inertia_s = 0.3 };
  Sound               sound  = { 0 };
  assert_int_equal(sampler_run(model, &config, &sound, NULL), STATUS_SUCCESS);
  return sound;
}

static float
peak(const float* x, uint64_t n)
{
  float top = 0.0f;
  for (uint64_t i = 0; i < n; ++i) {
    top = fmaxf(top, fabsf(x[i]));
  }
  return top;
}

/// Share of the energy of x that is a sine of that frequency.
static double
share_of_sine(const float* x, uint32_t n, double cycles_per_sample)
{
  double re     = 0.0;
  double im     = 0.0;
  double energy = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    re += (double)x[i] * cos(2.0 * M_PI * cycles_per_sample * i);
    im += (double)x[i] * sin(2.0 * M_PI * cycles_per_sample * i);
    energy += (double)x[i] * (double)x[i];
  }
  return 2.0 * (re * re + im * im) / n / energy;
}

static void
expect_sine(double rate_hz, double hop_s, uint32_t frame)
{
  Model* const   model = sine_model(rate_hz, hop_s, 0.0f);
  Sound          sound = sample(model, 0.5, 1);
  const uint64_t n     = (uint64_t)round(0.5 * rate_hz);
  assert_int_equal(sound.n_frames, n);
  assert_int_equal(sound.n_channels, 1);
  assert_true(sound.rate_hz == rate_hz);
  const uint32_t n_inner = ((uint32_t)n / frame - 2) * frame; // Whole cycles
  assert_true(share_of_sine(sound.samples + frame, n_inner, (double)BIN / frame) > 0.9999);
  assert_float_equal(peak(sound.samples, n), 0.8912509f, 1e-6f); // −1 dB
  assert_float_equal(peak(sound.samples + frame, n_inner), 0.89f, 0.01f);
  // No click at the ends.
  assert_true(peak(sound.samples, 4) < 0.01f);
  assert_true(peak(sound.samples + n - 4, 4) < 0.01f);
  sound_clear(&sound);
  model_free(model);
}

/// Of hops too long for a synthesis, of ones that are not, and of a frame that is no whole number
/// of quarters.
static void
test_a_steady_code_is_a_steady_sound(void** state)
{
  (void)state;
  expect_sine(8000.0, 0.01, 160);
  expect_sine(8000.0, 0.005, 160);
  expect_sine(16000.0, 0.0025, 320);
  expect_sine(22050.0, 0.01, 442);
}

static float
loudness_db(const float* x, uint32_t n)
{
  double energy = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    energy += (double)x[i] * (double)x[i];
  }
  return (float)(10.0 * log10(energy / n));
}

/// The level follows the code by 10 dB for each standard deviation, so it spreads so widely.
static void
test_the_sound_moves_with_the_code(void** state)
{
  (void)state;
  Model* const model  = sine_model(8000.0, 0.01, 0.1f);
  Sound        sound  = sample(model, 60.0, 3);
  double       sum    = 0.0;
  double       square = 0.0;
  for (uint32_t i = 1; i < 2999; ++i) {
    const double db = (double)loudness_db(sound.samples + i * 160, 160);
    sum += db / 2998.0;
    square += db * db / 2998.0;
  }
  // 60 s hold about 100 independent codes: their deviation is known to 7 %.
  assert_float_equal((float)sqrt(square - sum * sum), 10.0f, 2.5f);
  sound_clear(&sound);
  model_free(model);
}

static void
test_the_seed_is_all(void** state)
{
  (void)state;
  Model* const model = sine_model(8000.0, 0.01, 0.1f);
  Sound        a     = sample(model, 0.3, 1);
  Sound        again = sample(model, 0.3, 1);
  Sound        b     = sample(model, 0.3, 2);
  assert_memory_equal(a.samples, again.samples, a.n_frames * sizeof(float));
  assert_memory_not_equal(a.samples, b.samples, a.n_frames * sizeof(float));
  sound_clear(&a);
  sound_clear(&again);
  sound_clear(&b);
  model_free(model);
}

/// Shorter than a frame, and of a decoder that knows only silence.
static void
test_little_and_nothing(void** state)
{
  (void)state;
  Model* const model = sine_model(8000.0, 0.01, 0.0f);
  Sound        sound = sample(model, 0.01, 1);
  assert_int_equal(sound.n_frames, 80);
  assert_float_equal(peak(sound.samples, 80), 0.8912509f, 1e-6f);
  sound_clear(&sound);
  sound = sample(model, 1e-9, 1);
  assert_int_equal(sound.n_frames, 1);
  sound_clear(&sound);
  for (size_t i = 0; i < model->n_weights; ++i) {
    model->weights[i] = 0.0f;
  }
  sound = sample(model, 0.1, 1);
  assert_true(peak(sound.samples, 800) == 0.0f);
  sound_clear(&sound);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_steady_code_is_a_steady_sound),
    cmocka_unit_test(test_the_sound_moves_with_the_code),
    cmocka_unit_test(test_the_seed_is_all),
    cmocka_unit_test(test_little_and_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
