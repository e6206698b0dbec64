// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/features.h"

#include "dsp/spectrum/periodicity.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FEATURES = 300 };

/// Features of the last frame of a sound, at any rate.
static void
features_of(const double rate_hz, const uint32_t n, const float* const in, float* const x)
{
  const FeatureConfig config   = feature_config_default(0.02);
  const StftConfig    stft     = stft_config(0.02, 0.01, rate_hz);
  Analysis* const     analysis = analysis_new(stft);
  Features* const     features = features_new(&config, stft, rate_hz);
  assert_non_null(features);
  for (uint32_t at = 0; at < n;) {
    at += analysis_write(analysis, n - at, in + at);
    const float complex* const spectrum = analysis_spectrum(analysis);
    if (spectrum) {
      features_from_spectra(features, 1, &spectrum, x);
    }
  }
  features_free(features);
  analysis_free(analysis);
}

static float*
two_sines(const double rate_hz, const double amplitude, const uint32_t n)
{
  float* const x = malloc(n * sizeof(float));
  for (uint32_t i = 0; i < n; ++i) {
    const double t = i / rate_hz;
    x[i] = (float)(amplitude * (sin(2.0 * M_PI * 440.0 * t) + 0.1 * sin(2.0 * M_PI * 2950.0 * t)));
  }
  return x;
}

static void
test_size_is_two_per_band(void** const state)
{
  (void)state;
  const FeatureConfig config = feature_config_default(0.02);
  assert_int_equal(feature_config_size(&config), 258);
}

/// A sound and the same 20 dB softer have the same features.
static void
test_level_does_not_matter(void** const state)
{
  (void)state;
  float    loud_x[MAX_FEATURES];
  float    soft_x[MAX_FEATURES];
  float    loud[24000];
  float    soft[24000];
  uint64_t random = 5;
  for (uint32_t i = 0; i < 24000; ++i) {
    loud[i] = 0.5f * signal_noise(&random);
    soft[i] = 0.1f * loud[i];
  }
  features_of(48000.0, 24000, loud, loud_x);
  features_of(48000.0, 24000, soft, soft_x);
  for (uint32_t i = 0; i < 258; ++i) {
    assert_float_equal(loud_x[i], soft_x[i], 0.01f);
  }
}

/// The tone at 3 kHz is 20 dB below that at 1 kHz; both lie on a band's centre.
static void
test_scale_is_in_decibels(void** const state)
{
  (void)state;
  const FeatureConfig config = feature_config_default(0.02);
  float               x[MAX_FEATURES];
  float               tone[24000];
  for (uint32_t i = 0; i < 24000; ++i) {
    tone[i] = (float)(0.1 * cos(2.0 * M_PI * 1000.0 * i / 48000.0) +
                      0.01 * cos(2.0 * M_PI * 3000.0 * i / 48000.0));
  }
  features_of(48000.0, 24000, tone, x);
  assert_float_equal(config.scale_db * (x[20] - x[60]), 20.0f, 0.1f);
}

/// The same sound at other rates gives the same features below both Nyquist frequencies.
static void
check_rate(const double rate_hz)
{
  float          x48[MAX_FEATURES];
  float          x[MAX_FEATURES];
  const uint32_t n       = (uint32_t)rate_hz / 2;
  float* const   in48    = two_sines(48000.0, 0.2, 24000);
  float* const   in      = two_sines(rate_hz, 0.2, n);
  const uint32_t peaks[] = { 8, 9, 58, 59, 60 };
  features_of(48000.0, 24000, in48, x48);
  features_of(rate_hz, n, in, x);
  for (uint32_t i = 0; i < 5; ++i) {
    // Levels against each other: the mean over bands without bins differs.
    assert_float_equal(40.0f * (x[peaks[i]] - x[8]), 40.0f * (x48[peaks[i]] - x48[8]), 0.5f);
  }
  free(in48);
  free(in);
}

static void
test_same_at_every_rate(void** const state)
{
  (void)state;
  check_rate(8000.0);
  check_rate(44100.0);
  check_rate(96000.0);
  check_rate(192000.0);
}

/// 10 log₁₀(e) γ, γ being Euler's constant.
static const float one_bin_db = 2.5068f;

/// A model of two floors and word of a profile.
static FeatureConfig
full_config(void)
{
  FeatureConfig config  = feature_config_default(0.02);
  config.long_minimum_s = 4.0f;
  config.profile        = true;
  return config;
}

static Features*
full_features(void)
{
  const FeatureConfig config   = full_config();
  Features* const     features = features_new(&config, stft_config(0.02, 0.01, 48000.0), 48000.0);
  assert_non_null(features);
  return features;
}

/// One frame of equal power in every bin.  @param x [388], written.
static void
flat_frame(Features* const features, const float power, float* const x)
{
  float complex bins[481];
  for (uint32_t k = 0; k < 481; ++k) {
    bins[k] = sqrtf(power);
  }
  features_from_spectra(features, 1, &(const float complex*){ bins }, x);
}

static void
test_size_grows_by_a_floor_and_a_flag(void** const state)
{
  (void)state;
  const FeatureConfig config = full_config();
  assert_int_equal(feature_config_size(&config), 3 * 129 + 1);
}

/// A tone that lasts longer than the short window lifts the first floor and not the second.
static void
test_long_floor_forgets_later(void** const state)
{
  (void)state;
  Features* const features = full_features();
  float           x[388];
  flat_frame(features, 1e-4f, x);
  for (uint32_t t = 0; t < 300; ++t) {
    flat_frame(features, 1.0f, x);
  }
  assert_float_equal(x[129 + 50], x[50], 1e-3f);
  assert_float_equal(40.0f * (x[129 + 50] - x[258 + 50]), 40.0f, 0.5f);
  features_free(features);
}

/// Frames of power 1 and 3 have the mean level of √3; the bias of one bin of noise is Euler's
/// constant, as a power in decibels.
static void
test_profile_is_the_mean_level(void** const state)
{
  (void)state;
  Features* const features = full_features();
  float           x[388];
  assert_null(features_profile(features));
  flat_frame(features, 1.0f, x);
  const float first = x[50];
  assert_true(x[387] == 0.0f);
  features_learn_profile(features);
  flat_frame(features, 0.3f, x);
  features_learn_profile(features); // Anew
  for (uint32_t t = 0; t < 100; ++t) {
    flat_frame(features, t % 2 ? 3.0f : 1.0f, x);
  }
  features_use_profile(features, NULL);
  features_reset(features);
  flat_frame(features, 1.0f, x);
  assert_true(x[387] == 1.0f && x[50] == first);
  assert_float_equal(40.0f * (x[129 + 50] - x[50]), 10.0f * log10f(sqrtf(3.0f)) + one_bin_db,
                     0.03f);
  features_free(features);
}

/// Another stream that is given the profile hears the same; without it, the tracked floor.
static void
test_profile_is_handed_on_and_cleared(void** const state)
{
  (void)state;
  Features* const features = full_features();
  Features* const other    = full_features();
  float           x[388];
  float           y[388];
  features_learn_profile(features);
  flat_frame(features, 0.01f, x);
  features_use_profile(features, NULL);
  features_use_profile(other, features_profile(features));
  features_reset(features);
  flat_frame(features, 1.0f, x);
  flat_frame(other, 1.0f, y);
  assert_memory_equal(x, y, sizeof(x));
  assert_float_equal(40.0f * (y[50] - y[129 + 50]), 20.0f - one_bin_db, 0.03f);

  features_clear_profile(other);
  flat_frame(other, 1.0f, y);
  assert_null(features_profile(other));
  assert_true(y[387] == 0.0f && y[129 + 50] == y[50]);
  features_free(features);
  features_free(other);
}

/// One frame of noise whose bins have the mean power, by the inverse of their distribution.
static void
noise_frame(Features* const features, const float power, uint64_t* const random, float* const x)
{
  float complex bins[481];
  for (uint32_t k = 0; k < 481; ++k) {
    bins[k] = sqrtf(-power * logf(0.5f - 0.4999999f * signal_noise(random)));
  }
  features_from_spectra(features, 1, &(const float complex*){ bins }, x);
}

/// Noise of −20 dB is told within 0.1 dB in bands of one bin and of many.
static void
test_profile_of_noise_is_its_level(void** const state)
{
  (void)state;
  Features* const features = full_features();
  float           x[388];
  uint64_t        random = 1;
  double          low    = 0.0;
  double          high   = 0.0;
  features_learn_profile(features);
  for (uint32_t t = 0; t < 1000; ++t) {
    noise_frame(features, 0.01f, &random, x);
  }
  features_use_profile(features, NULL);
  features_reset(features);
  flat_frame(features, 0.01f, x);
  for (uint32_t i = 0; i < 28; ++i) {
    low += (double)(40.0f * (x[129 + 20 + i] - x[20 + i])) / 28.0;
    high += (double)(40.0f * (x[129 + 101 + i] - x[101 + i])) / 28.0;
  }
  assert_float_equal(low, 0.0, 0.1);
  assert_float_equal(high, 0.0, 0.1);
  features_free(features);
}

/// One frame in twenty that is 30 dB louder moves it by a twentieth of that.
static void
test_knocks_do_not_lift_a_profile(void** const state)
{
  (void)state;
  Features* const features = full_features();
  float           x[388];
  features_learn_profile(features);
  for (uint32_t t = 0; t < 100; ++t) {
    flat_frame(features, t % 20 ? 0.001f : 1.0f, x);
  }
  features_use_profile(features, NULL);
  features_reset(features);
  flat_frame(features, 0.001f, x);
  assert_float_equal(40.0f * (x[129 + 50] - x[50]), 1.5f + one_bin_db, 0.05f);
  features_free(features);
}

/// Over a profile; a network that says one half leaves Wiener's gain as it is.
static void
test_prior_snr_comes_after_the_floors(void** const state)
{
  (void)state;
  FeatureConfig config     = full_config();
  config.prior_snr         = true;
  Features* const features = features_new(&config, stft_config(0.02, 0.01, 48000.0), 48000.0);
  float           x[4 * 129 + 1];
  float           gain[129];
  float           level_db[129];
  assert_int_equal(feature_config_size(&config), 4 * 129 + 1);
  features_learn_profile(features);
  flat_frame(features, 0.01f, x);
  memcpy(level_db, features_profile(features), sizeof(level_db));
  features_use_profile(features, level_db);
  features_reset(features);
  for (uint32_t t = 0; t < 500; ++t) {
    flat_frame(features, 1.0f, x); // In the end ξ = γ − 1 + α (G²γ − γ + 1)
  }
  const double gamma  = pow(10.0, (20.0 - (double)one_bin_db) / 10.0);
  const double xi     = pow(10.0, 4.0 * (double)x[388 + 50]);
  const double wiener = xi / (1.0 + xi);
  const double keep   = exp(-0.01 / 0.195);
  const double wanted = gamma - 1.0 + keep * (wiener * wiener * gamma - gamma + 1.0);
  assert_float_equal((float)xi, (float)wanted, (float)(0.02 * xi));
  for (uint32_t i = 0; i < 129; ++i) {
    gain[i] = 0.5f;
  }
  features_to_gains(&config, x, gain);
  assert_float_equal(gain[50], (float)wiener, 1e-4f);
  features_free(features);

  config.prior_limit_db   = 3.0f;
  Features* const limited = features_new(&config, stft_config(0.02, 0.01, 48000.0), 48000.0);
  features_use_profile(limited, level_db);
  flat_frame(limited, 1.0f, x);
  assert_float_equal(config.scale_db * x[388 + 50], 3.0f, 1e-4f);
  features_free(limited);
}

/// Last comes how periodic a sound is; the other numbers are as they are without.
static void
test_periodicity_comes_last(void** const state)
{
  (void)state;
  FeatureConfig config = full_config();
  config.prior_snr     = true;
  float           x[2][4 * 129 + 1 + PERIODICITY_SIZE];
  Features* const without = features_new(&config, stft_config(0.02, 0.01, 48000.0), 48000.0);
  config.periodicity      = true;
  Features* const with    = features_new(&config, stft_config(0.02, 0.01, 48000.0), 48000.0);
  float           last[PERIODICITY_SIZE];
  uint64_t        random = 3;
  assert_int_equal(feature_config_size(&config), 4 * 129 + 1 + PERIODICITY_SIZE);
  assert_int_equal(feature_config_prior(&config), 3 * 129 + 1);
  Periodicity* const periodicity = periodicity_new(stft_config(0.02, 0.01, 48000.0), 48000.0);
  for (uint32_t t = 0; t < 5; ++t) {
    float complex bins[481];
    for (uint32_t k = 0; k < 481; ++k) {
      bins[k] = signal_noise(&random) + I * signal_noise(&random);
    }
    const float complex* const spectrum = bins;
    features_from_spectra(without, 1, &spectrum, x[0]);
    features_from_spectra(with, 1, &spectrum, x[1]);
    periodicity_track(periodicity, 1, &spectrum, last);
  }
  assert_memory_equal(x[0], x[1], (4 * 129 + 1) * sizeof(float));
  assert_memory_equal(last, x[1] + 4 * 129 + 1, sizeof(last));
  features_free(without);
  features_free(with);
  periodicity_free(periodicity);
}

static void
test_silence_is_finite(void** const state)
{
  (void)state;
  float silence[4800] = { 0 };
  float x[MAX_FEATURES];
  features_of(48000.0, 4800, silence, x);
  for (uint32_t i = 0; i < 258; ++i) {
    assert_float_equal(x[i], 0.0f, 1e-4f);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_size_is_two_per_band),
    cmocka_unit_test(test_level_does_not_matter),
    cmocka_unit_test(test_scale_is_in_decibels),
    cmocka_unit_test(test_same_at_every_rate),
    cmocka_unit_test(test_size_grows_by_a_floor_and_a_flag),
    cmocka_unit_test(test_long_floor_forgets_later),
    cmocka_unit_test(test_profile_is_the_mean_level),
    cmocka_unit_test(test_profile_of_noise_is_its_level),
    cmocka_unit_test(test_knocks_do_not_lift_a_profile),
    cmocka_unit_test(test_prior_snr_comes_after_the_floors),
    cmocka_unit_test(test_periodicity_comes_last),
    cmocka_unit_test(test_profile_is_handed_on_and_cleared),
    cmocka_unit_test(test_silence_is_finite),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
