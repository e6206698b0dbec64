// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/codes.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 8000, FRAME = 32, HOP = 16, N_BINS = 17 };

/// An autoencoder whose code is what it hears, or that and what it heard two frames before.
static Model*
parrot(uint32_t n_taps)
{
  ModelShape shape         = models_tiny_autoencoder_shape();
  shape.spectrum           = (LogSpectrumConfig){ .top_db = 10.0f, .range_db = 100.0f };
  shape.bypassed           = false;
  shape.n_encoder          = 1;
  shape.n_decoder          = 1;
  const LayerShape encoder = { N_BINS, N_BINS, n_taps, { 0, 2 }, ACTIVATION_IDENTITY, false };
  shape.encoder[0]         = encoder;
  shape.decoder[0]         = (LayerShape){ N_BINS, N_BINS, 1, { 0 }, ACTIVATION_IDENTITY, false };
  Model* const model       = models_of(&shape);
  for (uint32_t i = 0; i < n_taps * N_BINS; ++i) {
    model->weights[i * N_BINS + i % N_BINS] = 1.0f;
  }
  return model;
}

static Sound
noise(uint32_t n_channels, uint64_t n_frames)
{
  Sound sound;
  assert_int_equal(sound_new(RATE, n_channels, n_frames, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(n_frames, 0.5f, (uint32_t)(n_channels * n_frames), sound.samples);
  return sound;
}

/// Level of a bin of the frame that begins at sample `from`, by the sum, as −1…1.
static double
naive_level(const float* x, uint64_t n, uint64_t from, uint32_t bin)
{
  double re = 0.0;
  double im = 0.0;
  for (uint32_t i = 0; i < FRAME; ++i) {
    const double sample = from + i < n ? (double)x[from + i] : 0.0;
    const double window = 0.5 - 0.5 * cos(2.0 * M_PI * i / FRAME);
    re += window * sample * cos(2.0 * M_PI * bin * i / FRAME);
    im -= window * sample * sin(2.0 * M_PI * bin * i / FRAME);
  }
  // A sine of full scale reads a quarter of the frame: 0 dB.
  const double db = 20.0 * log10(sqrt(re * re + im * im) / (FRAME / 4));
  return fmin(fmax((db - 10.0) / 50.0 + 1.0, -1.0), 1.0);
}

static void
expect_levels(const Sound* sound, uint64_t n_frames)
{
  Model* const model = parrot(1);
  Codes        codes = { 0 };
  assert_int_equal(codes_of_sound(model, sound, &codes, NULL), STATUS_SUCCESS);
  assert_int_equal(codes.n_frames, n_frames);
  assert_int_equal(codes.n_code, N_BINS);
  for (uint64_t t = 0; t < n_frames; ++t) {
    for (uint32_t k = 0; k < N_BINS; ++k) {
      const double expected = naive_level(sound->samples, sound->n_frames, t * HOP, k);
      assert_float_equal(codes.z[t * N_BINS + k], (float)expected, 1e-4f);
    }
  }
  codes_clear(&codes);
  assert_null(codes.z);
  model_free(model);
}

static void
test_frames_begin_at_every_hop(void** state)
{
  (void)state;
  static const struct {
    uint64_t n_samples;
    uint64_t n_frames;
  } sizes[] = { { 1, 1 }, { 16, 1 }, { 31, 1 }, { 32, 1 }, { 47, 1 }, { 48, 2 }, { 200, 11 } };
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    Sound sound = noise(1, sizes[i].n_samples);
    expect_levels(&sound, sizes[i].n_frames);
    sound_clear(&sound);
  }
}

static void
test_taps_hear_nothing_before_the_first_frame(void** state)
{
  (void)state;
  Model* const plain  = parrot(1);
  Model* const tapped = parrot(2);
  Sound        sound  = noise(1, 200);
  Codes        now    = { 0 };
  Codes        sum    = { 0 };
  assert_int_equal(codes_of_sound(plain, &sound, &now, NULL), STATUS_SUCCESS);
  assert_int_equal(codes_of_sound(tapped, &sound, &sum, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 11 * N_BINS; ++i) {
    const float before = i < 2 * N_BINS ? 0.0f : now.z[i - 2 * N_BINS];
    assert_float_equal(sum.z[i], now.z[i] + before, 1e-6f);
  }
  codes_clear(&now);
  codes_clear(&sum);
  sound_clear(&sound);
  model_free(plain);
  model_free(tapped);
}

static void
test_channels_are_averaged(void** state)
{
  (void)state;
  Sound mono   = noise(1, 100);
  Sound stereo = noise(2, 100);
  for (uint32_t i = 0; i < 100; ++i) {
    const float difference  = stereo.samples[i];
    stereo.samples[i]       = mono.samples[i] + difference;
    stereo.samples[100 + i] = mono.samples[i] - difference;
  }
  mono.samples[50]         = 0.0f;
  stereo.samples[50]       = NAN;
  stereo.samples[100 + 50] = INFINITY;
  Model* const model       = parrot(1);
  Codes        codes[2];
  assert_int_equal(codes_of_sound(model, &mono, &codes[0], NULL), STATUS_SUCCESS);
  assert_int_equal(codes_of_sound(model, &stereo, &codes[1], NULL), STATUS_SUCCESS);
  assert_int_equal(codes[0].n_frames, codes[1].n_frames);
  for (uint32_t i = 0; i < 5 * N_BINS; ++i) {
    assert_float_equal(codes[0].z[i], codes[1].z[i], 1e-4f);
  }
  codes_clear(&codes[0]);
  codes_clear(&codes[1]);
  sound_clear(&mono);
  sound_clear(&stereo);
  model_free(model);
}

/// A sine keeps its bin, and the sound its length in seconds, at any rate.
static void
test_sound_is_resampled(void** state)
{
  (void)state;
  Sound sound;
  assert_int_equal(sound_new(44100, 1, 44100, &sound, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 44100; ++i) {
    sound.samples[i] = (float)sin(2.0 * M_PI * 1500.0 * i / 44100.0);
  }
  Model* const model = parrot(1);
  Codes        codes;
  assert_int_equal(codes_of_sound(model, &sound, &codes, NULL), STATUS_SUCCESS);
  assert_int_equal(codes.n_frames, 1 + (RATE - FRAME) / HOP);
  const float* const row = codes.z + 250 * N_BINS;
  assert_float_equal(row[6], 0.8f, 1e-3f); // 0 dB, at 1500 Hz
  assert_true(row[4] < 0.0f && row[8] < 0.0f);
  codes_clear(&codes);
  sound_clear(&sound);
  model_free(model);
}

/// A denoiser's features begin with the first whole frame.
static void
test_denoisers_encode_their_features(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_shape();
  Model* const     model = models_of(&shape);
  signal_fill_noise(5, 0.5f, (uint32_t)model->n_weights, model->weights);
  const StftConfig stft = model_stft(model, 44100.0);
  assert_int_equal(stft.frame, 882);
  Sound sound;
  assert_int_equal(sound_new(44100, 1, 441 * 5, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(6, 0.5f, 441 * 5, sound.samples);

  Codes codes;
  assert_int_equal(codes_of_sound(model, &sound, &codes, NULL), STATUS_SUCCESS);
  assert_int_equal(codes.n_frames, 4);
  assert_int_equal(codes.n_code, 3);

  Features* const features = features_new(&model->features, stft, 44100.0);
  Scratch* const  scratch  = scratch_new(&model->autoencoder.encoder);
  for (uint32_t t = 0; t < 4; ++t) {
    Analysis* const analysis = analysis_new(stft);
    analysis_write(analysis, 441, sound.samples + t * 441);
    analysis_write(analysis, 441, sound.samples + (t + 1) * 441);
    const float complex* const spectrum = analysis_spectrum(analysis);
    float                      x[10];
    float                      z[3];
    features_from_spectra(features, 1, &spectrum, x);
    network_forward(&model->autoencoder.encoder, scratch, x, z);
    for (uint32_t i = 0; i < 3; ++i) {
      assert_float_equal(codes.z[3 * t + i], z[i], 1e-5f);
    }
    analysis_free(analysis);
  }
  features_free(features);
  scratch_free(scratch);
  codes_clear(&codes);
  sound_clear(&sound);
  model_free(model);
}

/// A morph model's codes are those of the envelopes: a gain does not matter to them.
static void
test_codes_of_envelopes(void** const state)
{
  (void)state;
  const ModelShape shape = models_tiny_morph_shape();
  Model* const     model = models_of(&shape);
  Sound            sound;
  Codes            loud = { 0 };
  Codes            soft = { 0 };
  assert_int_equal(sound_new(48000.0, 1, 8192, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, 8192, sound.samples);
  signal_fill_noise(2, 0.3f, (uint32_t)model->n_weights, model->weights);
  assert_int_equal(codes_of_sound(model, &sound, &loud, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 8192; ++i) {
    sound.samples[i] *= 0.1f;
  }
  assert_int_equal(codes_of_sound(model, &sound, &soft, NULL), STATUS_SUCCESS);
  assert_int_equal(loud.n_frames, 1 + (8192 - 2048) / 512);
  assert_int_equal(loud.n_code, 3);
  for (uint64_t i = 0; i < loud.n_frames * loud.n_code; ++i) {
    assert_float_equal(loud.z[i], soft.z[i], 1e-3f);
  }
  assert_memory_not_equal(loud.z, loud.z + 3, 3 * sizeof(float));
  codes_clear(&loud);
  codes_clear(&soft);
  sound_clear(&sound);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_codes_of_envelopes),
    cmocka_unit_test(test_frames_begin_at_every_hop),
    cmocka_unit_test(test_taps_hear_nothing_before_the_first_frame),
    cmocka_unit_test(test_channels_are_averaged),
    cmocka_unit_test(test_sound_is_resampled),
    cmocka_unit_test(test_denoisers_encode_their_features),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
