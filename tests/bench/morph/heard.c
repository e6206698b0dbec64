// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/bench/morph/heard.h"

#include "dsp/spectrum/stft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

double
heard_median(double* const x, const uint32_t n)
{
  qsort(x, n, sizeof *x, compare);
  return 0.5 * (x[(n - 1) / 2] + x[n / 2]);
}

/// The pitch at a moment (de Cheveigné & Kawahara, "YIN, a fundamental frequency estimator for
/// speech and music", 2002).
static double
pitch_at(const float* const x)
{
  enum { WINDOW = 2000, SHORTEST = RATE / 1600, LONGEST = RATE / 70 };
  static double d[LONGEST + 2];
  double        sum = 0.0;
  for (uint32_t lag = 1; lag <= LONGEST + 1; ++lag) {
    double square = 0.0;
    for (uint32_t i = 0; i < WINDOW; ++i) {
      const double e = (double)x[i] - (double)x[i + lag];
      square += e * e;
    }
    sum += square;
    d[lag] = square * lag / sum;
  }
  uint32_t best = SHORTEST;
  for (uint32_t lag = SHORTEST; lag <= LONGEST; ++lag) {
    best = d[lag] < d[best] ? lag : best;
  }
  for (uint32_t lag = SHORTEST; lag <= LONGEST; ++lag) {
    if (d[lag] < 0.15 && d[lag] <= d[lag + 1]) {
      best = lag;
      break;
    }
  }
  const double bend = d[best - 1] - 2.0 * d[best] + d[best + 1];
  return RATE / (best + (bend > 0.0 ? 0.5 * (d[best - 1] - d[best + 1]) / bend : 0.0));
}

static double
pitch_of(const float* const x)
{
  enum { N = 5 };
  double pitch[N];
  for (uint32_t i = 0; i < N; ++i) {
    pitch[i] = pitch_at(x + EDGE + i * 7000);
  }
  return heard_median(pitch, N);
}

/// One frame of what is heard.
static void
hear_frame(Envelope* const envelope, const float complex* const spectrum, const uint32_t frame,
           double* const power, Heard* const heard)
{
  float bin_power[N_BINS];
  float shape_db[ENVELOPE_BANDS];
  float loudest = 1e-12f;
  for (uint32_t k = 0; k < N_BINS; ++k) {
    const float magnitude = cabsf(spectrum[k]);
    bin_power[k]          = magnitude * magnitude;
    loudest               = fmaxf(loudest, bin_power[k]);
    power[k] += (double)bin_power[k];
    heard->magnitude[k] += (double)magnitude / N_FRAMES;
  }
  for (uint32_t k = 0; k < N_TOP; ++k) {
    heard->level_db[frame][k] = 10.0f * log10f(fmaxf(bin_power[k], 1e-6f * loudest));
  }
  envelope_from_power(envelope, bin_power, shape_db);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    heard->shape_db[b] += (double)shape_db[b] / N_FRAMES;
  }
}

/// The right channel over the left, in the middle.
static double
right_over_left(const Clip* const clip)
{
  double power[2] = { 1e-20, 1e-20 };
  for (uint32_t i = EDGE; i < LENGTH - EDGE; ++i) {
    for (uint32_t c = 0; c < 2; ++c) {
      power[c] += (double)clip->x[c][i] * (double)clip->x[c][i];
    }
  }
  return 10.0 * log10(power[1] / power[0]);
}

void
heard_of(const Clip* const clip, Heard* const heard)
{
  const float* const x             = clip->x[0];
  const StftConfig   stft          = { FRAME, HOP, WINDOW_HANN };
  Analysis* const    analysis      = analysis_new(stft);
  Envelope* const    envelope      = envelope_new(stft, RATE);
  double             power[N_BINS] = { 0.0 };
  if (!analysis || !envelope) {
    clip_fail("out of memory");
  }

  memset(heard, 0, sizeof *heard);
  for (uint32_t at = EDGE - FRAME + HOP, frame = 0; frame < N_FRAMES;) {
    at += analysis_write(analysis, HOP, x + at);
    const float complex* const spectrum = analysis_spectrum(analysis);
    if (spectrum && at >= EDGE + HOP) {
      hear_frame(envelope, spectrum, frame++, power, heard);
    }
  }
  double sum    = 0.0;
  double moment = 0.0;
  for (uint32_t k = 1; k < N_BINS; ++k) {
    sum += power[k];
    moment += power[k] * k;
  }
  heard->centroid = log2(moment / sum);
  heard->pitch_hz = pitch_of(x);
  heard->right_db = right_over_left(clip);
  envelope_free(envelope);
  analysis_free(analysis);
}

/// An envelope at a frequency, dB.
static double
level_at(const Heard* const heard, const double hz)
{
  uint32_t b = 0;
  while (b + 2 < ENVELOPE_BANDS && envelope_centre(b + 1) < hz) {
    ++b;
  }
  const double width  = envelope_centre(b + 1) - envelope_centre(b);
  const double within = fmin(fmax((hz - envelope_centre(b)) / width, 0.0), 1.0);
  return heard->shape_db[b] + within * (heard->shape_db[b + 1] - heard->shape_db[b]);
}

void
heard_sampled(const Heard* const envelope, const double pitch_hz, Heard* const sampled)
{
  static Clip clip;
  memset(&clip, 0, sizeof clip);
  for (uint32_t h = 1; h * pitch_hz < 20000.0; ++h) {
    const double level = 0.01 * pow(10.0, 0.05 * level_at(envelope, h * pitch_hz));
    const double step  = 2.0 * M_PI * h * pitch_hz / RATE;
    for (uint32_t i = 0; i < LENGTH; ++i) {
      clip.x[0][i] += (float)(level * sin(step * i + (double)h * h)); // No peaks
    }
  }
  heard_of(&clip, sampled);
}

static double
envelope_distance(const Heard* const a, const Heard* const b)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < ENVELOPE_BANDS; ++i) {
    const double d = a->shape_db[i] - b->shape_db[i];
    sum += d * d;
  }
  return sqrt(sum / ENVELOPE_BANDS);
}

/// Mean over the frames of the rms difference of the spectra.
static double
spectral_distance(const Heard* const a, const Heard* const b)
{
  double sum = 0.0;
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    double square = 0.0;
    for (uint32_t k = 0; k < N_TOP; ++k) {
      const double d = (double)(a->level_db[t][k] - b->level_db[t][k]);
      square += d * d;
    }
    sum += sqrt(square / N_TOP);
  }
  return sum / N_FRAMES;
}

static double
product(const double* const a, const double* const b)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < N_BINS; ++k) {
    sum += a[k] * b[k];
  }
  return sum;
}

/// What is left of m by the best a·A + b·B with a, b ≥ 0, over m.
static double
novelty(const double* const m, const double* const a, const double* const b)
{
  const double mm        = product(m, m);
  const double aa        = product(a, a);
  const double bb        = product(b, b);
  const double ab        = product(a, b);
  const double am        = product(a, m);
  const double bm        = product(b, m);
  const double det       = aa * bb - ab * ab;
  const double u         = (am * bb - bm * ab) / det;
  const double v         = (bm * aa - am * ab) / det;
  double       explained = fmax(am * am / aa, bm * bm / bb);
  if (u > 0.0 && v > 0.0) {
    explained = u * am + v * bm;
  }
  return sqrt(fmax(mm - explained, 0.0) / mm);
}

Figures
heard_figures(const Heard* const player, const Heard* const target, const Heard* const sampled,
              const Heard* const steps)
{
  const double first   = steps[0].centroid;
  const double way     = steps[N_STEPS - 1].centroid - first;
  double       sum     = 0.0;
  double       square  = 0.0;
  Figures      figures = { .pitch_cents = 0.0 };
  for (uint32_t i = 0; i < N_STEPS; ++i) {
    const double cents  = 1200.0 * log2(steps[i].pitch_hz / player->pitch_hz);
    figures.pitch_cents = fmax(figures.pitch_cents, fabs(cents));
    figures.stereo_db   = fmax(figures.stereo_db, fabs(steps[i].right_db - player->right_db));
  }
  for (uint32_t i = 1; i < N_STEPS; ++i) {
    const double off  = (steps[i].centroid - first) / way - (double)i / (N_STEPS - 1);
    const double step = spectral_distance(&steps[i], &steps[i - 1]);
    figures.linearity = fmax(figures.linearity, fabs(off));
    sum += step;
    square += step * step;
  }
  const double mean  = sum / (N_STEPS - 1);
  figures.evenness   = sqrt(fmax(square / (N_STEPS - 1) - mean * mean, 0.0)) / mean;
  figures.before_db  = envelope_distance(player, target);
  figures.sampled_db = envelope_distance(sampled, target);
  figures.reach_db   = envelope_distance(&steps[N_STEPS - 1], target);
  figures.novelty    = novelty(steps[N_STEPS / 2].magnitude, player->magnitude, target->magnitude);
  return figures;
}
