// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_MATCHING_H
#define LAMINA_DSP_EFFECT_MATCHING_H

#include "dsp/attributes.h"
#include "dsp/spectrum/envelope.h"
#include "dsp/spectrum/stft.h"

/**
   What gains lack to give a sound an envelope.

   Gains that lead from one envelope to another do so for partials that lie on the first one.  Weak
   partials between strong ones lie below it, and so does all that is softer than an envelope goes;
   there the other envelope is not reached.  So with every frame the envelope of what comes out is
   measured, and some of what is missing, smoothed over the bands, is added.  One thread at a time.
*/
typedef struct Matching Matching;

/// @param envelope Of the frames, must outlive it.  @return Owned by the caller, or NULL when
/// memory is short.
Matching*
matching_new(Envelope* envelope, StftConfig stft);

/// Free; NULL is allowed.
void
matching_free(Matching* matching);

/// Let nothing be missing.
REALTIME
void
matching_reset(Matching* matching);

/**
   Take in a frame.

   @param bin_power The last frame that the envelope was measured of, |X|², [stft_bins].
   @param wanted_db The envelope that it is to have, at any level, dB, [ENVELOPE_BANDS].
   @param gain_db What leads near it, dB, [ENVELOPE_BANDS].
   @return What is to be added to that, dB, [ENVELOPE_BANDS], owned by `matching`, until the next
   call.
*/
REALTIME
const float*
matching_find(Matching* matching, const float* bin_power, const float* wanted_db,
              const float* gain_db);

#endif
