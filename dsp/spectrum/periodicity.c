// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/periodicity.h"

#include "dsp/network/layer.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Lags of a range, and of all.
enum { PER_RANGE = 40, LAGS = PER_RANGE * (int)PERIODICITY_RANGES };

/// The bands that a pitch is found in.
enum { PITCH_BANDS = 8 };

/// Of a bin: power of both frames, real and imaginary part of what they have in common.
enum { PARTS = 3 };

enum { MAX_CHANNELS = 2 };

/// Where the bands begin and end, Hz.
static const double edges_hz[PERIODICITY_BANDS + 1] = { 60.0,   300.0,  600.0,  900.0,
                                                        1200.0, 1600.0, 2100.0, 2700.0,
                                                        3400.0, 4200.0, 5000.0 };

/// By how much a correlation at the longest lag must be over one at the shortest.
static const float short_bias = 0.1f;

/// Power of a bin that is silence.
static const float silence = 1e-9f;

static const float most = 1.5f;

struct Periodicity {
  uint32_t       n_bins; ///< Up to the last band
  uint32_t       first[PERIODICITY_BANDS + 1];
  float*         waves; ///< cos, cos and −sin of each part, [n_bins][PARTS][LAGS]
  float          scale[LAGS];
  float*         parts;      ///< [n_bins][PARTS]
  Layer          pitch;      ///< From the parts of the bands that it is found in to all lags
  float          none[LAGS]; ///< Its biases
  float          sums[LAGS]; ///< What it gives
  float complex* last[MAX_CHANNELS]; ///< Of the frame before, [n_bins]
};

static double
lag_s(const uint32_t i)
{
  return PERIODICITY_MIN_S * pow(PERIODICITY_MAX_S / PERIODICITY_MIN_S, (i + 0.5) / LAGS);
}

/// A frame's window.
typedef struct {
  StftConfig stft;
  double     rate_hz;
  double*    at; ///< [frame]
} FrameWindow;

/// Autocorrelation of the window.
static double
window_correlation(const FrameWindow* const window, const double lag)
{
  const uint32_t shift = (uint32_t)lround(fabs(lag) * window->rate_hz);
  double         sum   = 0.0;
  for (uint32_t n = 0; n + shift < window->stft.frame; ++n) {
    sum += window->at[n] * window->at[n + shift];
  }
  return sum;
}

/// What a lag is multiplied by.
static void
make_lag(Periodicity* const periodicity, const uint32_t i, const FrameWindow* const window)
{
  const double lag   = lag_s(i);
  const double apart = lag - window->stft.hop / window->rate_hz; // From one frame to the other
  const double bin   = 2.0 * M_PI * window->rate_hz / window->stft.frame;
  float*       wave  = periodicity->waves + i;
  for (uint32_t k = 0; k < periodicity->n_bins; ++k, wave += (size_t)PARTS * LAGS) {
    wave[0]        = (float)cos(k * bin * lag);
    wave[LAGS]     = (float)cos(k * bin * apart);
    wave[2 * LAGS] = (float)-sin(k * bin * apart);
  }
  const double both     = window_correlation(window, lag) + window_correlation(window, apart);
  periodicity->scale[i] = (float)(window_correlation(window, 0.0) / both);
}

/// @return False when memory is short.
static bool
make_lags(Periodicity* const periodicity, const StftConfig stft, const double rate_hz)
{
  const FrameWindow window = { stft, rate_hz, malloc(stft.frame * sizeof(double)) };
  if (!window.at) {
    return false;
  }
  for (uint32_t n = 0; n < stft.frame; ++n) {
    window.at[n] = stft_window(stft, n);
  }
  for (uint32_t i = 0; i < LAGS; ++i) {
    make_lag(periodicity, i, &window);
  }
  free(window.at);
  return true;
}

/// Some bins, and the magnitudes in them.
typedef struct {
  uint32_t first;
  uint32_t n;
  float    magnitudes;
} Part;

static Part
part_of(const Periodicity* const periodicity, const uint32_t from, const uint32_t to)
{
  Part part = { periodicity->first[from], periodicity->first[to] - periodicity->first[from],
                silence };
  for (uint32_t k = part.first; k < part.first + part.n; ++k) {
    part.magnitudes += periodicity->parts[(size_t)k * PARTS];
  }
  return part;
}

Periodicity*
periodicity_new(const StftConfig stft, const double rate_hz)
{
  Periodicity* const periodicity = calloc(1, sizeof(Periodicity));
  if (!periodicity) {
    return NULL;
  }

  for (uint32_t b = 0; b <= PERIODICITY_BANDS; ++b) {
    const double bin      = ceil(edges_hz[b] * stft.frame / rate_hz);
    periodicity->first[b] = (uint32_t)fmin(bin, stft_bins(stft));
  }
  const uint32_t n    = periodicity->first[PERIODICITY_BANDS];
  periodicity->n_bins = n;
  periodicity->waves  = calloc((size_t)LAGS * n * PARTS, sizeof(float));
  periodicity->parts  = calloc((size_t)n * PARTS, sizeof(float));
  bool ok             = periodicity->waves && periodicity->parts;
  for (uint32_t c = 0; c < MAX_CHANNELS; ++c) {
    periodicity->last[c] = calloc(n, sizeof(float complex));
    ok                   = ok && periodicity->last[c];
  }
  if (!ok || !make_lags(periodicity, stft, rate_hz)) {
    periodicity_free(periodicity);
    return NULL;
  }

  const Part heard   = part_of(periodicity, 0, PITCH_BANDS);
  periodicity->pitch = (Layer){
    .shape = { .n_in = heard.n * PARTS, .n_out = LAGS, .n_taps = 1 },
    .w     = periodicity->waves + (size_t)heard.first * PARTS * LAGS,
    .b     = periodicity->none,
  };
  return periodicity;
}

void
periodicity_free(Periodicity* const periodicity)
{
  if (periodicity) {
    free(periodicity->waves);
    free(periodicity->parts);
    for (uint32_t c = 0; c < MAX_CHANNELS; ++c) {
      free(periodicity->last[c]);
    }
    free(periodicity);
  }
}

void
periodicity_reset(Periodicity* const periodicity)
{
  for (uint32_t c = 0; c < MAX_CHANNELS; ++c) {
    memset(periodicity->last[c], 0, periodicity->n_bins * sizeof(float complex));
  }
}

/// The parts of a bin: the root of its powers, and of what both frames have in common.
static void
hear_bin(Periodicity* const periodicity, const uint32_t k, const uint32_t n_channels,
         const float complex* const* const spectra)
{
  float* const parts = periodicity->parts + (size_t)k * PARTS;
  float        now   = silence;
  float        was   = silence;
  float        re    = 0.0f;
  float        im    = 0.0f;
  for (uint32_t c = 0; c < n_channels; ++c) {
    const float a      = crealf(spectra[c][k]);
    const float b      = cimagf(spectra[c][k]);
    const float last_a = crealf(periodicity->last[c][k]);
    const float last_b = cimagf(periodicity->last[c][k]);
    now += a * a + b * b;
    was += last_a * last_a + last_b * last_b;
    re += a * last_a + b * last_b;
    im += b * last_a - a * last_b;
    periodicity->last[c][k] = spectra[c][k];
  }
  const float root_now = sqrtf(now);
  const float root_was = sqrtf(was);
  const float whiten   = 1.0f / sqrtf(root_now * root_was);
  parts[0]             = 0.5f * (root_now + root_was);
  parts[1]             = re * whiten;
  parts[2]             = im * whiten;
}

/// @param sum Of the part's bins, each by its wave at a lag.
static float
correlation(const Periodicity* const periodicity, const Part* const part, const uint32_t lag,
            const float sum)
{
  const float r = sum * periodicity->scale[lag] / part->magnitudes;
  return r > most ? most : r < -most ? -most : r;
}

static float
correlation_at(const Periodicity* const periodicity, const Part* const part, const uint32_t lag)
{
  const size_t at   = (size_t)part->first * PARTS;
  const float* wave = periodicity->waves + at * LAGS + lag;
  float        sum  = 0.0f;
  for (size_t i = at; i < at + (size_t)part->n * PARTS; ++i, wave += LAGS) {
    sum += periodicity->parts[i] * *wave;
  }
  return correlation(periodicity, part, lag, sum);
}

/// The best lag, by what is told of lags.
static uint32_t
find_pitch(Periodicity* const periodicity, float* const x)
{
  const Part         part       = part_of(periodicity, 0, PITCH_BANDS);
  const float* const parts      = periodicity->parts + (size_t)part.first * PARTS;
  float              best_score = -2.0f * most;
  uint32_t           best       = 0;
  layer_forward(&periodicity->pitch, &parts, NULL, periodicity->sums);
  for (uint32_t i = 0; i < LAGS; ++i) {
    const float    r     = correlation(periodicity, &part, i, periodicity->sums[i]);
    const float    score = r - short_bias * (float)i / LAGS;
    const uint32_t range = i / PER_RANGE;
    x[range]             = i % PER_RANGE ? fmaxf(x[range], r) : r;
    if (score > best_score) {
      best_score                = score;
      best                      = i;
      x[PERIODICITY_RANGES]     = r;
      x[PERIODICITY_RANGES + 1] = 2.0f * (float)i / LAGS - 1.0f;
    }
  }
  return best;
}

void
periodicity_track(Periodicity* const periodicity, const uint32_t n_channels,
                  const float complex* const* const spectra, float* const x)
{
  for (uint32_t k = 0; k < periodicity->n_bins; ++k) {
    hear_bin(periodicity, k, n_channels, spectra);
  }
  const uint32_t pitch = find_pitch(periodicity, x);
  for (uint32_t b = 0; b < PERIODICITY_BANDS; ++b) {
    const Part part               = part_of(periodicity, b, b + 1);
    x[PERIODICITY_RANGES + 2 + b] = correlation_at(periodicity, &part, pitch);
  }
}
