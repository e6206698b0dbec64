// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

/*
  STOI: Taal, Hendriks, Heusdens & Jensen, "An algorithm for intelligibility prediction of
  time-frequency weighted noisy speech", 2011.  ESTOI: Jensen & Taal, "An algorithm for predicting
  the intelligibility of speech masked by modulated noise maskers", 2016.

  X_j(m) is the root of the energy in third-octave band j of frame m of the clean sound, Y_j(m) of
  the judged one; frames without sound are left out of both.  Over every segment of 30 frames:

      Y'  = min(α·Y, (1 + 10^(15/20))·X),   α = |X_j| / |Y_j|
      STOI = mean over segments and bands of the correlation of X_j and Y'_j over time
      ESTOI = mean over segments and frames of the correlation over bands of X and Y, whose bands
              were brought to zero mean and unit norm over time before
*/

#include "training/tool/stoi.h"

#include "dsp/spectrum/fft.h"
#include "training/corpus/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE_HZ   10000.0
#define LOWEST_HZ 150.0 ///< Middle of the lowest band

enum {
  FRAME      = 256,
  HOP        = FRAME / 2,
  TRANSFORM  = 512,
  N_BANDS    = 15,
  SEGMENT    = 30, ///< Frames that are compared at a time
  WIDTH      = 16, ///< Of a row of bands: whole vectors, zeros at the end
  N_LANES    = 4,
  N_SEGMENT  = SEGMENT * WIDTH,
  EDGE_COUNT = N_BANDS + 1
};

/// Frames this far below the loudest are silent, dB.
static const double range_db = 40.0;

/// The judged sound is taken to be no further above the clean one than this, dB.
static const double clip_db = 15.0;

/// Both sounds at 10 kHz, and what is made of them.
typedef struct {
  uint32_t n;
  float*   clean; ///< [n], then without its silent frames
  float*   out;   ///< [n]
  float*   work;  ///< [n]
  float*   x;     ///< [n / HOP][WIDTH]
  float*   y;     ///< [n / HOP][WIDTH]
  double*  level; ///< [n / HOP]
  Fft*     fft;
  float    window[FRAME];
  uint32_t edges[EDGE_COUNT]; ///< First bins of the bands, and the end of the last
} Stoi;

static void
stoi_free(Stoi* stoi)
{
  if (stoi) {
    free(stoi->clean);
    free(stoi->out);
    free(stoi->work);
    free(stoi->x);
    free(stoi->y);
    free(stoi->level);
    fft_free(stoi->fft);
    free(stoi);
  }
}

/// Hann's window without its zeros, and the bands' edges: a third of an octave, to the next bin.
static void
fill_constants(Stoi* stoi)
{
  for (uint32_t i = 0; i < FRAME; ++i) {
    stoi->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (i + 1.0) / (FRAME + 1.0)));
  }
  for (uint32_t j = 0; j < EDGE_COUNT; ++j) {
    const double edge_hz = LOWEST_HZ * pow(2.0, (2.0 * j - 1.0) / 6.0);
    stoi->edges[j]       = (uint32_t)lround(edge_hz * TRANSFORM / RATE_HZ);
  }
}

/// @param n Samples at 10 kHz.
static Stoi*
stoi_new(uint32_t n)
{
  Stoi* const stoi = calloc(1, sizeof *stoi);
  if (!stoi) {
    return NULL;
  }
  const size_t most = n / HOP + 1;
  stoi->n           = n;
  stoi->clean       = calloc(n + 1, sizeof *stoi->clean);
  stoi->out         = calloc(n + 1, sizeof *stoi->out);
  stoi->work        = calloc(n + 1, sizeof *stoi->work);
  stoi->x           = calloc(most, WIDTH * sizeof *stoi->x);
  stoi->y           = calloc(most, WIDTH * sizeof *stoi->y);
  stoi->level       = calloc(most, sizeof *stoi->level);
  stoi->fft         = fft_new(TRANSFORM);
  if (!stoi->clean || !stoi->out || !stoi->work || !stoi->x || !stoi->y || !stoi->level ||
      !stoi->fft) {
    stoi_free(stoi);
    return NULL;
  }
  fill_constants(stoi);
  return stoi;
}

/// Whole frames, the last one short of the end by a sample at least, as the authors count them.
static uint32_t
count_frames(uint32_t n)
{
  return n > FRAME ? (n - FRAME - 1) / HOP + 1 : 0;
}

/// Fill `level` with the energies of the clean frames.  @return The least that is not silent.
static double
measure_levels(Stoi* stoi, uint32_t n_frames)
{
  double loudest = 0.0;
  for (uint32_t m = 0; m < n_frames; ++m) {
    double energy = 0.0;
    for (uint32_t i = 0; i < FRAME; ++i) {
      const double x = (double)stoi->window[i] * (double)stoi->clean[m * HOP + i];
      energy += x * x;
    }
    stoi->level[m] = energy;
    loudest        = fmax(loudest, energy);
  }
  return loudest * pow(10.0, -range_db / 10.0);
}

/**
   Put the windowed frames that are not silent one after the other.

   @param x [n], changed.
   @return Samples that are left.
*/
static uint32_t
join_frames(Stoi* stoi, uint32_t n_frames, double least, float* x)
{
  uint32_t n_kept = 0;
  memset(stoi->work, 0, stoi->n * sizeof *stoi->work);
  for (uint32_t m = 0; m < n_frames; ++m) {
    if (stoi->level[m] > least) {
      for (uint32_t i = 0; i < FRAME; ++i) {
        stoi->work[n_kept * HOP + i] += stoi->window[i] * x[m * HOP + i];
      }
      ++n_kept;
    }
  }
  memcpy(x, stoi->work, stoi->n * sizeof *x);
  return n_kept ? (n_kept - 1) * HOP + FRAME : 0;
}

/// @param bands [n_frames][WIDTH], written but for the zeros at the ends.
static void
find_bands(Stoi* stoi, uint32_t n_frames, const float* x, float* bands)
{
  float* const               time     = fft_time(stoi->fft);
  const float complex* const spectrum = fft_spectrum(stoi->fft);
  memset(time, 0, TRANSFORM * sizeof *time);
  for (uint32_t m = 0; m < n_frames; ++m) {
    for (uint32_t i = 0; i < FRAME; ++i) {
      time[i] = stoi->window[i] * x[m * HOP + i];
    }
    fft_forward(stoi->fft);
    for (uint32_t j = 0; j < N_BANDS; ++j) {
      double energy = 0.0;
      for (uint32_t k = stoi->edges[j]; k < stoi->edges[j + 1]; ++k) {
        const double real = (double)crealf(spectrum[k]);
        const double imag = (double)cimagf(spectrum[k]);
        energy += real * real + imag * imag;
      }
      bands[m * WIDTH + j] = (float)sqrt(energy);
    }
  }
}

/// Bring the bands of a segment to zero mean and unit norm over time; steady ones to zeros.
static void
normalize_bands(float* x)
{
  float mean[WIDTH]   = { 0.0f };
  float energy[WIDTH] = { 0.0f };
  for (uint32_t i = 0; i < N_SEGMENT; i += WIDTH) {
    for (uint32_t j = 0; j < WIDTH; ++j) {
      mean[j] += x[i + j] * (1.0f / SEGMENT);
    }
  }
  for (uint32_t i = 0; i < N_SEGMENT; i += WIDTH) {
    for (uint32_t j = 0; j < WIDTH; ++j) {
      x[i + j] -= mean[j];
      energy[j] += x[i + j] * x[i + j];
    }
  }
  for (uint32_t j = 0; j < WIDTH; ++j) {
    energy[j] = energy[j] > 0.0f ? 1.0f / sqrtf(energy[j]) : 0.0f;
  }
  for (uint32_t i = 0; i < N_SEGMENT; i += WIDTH) {
    for (uint32_t j = 0; j < WIDTH; ++j) {
      x[i + j] *= energy[j];
    }
  }
}

/// Σ x·y, a few sums side by side.
static float
product(uint32_t n, const float* x, const float* y)
{
  float sums[N_LANES] = { 0.0f };
  for (uint32_t i = 0; i < n; i += N_LANES) {
    for (uint32_t k = 0; k < N_LANES; ++k) {
      sums[k] += x[i + k] * y[i + k];
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Bring one frame to zero mean and unit norm over its bands.
static void
normalize_frame(float* x)
{
  static const float share[WIDTH] = {
    1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS,
    1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS,
    1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS, 1.0f / N_BANDS,
  };
  const float mean = product(WIDTH, x, share);
  for (uint32_t j = 0; j < N_BANDS; ++j) {
    x[j] -= mean;
  }
  const float energy = product(WIDTH, x, x);
  const float gain   = energy > 0.0f ? 1.0f / sqrtf(energy) : 0.0f;
  for (uint32_t j = 0; j < WIDTH; ++j) {
    x[j] *= gain;
  }
}

/// Bring the bands of `y` to the energies of those of `x`, and clip them.
static void
level_and_clip(const float* x, float* y)
{
  const float most         = 1.0f + (float)pow(10.0, clip_db / 20.0);
  float       clean[WIDTH] = { 0.0f };
  float       alpha[WIDTH] = { 0.0f };
  for (uint32_t i = 0; i < N_SEGMENT; i += WIDTH) {
    for (uint32_t j = 0; j < WIDTH; ++j) {
      clean[j] += x[i + j] * x[i + j];
      alpha[j] += y[i + j] * y[i + j];
    }
  }
  for (uint32_t j = 0; j < WIDTH; ++j) {
    alpha[j] = alpha[j] > 0.0f ? sqrtf(clean[j] / alpha[j]) : 0.0f;
  }
  for (uint32_t i = 0; i < N_SEGMENT; i += WIDTH) {
    for (uint32_t j = 0; j < WIDTH; ++j) {
      const float level = alpha[j] * y[i + j];
      const float limit = most * x[i + j];
      y[i + j]          = level < limit ? level : limit;
    }
  }
}

/// STOI of one segment, [SEGMENT][WIDTH] each.
static double
segment_stoi(const float* clean, const float* out)
{
  float x[N_SEGMENT];
  float y[N_SEGMENT];
  memcpy(x, clean, sizeof x);
  memcpy(y, out, sizeof y);
  level_and_clip(x, y);
  normalize_bands(x);
  normalize_bands(y);
  return (double)product(N_SEGMENT, x, y) / N_BANDS;
}

/// ESTOI of one segment, as segment_stoi().
static double
segment_estoi(const float* clean, const float* out)
{
  float x[N_SEGMENT];
  float y[N_SEGMENT];
  memcpy(x, clean, sizeof x);
  memcpy(y, out, sizeof y);
  normalize_bands(x);
  normalize_bands(y);
  for (uint32_t i = 0; i < N_SEGMENT; i += WIDTH) {
    normalize_frame(x + i);
    normalize_frame(y + i);
  }
  return (double)product(N_SEGMENT, x, y) / SEGMENT;
}

static Intelligibility
compare(Stoi* stoi)
{
  const uint32_t n_all  = count_frames(stoi->n);
  const double   least  = measure_levels(stoi, n_all);
  const uint32_t n_left = join_frames(stoi, n_all, least, stoi->clean);
  const uint32_t n      = count_frames(n_left);
  join_frames(stoi, n_all, least, stoi->out);
  find_bands(stoi, n, stoi->clean, stoi->x);
  find_bands(stoi, n, stoi->out, stoi->y);

  const uint32_t  n_segments = n < SEGMENT ? 0 : n - SEGMENT + 1;
  Intelligibility sum        = { 0.0, 0.0 };
  for (uint32_t m = 0; m < n_segments; ++m) {
    sum.stoi += segment_stoi(stoi->x + m * WIDTH, stoi->y + m * WIDTH);
    sum.estoi += segment_estoi(stoi->x + m * WIDTH, stoi->y + m * WIDTH);
  }
  return (Intelligibility){ sum.stoi / n_segments, sum.estoi / n_segments };
}

Status
stoi_measure(double rate_hz, uint32_t n, const float* clean, const float* out,
             Intelligibility* result, Diagnostic* why)
{
  const uint32_t n_low = (uint32_t)ceil(n * RATE_HZ / rate_hz);
  Stoi* const    stoi  = stoi_new(n_low);
  if (!stoi) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory to measure %u samples", n);
  }

  Status status = resample(rate_hz, RATE_HZ, n, clean, n_low, stoi->clean, why);
  status        = status ? status : resample(rate_hz, RATE_HZ, n, out, n_low, stoi->out, why);
  if (!status) {
    *result = compare(stoi);
  }
  stoi_free(stoi);
  return status;
}
