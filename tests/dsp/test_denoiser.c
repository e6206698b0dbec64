// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/denoiser.h"

#include "dsp/network/model_file.h"
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

/// Whatever a network says, nothing gets louder; and what is no number is the limit.  With
/// smoothing, too, which would remember it.
static void
test_gains_are_bounded(void** const state)
{
  (void)state;
  Model* const         model  = models_constant_gain(0.5);
  Layer* const         last   = &model->autoencoder.decoder.layers[1];
  float* const         biases = model->weights + model->n_weights - last->shape.n_out;
  const DenoiserParams params = { .reduction_db = 20.0f, .strength = 2.0f, .smoothing_s = 0.1f };
  const struct {
    float bias;
    float gain;
  } cases[] = { { 1.5f, 1.0f }, { 1e30f, 1.0f }, { INFINITY, 1.0f }, { NAN, 0.1f } };
  enum { N = 24000, LATENCY = 960 };
  static float in[N];
  static float out[N];
  static float expected[N];
  last->shape.activation = ACTIVATION_IDENTITY;
  for (uint32_t c = 0; c < sizeof(cases) / sizeof(*cases); ++c) {
    for (uint32_t i = 0; i < last->shape.n_out; ++i) {
      biases[i] = cases[c].bias;
    }
    signal_fill_noise(2, 0.5f, N, in);
    denoise(model, 48000.0, &params, 64, N, in, out);
    for (uint32_t i = 0; i < N; ++i) {
      expected[i] = cases[c].gain * in[i];
    }
    const uint32_t n = N - 2 * LATENCY;
    assert_true(signal_snr_db(n, expected + LATENCY, out + 2 * LATENCY) > 80.0);
  }
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

/// A second of mono sound, `learn` on from one sample to another, in blocks; 0 means random sizes.
static void
learn_mono(Denoiser* const denoiser, const uint32_t from, const uint32_t to, const uint32_t block,
           const uint32_t n, const float* const in, float* const out)
{
  DenoiserParams params = denoiser_params_default();
  uint64_t       random = 3;
  for (uint32_t at = 0; at < n;) {
    const uint32_t end  = at < from ? from : at < to ? to : n;
    uint32_t       m    = signal_block(block, &random);
    m                   = end - at < m ? end - at : m;
    params.learn        = at >= from && at < to;
    const float* ins[]  = { in + at };
    float*       outs[] = { out + at };
    denoiser_run(denoiser, &params, m, ins, outs);
    at += m;
  }
  params.learn = false;
  denoiser_run(denoiser, &params, 0, &in, &out);
}

/// White noise of peak p has variance p²/3; of its N samples under a window w with Σw² = N/2, in
/// dB re a sine, which reads (Σw/2)².
static float
white_db(const double peak, const StftConfig stft)
{
  const double sum = stft_window_sum(stft);
  return (float)(10.0 * log10(peak * peak / 3.0 * 0.5 * stft.frame * 4.0 / (sum * sum)));
}

/// The mean level of the bands from 1 to 3 kHz.
static float
middle_db(const NoiseProfile* const profile)
{
  float sum = 0.0f;
  for (uint32_t i = 20; i < 60; ++i) {
    sum += profile->level_db[i];
  }
  return sum / 40.0f;
}

enum { SECOND = 48000 };

/// Only what lies wholly in the time is learned: a loud sound up to its first sample and from its
/// last one on does not matter, and neither do the blocks.
static void
test_noise_is_learned(void** const state)
{
  (void)state;
  static float in[SECOND];
  static float out[SECOND];
  NoiseProfile first = { .rate_hz = 0.0 };
  Model* const model = models_constant_gain(0.5);
  signal_fill_noise(2, 0.5f, SECOND, in);
  for (uint32_t i = 10007; i < 40011; ++i) {
    in[i] *= 1e-3f;
  }
  for (uint32_t b = 0; b < N_BLOCKS; ++b) {
    Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
    assert_null(denoiser_profile(denoiser));
    learn_mono(denoiser, 10007, 40011, blocks[b], SECOND, in, out);
    const NoiseProfile* const profile = denoiser_profile(denoiser);
    assert_non_null(profile);
    assert_int_equal(denoiser_n_learned(denoiser), 1);
    assert_float_equal(middle_db(profile), white_db(0.5e-3, model_stft(model, 48000.0)), 0.3f);
    first = b ? first : *profile;
    assert_memory_equal(first.level_db, profile->level_db, 129 * sizeof(float));
    denoiser_free(denoiser);
  }
  model_free(model);
}

/// Too short, or silent: what was there stays; and a reset ends what it interrupts.
static void
test_a_profile_stays_until_there_is_another(void** const state)
{
  (void)state;
  static float    in[SECOND];
  static float    out[SECOND];
  Model* const    model    = models_constant_gain(0.5);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  const float     white    = white_db(0.5, model_stft(model, 48000.0));
  learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out); // Silence
  assert_null(denoiser_profile(denoiser));
  signal_fill_noise(2, 0.5f, SECOND, in);
  learn_mono(denoiser, 1000, 5000, 64, SECOND, in, out); // 83 ms
  assert_null(denoiser_profile(denoiser));
  learn_mono(denoiser, 1000, 11000, 64, SECOND, in, out);
  assert_float_equal(middle_db(denoiser_profile(denoiser)), white, 1.0f);
  denoiser_reset(denoiser);
  assert_float_equal(middle_db(denoiser_profile(denoiser)), white, 1.0f);

  memset(in, 0, sizeof(in));
  learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out);
  assert_int_equal(denoiser_n_learned(denoiser), 1);
  assert_float_equal(middle_db(denoiser_profile(denoiser)), white, 1.0f);

  signal_fill_noise(2, 0.05f, SECOND, in);
  DenoiserParams params = denoiser_params_default();
  params.learn          = true;
  denoiser_run(denoiser, &params, SECOND, (const float*[]){ in }, (float*[]){ out });
  assert_float_equal(middle_db(denoiser_profile(denoiser)), white, 1.0f);
  denoiser_reset(denoiser);
  assert_int_equal(denoiser_n_learned(denoiser), 2);
  assert_float_equal(middle_db(denoiser_profile(denoiser)), white - 20.0f, 1.0f);
  denoiser_set_profile(denoiser, NULL);
  assert_null(denoiser_profile(denoiser));
  denoiser_free(denoiser);
  model_free(model);
}

/// A profile that is not used, or was cleared, is as good as none; used, it is heard.
static void
test_a_profile_is_used_or_not(void** const state)
{
  (void)state;
  static float    in[SECOND];
  static float    plain[SECOND];
  static float    out[SECOND];
  Model* const    model    = models_random(7);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  DenoiserParams  params   = denoiser_params_default();
  signal_fill_noise(2, 0.5f, SECOND, in);
  denoise(model, 48000.0, &params, 64, SECOND, in, plain);
  learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out);
  for (uint32_t i = 0; i < 3; ++i) {
    params.use_profile = i == 0;
    denoiser_reset(denoiser);
    denoiser_run(denoiser, &params, SECOND, (const float*[]){ in }, (float*[]){ out });
    assert_true((memcmp(out, plain, sizeof(out)) == 0) == (i > 0));
    if (i == 1) {
      params.use_profile = true;
      denoiser_set_profile(denoiser, NULL);
    }
  }
  denoiser_free(denoiser);
  model_free(model);
}

/// What another engine is given sounds, to the bit, as what it was learned by.
static void
test_a_profile_is_handed_on(void** const state)
{
  (void)state;
  static float         in[SECOND];
  static float         here[SECOND];
  static float         there[SECOND];
  const DenoiserParams params = denoiser_params_default();
  Model* const         model  = models_random(7);
  Denoiser* const      one    = denoiser_new(model, 22050.0, 1);
  Denoiser* const      other  = denoiser_new(model, 22050.0, 1);
  signal_fill_noise(2, 0.5f, SECOND, in);
  learn_mono(one, 100, 20000, 64, SECOND, in, here);
  denoiser_set_profile(other, denoiser_profile(one));
  assert_memory_equal(denoiser_profile(other), denoiser_profile(one), sizeof(NoiseProfile));
  assert_int_equal(denoiser_n_learned(other), 0);
  denoiser_reset(one);
  denoiser_run(one, &params, SECOND, (const float*[]){ in }, (float*[]){ here });
  denoiser_run(other, &params, SECOND, (const float*[]){ in }, (float*[]){ there });
  assert_memory_equal(here, there, sizeof(here));
  denoiser_free(one);
  denoiser_free(other);
  model_free(model);
}

/// At another rate and with another window, a profile is what would have been learned there.
static void
test_a_profile_fits_another_model_and_rate(void** const state)
{
  (void)state;
  static float in[SECOND];
  static float out[SECOND];
  Model* const model    = models_constant_gain(0.5);
  Model* const wide     = models_constant_gain(0.5);
  wide->window_s        = 0.04;
  wide->hop_s           = 0.02;
  Denoiser* const one   = denoiser_new(model, 48000.0, 1);
  Denoiser* const other = denoiser_new(wide, 16000.0, 1);
  signal_fill_noise(2, 0.5f, SECOND, in);
  learn_mono(one, 0, SECOND, 64, SECOND, in, out);
  denoiser_set_profile(other, denoiser_profile(one));
  const NoiseProfile* const found = denoiser_profile(other);

  // The same density below 8 kHz is a third of the variance at 16 kHz.
  const float expected = white_db(0.5 / sqrt(3.0), model_stft(wide, 16000.0));
  assert_float_equal(middle_db(found), expected, 0.3f);
  assert_float_equal(found->level_db[128], wide->features.silence_db, 0.0f); // 20 kHz
  denoiser_free(one);
  denoiser_free(other);
  model_free(model);
  model_free(wide);
}

/// Noise on the left alone has half the mean power.
static void
test_channels_share_a_profile(void** const state)
{
  (void)state;
  static float    in[2][SECOND];
  Model* const    model    = models_constant_gain(0.5);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 2);
  DenoiserParams  params   = denoiser_params_default();
  float* const    sound[]  = { in[0], in[1] };
  signal_fill_noise(2, 0.5f, SECOND, in[0]);
  params.learn = true;
  denoiser_run(denoiser, &params, SECOND, (const float* const*)sound, sound);
  params.learn = false;
  denoiser_run(denoiser, &params, 0, (const float* const*)sound, sound);
  assert_float_equal(middle_db(denoiser_profile(denoiser)),
                     white_db(0.5, model_stft(model, 48000.0)) - 3.01f, 0.3f);
  denoiser_free(denoiser);
  model_free(model);
}

/// A hum that was learned goes by as much as is asked for; taken away and left are what there was.
static void
test_a_learned_hum_goes(void** const state)
{
  (void)state;
  static float    in[4 * SECOND];
  static float    out[2][4 * SECOND];
  Model* const    model    = models_constant_gain(0.5);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  const uint32_t  late     = denoiser_latency(denoiser);
  const uint32_t  from     = 3 * SECOND;
  const uint32_t  n        = SECOND - late;
  DenoiserParams  params   = denoiser_params_default();
  signal_fill_noise(2, 1e-4f, 4 * SECOND, in);
  for (uint32_t i = 0; i < 4 * SECOND; ++i) {
    for (uint32_t k = 1; k <= 20; ++k) {
      in[i] += (float)(0.1 / k * sin(2.0 * M_PI * 60.01 * k * i / SECOND));
    }
  }
  learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out[0]);
  const NoiseProfile* const profile = denoiser_profile(denoiser);
  assert_int_equal(profile->tones.n, 20);
  assert_float_equal(profile->tones.hz[19], 1200.2f, 0.1f);

  double left_db[3] = { 0.0, 0.0, 0.0 };
  for (uint32_t i = 0; i < 3; ++i) {
    params.use_profile  = i < 2;
    params.hum          = false;
    params.reduction_db = i ? 24.0f : 12.0f;
    params.residual     = false;
    for (uint32_t r = 0; r < 2; ++r) {
      denoiser_reset(denoiser);
      denoiser_run(denoiser, &params, 4 * SECOND, (const float*[]){ in }, (float*[]){ out[r] });
      params.residual = true;
    }
    double was = 0.0;
    double is  = 0.0;
    for (uint32_t j = 0; j < n; ++j) {
      was += (double)in[from + j] * (double)in[from + j];
      is += 4.0 * (double)out[0][from + late + j] * (double)out[0][from + late + j];
      out[1][from + late + j] += out[0][from + late + j];
    }
    left_db[i] = 10.0 * log10(is / was);
    assert_true(signal_snr_db(n, in + from, out[1] + from + late) > 80.0);
  }
  assert_float_equal(left_db[0], -12.0f, 0.2f);
  assert_float_equal(left_db[1], -24.0f, 0.5f);
  assert_float_equal(left_db[2], 0.0f, 0.1f); // The profile is not used
  denoiser_free(denoiser);
  model_free(model);
}

/// A tone at the highest frequency that is looked for, or a little above, is kept with the noise.
static void
test_the_highest_tone_is_kept(void** const state)
{
  (void)state;
  static const double hz[] = { 2799.9, 2800.0, 2800.2 };
  static float        in[SECOND];
  static float        out[SECOND];
  Model* const        model    = models_constant_gain(0.5);
  Denoiser* const     denoiser = denoiser_new(model, 48000.0, 1);
  float               packed[NOISE_PROFILE_MAX_PACKED];
  NoiseProfile        unpacked;
  for (uint32_t i = 0; i < sizeof(hz) / sizeof(*hz); ++i) {
    signal_fill_noise(2, 0.01f, SECOND, in);
    for (uint32_t j = 0; j < SECOND; ++j) {
      in[j] += (float)(0.05 * sin(2.0 * M_PI * hz[i] * j / SECOND));
    }
    learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out);
    const uint32_t n = noise_profile_pack(denoiser_profile(denoiser), packed);
    assert_true(noise_profile_unpack(n, packed, &unpacked));
    assert_int_equal(unpacked.tones.n, 1);
    assert_float_equal(unpacked.tones.hz[0], (float)fmin(hz[i], 2800.0), 0.05f);
  }
  denoiser_free(denoiser);
  model_free(model);
}

/// A hum of the mains.
static void
fill_hum(const uint32_t n, float* const x)
{
  signal_fill_noise(5, 1e-4f, n, x);
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 1; k <= 9; k += 2) {
      x[i] += (float)(0.1 / k * sin(2.0 * M_PI * 49.98 * k * i / SECOND));
    }
  }
}

/// A hum of the mains goes by as much as is asked for without being learned, in any blocks, and
/// stays where one wants it to.
static void
test_a_hum_goes_unlearned(void** const state)
{
  (void)state;
  enum { LAST = 2 * SECOND, N = 6 * SECOND };
  static float   in[N];
  static float   out[2][N];
  Model* const   model  = models_constant_gain(0.5);
  DenoiserParams params = denoiser_params_default();
  fill_hum(N, in);
  const double was = 0.25 * signal_energy(LAST, in + N - LAST);
  for (uint32_t i = 0; i < 3; ++i) {
    const float wanted_db[] = { -12.0f, -24.0f, 0.0f };
    params.hum              = i < 2;
    params.reduction_db     = i ? 24.0f : 12.0f;
    denoise(model, 48000.0, &params, 64, N, in, out[0]);
    denoise(model, 48000.0, &params, 0, N, in, out[1]);
    assert_memory_equal(out[0], out[1], sizeof(out[0]));
    const double left_db = 10.0 * log10(signal_energy(LAST, out[0] + N - LAST) / was);
    assert_float_equal((float)left_db, wanted_db[i], 0.5f);
  }
  model_free(model);
}

/// Where a hum stays for a while, its phases go on; when it is to go again, nothing gets louder.
static void
test_a_hum_goes_again(void** const state)
{
  (void)state;
  enum { N = 6 * SECOND, STAYS = 4 * SECOND, GOES = STAYS + 17777 };
  static float    in[N];
  static float    out[N];
  Model* const    model    = models_constant_gain(1.0);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  DenoiserParams  params   = denoiser_params_default();
  float           loudest  = 0.0f;
  fill_hum(N, in);
  learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out);
  for (uint32_t at = SECOND; at < N; at += 1000) {
    const uint32_t m   = N - at < 1000 ? N - at : 1000;
    params.use_profile = at < STAYS || at >= GOES;
    params.hum         = false;
    denoiser_run(denoiser, &params, m, (const float*[]){ in + at }, (float*[]){ out + at });
    for (uint32_t i = at; i < at + m; ++i) {
      loudest = fmaxf(loudest, fabsf(out[i]));
    }
  }
  float peak = 0.0f;
  for (uint32_t i = 0; i < N; ++i) {
    peak = fmaxf(peak, fabsf(in[i]));
  }
  assert_true(loudest < 1.05f * peak);
  assert_true(signal_energy(SECOND / 2, out + N - SECOND / 2) <
              0.01 * signal_energy(SECOND / 2, in + N - SECOND / 2));
  denoiser_free(denoiser);
  model_free(model);
}

/// One may listen to what goes and what stays in turn, and let the hum go and stay in turn while
/// one listens: nothing steps by more than the hum and a fade of 20 ms do.
static void
test_a_hum_does_not_click(void** const state)
{
  (void)state;
  enum { N = 4 * SECOND };
  static float    in[N];
  static float    out[N];
  Model* const    model    = models_constant_gain(0.5);
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  DenoiserParams  params   = denoiser_params_default();
  fill_hum(N, in);
  learn_mono(denoiser, 0, SECOND, 64, SECOND, in, out);
  params.hum = false;
  for (uint32_t at = SECOND, i = 0; at < N; at += 3000, ++i) {
    const bool second_half = at >= 5 * SECOND / 2;
    params.residual        = second_half || i % 2;
    params.use_profile     = !second_half || i % 2;
    denoiser_run(denoiser, &params, 3000, (const float*[]){ in + at }, (float*[]){ out + at });
  }
  // 0.1 sin(2π 50 t) and its like: 5 · 0.1 · 2π · 50 / 48000; they fade by 1/960; and the noise
  for (uint32_t i = 3 * SECOND / 2; i < N; ++i) {
    assert_true(fabsf(out[i] - out[i - 1]) < 3.3e-3f + 0.18f / 960.0f + 3e-4f);
  }
  denoiser_free(denoiser);
  model_free(model);
}

/// After broken samples, a window later, all is as if they had been silence.
static void
test_broken_samples_are_silence(void** const state)
{
  (void)state;
  Model* const         model    = models_random(7);
  const DenoiserParams params   = denoiser_params_default();
  const float          broken[] = { NAN, INFINITY, -INFINITY, 1e38f };
  static float         in[SECOND];
  static float         expected[SECOND];
  static float         out[SECOND];
  signal_fill_noise(2, 0.5f, SECOND, in);
  memset(in + 5000, 0, 1000 * sizeof(float));
  denoise(model, 48000.0, &params, 100, SECOND, in, expected);
  for (uint32_t b = 0; b < sizeof(broken) / sizeof(*broken); ++b) {
    for (uint32_t i = 5000; i < 6000; ++i) {
      in[i] = broken[b];
    }
    denoise(model, 48000.0, &params, 100, SECOND, in, out);
    assert_memory_equal(out, expected, sizeof(out));
  }
  model_free(model);
}

/// Steady extremes: finite, never louder than they came in by more than the overlap's ripple, and
/// gone a window and the delay after they end.
static void
test_extremes_end_with_them(void** const state)
{
  (void)state;
  Model* const         model   = models_random(7);
  const DenoiserParams params  = denoiser_params_default();
  const float          peaks[] = { 1.0f, 1.0f, 1e5f, 1e-42f };
  static float         in[SECOND];
  static float         out[SECOND];
  for (uint32_t kind = 0; kind < 4; ++kind) {
    memset(in, 0, sizeof(in));
    for (uint32_t i = 0; i < SECOND / 2; ++i) {
      in[i] = kind == 1 && i / 50 % 2 ? -peaks[kind] : peaks[kind]; // A square of 480 Hz, DC
    }
    denoise(model, 48000.0, &params, 333, SECOND, in, out);
    for (uint32_t i = 0; i < SECOND; ++i) {
      assert_true(fabsf(out[i]) <= 2.0f * peaks[kind]);
      assert_true(i < SECOND / 2 + 2 * 960 || out[i] == 0.0f);
    }
  }
  model_free(model);
}

/// Ten minutes of silence between two sounds: exact silence, and nothing is forgotten by then.  The
/// second sound comes out as it does right after the first.
static void
test_ten_minutes_of_silence(void** const state)
{
  (void)state;
  enum { RATE = 1000, TEN_MINUTES = 600 * RATE, N = 4 * RATE, SHORT = 3 * 20 };
  Model* const         model    = models_random(7);
  const DenoiserParams params   = denoiser_params_default();
  Denoiser* const      denoiser = denoiser_new(model, RATE, 1);
  Denoiser* const      soon     = denoiser_new(model, RATE, 1);
  static float         first[N];
  static float         second[N];
  static float         silence[TEN_MINUTES];
  static float         expected[N];
  static float         out[TEN_MINUTES];
  signal_fill_noise(2, 0.5f, N, first);
  signal_fill_noise(3, 0.1f, N, second);

  denoiser_run(soon, &params, N, (const float*[]){ first }, (float*[]){ expected });
  denoiser_run(soon, &params, SHORT, (const float*[]){ silence }, (float*[]){ out });
  denoiser_run(soon, &params, N, (const float*[]){ second }, (float*[]){ expected });
  denoiser_run(denoiser, &params, N, (const float*[]){ first }, (float*[]){ out });
  denoiser_run(denoiser, &params, TEN_MINUTES, (const float*[]){ silence }, (float*[]){ out });
  for (uint32_t i = 2 * 20; i < TEN_MINUTES; ++i) {
    assert_true(out[i] == 0.0f);
  }
  denoiser_run(denoiser, &params, N, (const float*[]){ second }, (float*[]){ out });
  assert_memory_equal(out, expected, sizeof(expected));

  // What it has not forgotten can be heard.
  denoiser_reset(denoiser);
  denoiser_run(denoiser, &params, N, (const float*[]){ second }, (float*[]){ out });
  assert_memory_not_equal(out, expected, sizeof(expected));
  denoiser_free(soon);
  denoiser_free(denoiser);
  model_free(model);
}

/// A sine of full scale from 50 Hz to 18 kHz comes out as loud as the gain says, all the way.
static void
test_a_sweep_is_not_eaten(void** const state)
{
  (void)state;
  enum { N = 4 * SECOND };
  Model* const         model  = models_constant_gain(0.999);
  const DenoiserParams params = denoiser_params_default();
  static float         in[N];
  static float         out[N];
  double               phase = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    in[i] = (float)sin(phase);
    phase += 2.0 * M_PI * 50.0 / 48000.0 * pow(18000.0 / 50.0, (double)i / N);
  }
  denoise(model, 48000.0, &params, 512, N, in, out);
  for (uint32_t from = 4800; from + 960 + 480 < N; from += 480) {
    assert_float_equal((float)(level_at(out, from + 960) - level_at(in, from)), -0.0087f, 0.01f);
  }
  model_free(model);
}

/// Syllables of a gliding voice in white noise.
static void
fill_voice(const uint32_t n, const double rate_hz, float* const x)
{
  const double pi    = acos(-1.0);
  double       phase = 0.0;
  signal_fill_noise(9, 0.03f, n, x);
  for (uint32_t i = 0; i < n; ++i) {
    const double t    = i / rate_hz;
    const double loud = fmax(0.0, sin(2.0 * pi * 3.0 * t)) * 0.05;
    phase += 2.0 * pi * (150.0 + 40.0 * sin(2.0 * pi * 0.7 * t)) / rate_hz;
    for (uint32_t h = 1; h <= 20; ++h) {
      x[i] += (float)(loud * sin(h * phase) / sqrt(h));
    }
  }
}

/// The voice model sounds alike by weights in 8 bits.
static void
test_compact_weights_sound_the_same(void** const state)
{
  (void)state;
  Model*               model  = NULL;
  const DenoiserParams params = denoiser_params_default();
  enum { N = 3 * 48000 };
  static float in[N];
  static float out[N];
  static float compact[N];
  const char*  path = SOURCE_ROOT "/presets/voice/voice.safetensors";
  assert_int_equal(model_read(path, &model, NULL), STATUS_SUCCESS);
  fill_voice(N, 48000.0, in);
  denoise(model, 48000.0, &params, 256, N, in, out);
  assert_int_equal(model_compact(model, NULL), STATUS_SUCCESS);
  denoise(model, 48000.0, &params, 256, N, in, compact);
  const double snr_db = signal_snr_db(N, out, compact);
  assert_true(snr_db > 45.0 && snr_db < 100.0);
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
    cmocka_unit_test(test_gains_are_bounded),
    cmocka_unit_test(test_gains_fall_slowly_and_rise_at_once),
    cmocka_unit_test(test_residual_is_the_rest),
    cmocka_unit_test(test_broken_samples),
    cmocka_unit_test(test_reset_forgets),
    cmocka_unit_test(test_noise_is_learned),
    cmocka_unit_test(test_a_profile_stays_until_there_is_another),
    cmocka_unit_test(test_a_profile_is_used_or_not),
    cmocka_unit_test(test_a_profile_is_handed_on),
    cmocka_unit_test(test_a_profile_fits_another_model_and_rate),
    cmocka_unit_test(test_channels_share_a_profile),
    cmocka_unit_test(test_a_learned_hum_goes),
    cmocka_unit_test(test_the_highest_tone_is_kept),
    cmocka_unit_test(test_a_hum_goes_unlearned),
    cmocka_unit_test(test_a_hum_goes_again),
    cmocka_unit_test(test_a_hum_does_not_click),
    cmocka_unit_test(test_broken_samples_are_silence),
    cmocka_unit_test(test_extremes_end_with_them),
    cmocka_unit_test(test_ten_minutes_of_silence),
    cmocka_unit_test(test_a_sweep_is_not_eaten),
    cmocka_unit_test(test_compact_weights_sound_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
