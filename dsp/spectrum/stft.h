// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_STFT_H
#define LAMINA_DSP_SPECTRUM_STFT_H

#include "dsp/attributes.h"

#include <complex.h>
#include <stdint.h>

/// The shape of a window.
typedef enum {
  WINDOW_VORBIS, ///< sin(π/2 · sin²(π(n + ½)/N)): its squares add to a constant at N/2
  WINDOW_HANN,   ///< sin²(πn/N), periodic: narrow in frequency; its squares do so at N/4
} Window;

/// The geometry of a short-time Fourier transform at one sample rate.
typedef struct {
  uint32_t frame; ///< Samples, even; an even number of hops unless said otherwise
  uint32_t hop;   ///< Samples, at least 1
  Window   window;
} StftConfig;

/**
   Geometry in seconds to geometry in samples.

   hop = round(rate × hop_s), and the frame is the even number of hops nearest to the window, so
   that bin k means the same frequency at every rate.  The window is WINDOW_VORBIS.

   @param window_s Seconds, positive.
   @param hop_s Seconds, positive.
   @param rate_hz Samples per second, positive.
*/
StftConfig
stft_config(double window_s, double hop_s, double rate_hz);

/// Bins of one spectrum: frame / 2 + 1.
REALTIME
uint32_t
stft_bins(StftConfig config);

/// A sample of the window.  @param n 0…frame − 1.
double
stft_window(StftConfig config, uint32_t n);

/// The sum of the window's samples: a sine of amplitude A on a bin's centre reads A/2 times this.
double
stft_window_sum(StftConfig config);

/**
   Samples in, spectra out.  One thread at a time.

   Both directions multiply by the window, and the squares of either window add to a constant: of
   WINDOW_VORBIS at any even number of hops per frame, of WINDOW_HANN at four or more.  Of the
   latter any other hop of at most a quarter of the frame will do as well, within 0.02 dB.
*/
typedef struct Analysis Analysis;

/// @return Owned by the caller, or NULL when memory is short.
Analysis*
analysis_new(StftConfig config);

/// Free; NULL is allowed.
void
analysis_free(Analysis* analysis);

/// Forget all sound.
REALTIME
void
analysis_reset(Analysis* analysis);

/**
   Write samples up to the next hop boundary.

   @param n Samples on offer, any number.
   @param in Samples, [n].
   @return Samples taken, at most `n`; the rest is for the next call.
*/
REALTIME
uint32_t
analysis_write(Analysis* analysis, uint32_t n, const float* in);

/// Samples that the next hop boundary is away, 1…hop.
REALTIME
uint32_t
analysis_left(const Analysis* analysis);

/**
   The spectrum of the last frame, if the last write completed a hop.

   @return [stft_bins], owned by `analysis`, valid and free to be changed until the next write; or
   NULL when no hop was completed, or its spectrum was already taken.
*/
REALTIME
float complex*
analysis_spectrum(Analysis* analysis);

/// Spectra in, samples out, by weighted overlap-add.  One thread at a time.
typedef struct Synthesis Synthesis;

/// @return Owned by the caller, or NULL when memory is short.
Synthesis*
synthesis_new(StftConfig config);

/// Free; NULL is allowed.
void
synthesis_free(Synthesis* synthesis);

/// Forget all sound.
REALTIME
void
synthesis_reset(Synthesis* synthesis);

/// Add one frame, once every `hop` samples read.  @param spectrum [stft_bins], not changed.
REALTIME
void
synthesis_add(Synthesis* synthesis, const float complex* spectrum);

/**
   Read samples.  Call it with what analysis_write() took, before the spectrum is added: so an
   unchanged signal comes out exactly `frame` samples late, whatever the block sizes.

   @param n Samples, at most up to the next hop boundary.
   @param out Samples, [n], written.
*/
REALTIME
void
synthesis_read(Synthesis* synthesis, uint32_t n, float* out);

#endif
