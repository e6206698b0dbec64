// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/corners.h"

#include <stddef.h>

/// What a missing neighbour leaves to those that are there, however far away.
static const float least_weight = 1e-6f;

void
corners_set(Corners* const corners, const uint32_t corner, const Anchor* const anchor)
{
  corners->there[corner]   = anchor != NULL;
  corners->anchors[corner] = anchor ? *anchor : (Anchor){ 0 };
  corners->heard[corner]   = (Anchor){ 0 };
}

void
corners_learn(Corners* const corners, const bool* const learn)
{
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    if (learn[i] && !corners->learning[i]) {
      corners->heard[i] = (Anchor){ 0 };
    } else if (!learn[i] && corners->learning[i] && anchor_ready(&corners->heard[i])) {
      corners->anchors[i] = corners->heard[i];
      corners->there[i]   = true;
      ++corners->n_learned;
    }
    corners->learning[i] = learn[i];
  }
}

void
corners_hear(Corners* const corners, const float level_db, const float* const shape_db)
{
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    if (corners->learning[i]) {
      anchor_add(&corners->heard[i], level_db, shape_db);
    }
  }
}

const Anchor*
corners_at(const Corners* const corners, const uint32_t corner)
{
  const bool heard = corners->learning[corner] && anchor_ready(&corners->heard[corner]);
  return heard                    ? &corners->heard[corner]
         : corners->there[corner] ? &corners->anchors[corner]
                                  : NULL;
}

bool
corners_weights(const bool* const there, const float x, const float y, float* const weights)
{
  float sum = 0.0f;
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    const float across = i % 2 ? x : 1.0f - x;
    const float up     = i / 2 ? y : 1.0f - y;
    weights[i]         = there[i] ? across * up + least_weight : 0.0f;
    sum += weights[i];
  }
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    weights[i] = sum > 0.0f ? weights[i] / sum : 0.0f;
  }
  return sum > 0.0f;
}
