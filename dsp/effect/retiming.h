// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_RETIMING_H
#define LAMINA_DSP_EFFECT_RETIMING_H

#include "dsp/attributes.h"
#include "dsp/spectrum/envelope.h"
#include "dsp/spectrum/stft.h"

#include <stdint.h>

/**
   From the position of a control to a place on the way between two envelopes, so that equal steps
   of the one are equal steps of what is heard.

   The way is straight in dB, and heard it is neither even nor straight: what lies far below the
   loudest is no step, and the brightness leaps where one strong partial takes over from another.
   So a table tells two things for every position.  The share of the way makes the log-spectral
   distance of equal steps equal.  A tilt beside it, nothing at the ends, keeps the centroid of the
   power, in octaves, near a straight way between those of the ends: listeners judge a morph by
   features of the spectrum that move straight (Caetano & Rodet, "Musical instrument sound morphing
   guided by perceptually motivated features", 2013).

   The table follows the frames that are played, a few of them behind.  Where a way is so steep that
   its steps cannot be both, they are neither, and tilts stay small.  One thread at a time.
*/
typedef struct Retiming Retiming;

/// A place on the way.
typedef struct {
  float share; ///< Of the way; what the control says, outside of 0…1
  float tilt;  ///< To be added, in dB per octave; see retiming_tilt()
} RetimingPlace;

/// @return Owned by the caller, or NULL when memory is short.
Retiming*
retiming_new(StftConfig stft, double rate_hz);

/// Free; NULL is allowed.
void
retiming_free(Retiming* retiming);

/// Forget all frames.
REALTIME
void
retiming_reset(Retiming* retiming);

/// What a way adds to a frame, dB per bin: at a share s of it s·whole + 4 s (1 − s)·bend.
typedef struct {
  const float* whole; ///< At its end, [stft_bins]
  const float* bend;  ///< At its middle, over half of that, [stft_bins]
} RetimingWay;

/// Take in a frame.  @param bin_power |X|², or its mean over the channels, [stft_bins].
REALTIME
void
retiming_follow(Retiming* retiming, const float* bin_power, const RetimingWay* way);

/// Where the control is to lead.  @param position Of the control, any.
REALTIME
RetimingPlace
retiming_at(const Retiming* retiming, float position);

/// Add a tilt to decibels per band: dB per octave from 1 kHz, and level above 4 kHz, where there is
/// little power and much to hear change.  @param band_db [ENVELOPE_BANDS], changed.
REALTIME
void
retiming_tilt(const Retiming* retiming, float tilt, float* band_db);

#endif
