// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_CORNERS_H
#define LAMINA_DSP_EFFECT_CORNERS_H

#include "dsp/attributes.h"
#include "dsp/effect/anchor.h"

#include <stdbool.h>
#include <stdint.h>

/// Timbres A, B, C and D, at (x, y) = (0, 0), (1, 0), (0, 1) and (1, 1).
#define CORNERS_COUNT 4u

/// The timbres at the corners of a square, some of which may be missing, and how they are learned
/// from sound.  All zeros: none is there.
typedef struct {
  bool     there[CORNERS_COUNT];
  Anchor   anchors[CORNERS_COUNT];
  bool     learning[CORNERS_COUNT];
  Anchor   heard[CORNERS_COUNT]; ///< While it is being learned
  uint32_t n_learned;            ///< It may wrap
} Corners;

/// Put a timbre at a corner; what is being learned there begins anew.  @param anchor Copied; NULL:
/// take away what is there.
REALTIME
void
corners_set(Corners* corners, uint32_t corner, const Anchor* anchor);

/**
   Say which corners are to learn from now on.

   Where learning ends, what was heard takes the place of the timbre before, when it is enough for
   one; otherwise nothing has happened.

   @param learn [CORNERS_COUNT].
*/
REALTIME
void
corners_learn(Corners* corners, const bool* learn);

/// A frame for all corners that are learning, as anchor_add().
REALTIME
void
corners_hear(Corners* corners, float level_db, const float* shape_db);

/// The timbre in use at a corner: what is being learned as soon as it is enough, else the one
/// that is there; or NULL.
REALTIME
const Anchor*
corners_at(const Corners* corners, uint32_t corner);

/**
   How much each timbre counts at a place of the square: bilinear, among those that are there.

   @param there [CORNERS_COUNT].
   @param x 0…1.
   @param y 0…1.
   @param weights [CORNERS_COUNT], written; they add to 1.
   @return False when no corner has a timbre.
*/
REALTIME
bool
corners_weights(const bool* there, float x, float y, float* weights);

#endif
