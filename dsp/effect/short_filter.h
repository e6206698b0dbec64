// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_SHORT_FILTER_H
#define LAMINA_DSP_EFFECT_SHORT_FILTER_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdint.h>

/**
   Gains that were found on long frames, applied to short ones: little delay, and still the long
   frames' eye for the timbre.

   A short frame lasts 10.7 ms, so it is the gains that are late: by about half of the long frame.
   Every short frame keeps its own power all the same.  For linked channels of one stream; one
   thread at a time.
*/
typedef struct ShortFilter ShortFilter;

/// The short frames: 512 samples at 48 kHz.
StftConfig
short_filter_stft(double rate_hz);

/**
   @param long_stft Frames on which gains are found.
   @param n_channels 1…CHANNELS_MAX.
   @return Owned by the caller, or NULL when memory is short.
*/
ShortFilter*
short_filter_new(StftConfig long_stft, double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
short_filter_free(ShortFilter* filter);

/// Forget all sound; the gains are 1.
REALTIME
void
short_filter_reset(ShortFilter* filter);

/**
   The gains of the frames from now on.

   @param gain Factors, [stft_bins of the long frames], copied.
   @param wet Share of the changed sound, 0…1.
*/
REALTIME
void
short_filter_set(ShortFilter* filter, const float* gain, float wet);

/// As channels_run(); late by one short frame.
REALTIME
void
short_filter_run(ShortFilter* filter, uint32_t n, const float* const* in, float* const* out);

#endif
