// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/anchor.h"

#include <float.h>
#include <math.h>

/// Levels of envelopes, dB, from which a frame is not silence: the noise of 16 bits is below.
static const float silence_db = -110.0f;

/// A frame's weight is its power to this.
static const double loudness = 0.3;

/// First number of a packed anchor.
static const float packed_version = 1.0f;

/// Greatest count and weight that are packed.
static const float most_packed = 1e9f;

/// An envelope is within this of its mean, dB.
static const float most_db = 300.0f;

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

void
anchor_fade(Anchor* const anchor, const double keep)
{
  anchor->weight *= keep;
}

void
anchor_pack(const Anchor* const anchor, float* const packed)
{
  packed[0] = packed_version;
  packed[1] = fminf((float)anchor->n_frames, most_packed);
  packed[2] = fminf(fmaxf((float)anchor->weight, FLT_MIN), most_packed);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    packed[3 + b] = (float)anchor->shape_db[b];
  }
}

bool
anchor_unpack(const float* const packed, Anchor* const anchor)
{
  bool ok = packed[0] == packed_version && packed[1] >= (float)ANCHOR_MIN_FRAMES &&
            packed[1] <= most_packed && packed[2] > 0.0f && packed[2] <= most_packed;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    ok = ok && fabsf(packed[3 + b]) <= most_db; // false for NaN
  }
  if (ok) {
    anchor->n_frames = (uint32_t)packed[1];
    anchor->weight   = (double)packed[2];
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      anchor->shape_db[b] = (double)packed[3 + b];
    }
  }
  return ok;
}
