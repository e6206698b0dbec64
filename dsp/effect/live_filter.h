// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_LIVE_FILTER_H
#define LAMINA_DSP_EFFECT_LIVE_FILTER_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdint.h>

/// Most samples of one call of live_filter_run().
#define LIVE_FILTER_PIECE 256u

/**
   Gains that were found on frames, applied to samples as they come: no delay at all.

   Every set of gains becomes a minimum-phase filter of 2.7 ms, 128 taps at 48 kHz, which fades in
   over a hop in place of the one before.  It is the gains that are late, by half a frame and half
   that fade; where the sound becomes another meanwhile, as at an attack, what comes out is held
   within 6 dB of what comes in.  For linked channels of one stream; one thread at a time.
*/
typedef struct LiveFilter LiveFilter;

/**
   @param stft Frames on which gains are found.
   @param n_channels 1…CHANNELS_MAX.
   @return Owned by the caller, or NULL when memory is short.
*/
LiveFilter*
live_filter_new(StftConfig stft, double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
live_filter_free(LiveFilter* filter);

/// Forget all sound; the gains are 1.
REALTIME
void
live_filter_reset(LiveFilter* filter);

/**
   Go to other gains, within a hop.

   @param gain Factors, positive, [stft_bins].
   @param power |X|² of the frame they were found on, [stft_bins].
*/
REALTIME
void
live_filter_set(LiveFilter* filter, const float* gain, const float* power);

/**
   Filter.

   @param n 0…LIVE_FILTER_PIECE.
   @param in [n_channels][n], finite.
   @param out [n_channels][n], written.  Not `in`.
*/
REALTIME
void
live_filter_run(LiveFilter* filter, uint32_t n, const float* const* in, float* const* out);

#endif
