// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/tones.h"

#include "dsp/spectrum/fft.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// The low rate is the highest whole part of the rate that is no more than this, Hz.
static const double low_rate_hz = 8192.0;

/// Lowest tone, Hz.
static const double lowest_hz = 20.0;

/// A peak over the median around it: noise gets there once in 3e7 bins.
static const float outstanding = 25.0f;

/// How far a window's side lobes are followed, Hz.
static const double lobes_hz = 600.0;

/// Length of the filter in front of the low rate, in its samples.
enum { FILTER_LENGTH = 16 };

/// Bins that share a median, for a first look.
enum { BLOCK = 64 };

/// Bins on either side that a tone must stand out from, however coloured the noise is.
enum { NEAR = 24 };

struct ToneFinder {
  double   rate_hz; ///< The low one
  uint32_t factor;  ///< By which it is lower
  uint32_t n_filter;
  float*   filter; ///< [n_filter], low-pass
  float*   past;   ///< [n_filter], newest last
  uint32_t due;    ///< Samples until one of the low rate
  uint32_t size;   ///< Of the spectrum
  float*   ring;   ///< [size], at the low rate
  uint32_t at;     ///< Where the next goes
  uint32_t n_heard;
  Fft*     fft;
  uint32_t n_bins;  ///< Up to the highest tone's surroundings
  float*   power;   ///< [n_bins]
  float*   without; ///< [n_bins], with the tones replaced
  float*   median;  ///< [n_bins / BLOCK + 1]
  uint32_t n_lobes;
  float*   lobes; ///< [n_lobes], response of the STFT's window by distance in bins
};

/// Hann's window on a sinc, whose pass band ends at 0.42 of the low rate; its sum is 1.
static void
make_filter(ToneFinder* const finder)
{
  const double centre = 0.5 * (finder->n_filter - 1);
  double       sum    = 0.0;
  for (uint32_t i = 0; i < finder->n_filter; ++i) {
    const double x    = 2.0 * 0.42 * (i - centre) / finder->factor;
    const double sinc = fabs(x) < 1e-9 ? 1.0 : sin(M_PI * x) / (M_PI * x);
    const double hann = 0.5 + 0.5 * cos(M_PI * (i - centre) / (centre + 1.0));
    finder->filter[i] = (float)(sinc * hann);
    sum += sinc * hann;
  }
  for (uint32_t i = 0; i < finder->n_filter; ++i) {
    finder->filter[i] /= (float)sum;
  }
}

/// |Σ w_n e^(−iθn)|²
static double
window_response(const uint32_t n, const double* const window, const double theta)
{
  const double complex step = cos(theta) - sin(theta) * (double complex)I;
  double complex       turn = 1.0;
  double complex       sum  = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += window[i] * turn;
    turn *= step;
  }
  return creal(sum * conj(sum));
}

/// The response of the STFT's window.  @return False when memory is short.
static bool
make_lobes(ToneFinder* const finder, const StftConfig stft, const double stft_rate_hz)
{
  double* const window = malloc(stft.frame * sizeof(double));
  if (!window) {
    return false;
  }

  const double theta = 2.0 * M_PI * finder->rate_hz / finder->size / stft_rate_hz;
  for (uint32_t i = 0; i < stft.frame; ++i) {
    window[i] = stft_window(stft, i);
  }
  for (uint32_t d = 0; d < finder->n_lobes; ++d) {
    finder->lobes[d] = (float)window_response(stft.frame, window, d * theta);
  }
  free(window);
  return true;
}

ToneFinder*
tone_finder_new(const double rate_hz, const double heard_s, const StftConfig stft)
{
  ToneFinder* const finder = calloc(1, sizeof(ToneFinder));
  if (!finder) {
    return NULL;
  }

  finder->factor   = (uint32_t)ceil(rate_hz / low_rate_hz);
  finder->rate_hz  = rate_hz / finder->factor;
  finder->n_filter = FILTER_LENGTH * finder->factor + 1;
  finder->size     = (uint32_t)exp2(ceil(log2(heard_s * finder->rate_hz)));
  const double bin = finder->rate_hz / finder->size;
  const double top = fmin((double)TONES_MAX_HZ + lobes_hz, 0.5 * finder->rate_hz);
  finder->n_bins   = (uint32_t)floor(top / bin);
  finder->n_lobes  = (uint32_t)ceil(lobes_hz / bin);
  finder->filter   = calloc(finder->n_filter, sizeof(float));
  finder->past     = calloc(finder->n_filter, sizeof(float));
  finder->ring     = calloc(finder->size, sizeof(float));
  finder->fft      = fft_new(finder->size);
  finder->power    = calloc(finder->n_bins, sizeof(float));
  finder->without  = calloc(finder->n_bins, sizeof(float));
  finder->median   = calloc(finder->n_bins / BLOCK + 1, sizeof(float));
  finder->lobes    = calloc(finder->n_lobes, sizeof(float));
  if (!finder->filter || !finder->past || !finder->ring || !finder->fft || !finder->power ||
      !finder->without || !finder->median || !finder->lobes || !make_lobes(finder, stft, rate_hz)) {
    tone_finder_free(finder);
    return NULL;
  }
  make_filter(finder);
  tone_finder_reset(finder);
  return finder;
}

void
tone_finder_free(ToneFinder* const finder)
{
  if (finder) {
    free(finder->filter);
    free(finder->past);
    free(finder->ring);
    fft_free(finder->fft);
    free(finder->power);
    free(finder->without);
    free(finder->median);
    free(finder->lobes);
    free(finder);
  }
}

void
tone_finder_reset(ToneFinder* const finder)
{
  memset(finder->past, 0, finder->n_filter * sizeof(float));
  finder->due     = finder->factor;
  finder->at      = 0;
  finder->n_heard = 0;
}

/// One sample of the low rate.
static void
write_low(ToneFinder* const finder)
{
  float sum = 0.0f;
  for (uint32_t i = 0; i < finder->n_filter; ++i) {
    sum += finder->filter[i] * finder->past[i];
  }
  finder->ring[finder->at] = sum;
  finder->at               = (finder->at + 1) % finder->size;
  finder->n_heard += finder->n_heard < finder->size;
  finder->due = finder->factor;
}

void
tone_finder_write(ToneFinder* const finder, const uint32_t n_channels, uint32_t n,
                  const float* const* const in)
{
  uint32_t at = 0;
  while (n) {
    const uint32_t part = n < finder->due ? n : finder->due;
    const uint32_t kept = finder->n_filter - part;
    memmove(finder->past, finder->past + part, kept * sizeof(float));
    for (uint32_t i = 0; i < part; ++i) {
      float sum = 0.0f;
      for (uint32_t c = 0; c < n_channels; ++c) {
        sum += in[c][at + i];
      }
      finder->past[kept + i] = sum / (float)n_channels;
    }
    at += part;
    n -= part;
    finder->due -= part;
    if (!finder->due) {
      write_low(finder);
    }
  }
}

/// The long spectrum of what was heard.
static void
transform(ToneFinder* const finder)
{
  const uint32_t       n    = finder->n_heard;
  float* const         time = fft_time(finder->fft);
  const double complex step = cos(2.0 * M_PI / n) + sin(2.0 * M_PI / n) * (double complex)I;
  double complex       turn = 1.0;
  uint32_t             from = (finder->at + finder->size - n) % finder->size;
  memset(time + n, 0, (finder->size - n) * sizeof(float));
  for (uint32_t i = 0; i < n; ++i) {
    time[i] = (float)(0.5 - 0.5 * creal(turn)) * finder->ring[from];
    from    = from + 1 < finder->size ? from + 1 : 0;
    turn *= step;
  }
  fft_forward(finder->fft);
  const float complex* const spectrum = fft_spectrum(finder->fft);
  for (uint32_t j = 0; j < finder->n_bins; ++j) {
    const float re   = crealf(spectrum[j]);
    const float im   = cimagf(spectrum[j]);
    finder->power[j] = re * re + im * im;
  }
}

/// Sorted by insertion: no library's sort allocates here.  @param x [n], at most BLOCK.
static float
median_of(const uint32_t n, const float* const x)
{
  float sorted[BLOCK];
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t j = i;
    for (; j && sorted[j - 1] > x[i]; --j) {
      sorted[j] = sorted[j - 1];
    }
    sorted[j] = x[i];
  }
  return sorted[n / 2];
}

static void
find_medians(ToneFinder* const finder)
{
  for (uint32_t j = 0; j < finder->n_bins; j += BLOCK) {
    const uint32_t rest       = finder->n_bins - j;
    finder->median[j / BLOCK] = median_of(rest < BLOCK ? rest : BLOCK, finder->power + j);
  }
}

/// Bins from a tone to where it has ended: half the main lobe, and one of the side lobes.
static uint32_t
tone_reach(const ToneFinder* const finder)
{
  return (3 * finder->size + finder->n_heard - 1) / finder->n_heard;
}

/// The median of the bins around what may be a tone.
static float
surroundings(const ToneFinder* const finder, const uint32_t bin)
{
  const uint32_t reach = tone_reach(finder);
  float          around[2 * NEAR];
  uint32_t       n = 0;
  for (uint32_t d = reach + 1; d <= NEAR; ++d) {
    around[n++] = finder->power[bin > d ? bin - d : d - bin];
    around[n++] = finder->power[bin + d < finder->n_bins ? bin + d : finder->n_bins - 1];
  }
  return median_of(n, around);
}

static bool
is_peak(const ToneFinder* const finder, const uint32_t bin)
{
  const uint32_t reach = tone_reach(finder);
  const float    here  = finder->power[bin];
  if (bin < reach || bin + reach >= finder->n_bins) {
    return false;
  }
  for (uint32_t d = 1; d <= reach; ++d) {
    if (finder->power[bin - d] > here || finder->power[bin + d] >= here) {
      return false;
    }
  }
  return true;
}

static bool
is_tone(const ToneFinder* const finder, const uint32_t bin)
{
  const float here = finder->power[bin];
  return here > outstanding * finder->median[bin / BLOCK] && is_peak(finder, bin) &&
         here > outstanding * surroundings(finder, bin);
}

/// Keep the strongest.
static void
keep_tone(const ToneFinder* const finder, const uint32_t bin, uint32_t* const n,
          uint32_t* const bins)
{
  if (*n < TONES_MAX) {
    bins[(*n)++] = bin;
    return;
  }

  uint32_t weakest = 0;
  for (uint32_t i = 1; i < TONES_MAX; ++i) {
    weakest = finder->power[bins[i]] < finder->power[bins[weakest]] ? i : weakest;
  }
  if (finder->power[bin] > finder->power[bins[weakest]]) {
    memmove(bins + weakest, bins + weakest + 1, (TONES_MAX - 1 - weakest) * sizeof(uint32_t));
    bins[TONES_MAX - 1] = bin;
  }
}

/// The top of the parabola through three logarithms, Hz.
static float
refine(const ToneFinder* const finder, const uint32_t bin)
{
  const double below = log((double)finder->power[bin - 1] + 1e-30);
  const double here  = log((double)finder->power[bin] + 1e-30);
  const double above = log((double)finder->power[bin + 1] + 1e-30);
  const double bend  = below - 2.0 * here + above;
  const double shift = bend < 0.0 ? 0.5 * (below - above) / bend : 0.0;
  return (float)((bin + shift) * finder->rate_hz / finder->size);
}

/// A full-scale sine reads half the sum of Hann's window.
static float
level_db_of(const ToneFinder* const finder, const uint32_t bin)
{
  const float full = 0.25f * (float)finder->n_heard;
  return 10.0f * log10f(finder->power[bin] / (full * full));
}

/// What is around it, in place of a tone.
static void
replace(ToneFinder* const finder, const uint32_t bin)
{
  const uint32_t reach = tone_reach(finder);
  const float    mean  = surroundings(finder, bin) / (float)M_LN2; // Of noise, by its median
  for (uint32_t j = bin - reach; j <= bin + reach; ++j) {
    finder->without[j] = fminf(finder->power[j], mean);
  }
}

bool
tone_finder_look(ToneFinder* const finder)
{
  const bool enough = finder->n_heard >= TONES_MIN_S * finder->rate_hz;
  memset(finder->power, 0, finder->n_bins * sizeof(float));
  if (enough) {
    transform(finder);
  }
  return enough;
}

float
tone_finder_peak(const ToneFinder* const finder, const float hz, const float reach_hz,
                 const float over, float* const level_db)
{
  const float    bin_hz = (float)(finder->rate_hz / finder->size);
  const uint32_t first  = (uint32_t)fmaxf(ceilf((hz - reach_hz) / bin_hz - 0.5f), 0.0f);
  const uint32_t last   = (uint32_t)fmaxf(floorf((hz + reach_hz) / bin_hz + 0.5f), 0.0f);
  uint32_t       best   = first;
  for (uint32_t j = first; j <= last && j < finder->n_bins; ++j) {
    best = finder->power[j] > finder->power[best] ? j : best;
  }
  if (best >= finder->n_bins || !is_peak(finder, best) ||
      finder->power[best] <= over * surroundings(finder, best)) {
    return 0.0f;
  }
  *level_db = level_db_of(finder, best);
  return refine(finder, best);
}

void
tone_finder_find(ToneFinder* const finder, Tones* const tones)
{
  const double bin_hz = finder->rate_hz / finder->size;
  uint32_t     bins[TONES_MAX];
  tones->n = 0;
  memset(finder->without, 0, finder->n_bins * sizeof(float));
  if (!tone_finder_look(finder)) {
    return;
  }

  find_medians(finder);
  memcpy(finder->without, finder->power, finder->n_bins * sizeof(float));
  for (uint32_t j = (uint32_t)ceil(lowest_hz / bin_hz);
       j < finder->n_bins && j * bin_hz < (double)TONES_MAX_HZ; ++j) {
    if (is_tone(finder, j)) {
      keep_tone(finder, j, &tones->n, bins);
    }
  }
  for (uint32_t i = 0; i < tones->n; ++i) {
    tones->hz[i]       = fminf(refine(finder, bins[i]), TONES_MAX_HZ);
    tones->level_db[i] = level_db_of(finder, bins[i]);
    replace(finder, bins[i]);
  }
}

float
tone_finder_change_db(const ToneFinder* const finder, const double hz)
{
  const double  bin_hz = finder->rate_hz / finder->size;
  const int64_t centre = llround(hz / bin_hz);
  const int64_t reach  = (int64_t)finder->n_lobes - 1;
  const int64_t first  = centre > reach ? centre - reach : 0;
  const int64_t last   = centre + reach < finder->n_bins ? centre + reach
                                                         : (int64_t)finder->n_bins - 1;
  float         with   = 0.0f;
  float         none   = 0.0f;
  for (int64_t j = first; j <= last; ++j) {
    const float lobe = finder->lobes[llabs(j - centre)];
    with += lobe * finder->power[j];
    none += lobe * finder->without[j];
  }
  return with > 0.0f && none > 0.0f ? 10.0f * log10f(none / with) : 0.0f;
}

float
tone_finder_power(const ToneFinder* const finder, const Tones* const tones, const double hz)
{
  const double bin_hz = finder->rate_hz / finder->size;
  float        sum    = 0.0f;
  for (uint32_t i = 0; i < tones->n; ++i) {
    const double distance = fabs(hz - (double)tones->hz[i]) / bin_hz;
    if (distance < finder->n_lobes - 0.5) {
      const float lobe = finder->lobes[lround(distance)] / finder->lobes[0];
      sum += lobe * powf(10.0f, 0.1f * tones->level_db[i]);
    }
  }
  return sum;
}
