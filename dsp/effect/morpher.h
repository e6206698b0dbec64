// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_MORPHER_H
#define LAMINA_DSP_EFFECT_MORPHER_H

#include "dsp/attributes.h"
#include "dsp/effect/channels.h"
#include "dsp/effect/corners.h"
#include "dsp/network/model.h"

#include <stdbool.h>
#include <stdint.h>

/// How far beyond the two ends of the way one may go.
#define MORPHER_MIN_AMOUNT (-0.3f)
#define MORPHER_MAX_AMOUNT 1.3f

/// Numbers of a code that can be moved by themselves.
#define MORPHER_OFFSETS 8u

/// How much delay there is, and what is paid for less of it.
typedef enum {
  MORPHER_STUDIO, ///< 42.7 ms: gains belong to the very frames that they change
  MORPHER_TIGHT,  ///< 10.7 ms: gains of long frames on short ones, see short_filter.h
  MORPHER_LIVE,   ///< None: gains of long frames as a filter, see live_filter.h
} MorpherMode;

#define MORPHER_N_MODES 3u

/// What comes out.
typedef enum {
  MORPHER_FILTER,   ///< The player's sound, filtered
  MORPHER_GENERATE, ///< Its magnitudes with phases of their own, see generator.h; in MORPHER_STUDIO
} MorpherOutput;

/// What a user may turn while sound runs.
typedef struct {
  MorpherMode   mode;   ///< Any other value is MORPHER_STUDIO
  MorpherOutput output; ///< Any other value is MORPHER_FILTER
  float         amount; ///< 0: as played, 1: all the way; MORPHER_MIN_AMOUNT…MORPHER_MAX_AMOUNT
  float         x, y;   ///< Place of the goal among the corners, 0…1
  float         expression; ///< 1: the player's motion is kept, 0: the goal is held; 0…1
  float         inertia_s;  ///< Time constant with which amount and goal follow, seconds, 0…10
  bool          freeze;     ///< The player's own timbre stays what it was when this went on
  float         walk;       ///< How far the goal wanders by itself, 0…1
  float         wet;        ///< Share of the changed sound, 0…1
  float
    offsets[MORPHER_OFFSETS]; ///< Added to the code, standard deviations; ±4; with a model alone
  /// Timbre that the model knows at that corner, counted from 1; 0: the one learned there
  uint32_t known[CORNERS_COUNT];
  bool     learn[CORNERS_COUNT]; ///< What sounds becomes the timbre of that corner
  bool     learn_side;           ///< It is what sounds at the side-chain
} MorpherParams;

/// Nothing is changed yet: amount 0, expression 1, wet 1.
MorpherParams
morpher_params_default(void);

/**
   One timbre towards others, for one stream of linked channels: a filter.

   STFT → envelope of the channels' mean power → moved envelope → one gain per bin → all channels,
   so pitch, timing and image stay the player's.  The way begins at the source a, a running mean of
   what is played unless it is set, and ends at the goal b, the place among the corners.  With the
   player's envelope e, amount α, retimed and a little tilted (see retiming.h), and expression x the
   gain is

       g = α (b − x·a − (1 − x)·e),

   in dB: with x = 1 the envelope is shifted by the way from a to b, with x = 0 it is replaced by b
   at α = 1.  What the end of the way lacks for this player is added to it (see matching.h).  Gains
   are held within a range, and every frame keeps its power.

   With a model all of this happens to the codes instead: E encodes, D decodes, z = E(e), and what a
   code does not tell, R(e) = e − D(E(e)), goes a straight way beside it:

       z' = z + α (E(b) − x·E(a) − (1 − x)·z) + offsets,
       r' = R(e) + α (R(b) − x·R(a) − (1 − x)·R(e)),
       g = D(z') + r' − e,

   with the corners' codes blended, and z' held near the codes that the model has learned from.  A
   corner can have one of the timbres that the model knows by name; what is learned there is kept,
   and is heard while it is learned.

   The mode decides how gains become sound, and the delay with it.  Where mode or output change
   while sound runs, the new way is run beside the old for two frames and then faded in.

   One thread at a time.
*/
typedef struct Morpher Morpher;

/// The frames of a morpher: 42.7 ms.
StftConfig
morpher_stft(double rate_hz);

/**
   @param model Of MODEL_MORPH, must outlive the morpher; NULL: none.
   @param rate_hz Of the sound, any from 1000 up.
   @param n_channels 1…CHANNELS_MAX.
   @return Owned by the caller, without timbres, or NULL when memory is short.
*/
Morpher*
morpher_new(const Model* model, double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
morpher_free(Morpher* morpher);

/// Forget all sound, but not the timbres.  What is being learned begins anew.
REALTIME
void
morpher_reset(Morpher* morpher);

/// Samples from input to output in a mode: what an impulse measures.
REALTIME
uint32_t
morpher_mode_latency(double rate_hz, MorpherMode mode);

/// Let the way begin here.  @param source Ready, copied; NULL: at a mean of what is played.
REALTIME
void
morpher_set_source(Morpher* morpher, const Anchor* source);

/// Put a timbre at a corner.  @param anchor Ready, copied; NULL: none.
REALTIME
void
morpher_set_corner(Morpher* morpher, uint32_t corner, const Anchor* anchor);

/// The timbre learned or set last at a corner, owned by `morpher`; NULL: none.
REALTIME
const Anchor*
morpher_corner(const Morpher* morpher, uint32_t corner);

/// Places of the sound in the model's space that are kept: some 0.7 s.
#define MORPHER_TRACE 64u

/**
   The way of the sound through the first two numbers of its code, oldest place first.

   @param x [MORPHER_TRACE], written: 0 and 1 are the ends of what the model has learned from.
   @param y [MORPHER_TRACE], written, likewise.
   @return How many there are; none without a model of two numbers.
*/
REALTIME
uint32_t
morpher_trace(const Morpher* morpher, float* x, float* y);

/// How many timbres were learned since _new; it may wrap.
REALTIME
uint32_t
morpher_n_learned(const Morpher* morpher);

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

   @param params Read once per frame, apart from `learn`, which begins and ends with a call; values
   out of range are clamped.  The mode of the first call after a reset is there at once.
   @param in [n_channels][n].
   @param side Side-chain, [n_channels][n]; NULL: silent.
   @param out [n_channels][n], written.  Any output may be any input.
*/
REALTIME
void
morpher_run(Morpher* morpher, const MorpherParams* params, uint32_t n, const float* const* in,
            const float* const* side, float* const* out);

#endif
