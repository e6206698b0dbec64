// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The cepstrum c of log |H| is even.  With its right half doubled and its left half gone it is that
// of a causal and stable filter with a causal and stable inverse and the same magnitude:
//   H(k) = exp Σ_n w(n) c(n) e^(−2πikn/N),   w = 1 at 0 and N/2, 2 between, 0 above.

#include "dsp/spectrum/minimum_phase.h"

#include "dsp/spectrum/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Gains below this read as this: −120 dB.
static const float least_gain = 1e-6f;

/// Powers below this are too near the end of the numbers to be compared.
static const float softest = 1e-30f;

struct MinimumPhase {
  uint32_t frame;
  uint32_t n_taps;
  Fft*     fft;
  float*   taper; ///< [n_taps]: 1, and a quarter of a cosine's period over the last quarter
};

MinimumPhase*
minimum_phase_new(const uint32_t frame, const uint32_t n_taps)
{
  MinimumPhase* const designer = calloc(1, sizeof(MinimumPhase));
  if (!designer) {
    return NULL;
  }

  designer->frame  = frame;
  designer->n_taps = n_taps;
  designer->fft    = fft_new(frame);
  designer->taper  = malloc(n_taps * sizeof(float));
  if (!designer->fft || !designer->taper) {
    minimum_phase_free(designer);
    return NULL;
  }

  const uint32_t n_edge = n_taps / 4;
  for (uint32_t n = 0; n < n_taps; ++n) {
    const uint32_t left = n_taps - n;
    const double   s    = sin(M_PI_2 * fmin((left - 0.5) / n_edge, 1.0));
    designer->taper[n]  = (float)(s * s);
  }
  return designer;
}

void
minimum_phase_free(MinimumPhase* const designer)
{
  if (designer) {
    fft_free(designer->fft);
    free(designer->taper);
    free(designer);
  }
}

/// The folded cepstrum of a gain, in the time buffer.
static void
fold(const MinimumPhase* const designer, const float* const gain)
{
  const uint32_t       half     = designer->frame / 2;
  const float          share    = 1.0f / (float)designer->frame;
  float complex* const spectrum = fft_spectrum(designer->fft);
  for (uint32_t k = 0; k <= half; ++k) {
    spectrum[k] = share * logf(fmaxf(gain[k], least_gain));
  }
  fft_inverse(designer->fft);
  float* const cepstrum = fft_time(designer->fft);
  for (uint32_t n = 1; n < half; ++n) {
    cepstrum[n] *= 2.0f;
  }
  memset(cepstrum + half + 1, 0, (designer->frame - half - 1) * sizeof(float));
}

/// The impulse response of the cepstrum in the time buffer, there.
static void
respond(const MinimumPhase* const designer)
{
  fft_forward(designer->fft);
  const float          share    = 1.0f / (float)designer->frame;
  float complex* const spectrum = fft_spectrum(designer->fft);
  for (uint32_t k = 0; k <= designer->frame / 2; ++k) {
    const float phase = cimagf(spectrum[k]);
    spectrum[k]       = share * expf(crealf(spectrum[k])) * (cosf(phase) + I * sinf(phase));
  }
  fft_inverse(designer->fft);
}

/// What the response in the time buffer is to be multiplied with for the level to be right.
static float
correction(const MinimumPhase* const designer, const float* const gain, const float* const power)
{
  fft_forward(designer->fft);
  const float complex* const spectrum = fft_spectrum(designer->fft);
  float                      wanted   = 0.0f;
  float                      given    = 0.0f;
  for (uint32_t k = 0; k <= designer->frame / 2; ++k) {
    const float re = crealf(spectrum[k]);
    const float im = cimagf(spectrum[k]);
    wanted += power[k] * gain[k] * gain[k];
    given += power[k] * (re * re + im * im);
  }
  return given > softest && wanted > softest ? sqrtf(wanted / given) : 1.0f;
}

void
minimum_phase_design(MinimumPhase* const designer, const float* const gain,
                     const float* const power, float* const taps)
{
  fold(designer, gain);
  respond(designer);
  float* const time = fft_time(designer->fft);
  for (uint32_t n = 0; n < designer->n_taps; ++n) {
    time[n] *= designer->taper[n];
  }
  memset(time + designer->n_taps, 0, (designer->frame - designer->n_taps) * sizeof(float));
  const float level = correction(designer, gain, power);
  for (uint32_t n = 0; n < designer->n_taps; ++n) {
    taps[n] = level * time[n]; // the forward transform left it as it was
  }
}
