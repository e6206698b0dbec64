// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Průša & Søndergaard, "Real-time spectrogram inversion using phase gradient heap integration",
// DAFx 2016.
//
// A window ties the phase φ of a spectrum, measured from the middle of its frame, to its log
// magnitude s.  With bins m, frames n, hop a, frame length M, and γ of the nearest Gaussian,
//   ∂φ/∂n = 2π a (m + δ) / M,     ∂φ/∂m = −γ / (a M) · ∂s/∂n.
// Phases are integrated along these from the loudest bins to softer ones: from the frame before
// to this one, and within this one from bin to bin, whichever way comes from the louder bin.
//
// The paper takes the Gaussian for δ, too.  A sine that lies δ bins above bin m, at most one, has
// in a Hann window the ratio of magnitudes
//   |X(m + 1)| / |X(m − 1)| = (1 + δ)(2 + δ) / ((1 − δ)(2 − δ)),
// which is solved for δ here: a partial that stands alone has its exact frequency.
//
// Without look-ahead ∂s/∂n is a backward difference.  One of the first order that saturates
// rebuilds attacks better than the paper's of the second order: measured on notes with an attack of
// 10 ms, by 7 dB.

#include "dsp/spectrum/phase.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// γ of the Gaussian nearest to a Hann window, over the square of its length.
static const double hann_gamma = 0.25645;

/// Bins softer than this share of the loudest have no phase that could be known.
static const float tolerance = 1e-6f;

/// What ∂φ/∂m goes towards, either way: then the sound lies a sixth of the frame from its middle.
static const float steepest = (float)(M_PI / 3.0);

/// Softest magnitude whose logarithm is taken.
static const float softest = 1e-30f;

/// A bin that others can take their phase from.
typedef struct {
  float    level; ///< Log magnitude; the loudest is on top
  uint32_t bin;
  bool     past; ///< Of the frame before
} Entry;

/// A binary heap.
typedef struct {
  uint32_t n;
  Entry*   entries;
} Heap;

/// What one frame leaves for the next.
typedef struct {
  float* level; ///< Log magnitudes, [n_bins]
  float* step;  ///< ∂φ/∂n, [n_bins]
  float* angle; ///< φ, [n_bins]
} Frame;

struct Phase {
  StftConfig config;
  uint32_t   n_bins;
  uint32_t   n_frames;  ///< Since the last reset
  float      turn;      ///< 2π a / M
  float      slope_m;   ///< −γ / (a M)
  float*     advance;   ///< 2π a m / M, [n_bins]
  Frame      frames[2]; ///< This one and the one before
  float*     tilt;      ///< ∂φ/∂m of this frame, [n_bins]
  bool*      open;      ///< Bins of this frame whose phase is still to be found, [n_bins]
  Heap       ripe;      ///< Bins with a phase, [2 n_bins]
  Heap       seeds;     ///< Bins of this frame to begin from where nothing is ripe, [n_bins]
};

static void
heap_push(Heap* const heap, const Entry entry)
{
  uint32_t at = heap->n++;
  while (at && heap->entries[(at - 1) / 2].level < entry.level) {
    heap->entries[at] = heap->entries[(at - 1) / 2];
    at                = (at - 1) / 2;
  }
  heap->entries[at] = entry;
}

static Entry
heap_pop(Heap* const heap)
{
  Entry* const   entries = heap->entries;
  const Entry    top     = entries[0];
  const Entry    last    = entries[--heap->n];
  const uint32_t n       = heap->n;
  uint32_t       at      = 0;
  for (uint32_t child = 1; child < n; child = 2 * at + 1) {
    child += child + 1 < n && entries[child + 1].level > entries[child].level;
    if (entries[child].level <= last.level) {
      break;
    }
    entries[at] = entries[child];
    at          = child;
  }
  entries[at] = last;
  return top;
}

static bool
frame_init(Frame* const frame, const uint32_t n_bins)
{
  frame->level = malloc(n_bins * sizeof(float));
  frame->step  = malloc(n_bins * sizeof(float));
  frame->angle = malloc(n_bins * sizeof(float));
  return frame->level && frame->step && frame->angle;
}

static bool
allocate(Phase* const phase)
{
  const uint32_t n_bins = phase->n_bins;
  bool           ok     = true;
  for (uint32_t f = 0; f < 2; ++f) {
    ok = frame_init(&phase->frames[f], n_bins) && ok;
  }
  phase->advance       = malloc(n_bins * sizeof(float));
  phase->tilt          = malloc(n_bins * sizeof(float));
  phase->open          = malloc(n_bins * sizeof(bool));
  phase->ripe.entries  = malloc(2 * (size_t)n_bins * sizeof(Entry));
  phase->seeds.entries = malloc(n_bins * sizeof(Entry));
  return ok && phase->advance && phase->tilt && phase->open && phase->ripe.entries &&
         phase->seeds.entries;
}

Phase*
phase_new(const StftConfig config)
{
  assert(config.window == WINDOW_HANN);
  Phase* const phase = calloc(1, sizeof(Phase));
  if (!phase) {
    return NULL;
  }

  const double frame = config.frame;
  const double ratio = hann_gamma * frame / config.hop; // γ / (a M)
  phase->config      = config;
  phase->n_bins      = stft_bins(config);
  phase->turn        = (float)(2.0 * M_PI * config.hop / frame);
  phase->slope_m     = (float)-ratio;
  if (!allocate(phase)) {
    phase_free(phase);
    return NULL;
  }
  for (uint32_t m = 0; m < phase->n_bins; ++m) {
    const uint64_t turn = (uint64_t)config.hop * m % config.frame;
    phase->advance[m]   = (float)(2.0 * M_PI * (double)turn / frame);
  }
  phase_reset(phase);
  return phase;
}

void
phase_free(Phase* const phase)
{
  if (!phase) {
    return;
  }

  for (uint32_t f = 0; f < 2; ++f) {
    free(phase->frames[f].level);
    free(phase->frames[f].step);
    free(phase->frames[f].angle);
  }
  free(phase->advance);
  free(phase->tilt);
  free(phase->open);
  free(phase->ripe.entries);
  free(phase->seeds.entries);
  free(phase);
}

void
phase_reset(Phase* const phase)
{
  phase->n_frames = 0;
  for (uint32_t f = 0; f < 2; ++f) {
    const Frame* const frame = &phase->frames[f];
    for (uint32_t m = 0; m < phase->n_bins; ++m) {
      frame->level[m] = logf(softest);
      frame->step[m]  = phase->advance[m];
      frame->angle[m] = 0.0f;
    }
  }
}

/// This frame becomes the one before, and that one makes room.
static void
swap_frames(Phase* const phase)
{
  const Frame before = phase->frames[1];
  phase->frames[1]   = phase->frames[0];
  phase->frames[0]   = before;
}

static void
take_levels(Phase* const phase, const float* const magnitude)
{
  float* const level = phase->frames[0].level;
  for (uint32_t m = 0; m < phase->n_bins; ++m) {
    level[m] = logf(magnitude[m] > softest ? magnitude[m] : softest);
  }
}

static float
saturated(const float tilt)
{
  return steepest * tanhf(tilt / steepest);
}

/// δ, the bins from a bin to the sine in it, in −1…1.  @param rise s(m + 1) − s(m − 1).
static float
sine_offset(const float rise)
{
  const float t = tanhf(0.5f * rise); // (R − 1) / (R + 1), R the ratio of magnitudes
  return 4.0f * t / (3.0f + sqrtf(9.0f - 8.0f * t * t));
}

/// Both gradients.  The spectrum of a real signal is even, so s is flat at its two ends; it is flat
/// in time at the first frame, too.
static void
take_gradients(Phase* const phase)
{
  const float* const now    = phase->frames[0].level;
  const float* const before = phase->n_frames ? phase->frames[1].level : now;
  float* const       step   = phase->frames[0].step;
  const uint32_t     last   = phase->n_bins - 1;
  for (uint32_t m = 0; m <= last; ++m) {
    const float rise = m && m < last ? now[m + 1] - now[m - 1] : 0.0f;
    step[m]          = phase->advance[m] + phase->turn * sine_offset(rise);
    phase->tilt[m]   = saturated(phase->slope_m * (now[m] - before[m]));
  }
}

static float
loudest(const float* const level, const uint32_t n)
{
  float top = level[0];
  for (uint32_t m = 1; m < n; ++m) {
    top = level[m] > top ? level[m] : top;
  }
  return top;
}

/// A hash of frame and bin (the finalizer of MurmurHash3), as an angle.
static float
random_angle(const uint32_t frame, const uint32_t bin)
{
  uint32_t h = frame * 0x9E3779B9u + bin * 0x85EBCA6Bu + 1u;
  h          = (h ^ (h >> 16u)) * 0x85EBCA6Bu;
  h          = (h ^ (h >> 13u)) * 0xC2B2AE35u;
  h ^= h >> 16u;
  return (float)(h >> 8u) * (float)(2.0 * M_PI / (1u << 24u));
}

/// Tell which bins can have a phase, and give the others one.
static void
sort_bins(Phase* const phase)
{
  const Frame* const now    = &phase->frames[0];
  const Frame* const before = &phase->frames[1];
  const float        top    = fmaxf(loudest(now->level, phase->n_bins),
                                    loudest(before->level, phase->n_bins));
  const float        bottom = fmaxf(top + logf(tolerance), logf(softest));
  phase->ripe.n             = 0;
  phase->seeds.n            = 0;
  for (uint32_t m = 0; m < phase->n_bins; ++m) {
    phase->open[m] = now->level[m] > bottom;
    if (phase->open[m]) {
      heap_push(&phase->seeds, (Entry){ now->level[m], m, false });
    } else {
      now->angle[m] = random_angle(phase->n_frames, m);
    }
    if (before->level[m] > bottom) {
      heap_push(&phase->ripe, (Entry){ before->level[m], m, true });
    }
  }
}

static void
settle(Phase* const phase, const uint32_t bin, const float angle)
{
  static const float turn     = (float)(2.0 * M_PI);
  phase->frames[0].angle[bin] = angle - turn * rintf(angle / turn);
  phase->open[bin]            = false;
  heap_push(&phase->ripe, (Entry){ phase->frames[0].level[bin], bin, false });
}

/// Give their phases to the bins beside `from`: trapezoidal integration in the one direction or the
/// other.
static void
spread(Phase* const phase, const Entry from)
{
  const Frame* const now    = &phase->frames[0];
  const Frame* const before = &phase->frames[1];
  const uint32_t     m      = from.bin;
  if (from.past) {
    if (phase->open[m]) {
      settle(phase, m, before->angle[m] + 0.5f * (before->step[m] + now->step[m]));
    }
    return;
  }
  if (m + 1 < phase->n_bins && phase->open[m + 1]) {
    settle(phase, m + 1, now->angle[m] + 0.5f * (phase->tilt[m] + phase->tilt[m + 1]));
  }
  if (m && phase->open[m - 1]) {
    settle(phase, m - 1, now->angle[m] - 0.5f * (phase->tilt[m] + phase->tilt[m - 1]));
  }
}

/// Every bin becomes ripe once at most, and a seed once, so this ends.
static void
integrate(Phase* const phase)
{
  while (phase->ripe.n || phase->seeds.n) {
    if (phase->ripe.n) {
      spread(phase, heap_pop(&phase->ripe));
    } else {
      const Entry seed = heap_pop(&phase->seeds);
      if (phase->open[seed.bin]) {
        settle(phase, seed.bin, 0.0f);
      }
    }
  }
}

static void
begin_frame(Phase* const phase, const float* const magnitude)
{
  swap_frames(phase);
  take_levels(phase, magnitude);
  take_gradients(phase);
}

/// The transform counts time from the frame's first sample, half a frame before its middle.
static float
sign_of(const uint32_t bin)
{
  return bin % 2 ? -1.0f : 1.0f;
}

static void
end_frame(Phase* const phase, const float* const magnitude, float complex* const spectrum)
{
  const float* const angle = phase->frames[0].angle;
  for (uint32_t m = 0; m < phase->n_bins; ++m) {
    spectrum[m] = sign_of(m) * magnitude[m] * (cosf(angle[m]) + I * sinf(angle[m]));
  }
  ++phase->n_frames;
}

void
phase_next(Phase* const phase, const float* const magnitude, float complex* const spectrum)
{
  begin_frame(phase, magnitude);
  sort_bins(phase);
  integrate(phase);
  end_frame(phase, magnitude, spectrum);
}

void
phase_take(Phase* const phase, const float* const magnitude, const float complex* const known,
           float complex* const spectrum)
{
  begin_frame(phase, magnitude);
  for (uint32_t m = 0; m < phase->n_bins; ++m) {
    phase->frames[0].angle[m] = cargf(sign_of(m) * known[m]);
  }
  end_frame(phase, magnitude, spectrum);
}
