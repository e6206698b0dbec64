// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_GAINS_H
#define LAMINA_DSP_EFFECT_GAINS_H

#include "dsp/attributes.h"

#include <stdint.h>

/// Gains are held within ± this about the one that keeps the power, dB: what a band has 60 dB
/// below its loudest is noise.
#define GAINS_RANGE_DB 30.0f

/// Decibels to factors of the magnitude, in place.  @param gain [n].
REALTIME
void
gains_from_db(uint32_t n, float* gain);

/**
   The gain that all bins have in common, as a factor of the magnitude.

   @param power |X|², [n].
   @param gain Factors, [n].
   @return √(Σ P g² / Σ P), or 0 in silence.
*/
REALTIME
float
gains_common(uint32_t n, const float* power, const float* gain);

/**
   Let the gains keep the power of a frame: first as they are, then within GAINS_RANGE_DB.  In
   silence they are 1.

   @param power |X|², [n].
   @param gain Factors, [n], changed.
*/
REALTIME
void
gains_level(uint32_t n, const float* power, float* gain);

/// Mix gains with 1, for what is dry.  @param wet Share of `gain`, 0…1.  @param mixed [n], written;
/// may be `gain`.
REALTIME
void
gains_mix(uint32_t n, const float* gain, float wet, float* mixed);

#endif
