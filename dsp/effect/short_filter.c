// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/short_filter.h"

#include "dsp/effect/channels.h"
#include "dsp/effect/gains.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Window and hop, seconds: 512 and 128 samples at 48 kHz.
static const double window_s = 512.0 / 48000.0;
static const double hop_s    = 128.0 / 48000.0;

struct ShortFilter {
  Channels* channels;
  uint32_t  n_bins;
  uint32_t  n_long; ///< Bins of a long frame
  float     ratio;  ///< Long bins to a short one
  float     wet;
  float*    gain;  ///< As set, [n_bins]
  float*    mixed; ///< As applied to a frame, [n_bins]
  float*    power; ///< Of the frame, [n_bins]
};

StftConfig
short_filter_stft(const double rate_hz)
{
  return stft_config(window_s, hop_s, rate_hz);
}

ShortFilter*
short_filter_new(const StftConfig long_stft, const double rate_hz, const uint32_t n_channels)
{
  ShortFilter* const filter = calloc(1, sizeof(ShortFilter));
  if (!filter) {
    return NULL;
  }

  const StftConfig stft = short_filter_stft(rate_hz);
  filter->n_bins        = stft_bins(stft);
  filter->n_long        = stft_bins(long_stft);
  filter->ratio         = (float)long_stft.frame / (float)stft.frame;
  filter->channels      = channels_new(stft, n_channels);
  filter->gain          = calloc(filter->n_bins, sizeof(float));
  filter->mixed         = calloc(filter->n_bins, sizeof(float));
  filter->power         = calloc(filter->n_bins, sizeof(float));
  if (!filter->channels || !filter->gain || !filter->mixed || !filter->power) {
    short_filter_free(filter);
    return NULL;
  }
  short_filter_reset(filter);
  return filter;
}

void
short_filter_free(ShortFilter* const filter)
{
  if (filter) {
    channels_free(filter->channels);
    free(filter->gain);
    free(filter->mixed);
    free(filter->power);
    free(filter);
  }
}

void
short_filter_reset(ShortFilter* const filter)
{
  channels_reset(filter->channels);
  filter->wet = 0.0f;
  for (uint32_t k = 0; k < filter->n_bins; ++k) {
    filter->gain[k] = 1.0f;
  }
}

void
short_filter_set(ShortFilter* const filter, const float* const gain, const float wet)
{
  filter->wet = wet;
  for (uint32_t k = 0; k < filter->n_bins; ++k) {
    const float    at    = fminf(filter->ratio * (float)k, (float)(filter->n_long - 1));
    const uint32_t below = (uint32_t)at < filter->n_long - 1 ? (uint32_t)at : filter->n_long - 2;
    filter->gain[k]      = gain[below] + (at - (float)below) * (gain[below + 1] - gain[below]);
  }
}

static void
filter_frame(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  ShortFilter* const filter = effect;
  channels_power(filter->channels, spectra, filter->power);
  memcpy(filter->mixed, filter->gain, filter->n_bins * sizeof(float));
  gains_level(filter->n_bins, filter->power, filter->mixed);
  gains_mix(filter->n_bins, filter->mixed, filter->wet, filter->mixed);
  channels_scale(filter->channels, filter->mixed, spectra);
}

void
short_filter_run(ShortFilter* const filter, const uint32_t n, const float* const* const in,
                 float* const* const out)
{
  channels_run(filter->channels, true, filter_frame, filter, n, in, out);
}
