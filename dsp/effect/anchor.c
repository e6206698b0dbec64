// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/anchor.h"

#include <math.h>

/// Levels of envelopes, dB, from which a frame is not silence: the noise of 16 bits is below.
static const float silence_db = -110.0f;

/// A frame's weight is its power to this.
static const double loudness = 0.3;

void
anchor_add(Anchor* const anchor, const float level_db, const float* const shape_db)
{
  if (level_db < silence_db || anchor->n_frames == UINT32_MAX) {
    return;
  }

  const double weight = pow(10.0, 0.1 * loudness * (double)level_db);
  anchor->weight += weight;
  ++anchor->n_frames;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const double rest = (double)shape_db[b] - anchor->shape_db[b];
    anchor->shape_db[b] += weight / anchor->weight * rest;
  }
}

bool
anchor_ready(const Anchor* const anchor)
{
  return anchor->n_frames >= ANCHOR_MIN_FRAMES;
}
