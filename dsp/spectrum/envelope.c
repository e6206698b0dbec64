// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// With a the log spectrum and S cepstral smoothing, the true envelope v is what
//   v ← S(max(a, v)),  v = S(a) at first,
// goes to.  S is linear and leaves v as it is, so a step adds S(r), r = max(a − v, 0); between few
// harmonics little of r is within the band of S, and steps that are longer by ‖r‖² / ‖S(r)‖² get
// there in a handful of steps instead of some hundred.
//
// All is done on a grid of the bins up to 20 kHz and somewhat more, mirrored at both ends, so that
// the rate of the sound does not matter.

#include "dsp/spectrum/envelope.h"

#include "dsp/spectrum/bands.h"
#include "dsp/spectrum/fft.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Steps after the first smoothing.
enum { N_STEPS = 6 };

/// Points at which the mean over a band is taken.
enum { N_POINTS = 256 };

/// Share taken of the step that fills the in-band part of r: more goes too high.
static const float step_share = 0.7f;

/// Cut-off of the smoothing, over the period: harmonics cannot show finer detail than half of it.
static const float cutoff_share = 0.4f;

/// The share of the cut-off, below and above it, within which the smoothing falls off.
static const float edge_share = 0.25f;

/// The cut-off where no period is found: that of a pitch of 330 Hz.
static const double default_cutoff_s = 1.2e-3;

/// The finest and the coarsest smoothing, and the periods looked for.
static const double longest_cutoff_s  = 3e-3;
static const double shortest_cutoff_s = 0.3e-3;
static const double longest_period_s  = 11e-3;
static const double shortest_period_s = 0.2e-3;

/// Bins to each side of a harmonic that belong to it.
enum { HARMONIC_REACH = 2 };

/// Autocorrelation from which a period is believed, and how near to the highest the first must be.
static const float period_clarity = 0.7f;
static const float first_share    = 0.9f;

/// The layout has one more band, at 0 Hz, that envelopes do without.
static const BandLayout layout = { .step_hz   = 40.0f,
                                   .linear_hz = 40.0f,
                                   .top_hz    = 20000.0f,
                                   .n_erb     = ENVELOPE_BANDS - 1 };

/// Weights of the bins of the grid in the mean over one band; they add to 1.
typedef struct {
  uint32_t first;
  uint32_t n;
  float*   weight; ///< [n]
} Band;

struct Envelope {
  uint32_t n_heard;     ///< Bins of the grid that the spectrum has
  uint32_t n_grid;      ///< Bins of the grid, less the one at its upper end
  float    power_scale; ///< A full-scale sine on a bin's centre reads 1
  float    lag_per_s;   ///< Quefrencies of the grid in a second
  uint32_t period;      ///< Of the last frame, a quefrency of the grid; 0: none
  Fft*     fft;         ///< Of twice the grid
  float*   log_power;   ///< a, dB, [n_grid + 1]
  float*   curve;       ///< v, dB, [n_grid + 1]
  float*   window_echo; ///< Autocorrelation of the window, 1 at lag 0, [n_grid + 1]
  Band     bands[ENVELOPE_BANDS];
  Bands*   bins; ///< From bands to bins
};

double
envelope_centre(const uint32_t band)
{
  return band_layout_centre(&layout, band + 1);
}

/// The triangle of a band between the centres beside it, over the grid's curve, which is linear
/// between bins.  The first is as wide to both sides; the last ends at its centre.
static bool
band_init(Band* const band, const uint32_t index, const double bin_hz)
{
  const double centre = envelope_centre(index);
  const double above  = index + 1 < ENVELOPE_BANDS ? envelope_centre(index + 1) - centre : 0.0;
  const double below  = index ? centre - envelope_centre(index - 1) : above;

  band->first  = (uint32_t)((centre - below) / bin_hz);
  band->n      = (uint32_t)((centre + above) / bin_hz) + 2 - band->first;
  band->weight = calloc(band->n, sizeof(float));
  if (!band->weight) {
    return false;
  }

  double sum = 0.0;
  for (uint32_t i = 0; i < N_POINTS; ++i) {
    const double   hz     = centre - below + (below + above) * (i + 0.5) / N_POINTS;
    const double   weight = hz < centre ? 1.0 - (centre - hz) / below : 1.0 - (hz - centre) / above;
    const double   at     = hz / bin_hz - band->first;
    const uint32_t bin    = (uint32_t)at;
    band->weight[bin] += (float)(weight * (1.0 - (at - bin)));
    band->weight[bin + 1] += (float)(weight * (at - bin));
    sum += weight;
  }
  for (uint32_t i = 0; i < band->n; ++i) {
    band->weight[i] /= (float)sum;
  }
  return true;
}

static bool
allocate(Envelope* const envelope, const StftConfig stft, const double rate_hz)
{
  const uint32_t n_points = envelope->n_grid + 1;

  envelope->fft         = fft_new(2 * envelope->n_grid);
  envelope->log_power   = calloc(n_points, sizeof(float));
  envelope->curve       = calloc(n_points, sizeof(float));
  envelope->window_echo = calloc(n_points, sizeof(float));
  envelope->bins        = bands_new(&layout, stft, rate_hz);
  bool ok = envelope->fft && envelope->log_power && envelope->curve && envelope->window_echo &&
            envelope->bins;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    ok = ok && band_init(&envelope->bands[b], b, rate_hz / stft.frame);
  }
  return ok;
}

/// The transform of an even function of the grid's points, whose lower half is in the time buffer:
/// its real part, [n_grid + 1], in the frequency buffer.
static const float complex*
transform_even(Envelope* const envelope)
{
  float* const   time = fft_time(envelope->fft);
  const uint32_t n    = envelope->n_grid;
  for (uint32_t k = 1; k < n; ++k) {
    time[2 * n - k] = time[k];
  }
  fft_forward(envelope->fft);
  return fft_spectrum(envelope->fft);
}

/// Autocorrelation of what has this power spectrum, at the grid's quefrencies.
static const float complex*
correlate(Envelope* const envelope, const float* const bin_power)
{
  float* const time = fft_time(envelope->fft);
  memcpy(time, bin_power, envelope->n_heard * sizeof(float));
  memset(time + envelope->n_heard, 0, (envelope->n_grid + 1 - envelope->n_heard) * sizeof(float));
  return transform_even(envelope);
}

/// The window is the sound that is 1 all the time.
static bool
hear_window(Envelope* const envelope, const StftConfig stft)
{
  Analysis* const analysis = analysis_new(stft);
  float* const    ones     = malloc(stft.frame * sizeof(float));
  const bool      ok       = analysis && ones;
  if (ok) {
    for (uint32_t i = 0; i < stft.frame; ++i) {
      ones[i] = 1.0f;
    }
    for (uint32_t at = 0; at < stft.frame;) {
      at += analysis_write(analysis, stft.frame - at, ones + at);
    }
    const float complex* const spectrum = analysis_spectrum(analysis);
    for (uint32_t k = 0; k < envelope->n_heard; ++k) {
      const float magnitude = cabsf(spectrum[k]);
      envelope->curve[k]    = magnitude * magnitude;
    }
    const float complex* const echo = correlate(envelope, envelope->curve);
    for (uint32_t q = 0; q <= envelope->n_grid; ++q) {
      envelope->window_echo[q] = crealf(echo[q]) / crealf(echo[0]);
    }
  }
  free(ones);
  analysis_free(analysis);
  return ok;
}

Envelope*
envelope_new(const StftConfig stft, const double rate_hz)
{
  Envelope* const envelope = calloc(1, sizeof(Envelope));
  if (!envelope) {
    return NULL;
  }

  // A multiple of 32 is quickly transformed, and the grid ends above the last band.
  const double   bin_hz = rate_hz / stft.frame;
  const double   sum    = stft_window_sum(stft);
  const uint32_t n_bins = stft_bins(stft);
  envelope->n_grid      = 32 * ((uint32_t)((double)layout.top_hz / bin_hz) / 32 + 1);
  envelope->n_heard     = n_bins < envelope->n_grid + 1 ? n_bins : envelope->n_grid + 1;
  envelope->power_scale = (float)(4.0 / (sum * sum));
  envelope->lag_per_s   = (float)(2.0 * envelope->n_grid * bin_hz);
  if (!allocate(envelope, stft, rate_hz) || !hear_window(envelope, stft)) {
    envelope_free(envelope);
    return NULL;
  }
  return envelope;
}

void
envelope_free(Envelope* const envelope)
{
  if (!envelope) {
    return;
  }

  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    free(envelope->bands[b].weight);
  }
  fft_free(envelope->fft);
  free(envelope->log_power);
  free(envelope->curve);
  free(envelope->window_echo);
  bands_free(envelope->bins);
  free(envelope);
}

/// The autocorrelation at a lag, as it would be without a window.
static float
echo_at(const Envelope* const envelope, const float complex* const echo, const uint32_t lag)
{
  return crealf(echo[lag]) / fmaxf(envelope->window_echo[lag], 0.1f);
}

/// The period as a lag on the grid, or 0 where there is none: the first maximum of the
/// autocorrelation that comes near the highest.
static uint32_t
find_period(Envelope* const envelope, const float* const bin_power)
{
  const float complex* const echo   = correlate(envelope, bin_power);
  const uint32_t             last   = (uint32_t)(envelope->lag_per_s * (float)longest_period_s);
  const float                energy = crealf(echo[0]);

  // Beyond the maximum at 0
  uint32_t start = (uint32_t)(envelope->lag_per_s * (float)shortest_period_s);
  while (start < last && crealf(echo[start]) > 0.0f) {
    ++start;
  }
  float highest = 0.0f;
  for (uint32_t q = start; q < last; ++q) {
    highest = fmaxf(highest, echo_at(envelope, echo, q));
  }
  if (highest < period_clarity * energy || energy <= 0.0f) {
    return 0;
  }
  uint32_t q = start;
  while (q < last && (echo_at(envelope, echo, q) < first_share * highest ||
                      echo_at(envelope, echo, q + 1) > echo_at(envelope, echo, q))) {
    ++q;
  }
  return q;
}

/// Cut-off of the smoothing, a quefrency of the grid, for a period or none.
static float
cutoff_of(const Envelope* const envelope, const uint32_t period)
{
  const float lag    = envelope->lag_per_s;
  const float cutoff = period ? cutoff_share * (float)period : lag * (float)default_cutoff_s;
  return fminf(fmaxf(cutoff, lag * (float)shortest_cutoff_s), lag * (float)longest_cutoff_s);
}

/// a: levels, none below the lowest.  @return The loudest.
static float
take_levels(Envelope* const envelope, const float* const bin_power)
{
  static const float silence = 1e-12f; // ENVELOPE_SILENCE_DB
  float* const       level   = envelope->log_power;
  float              top     = ENVELOPE_SILENCE_DB;
  for (uint32_t k = 0; k < envelope->n_heard; ++k) {
    level[k] = 10.0f * log10f(envelope->power_scale * bin_power[k] + silence);
    top      = fmaxf(top, level[k]);
  }
  for (uint32_t k = 0; k <= envelope->n_grid; ++k) {
    const bool heard = k < envelope->n_heard;
    level[k]         = heard ? fmaxf(level[k], top - ENVELOPE_RANGE_DB) : top - ENVELOPE_RANGE_DB;
  }
  return top;
}

/// Below the first harmonic there is nothing to see: the curve goes on there as level as it may.
static void
fill_below(Envelope* const envelope, const uint32_t period)
{
  float* const   level = envelope->log_power;
  const uint32_t first = (2 * envelope->n_grid + period / 2) / period;
  const uint32_t end   = first + HARMONIC_REACH;
  uint32_t       top   = first;
  for (uint32_t k = first > HARMONIC_REACH ? first - HARMONIC_REACH : 0; k <= end; ++k) {
    top = level[k] > level[top] ? k : top;
  }
  for (uint32_t k = 0; k < top; ++k) {
    level[k] = level[top];
  }
}

/// Share of a quefrency that is kept.
static float
kept(const float quefrency, const float cutoff)
{
  const float edge = edge_share * cutoff;
  const float x    = 0.5f + 0.5f * (cutoff - quefrency) / edge;
  const float s    = sinf((float)M_PI_2 * fminf(fmaxf(x, 0.0f), 1.0f));
  return s * s;
}

/// The time buffer, smoothed, where it was, [n_grid + 1].
static const float*
smooth(Envelope* const envelope, const float cutoff)
{
  float* const               time     = fft_time(envelope->fft);
  const float complex* const cepstrum = transform_even(envelope);
  const uint32_t             n        = envelope->n_grid;
  const uint32_t             end      = (uint32_t)((1.0f + edge_share) * cutoff) + 1;
  const float                share    = 0.5f / (float)n;
  memset(time, 0, (n + 1) * sizeof(float));
  for (uint32_t q = 0; q < end; ++q) {
    time[q] = share * kept((float)q, cutoff) * crealf(cepstrum[q]);
  }
  const float complex* const curve = transform_even(envelope);
  for (uint32_t k = 0; k <= n; ++k) {
    time[k] = crealf(curve[k]);
  }
  return time;
}

/// One step of v towards the peaks.
static void
step_up(Envelope* const envelope, const float cutoff)
{
  float* const rest   = fft_time(envelope->fft);
  float        wanted = 0.0f;
  float        given  = 0.0f;
  for (uint32_t k = 0; k <= envelope->n_grid; ++k) {
    rest[k] = fmaxf(envelope->log_power[k] - envelope->curve[k], 0.0f);
    wanted += rest[k] * rest[k];
  }
  const float* const step = smooth(envelope, cutoff);
  for (uint32_t k = 0; k <= envelope->n_grid; ++k) {
    given += step[k] * step[k];
  }
  const float length = given > 0.0f ? fmaxf(step_share * wanted / given, 1.0f) : 0.0f;
  for (uint32_t k = 0; k <= envelope->n_grid; ++k) {
    envelope->curve[k] += length * step[k];
  }
}

/// Mean of the curve over every band, within the range below `top`, less their mean, the level.
static float
take_shape(const Envelope* const envelope, const float top, float* const shape_db)
{
  float sum = 0.0f;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const Band* const band = &envelope->bands[b];
    float             mean = 0.0f;
    for (uint32_t i = 0; i < band->n; ++i) {
      mean += band->weight[i] * envelope->curve[band->first + i];
    }
    shape_db[b] = fminf(fmaxf(mean, top - ENVELOPE_RANGE_DB), top);
    sum += shape_db[b];
  }
  const float level = sum / (float)ENVELOPE_BANDS;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape_db[b] -= level;
  }
  return level;
}

float
envelope_from_power(Envelope* const envelope, const float* const bin_power, float* const shape_db)
{
  envelope->period = find_period(envelope, bin_power);
  return envelope_from_filtered(envelope, bin_power, shape_db);
}

float
envelope_from_filtered(Envelope* const envelope, const float* const bin_power,
                       float* const shape_db)
{
  const float  cutoff = cutoff_of(envelope, envelope->period);
  const float  top    = take_levels(envelope, bin_power);
  const size_t size   = (envelope->n_grid + 1) * sizeof(float);
  if (envelope->period) {
    fill_below(envelope, envelope->period);
  }
  memcpy(fft_time(envelope->fft), envelope->log_power, size);
  memcpy(envelope->curve, smooth(envelope, cutoff), size);
  for (uint32_t i = 0; i < N_STEPS; ++i) {
    step_up(envelope, cutoff);
  }
  return take_shape(envelope, top, shape_db);
}

void
envelope_to_bins(const Envelope* const envelope, const float* const band_db, float* const bin_db)
{
  float with_zero[ENVELOPE_BANDS + 1];
  with_zero[0] = band_db[0];
  memcpy(with_zero + 1, band_db, ENVELOPE_BANDS * sizeof(float));
  bands_gain(envelope->bins, with_zero, bin_db);
}
