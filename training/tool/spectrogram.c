// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/spectrogram.h"

#include "dsp/spectrum/stft.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_S 0.043
#define HOP_S    (WINDOW_S / 4.0)

/// Samples of one channel at any place: zeros before its start and after its end.
static void
copy_samples(const Sound* const sound, const uint32_t channel, const int64_t start,
             const uint32_t n, float* const out)
{
  const float* const samples = sound->samples + channel * sound->n_frames;
  for (uint32_t i = 0; i < n; ++i) {
    const int64_t at = start + (int64_t)i;
    out[i]           = at >= 0 && at < (int64_t)sound->n_frames ? samples[at] : 0.0f;
  }
}

/// The column that a moment falls in, or the number of columns when it falls in none.
static uint32_t
column_at(const Spectrogram* const spectrogram, const double seconds, const double length_s)
{
  const double column = floor(seconds / length_s * spectrogram->n_columns);

  return column >= 0.0 && column < spectrogram->n_columns ? (uint32_t)column
                                                          : spectrogram->n_columns;
}

/// Add the power of one channel to the columns.  @param n_spectra [n_columns], counted up.
static void
add_channel(Spectrogram* const spectrogram, Analysis* const analysis, const StftConfig config,
            const Sound* const sound, const uint32_t channel, const double length_s,
            float* const hop, uint32_t* const n_spectra)
{
  const int64_t n_samples = (int64_t)ceil(length_s * sound->rate_hz);
  analysis_reset(analysis);
  for (int64_t at = 0; at < n_samples + config.frame; at += config.hop) {
    copy_samples(sound, channel, at, config.hop, hop);
    (void)analysis_write(analysis, config.hop, hop);

    // The last frame is centered half a frame before the samples that complete it.
    const double   center = (double)at + config.hop - 0.5 * config.frame;
    const uint32_t column = column_at(spectrogram, center / sound->rate_hz, length_s);
    if (column < spectrogram->n_columns) {
      const float complex* const x   = analysis_spectrum(analysis);
      float* const               sum = spectrogram->level_db + column * spectrogram->n_bins;
      for (uint32_t k = 0; k < spectrogram->n_bins; ++k) {
        sum[k] += crealf(x[k]) * crealf(x[k]) + cimagf(x[k]) * cimagf(x[k]);
      }
      ++n_spectra[column];
    }
  }
}

/// Sums of power to decibels.  A column that no spectrum fell into repeats the one before.
static void
finish(Spectrogram* const spectrogram, const double sine_power, const uint32_t* const n_spectra)
{
  for (uint32_t column = 0; column < spectrogram->n_columns; ++column) {
    float* const level = spectrogram->level_db + column * spectrogram->n_bins;
    if (!n_spectra[column] && column) {
      memcpy(level, level - spectrogram->n_bins, spectrogram->n_bins * sizeof(float));
      continue;
    }
    for (uint32_t k = 0; k < spectrogram->n_bins; ++k) {
      const double power = (double)level[k] / (fmax(1.0, n_spectra[column]) * sine_power);
      level[k]           = fmaxf((float)(10.0 * log10(power + 1e-30)), SPECTROGRAM_SILENCE_DB);
    }
  }
}

Status
spectrogram_measure(const Sound* const sound, const uint32_t n_columns, const double length_s,
                    Spectrogram* const spectrogram, Diagnostic* const why)
{
  // A shorter hop than one sample would be rounded up to it, and the window grow with it.
  const double     hop_s  = fmax(fmin(HOP_S, 0.5 * length_s / n_columns), 1.0 / sound->rate_hz);
  const StftConfig config = stft_config(WINDOW_S, hop_s, sound->rate_hz);
  const double     sine   = 0.5 * stft_window_sum(config);
  const uint32_t   n_bins = stft_bins(config);

  *spectrogram = (Spectrogram){ n_columns, n_bins, sound->rate_hz / config.frame, NULL };

  spectrogram->level_db     = calloc((size_t)n_columns * n_bins, sizeof(float));
  Analysis* const analysis  = analysis_new(config);
  float* const    hop       = malloc(config.hop * sizeof(float));
  uint32_t* const n_spectra = calloc(n_columns, sizeof(uint32_t));
  const bool      ready     = spectrogram->level_db && analysis && hop && n_spectra;
  for (uint32_t c = 0; ready && c < sound->n_channels; ++c) {
    add_channel(spectrogram, analysis, config, sound, c, length_s, hop, n_spectra);
  }
  if (ready) {
    finish(spectrogram, sine * sine, n_spectra);
  } else {
    spectrogram_clear(spectrogram);
  }

  analysis_free(analysis);
  free(hop);
  free(n_spectra);
  return ready ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "no memory for a spectrogram");
}

void
spectrogram_clear(Spectrogram* const spectrogram)
{
  free(spectrogram->level_db);
  *spectrogram = (Spectrogram){ 0 };
}

float
spectrogram_level(const Spectrogram* const spectrogram, const uint32_t column, const double from_hz,
                  const double to_hz)
{
  const float* const level = spectrogram->level_db + column * spectrogram->n_bins;
  const double       top   = (spectrogram->n_bins - 1) * spectrogram->bin_hz;
  const double       hz    = 0.5 * (from_hz + to_hz);
  if (hz > top) {
    return SPECTROGRAM_SILENCE_DB;
  }

  const double   at    = hz / spectrogram->bin_hz;
  const uint32_t below = (uint32_t)fmin(floor(at), spectrogram->n_bins - 2.0);
  const float    part  = (float)(at - below);
  float          most  = level[below] + part * (level[below + 1] - level[below]);

  const uint32_t first = (uint32_t)ceil(from_hz / spectrogram->bin_hz);
  const uint32_t last  = (uint32_t)floor(fmin(to_hz, top) / spectrogram->bin_hz);
  for (uint32_t k = first; k <= last; ++k) {
    most = fmaxf(most, level[k]);
  }
  return most;
}
