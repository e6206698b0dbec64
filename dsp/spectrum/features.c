// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/features.h"

#include "dsp/spectrum/noise_floor.h"
#include "dsp/spectrum/periodicity.h"
#include "dsp/spectrum/prior_snr.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Features are kept within ± this, so that no input drives a network where it never was.
static const float feature_limit = 3.0f;

/// What is added to a tracked floor for the level of the noise, dB: less than a minimum lies below
/// the mean of steady noise, for it may be of a held note.  Measured on speech and music.
static const float minimum_bias_db = 3.0f;

FeatureConfig
feature_config_default(const double window_s)
{
  const float step_hz = (float)(1.0 / window_s);

  return (FeatureConfig){
    .bands      = { .step_hz   = step_hz,
                    .linear_hz = step_hz * roundf(5000.0f / step_hz),
                    .top_hz    = 20000.0f,
                    .n_erb     = 28 },
    .silence_db = -110.0f,
    .scale_db   = 40.0f,
    .rise_s     = 0.2f,
    .fall_s     = 2.0f,
    .smooth_s   = 0.05f,
    .minimum_s  = 1.6f,

    .prior_limit_db = FEATURES_PRIOR_LIMIT_DB,
  };
}

uint32_t
feature_config_prior(const FeatureConfig* const config)
{
  const uint32_t n_floors = config->long_minimum_s > 0.0f ? 2 : 1;
  return (1 + n_floors) * band_layout_count(&config->bands) + config->profile;
}

uint32_t
feature_config_size(const FeatureConfig* const config)
{
  const uint32_t n_prior = config->prior_snr ? band_layout_count(&config->bands) : 0;
  return feature_config_prior(config) + n_prior + (config->periodicity ? PERIODICITY_SIZE : 0);
}

struct Features {
  FeatureConfig config;
  uint32_t      n_bands;
  float         power_scale; ///< A full-scale sine on a bin's centre reads 1
  float         silence;     ///< Power added to every band
  float         rise;        ///< Share of the old running level kept per frame when it rises
  float         fall;        ///< And when it falls
  bool          started;
  float         running_db; ///< Running level of the whole frame
  Bands*        bands;
  NoiseFloor*   floor;
  NoiseFloor*   long_floor;  ///< NULL where the model has none
  PriorSnr*     prior;       ///< NULL where the model has none
  Periodicity*  periodicity; ///< NULL where the model has none
  uint32_t      n_bins;
  float*        power;     ///< [n_bins], mean over the channels
  float*        level;     ///< [n_bands], dB
  bool          learning;  ///< The profile
  uint32_t      n_learned; ///< Frames in the profile; 0: there is none
  float*        learned;   ///< [n_bands], mean level, dB
  float*        bias;      ///< [n_bands], what that lies below the level of the mean, dB
  float*        profile;   ///< [n_bands], dB
};

/// How far the mean of the logarithm of a band's power lies below that of its mean, for noise, of
/// which the power of a bin is exponentially distributed: (ln n − ψ(n)) · 10 / ln 10 over n bins,
/// by the first terms of the series; 2.5 dB for one.
static void
find_bias(Features* const features)
{
  float* const sum = features->learned; // Free until something is learned
  for (uint32_t k = 0; k < features->n_bins; ++k) {
    float          upper = 0.0f;
    const uint32_t band  = bands_of_bin(features->bands, k, &upper);
    const uint32_t above = band + 1 < features->n_bands ? band + 1 : band;
    sum[band] += 1.0f - upper;
    sum[above] += upper;
    features->bias[band] += (1.0f - upper) * (1.0f - upper);
    features->bias[above] += upper * upper;
  }
  for (uint32_t i = 0; i < features->n_bands; ++i) {
    const float per_n = sum[i] > 0.0f ? features->bias[i] / (sum[i] * sum[i]) : 0.0f; // 1 / n
    features->bias[i] = 4.3429448f * per_n * (0.5f + per_n / 12.0f);
  }
}

Features*
features_new(const FeatureConfig* const config, const StftConfig stft, const double rate_hz)
{
  Features* const features = calloc(1, sizeof(Features));
  if (!features) {
    return NULL;
  }

  const double frames_per_s = rate_hz / stft.hop;
  const double sum          = stft_window_sum(stft);

  features->config      = *config;
  features->n_bands     = band_layout_count(&config->bands);
  features->n_bins      = stft_bins(stft);
  features->power_scale = (float)(4.0 / (sum * sum));
  features->silence     = powf(10.0f, 0.1f * config->silence_db);
  features->rise        = (float)exp(-1.0 / ((double)config->rise_s * frames_per_s));
  features->fall        = (float)exp(-1.0 / ((double)config->fall_s * frames_per_s));
  features->bands       = bands_new(&config->bands, stft, rate_hz);
  features->floor       = noise_floor_new(features->n_bands, frames_per_s, (double)config->smooth_s,
                                          (double)config->minimum_s);
  features->power       = calloc(features->n_bins, sizeof(float));
  features->level       = calloc(features->n_bands, sizeof(float));
  features->learned     = calloc(features->n_bands, sizeof(float));
  features->bias        = calloc(features->n_bands, sizeof(float));
  features->profile     = calloc(features->n_bands, sizeof(float));
  bool ok = features->bands && features->floor && features->power && features->level &&
            features->learned && features->bias && features->profile;
  if (config->long_minimum_s > 0.0f) {
    features->long_floor = noise_floor_new(
      features->n_bands, frames_per_s, (double)config->smooth_s, (double)config->long_minimum_s);
    ok = ok && features->long_floor;
  }
  if (config->prior_snr) {
    features->prior = prior_snr_new(features->n_bands, 1.0 / frames_per_s);
    ok              = ok && features->prior;
  }
  if (config->periodicity) {
    features->periodicity = periodicity_new(stft, rate_hz);
    ok                    = ok && features->periodicity;
  }
  if (!ok) {
    features_free(features);
    return NULL;
  }
  find_bias(features);
  return features;
}

void
features_free(Features* const features)
{
  if (features) {
    bands_free(features->bands);
    noise_floor_free(features->floor);
    noise_floor_free(features->long_floor);
    prior_snr_free(features->prior);
    periodicity_free(features->periodicity);
    free(features->power);
    free(features->level);
    free(features->learned);
    free(features->bias);
    free(features->profile);
    free(features);
  }
}

void
features_reset(Features* const features)
{
  features->started = false;
  noise_floor_reset(features->floor);
  if (features->long_floor) {
    noise_floor_reset(features->long_floor);
  }
  if (features->prior) {
    prior_snr_reset(features->prior);
  }
  if (features->periodicity) {
    periodicity_reset(features->periodicity);
  }
}

void
features_learn_profile(Features* const features)
{
  features->learning  = true;
  features->n_learned = 0;
  memset(features->learned, 0, features->n_bands * sizeof(float)); // Rounding would remember
}

void
features_use_profile(Features* const features, const float* const profile_db)
{
  features->learning = false;
  if (profile_db) {
    memcpy(features->profile, profile_db, features->n_bands * sizeof(float));
    features->n_learned = 1;
  }
}

void
features_clear_profile(Features* const features)
{
  features->learning  = false;
  features->n_learned = 0;
}

const float*
features_profile(const Features* const features)
{
  return features->n_learned ? features->profile : NULL;
}

/// The mean level of a band so far, and that of its noise.
static void
learn_band(Features* const features, const uint32_t band)
{
  const float share = 1.0f / (float)features->n_learned;
  features->learned[band] += share * (features->level[band] - features->learned[band]);
  features->profile[band] = features->learned[band] + features->bias[band];
}

static void
measure_power(Features* const features, const uint32_t n_channels,
              const float complex* const* const spectra)
{
  for (uint32_t k = 0; k < features->n_bins; ++k) {
    float sum = 0.0f;
    for (uint32_t c = 0; c < n_channels; ++c) {
      const float re = crealf(spectra[c][k]);
      const float im = cimagf(spectra[c][k]);
      sum += re * re + im * im;
    }
    features->power[k] = sum / (float)n_channels;
  }
}

/// Levels of all bands in dB, and their mean.
static float
measure_levels(Features* const features)
{
  float* const level = features->level;
  bands_power(features->bands, features->power, level);
  if (features->learning && features->n_learned < UINT32_MAX) {
    ++features->n_learned;
  }

  float sum = 0.0f;
  for (uint32_t i = 0; i < features->n_bands; ++i) {
    const float power = features->power_scale * level[i] + features->silence;
    level[i]          = 10.0f * log10f(power);
    sum += level[i];
    if (features->learning) {
      learn_band(features, i);
    }
  }
  return sum / (float)features->n_bands;
}

static void
follow_level(Features* const features, const float frame_db)
{
  if (!features->started) {
    features->running_db = frame_db;
    features->started    = true;
  }

  const float keep     = frame_db > features->running_db ? features->rise : features->fall;
  features->running_db = frame_db + keep * (features->running_db - frame_db);
}

static float
scaled(const float db, const float running_db, const float scale)
{
  const float x = (db - running_db) * scale;
  return x < -feature_limit ? -feature_limit : x > feature_limit ? feature_limit : x;
}

/// One level of every band as a feature.  @return What follows in `x`.
static float*
write_levels(const Features* const features, const float* const level_db, float* const x)
{
  const float scale = 1.0f / features->config.scale_db;
  for (uint32_t i = 0; i < features->n_bands; ++i) {
    x[i] = scaled(level_db[i], features->running_db, scale);
  }
  return x + features->n_bands;
}

static void
write_prior(const Features* const features, const float* const profile, const float* const tracked,
            float* const x)
{
  const float* const db = profile ? prior_snr_track(features->prior, features->level, profile, 0.0f)
                                  : prior_snr_track(features->prior, features->level, tracked,
                                                    minimum_bias_db);
  for (uint32_t i = 0; i < features->n_bands; ++i) {
    x[i] = fminf(db[i], features->config.prior_limit_db) / features->config.scale_db;
  }
}

void
features_from_spectra(Features* const features, const uint32_t n_channels,
                      const float complex* const* const spectra, float* const x)
{
  measure_power(features, n_channels, spectra);
  follow_level(features, measure_levels(features));
  const float* const profile = features_profile(features);
  const float*       tracked = noise_floor_track(features->floor, features->level);

  float* rest = write_levels(features, features->level, x);
  rest        = write_levels(features, profile ? profile : tracked, rest);
  if (features->long_floor) {
    tracked = noise_floor_track(features->long_floor, features->level);
    rest    = write_levels(features, tracked, rest);
  }
  if (features->config.profile) {
    *rest++ = profile ? 1.0f : 0.0f;
  }
  if (features->prior) {
    write_prior(features, profile, tracked, rest);
    rest += features->n_bands;
  }
  if (features->periodicity) {
    periodicity_track(features->periodicity, n_channels, spectra, rest);
  }
}

void
features_to_gains(const FeatureConfig* const config, const float* const x, float* const gain)
{
  const uint32_t     n_bands = band_layout_count(&config->bands);
  const float* const prior   = x + feature_config_prior(config);
  for (uint32_t i = 0; config->prior_snr && i < n_bands; ++i) {
    gain[i] = prior_snr_gain(gain[i], config->scale_db * prior[i]);
  }
}

const Bands*
features_bands(const Features* const features)
{
  return features->bands;
}
