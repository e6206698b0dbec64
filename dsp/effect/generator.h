// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_GENERATOR_H
#define LAMINA_DSP_EFFECT_GENERATOR_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdbool.h>
#include <stdint.h>

/**
   Sound from magnitudes alone: those of what is heard times gains, with phases of their own.

   The phases are those that phase.h finds for the mean power of the channels as it is heard, for
   the gains have no phase; a frame much of whose power is new, as in an attack, keeps the phases of
   its loudest channel.  All channels have them, each with its own magnitudes, so levels stay in
   their places between the channels.  A frame can be held, and sounds on for as long as it is; the
   power is always that of what is heard.  For linked channels of one stream; one thread at a time.
*/
typedef struct Generator Generator;

/// What a generator is told for its next frame.
typedef struct {
  const float*
        gain; ///< Factors of the magnitudes, [stft_bins]; what level they have does not matter
  float wet;  ///< Share of the new sound, 0…1
  bool  hold; ///< Go on with the magnitudes of the first frame that was full when this began
} GeneratorParams;

/**
   @param stft Geometry; its window does not matter.
   @param n_channels 1…CHANNELS_MAX.
   @return Owned by the caller, or NULL when memory is short.
*/
Generator*
generator_new(StftConfig stft, uint32_t n_channels);

/// Free; NULL is allowed.
void
generator_free(Generator* generator);

/// Forget all sound.
REALTIME
void
generator_reset(Generator* generator);

/// As channels_left().
REALTIME
uint32_t
generator_left(const Generator* generator);

/// As channels_run(); late by one frame.  @param params Read once per frame.
REALTIME
void
generator_run(Generator* generator, const GeneratorParams* params, uint32_t n,
              const float* const* in, float* const* out);

#endif
