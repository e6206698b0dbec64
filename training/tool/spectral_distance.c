// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/spectral_distance.h"

#include "dsp/spectrum/fft.h"

#include <math.h>
#include <stdlib.h>

/// Half of a frame, seconds.
static const double hop_s = 0.016;

/// The spectrograms of two sounds are gone through frame by frame.
typedef struct {
  uint32_t size;
  uint32_t n_bins;
  uint32_t n_frames;
  float*   window; ///< [size]
  float*   clean;  ///< Powers of a frame, [n_bins]
  float*   out;    ///< [n_bins]
  Fft*     fft;
} Spectra;

static void
spectra_clear(Spectra* spectra)
{
  free(spectra->window);
  free(spectra->clean);
  free(spectra->out);
  fft_free(spectra->fft);
}

/// @param spectra To be cleared even after failure.
static Status
spectra_begin(double rate_hz, uint32_t n, Spectra* spectra, Diagnostic* why)
{
  const uint32_t hop  = (uint32_t)lround(fmax(hop_s * rate_hz, 1.0));
  const uint32_t size = 2 * hop;
  *spectra            = (Spectra){ .size     = size,
                                   .n_bins   = hop + 1,
                                   .n_frames = n < size ? 0 : (n - size) / hop + 1,
                                   .window   = malloc(size * sizeof(float)),
                                   .clean    = malloc((hop + 1) * sizeof(float)),
                                   .out      = malloc((hop + 1) * sizeof(float)),
                                   .fft      = fft_new(size) };
  if (!spectra->window || !spectra->clean || !spectra->out || !spectra->fft) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory for the spectra of %u samples", n);
  }
  for (uint32_t i = 0; i < size; ++i) {
    spectra->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * i / size));
  }
  return STATUS_SUCCESS;
}

static const float complex*
transform(Spectra* spectra, uint32_t frame, const float* x)
{
  float* const       time = fft_time(spectra->fft);
  const float* const from = x + frame * (spectra->size / 2);
  for (uint32_t i = 0; i < spectra->size; ++i) {
    time[i] = spectra->window[i] * from[i];
  }
  fft_forward(spectra->fft);
  return fft_spectrum(spectra->fft);
}

static float
power(float complex bin)
{
  return crealf(bin) * crealf(bin) + cimagf(bin) * cimagf(bin);
}

/// Not fmaxf(), which is a call.
static float
larger(float a, float b)
{
  return a > b ? a : b;
}

static float
strongest_bin(Spectra* spectra, const float* x)
{
  float most = 0.0f;
  for (uint32_t m = 0; m < spectra->n_frames; ++m) {
    const float complex* const bins = transform(spectra, m, x);
    for (uint32_t k = 0; k < spectra->n_bins; ++k) {
      most = larger(most, power(bins[k]));
    }
  }
  return most;
}

/// @param powers [n_bins], written.
static void
find_powers(Spectra* spectra, uint32_t frame, float least, const float* x, float* powers)
{
  const float complex* const bins = transform(spectra, frame, x);
  for (uint32_t k = 0; k < spectra->n_bins; ++k) {
    powers[k] = larger(power(bins[k]), least);
  }
}

static double
frame_distance(const Spectra* spectra)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < spectra->n_bins; ++k) {
    const double octaves = (double)log2f(spectra->clean[k] / spectra->out[k]);
    sum += octaves * octaves;
  }
  return 10.0 * log10(2.0) * sqrt(sum / spectra->n_bins);
}

Status
spectral_distance_measure(double rate_hz, uint32_t n, const float* clean, const float* out,
                          double* distance_db, Diagnostic* why)
{
  Spectra      spectra;
  const Status status = spectra_begin(rate_hz, n, &spectra, why);
  if (!status) {
    const float strongest = strongest_bin(&spectra, clean);
    const float least     = strongest * (float)pow(10.0, -SPECTRAL_RANGE_DB / 10.0);
    double      sum       = 0.0;
    for (uint32_t m = 0; m < spectra.n_frames; ++m) {
      find_powers(&spectra, m, least, clean, spectra.clean);
      find_powers(&spectra, m, least, out, spectra.out);
      sum += frame_distance(&spectra);
    }
    *distance_db = least > 0.0f ? sum / spectra.n_frames : (double)NAN;
  }
  spectra_clear(&spectra);
  return status;
}
