// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_TONE_CANCELLER_H
#define LAMINA_DSP_EFFECT_TONE_CANCELLER_H

#include "dsp/attributes.h"
#include "dsp/effect/channels.h"
#include "dsp/spectrum/tones.h"

#include <stdbool.h>
#include <stdint.h>

/**
   Takes steady tones out of a sound, without delay: adaptive noise cancelling with a sinusoid per
   tone for reference (Widrow et al., "Adaptive noise cancelling: principles and applications",
   1975, section "Cancelling periodic interference"; Glover 1977), which is a notch as narrow as it
   adapts slowly.

   A tone's amplitude and phase are a mean of all that was heard at first and of the last half
   second later; its frequency follows them, as a hum's does the mains'.  What is louder than the
   noise moves them little: a voice is not taken for hum.  Where far less is found than was learned,
   there is none, and nothing is taken out.

   One thread at a time.
*/
typedef struct ToneCanceller ToneCanceller;

/// @param n_channels 1…CHANNELS_MAX.  @return Owned by the caller, or NULL when memory is short.
ToneCanceller*
tone_canceller_new(double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
tone_canceller_free(ToneCanceller* canceller);

/// Forget all sound, but not the tones.
REALTIME
void
tone_canceller_reset(ToneCanceller* canceller);

/**
   Go for these.  Of those that it went for before, near enough in frequency, it keeps what it
   knows; others fade out.  Until they have, 20 ms later, another set is not taken: to be called
   again before every run.

   @param alone Whether they were heard without other sound.  Of others nothing is taken out until
   half a second has shown how strong they are.
*/
REALTIME
void
tone_canceller_set(ToneCanceller* canceller, const Tones* tones, bool alone);

/// Share of the tones' power that it may not know yet, 1…0: it takes a tenth of a second to learn
/// them, after the first sound and after silence.
REALTIME
float
tone_canceller_unknown(const ToneCanceller* canceller);

/// Whether it takes something out, or has not yet faded out; where it does not, tones are 0.
REALTIME
bool
tone_canceller_runs(const ToneCanceller* canceller, float depth);

/**
   Find the tones.  It does not depend on how samples are cut into blocks.

   @param depth Share of the tones that is wanted, 0…1; it fades.
   @param in [n_channels][n], finite.
   @param tones What to take out, [n_channels][n], written.
*/
REALTIME
void
tone_canceller_run(ToneCanceller* canceller, float depth, uint32_t n, const float* const* in,
                   float* const* tones);

#endif
