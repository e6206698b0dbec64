// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_CHANNELS_H
#define LAMINA_DSP_EFFECT_CHANNELS_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

/// Most channels that an effect treats alike.
#define CHANNELS_MAX 2u

/**
   The way into the frequency domain and back, for linked channels of one stream.

   It rests in digital silence, as between the regions of a track.  Frames of nothing but zeros are
   not shown to the effect; and after two frames, when nothing of the sound before is left, none is
   begun until the next sound, and the first one then begins with it.  So an effect does not take a
   gap for the noise of the room, and what it makes of a sound does not depend on how long the
   silence before it was: two exports of a session are the same.

   One thread at a time.
*/
typedef struct Channels Channels;

/**
   What an effect does with a frame.

   @param at Samples of this run that were written by then.
   @param spectra [n_channels][stft_bins], free to be changed.
*/
typedef void (*FrameFunction)(void* effect, uint32_t at, float complex* const* spectra);

/// @param n_channels 1…CHANNELS_MAX.  @return Owned by the caller, or NULL when memory is short.
Channels*
channels_new(StftConfig stft, uint32_t n_channels);

/// Free; NULL is allowed.
void
channels_free(Channels* channels);

/// Forget all sound, and rest.
REALTIME
void
channels_reset(Channels* channels);

/// Samples until a frame is complete, if none of them is spent at rest.
REALTIME
uint32_t
channels_left(const Channels* channels);

/// Whether the frame that is shown is the first since it rested: what an effect remembers of the
/// frames before, it may have to forget now, so that two exports of a session are the same.
REALTIME
bool
channels_woke(const Channels* channels);

/// Forget what is yet to come out, but not what has been heard: before channels_run() is listened
/// to again, with a whole hop left.
REALTIME
void
channels_reset_output(Channels* channels);

/// Samples as effects hear them: those that are NaN or beyond ±1e6 are 0.  @param out [n], written;
/// may be `in`.
REALTIME
void
channels_clean(uint32_t n, const float* in, float* out);

/// |X|², averaged over the channels.  @param power [stft_bins], written.
REALTIME
void
channels_power(const Channels* channels, float complex* const* spectra, float* power);

/// The same gain for all channels.  @param gain [stft_bins].
REALTIME
void
channels_scale(const Channels* channels, const float* gain, float complex* const* spectra);

/**
   Any number of samples, 0 included.  The output is late by one frame and does not depend on how
   they are cut into blocks.

   Samples that are NaN or beyond ±1e6 are read as 0.

   @param rests Whether it may rest: it must not while the effect makes sound of silence.
   @param frame Called with every frame that is not of silence alone, or with all when it may not
   rest.
   @param effect Handed to `frame`.
   @param in [n_channels][n].
   @param out [n_channels][n], written.  Any output may be any input.  NULL: nobody listens.
*/
REALTIME
void
channels_run(Channels* channels, bool rests, FrameFunction frame, void* effect, uint32_t n,
             const float* const* in, float* const* out);

#endif
