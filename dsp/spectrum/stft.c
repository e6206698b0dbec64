// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/stft.h"

#include "dsp/spectrum/fft.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

StftConfig
stft_config(const double window_s, const double hop_s, const double rate_hz)
{
  const double hop   = fmax(1.0, round(rate_hz * hop_s));
  const double pairs = fmax(1.0, round(0.5 * window_s / hop_s));

  return (StftConfig){ (uint32_t)(2.0 * pairs * hop), (uint32_t)hop, WINDOW_VORBIS };
}

uint32_t
stft_bins(const StftConfig config)
{
  return config.frame / 2 + 1;
}

static double
vorbis_window(const uint32_t n, const uint32_t size)
{
  const double s = sin(M_PI * (n + 0.5) / size);

  return sin(M_PI_2 * s * s);
}

static double
hann_window(const uint32_t n, const uint32_t size)
{
  const double s = sin(M_PI * n / size);

  return s * s;
}

double
stft_window(const StftConfig config, const uint32_t n)
{
  return config.window == WINDOW_HANN ? hann_window(n, config.frame)
                                      : vorbis_window(n, config.frame);
}

/// The mean of the window's squares.
static double
window_power(const StftConfig config)
{
  return config.window == WINDOW_HANN ? 3.0 / 8.0 : 1.0 / 2.0;
}

double
stft_window_sum(const StftConfig config)
{
  double sum = 0.0;
  for (uint32_t n = 0; n < config.frame; ++n) {
    sum += stft_window(config, n);
  }
  return sum;
}

/// The window times `scale`, owned by the caller, or NULL.
static float*
window_new(const StftConfig config, const double scale)
{
  float* const window = malloc(config.frame * sizeof(float));
  for (uint32_t n = 0; window && n < config.frame; ++n) {
    window[n] = (float)(scale * stft_window(config, n));
  }
  return window;
}

struct Analysis {
  StftConfig config;
  float*     window; ///< [frame]
  float*     past;   ///< [frame], the last `frame` samples, oldest first, filled up to a hop
  Fft*       fft;
  uint32_t   n_new; ///< Samples of the hop that is being filled
  bool       ready; ///< A hop was completed and its spectrum not yet taken
};

Analysis*
analysis_new(const StftConfig config)
{
  Analysis* const analysis = calloc(1, sizeof(Analysis));
  if (!analysis) {
    return NULL;
  }

  analysis->config = config;
  analysis->window = window_new(config, 1.0);
  analysis->past   = calloc(config.frame, sizeof(float));
  analysis->fft    = fft_new(config.frame);
  if (!analysis->window || !analysis->past || !analysis->fft) {
    analysis_free(analysis);
    return NULL;
  }
  return analysis;
}

void
analysis_free(Analysis* const analysis)
{
  if (analysis) {
    free(analysis->window);
    free(analysis->past);
    fft_free(analysis->fft);
    free(analysis);
  }
}

void
analysis_reset(Analysis* const analysis)
{
  memset(analysis->past, 0, analysis->config.frame * sizeof(float));
  analysis->n_new = 0;
  analysis->ready = false;
}

uint32_t
analysis_left(const Analysis* const analysis)
{
  return analysis->config.hop - analysis->n_new;
}

uint32_t
analysis_write(Analysis* const analysis, const uint32_t n, const float* const in)
{
  const StftConfig config = analysis->config;
  const uint32_t   old    = config.frame - config.hop;
  if (n && !analysis->n_new) {
    memmove(analysis->past, analysis->past + config.hop, old * sizeof(float));
  }

  const uint32_t left  = analysis_left(analysis);
  const uint32_t taken = n < left ? n : left;
  memcpy(analysis->past + old + analysis->n_new, in, taken * sizeof(float));
  analysis->n_new += taken;
  analysis->ready = analysis->n_new == config.hop;
  if (analysis->ready) {
    analysis->n_new = 0;
  }
  return taken;
}

float complex*
analysis_spectrum(Analysis* const analysis)
{
  if (!analysis->ready) {
    return NULL;
  }

  float* const time = fft_time(analysis->fft);
  for (uint32_t n = 0; n < analysis->config.frame; ++n) {
    time[n] = analysis->window[n] * analysis->past[n];
  }
  fft_forward(analysis->fft);
  analysis->ready = false;
  return fft_spectrum(analysis->fft);
}

struct Synthesis {
  StftConfig config;
  float*     window; ///< [frame], scaled so that analysis and synthesis give back the input
  float*     sum;    ///< [frame], overlapping frames; the first hop is complete
  Fft*       fft;
  uint32_t   n_read; ///< Samples of the first hop that are read
};

Synthesis*
synthesis_new(const StftConfig config)
{
  assert(config.window != WINDOW_HANN || config.frame >= 4 * config.hop);
  Synthesis* const synthesis = calloc(1, sizeof(Synthesis));
  if (!synthesis) {
    return NULL;
  }

  // The squared windows add to their mean × frame / hop, and the inverse transform multiplies by
  // frame.
  const double scale = config.hop / (window_power(config) * config.frame * config.frame);

  synthesis->config = config;
  synthesis->window = window_new(config, scale);
  synthesis->sum    = calloc(config.frame, sizeof(float));
  synthesis->fft    = fft_new(config.frame);
  if (!synthesis->window || !synthesis->sum || !synthesis->fft) {
    synthesis_free(synthesis);
    return NULL;
  }
  return synthesis;
}

void
synthesis_free(Synthesis* const synthesis)
{
  if (synthesis) {
    free(synthesis->window);
    free(synthesis->sum);
    fft_free(synthesis->fft);
    free(synthesis);
  }
}

void
synthesis_reset(Synthesis* const synthesis)
{
  memset(synthesis->sum, 0, synthesis->config.frame * sizeof(float));
  synthesis->n_read = 0;
}

void
synthesis_add(Synthesis* const synthesis, const float complex* const spectrum)
{
  const StftConfig config = synthesis->config;
  const uint32_t   rest   = config.frame - config.hop;
  memmove(synthesis->sum, synthesis->sum + config.hop, rest * sizeof(float));
  memset(synthesis->sum + rest, 0, config.hop * sizeof(float));
  synthesis->n_read = 0;

  memcpy(fft_spectrum(synthesis->fft), spectrum, stft_bins(config) * sizeof(float complex));
  fft_inverse(synthesis->fft);
  const float* const time = fft_time(synthesis->fft);
  for (uint32_t n = 0; n < config.frame; ++n) {
    synthesis->sum[n] += synthesis->window[n] * time[n];
  }
}

void
synthesis_read(Synthesis* const synthesis, const uint32_t n, float* const out)
{
  assert(synthesis->n_read + n <= synthesis->config.hop);
  memcpy(out, synthesis->sum + synthesis->n_read, n * sizeof(float));
  synthesis->n_read += n;
}
