// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_ANCHOR_H
#define LAMINA_DSP_EFFECT_ANCHOR_H

#include "dsp/attributes.h"
#include "dsp/spectrum/envelope.h"

#include <stdbool.h>
#include <stdint.h>

/// Frames above silence that an anchor is made of at least: a tenth of a second.
#define ANCHOR_MIN_FRAMES 10u

/**
   A timbre to come from or to go to: the mean envelope of a sound.

   Zeros are an anchor that has heard nothing.  Frames count by their loudness, the power to 0.3, so
   that the way a note ends says less than the note; those in silence do not count.
*/
typedef struct {
  uint32_t n_frames;                 ///< Above silence
  double   weight;                   ///< Sum of the frames' weights
  double   shape_db[ENVELOPE_BANDS]; ///< Their weighted mean, dB
} Anchor;

/// Add a frame, as envelope_from_power() wrote it.
REALTIME
void
anchor_add(Anchor* anchor, float level_db, const float* shape_db);

/// Let what was heard so far count less.  @param keep Share of its weight that stays, 0…1.
REALTIME
void
anchor_fade(Anchor* anchor, double keep);

/// Whether it has heard enough.
REALTIME
bool
anchor_ready(const Anchor* anchor);

/// Numbers of a packed anchor.
#define ANCHOR_PACKED (3u + ENVELOPE_BANDS)

/**
   As a row of numbers, to be kept in a session.

   1, which is the version; frames; weight; then the envelope, dB.

   @param packed [ANCHOR_PACKED], written.
*/
REALTIME
void
anchor_pack(const Anchor* anchor, float* packed);

/**
   The inverse.  Believes nothing: the numbers may come from anywhere.

   @param packed [ANCHOR_PACKED].
   @param anchor Written on success: ready.
   @return False, and nothing written, when they are no anchor.
*/
NODISCARD
REALTIME
bool
anchor_unpack(const float* packed, Anchor* anchor);

#endif
