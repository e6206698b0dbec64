// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/live_filter.h"

#include "dsp/effect/channels.h"
#include "dsp/effect/fade.h"
#include "dsp/spectrum/minimum_phase.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Length of the filters, seconds: 128 taps at 48 kHz.
static const double length_s = 128.0 / 48000.0;

/// What comes out may have this many times the power of what comes in, and this many times its
/// peak, both watched over this time, seconds.
static const float  most_power = 4.0f;
static const float  most_peak  = 4.0f;
static const double watch_s    = 0.003;

/// Powers below this are too near the end of the numbers to be compared.
static const float softest = 1e-30f;

/// How loud all channels were of late.
typedef struct {
  float power; ///< Up to a factor
  float peak;
} Level;

struct LiveFilter {
  uint32_t      n_channels;
  uint32_t      n_taps;
  MinimumPhase* designer;
  float*        from;   ///< Taps that fade out, [n_taps]
  float*        to;     ///< Taps that fade in, [n_taps]
  uint32_t      n_fade; ///< Samples of a fade
  uint32_t      at;     ///< Samples since it began, 0…n_fade

  float* past[CHANNELS_MAX]; ///< [n_taps − 1], then a piece
  float  old[CHANNELS_MAX][LIVE_FILTER_PIECE];

  float keep; ///< Of the levels, from sample to sample
  Level in;   ///< Of late
  Level out;
};

static bool
allocate(LiveFilter* const filter, const StftConfig stft)
{
  const uint32_t n_taps = filter->n_taps;
  filter->designer      = minimum_phase_new(stft.frame, n_taps);
  filter->from          = calloc(n_taps, sizeof(float));
  filter->to            = calloc(n_taps, sizeof(float));
  bool ok               = filter->designer && filter->from && filter->to;
  for (uint32_t c = 0; c < filter->n_channels; ++c) {
    filter->past[c] = calloc(n_taps - 1 + LIVE_FILTER_PIECE, sizeof(float));
    ok              = ok && filter->past[c];
  }
  return ok;
}

LiveFilter*
live_filter_new(const StftConfig stft, const double rate_hz, const uint32_t n_channels)
{
  LiveFilter* const filter = calloc(1, sizeof(LiveFilter));
  if (!filter) {
    return NULL;
  }

  const uint32_t n_wanted = (uint32_t)fmax(4.0, rint(length_s * rate_hz));
  filter->n_channels      = n_channels;
  filter->n_taps          = n_wanted < stft.frame / 2 ? n_wanted : stft.frame / 2;
  filter->n_fade          = stft.hop;
  filter->keep            = (float)exp(-1.0 / (watch_s * rate_hz));
  if (!allocate(filter, stft)) {
    live_filter_free(filter);
    return NULL;
  }
  live_filter_reset(filter);
  return filter;
}

void
live_filter_free(LiveFilter* const filter)
{
  if (!filter) {
    return;
  }

  minimum_phase_free(filter->designer);
  free(filter->from);
  free(filter->to);
  for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
    free(filter->past[c]);
  }
  free(filter);
}

void
live_filter_reset(LiveFilter* const filter)
{
  for (uint32_t c = 0; c < filter->n_channels; ++c) {
    memset(filter->past[c], 0, (filter->n_taps - 1) * sizeof(float));
  }
  memset(filter->to, 0, filter->n_taps * sizeof(float));
  filter->to[0] = 1.0f;
  filter->at    = filter->n_fade;
  filter->in    = (Level){ 0.0f, 0.0f };
  filter->out   = (Level){ 0.0f, 0.0f };
}

void
live_filter_set(LiveFilter* const filter, const float* const gain, const float* const power)
{
  const float share = fade_soft((float)filter->at / (float)filter->n_fade);
  for (uint32_t k = 0; k < filter->n_taps; ++k) {
    filter->from[k] = fade_mix(filter->from[k], filter->to[k], share);
  }
  minimum_phase_design(filter->designer, gain, power, filter->to);
  filter->at = 0;
}

/// y(i) = Σ_k h(k) x(i − k), tap by tap, so that samples lie side by side.
static void
convolve(const uint32_t n_taps, const float* const taps, const uint32_t n, const float* const past,
         float* const out)
{
  memset(out, 0, n * sizeof(float));
  for (uint32_t k = 0; k < n_taps; ++k) {
    const float* const late = past + n_taps - 1 - k;
    for (uint32_t i = 0; i < n; ++i) {
      out[i] += taps[k] * late[i];
    }
  }
}

/// Filter a piece of one channel.
static void
filter_piece(LiveFilter* const filter, const uint32_t c, const uint32_t n, const float* const in,
             float* const out)
{
  const uint32_t n_past = filter->n_taps - 1;
  float* const   past   = filter->past[c];
  memcpy(past + n_past, in, n * sizeof(float));
  convolve(filter->n_taps, filter->to, n, past, out);
  if (filter->at < filter->n_fade) {
    convolve(filter->n_taps, filter->from, n, past, filter->old[c]);
    for (uint32_t i = 0; i < n; ++i) {
      const float share = fade_soft((float)(filter->at + i + 1) / (float)filter->n_fade);
      out[i]            = fade_mix(filter->old[c][i], out[i], share);
    }
  }
  memmove(past, past + n, n_past * sizeof(float));
}

/// Hear one more sample of every channel.
static void
watch(const LiveFilter* const filter, Level* const level, const uint32_t i,
      const float* const* const x)
{
  level->power *= filter->keep;
  level->peak *= filter->keep;
  for (uint32_t c = 0; c < filter->n_channels; ++c) {
    level->power += x[c][i] * x[c][i];
    level->peak = fmaxf(level->peak, fabsf(x[c][i]));
  }
}

/// Hold what comes out near what comes in.
static void
hold_level(LiveFilter* const filter, const uint32_t n, const float* const* const in,
           float* const* const out)
{
  for (uint32_t i = 0; i < n; ++i) {
    watch(filter, &filter->in, i, in);
    watch(filter, &filter->out, i, (const float* const*)out);
    const float power = most_power * filter->in.power + softest;
    const float peak  = most_peak * filter->in.peak + softest;
    const float gain  = fminf(sqrtf(power / fmaxf(filter->out.power, power)),
                              peak / fmaxf(filter->out.peak, peak));
    for (uint32_t c = 0; c < filter->n_channels && gain < 1.0f; ++c) {
      out[c][i] *= gain;
    }
  }
}

void
live_filter_run(LiveFilter* const filter, const uint32_t n, const float* const* const in,
                float* const* const out)
{
  for (uint32_t c = 0; c < filter->n_channels; ++c) {
    filter_piece(filter, c, n, in[c], out[c]);
  }
  filter->at = filter->at + n < filter->n_fade ? filter->at + n : filter->n_fade;
  hold_level(filter, n, in, out);
}
