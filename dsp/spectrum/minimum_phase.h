// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_MINIMUM_PHASE_H
#define LAMINA_DSP_SPECTRUM_MINIMUM_PHASE_H

#include "dsp/attributes.h"

#include <stdint.h>

/**
   The filter of a given gain that answers soonest.

   A minimum-phase impulse response by the folded real cepstrum (Oppenheim & Schafer, "Discrete-time
   signal processing", 1989, section 12.7), cut to so many taps by a taper.  One thread at a time.
*/
typedef struct MinimumPhase MinimumPhase;

/**
   @param frame Of the transform that the gains are of: even.
   @param n_taps 4…frame / 2.
   @return Owned by the caller, or NULL when memory is short.
*/
MinimumPhase*
minimum_phase_new(uint32_t frame, uint32_t n_taps);

/// Free; NULL is allowed.
void
minimum_phase_free(MinimumPhase* designer);

/**
   Design a filter.

   The taps cannot follow a gain finer than 1 / n_taps of the rate.  What that does to the level of
   a sound is made good.

   @param gain Factors, positive, [frame / 2 + 1].
   @param power |X|² of what is to be filtered, [frame / 2 + 1]: it leaves with the power that
   `gain` would have given it.
   @param taps Impulse response, [n_taps], written.
*/
REALTIME
void
minimum_phase_design(MinimumPhase* designer, const float* gain, const float* power, float* taps);

#endif
