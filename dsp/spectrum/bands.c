// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/bands.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static double
erb_rate(const double hz)
{
  return 21.4 * log10(1.0 + 0.00437 * hz);
}

static double
erb_rate_inverse(const double rate)
{
  return (pow(10.0, rate / 21.4) - 1.0) / 0.00437;
}

static uint32_t
linear_count(const BandLayout* const layout)
{
  return (uint32_t)lround((double)layout->linear_hz / (double)layout->step_hz) + 1;
}

uint32_t
band_layout_count(const BandLayout* const layout)
{
  return linear_count(layout) + layout->n_erb;
}

double
band_layout_centre(const BandLayout* const layout, const uint32_t index)
{
  const uint32_t n_linear = linear_count(layout);
  if (index < n_linear) {
    return (double)index * (double)layout->step_hz;
  }

  const double low  = erb_rate((double)layout->linear_hz);
  const double high = erb_rate((double)layout->top_hz);
  return erb_rate_inverse(low + (high - low) * (index - n_linear + 1) / layout->n_erb);
}

uint32_t
band_layout_nearest(const BandLayout* const layout, const float hz)
{
  uint32_t low  = 0;
  uint32_t high = band_layout_count(layout) - 1;
  while (high - low > 1) {
    const uint32_t middle   = low + (high - low) / 2;
    const bool     is_above = band_layout_centre(layout, middle) > (double)hz;
    low                     = is_above ? low : middle;
    high                    = is_above ? middle : high;
  }
  const double below = (double)hz - band_layout_centre(layout, low);
  const double above = band_layout_centre(layout, high) - (double)hz;
  return below < above ? low : high;
}

struct Bands {
  uint32_t  n_bands;
  uint32_t  n_bins;
  uint32_t* band;        ///< [n_bins], the lower band of a bin; the upper one is the next
  float*    upper;       ///< [n_bins], share of the upper band, 0…1
  float*    mean_weight; ///< [n_bands], 1 / sum of the weights in a band; 0 without bins
};

static void
place_bins(Bands* const bands, const BandLayout* const layout, const double bin_hz)
{
  const uint32_t last = bands->n_bands - 1;
  uint32_t       band = 0;
  for (uint32_t k = 0; k < bands->n_bins; ++k) {
    const double hz = k * bin_hz;
    while (band < last && band_layout_centre(layout, band + 1) <= hz) {
      ++band;
    }
    bands->band[k]  = band;
    bands->upper[k] = 0.0f;
    if (band < last) {
      const double low  = band_layout_centre(layout, band);
      const double high = band_layout_centre(layout, band + 1);
      bands->upper[k]   = (float)((hz - low) / (high - low));
    }
  }
}

static void
weigh_bands(Bands* const bands)
{
  const uint32_t last = bands->n_bands - 1;
  for (uint32_t k = 0; k < bands->n_bins; ++k) {
    const uint32_t band = bands->band[k];
    bands->mean_weight[band] += 1.0f - bands->upper[k];
    if (band < last) {
      bands->mean_weight[band + 1] += bands->upper[k];
    }
  }
  for (uint32_t i = 0; i < bands->n_bands; ++i) {
    const float sum       = bands->mean_weight[i];
    bands->mean_weight[i] = sum > 0.0f ? 1.0f / sum : 0.0f;
  }
}

Bands*
bands_new(const BandLayout* const layout, const StftConfig stft, const double rate_hz)
{
  Bands* const bands = calloc(1, sizeof(Bands));
  if (!bands) {
    return NULL;
  }

  bands->n_bands     = band_layout_count(layout);
  bands->n_bins      = stft_bins(stft);
  bands->band        = calloc(bands->n_bins, sizeof(uint32_t));
  bands->upper       = calloc(bands->n_bins, sizeof(float));
  bands->mean_weight = calloc(bands->n_bands, sizeof(float));
  if (!bands->band || !bands->upper || !bands->mean_weight) {
    bands_free(bands);
    return NULL;
  }

  place_bins(bands, layout, rate_hz / stft.frame);
  weigh_bands(bands);
  return bands;
}

void
bands_free(Bands* const bands)
{
  if (bands) {
    free(bands->band);
    free(bands->upper);
    free(bands->mean_weight);
    free(bands);
  }
}

void
bands_power(const Bands* const bands, const float* const bin_power, float* const power)
{
  const uint32_t last = bands->n_bands - 1;
  memset(power, 0, bands->n_bands * sizeof(float));
  for (uint32_t k = 0; k < bands->n_bins; ++k) {
    const uint32_t band  = bands->band[k];
    const float    upper = bands->upper[k] * bin_power[k];
    power[band] += bin_power[k] - upper;
    if (band < last) {
      power[band + 1] += upper;
    }
  }
  for (uint32_t i = 0; i < bands->n_bands; ++i) {
    power[i] *= bands->mean_weight[i];
  }
}

void
bands_gain(const Bands* const bands, const float* const gain, float* const bin_gain)
{
  const uint32_t last = bands->n_bands - 1;
  for (uint32_t k = 0; k < bands->n_bins; ++k) {
    const uint32_t band = bands->band[k];
    const uint32_t next = band < last ? band + 1 : last;
    bin_gain[k]         = gain[band] + bands->upper[k] * (gain[next] - gain[band]);
  }
}

uint32_t
bands_of_bin(const Bands* const bands, const uint32_t bin, float* const upper)
{
  *upper = bands->upper[bin];
  return bands->band[bin];
}
