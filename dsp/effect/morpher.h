// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_MORPHER_H
#define LAMINA_DSP_EFFECT_MORPHER_H

#include "dsp/attributes.h"
#include "dsp/effect/anchor.h"
#include "dsp/effect/channels.h"

#include <stdint.h>

/// How far beyond the two anchors one may go.
#define MORPHER_MIN_AMOUNT (-0.3f)
#define MORPHER_MAX_AMOUNT 1.3f

/// What a user may turn while sound runs.
typedef struct {
  float amount;     ///< 0: as played, 1: all the way; MORPHER_MIN_AMOUNT…MORPHER_MAX_AMOUNT
  float expression; ///< 1: the player's motion is kept, 0: the target is held; 0…1
  float wet;        ///< Share of the changed sound, 0…1
} MorpherParams;

/// Nothing is changed yet: amount 0, expression 1, wet 1.
MorpherParams
morpher_params_default(void);

/**
   One timbre towards another, for one stream of linked channels: a filter.

   STFT → envelope of the channels' mean power → moved envelope → one gain per bin → all channels,
   so pitch, timing and image stay the player's.  With the player's envelope e, the anchors a and b,
   amount α, retimed (see retiming.h), and expression x the gain is

       g = α (b − x·a − (1 − x)·e),

   in dB: with x = 1 the envelope is shifted by the way from a to b, with x = 0 it is replaced by b
   at α = 1.  Gains are held within a range, and every frame keeps its power.  One thread at a time.
*/
typedef struct Morpher Morpher;

/**
   @param rate_hz Of the sound, any from 1000 up.
   @param n_channels 1…CHANNELS_MAX.
   @return Owned by the caller, without anchors, or NULL when memory is short.
*/
Morpher*
morpher_new(double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
morpher_free(Morpher* morpher);

/// Forget all sound, but not the anchors.
REALTIME
void
morpher_reset(Morpher* morpher);

/// Samples from input to output: one STFT frame of 42.7 ms, constant.
REALTIME
uint32_t
morpher_latency(const Morpher* morpher);

/// Come from one timbre and go to another.  Both are ready and copied; at first both are flat.
REALTIME
void
morpher_set_anchors(Morpher* morpher, const Anchor* from, const Anchor* to);

/**
   Learn an anchor.  This takes the place of morpher_run() with a morpher that is for this alone.

   @param anchor Changed; of zeros at first.
   @param in [n_channels][n].
*/
REALTIME
void
morpher_learn(Morpher* morpher, Anchor* anchor, uint32_t n, const float* const* in);

/**
   Any number of samples, 0 included.  The output does not depend on how they are cut into blocks.

   Samples that are NaN or beyond ±1e6 are read as 0.

   @param params Read once per frame; values out of range are clamped.
   @param in [n_channels][n].
   @param out [n_channels][n], written.  Any output may be any input.
*/
REALTIME
void
morpher_run(Morpher* morpher, const MorpherParams* params, uint32_t n, const float* const* in,
            float* const* out);

#endif
