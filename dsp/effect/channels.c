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

/// Write a piece of one channel, at most up to the hop's end.  @return Samples taken.
static uint32_t
write_piece(Analysis* const analysis, const uint32_t n, const float* const in)
{
  float          sound[PIECE];
  const uint32_t m = n < PIECE ? n : PIECE;
  for (uint32_t i = 0; i < m; ++i) {
    sound[i] = fabsf(in[i]) < loudest ? in[i] : 0.0f; // false for NaN
  }
  return analysis_write(analysis, m, sound);
}

/// A frame, when a hop is complete.
static void
run_frame(Channels* const channels, const FrameFunction frame, void* const effect,
          const uint32_t at, const bool listened)
{
  float complex* spectra[CHANNELS_MAX];
  for (uint32_t c = 0; c < channels->n_channels; ++c) {
    spectra[c] = analysis_spectrum(channels->analysis[c]);
  }
  if (spectra[0]) {
    frame(effect, at, spectra);
    for (uint32_t c = 0; c < channels->n_channels && listened; ++c) {
      synthesis_add(channels->synthesis[c], spectra[c]);
    }
  }
}

void
channels_run(Channels* const channels, const FrameFunction frame, void* const effect,
             const uint32_t n, const float* const* const in, float* const* const out)
{
  uint32_t m = 0;
  for (uint32_t at = 0; at < n; at += m) {
    // All is read before anything is written: hosts may lay any output on any input.
    for (uint32_t c = 0; c < channels->n_channels; ++c) {
      m = write_piece(channels->analysis[c], n - at, in[c] + at);
    }
    for (uint32_t c = 0; c < channels->n_channels && out; ++c) {
      synthesis_read(channels->synthesis[c], m, out[c] + at);
    }
    run_frame(channels, frame, effect, at + m, out);
  }
}
