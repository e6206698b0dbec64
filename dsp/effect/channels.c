// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/channels.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Samples that are looked at in one piece; a hop is cut into such pieces.
enum { PIECE = 256 };

/// Samples beyond this are no sound: 120 dB over full scale, and their squares still finite.
static const float loudest = 1e6f;

struct Channels {
  uint32_t   n_channels;
  StftConfig stft;
  Analysis*  analysis[CHANNELS_MAX];
  Synthesis* synthesis[CHANNELS_MAX];
  bool       rests;   ///< As this run is told
  bool       resting; ///< No frame is begun before the next sound
  bool       woken;   ///< No frame was shown since then
  uint32_t   n_still; ///< Silent samples up to now, in all of which it could rest; it stops growing
};

Channels*
channels_new(const StftConfig stft, const uint32_t n_channels)
{
  Channels* const channels = calloc(1, sizeof(Channels));
  if (!channels) {
    return NULL;
  }

  bool ok              = true;
  channels->stft       = stft;
  channels->n_channels = n_channels;
  for (uint32_t c = 0; c < n_channels; ++c) {
    channels->analysis[c]  = analysis_new(stft);
    channels->synthesis[c] = synthesis_new(stft);
    ok                     = ok && channels->analysis[c] && channels->synthesis[c];
  }
  channels->resting = true;
  if (!ok) {
    channels_free(channels);
    return NULL;
  }
  return channels;
}

void
channels_free(Channels* const channels)
{
  if (channels) {
    for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
      analysis_free(channels->analysis[c]);
      synthesis_free(channels->synthesis[c]);
    }
    free(channels);
  }
}

void
channels_reset(Channels* const channels)
{
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    analysis_reset(channels->analysis[c]);
    synthesis_reset(channels->synthesis[c]);
  }
  channels->resting = true;
}

uint32_t
channels_left(const Channels* const channels)
{
  return analysis_left(channels->analysis[0]);
}

void
channels_reset_output(Channels* const channels)
{
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    synthesis_reset(channels->synthesis[c]);
  }
}

/// A sample as it is heard.
static float
heard(const float x)
{
  return fabsf(x) < loudest ? x : 0.0f; // false for NaN
}

void
channels_clean(const uint32_t n, const float* const in, float* const out)
{
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = heard(in[i]);
  }
}

void
channels_power(const Channels* const channels, float complex* const* const spectra,
               float* const power)
{
  const uint32_t n_bins = stft_bins(channels->stft);
  const float    share  = 1.0f / (float)channels->n_channels;
  memset(power, 0, n_bins * sizeof(float));
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    for (uint32_t k = 0; k < n_bins; ++k) {
      const float re = crealf(spectra[c][k]);
      const float im = cimagf(spectra[c][k]);
      power[k] += share * (re * re + im * im);
    }
  }
}

void
channels_scale(const Channels* const channels, const float* const gain,
               float complex* const* const spectra)
{
  const uint32_t n_bins = stft_bins(channels->stft);
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    for (uint32_t k = 0; k < n_bins; ++k) {
      spectra[c][k] *= gain[k];
    }
  }
}

/// Write a piece of one channel.  @param n At most PIECE, and up to the hop's end.
static void
write_piece(Analysis* const analysis, const uint32_t n, const float* const in)
{
  float sound[PIECE];
  channels_clean(n, in, sound);
  (void)analysis_write(analysis, n, sound);
}

static bool
is_silent(const Channels* const channels, const float* const* const in, const uint32_t at)
{
  bool silent = true;
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    silent = silent && heard(in[c][at]) == 0.0f;
  }
  return silent;
}

/// Silent samples at the end of those from `at` to `to`, with those before if all are.
static void
count_silence(Channels* const channels, const float* const* const in, const uint32_t at,
              const uint32_t to)
{
  const uint32_t enough = 2 * channels->stft.frame;
  uint32_t       n      = 0;
  while (channels->rests && n < to - at && is_silent(channels, in, to - 1 - n)) {
    ++n;
  }
  n += n == to - at ? channels->n_still : 0;
  channels->n_still = n < enough ? n : enough;
}

/// Silence comes out while nothing but silence comes in.  @return Samples so far, at most `n`.
static uint32_t
rest(const Channels* const channels, const uint32_t n, const float* const* const in,
     float* const* const out, const uint32_t at)
{
  uint32_t m = 0;
  while (m < n && is_silent(channels, in, at + m)) {
    for (uint32_t c = 0; c < channels->n_channels && out; ++c) {
      out[c][at + m] = 0.0f;
    }
    ++m;
  }
  return m;
}

/// A frame, when a hop is complete; one of silence is not shown.  @return Whether there was one.
static bool
run_frame(Channels* const channels, const FrameFunction frame, void* const effect,
          const uint32_t at, const bool listened)
{
  float complex* spectra[CHANNELS_MAX];
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    spectra[c] = analysis_spectrum(channels->analysis[c]);
  }
  if (!spectra[0]) {
    return false;
  }

  if (channels->n_still < channels->stft.frame) {
    frame(effect, at, spectra);
    channels->woken = false;
  }
  for (uint32_t c = 0; c < channels->n_channels && listened; ++c) {
    synthesis_add(channels->synthesis[c], spectra[c]);
  }
  return true;
}

bool
channels_woke(const Channels* const channels)
{
  return channels->woken;
}

/// At most up to the hop's end.  @return Samples taken.
static uint32_t
run_piece(Channels* const channels, const FrameFunction frame, void* const effect, const uint32_t n,
          const float* const* const in, float* const* const out, const uint32_t at)
{
  const uint32_t left = channels_left(channels);
  const uint32_t most = left < PIECE ? left : PIECE;
  const uint32_t m    = n < most ? n : most;
  // All is read before anything is written: hosts may lay any output on any input.
  count_silence(channels, in, at, at + m);
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    write_piece(channels->analysis[c], m, in[c] + at);
  }
  for (uint32_t c = 0; c < channels->n_channels && out; ++c) {
    synthesis_read(channels->synthesis[c], m, out[c] + at);
  }
  if (run_frame(channels, frame, effect, at + m, out)) {
    channels->resting = channels->n_still == 2 * channels->stft.frame;
  }
  return m;
}

void
channels_run(Channels* const channels, const bool rests, const FrameFunction frame,
             void* const effect, const uint32_t n, const float* const* const in,
             float* const* const out)
{
  uint32_t m        = 0;
  channels->rests   = rests;
  channels->resting = channels->resting && rests;
  for (uint32_t at = 0; at < n; at += m) {
    m                 = channels->resting ? rest(channels, n - at, in, out, at) : 0;
    channels->woken   = channels->woken || channels->resting;
    channels->resting = channels->resting && m == n - at;
    m                 = m ? m : run_piece(channels, frame, effect, n - at, in, out, at);
  }
}
