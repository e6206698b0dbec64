// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/wander.h"

#include <math.h>

void
wander_reset(Wander* const wander)
{
  *wander = (Wander){ .random = 0x9E3779B97F4A7C15u };
}

/// Even in −1…1 (Marsaglia's xorshift, 64 bits).
static float
draw_even(Wander* const wander)
{
  wander->random ^= wander->random << 13u;
  wander->random ^= wander->random >> 7u;
  wander->random ^= wander->random << 17u;
  return (float)(wander->random >> 40u) * 0x1p-23f - 1.0f;
}

/// Near enough to a normal number of variance 1: the sum of three even ones of variance 1/3.
static float
draw_normal(Wander* const wander)
{
  const float first  = draw_even(wander);
  const float second = draw_even(wander);
  return first + second + draw_even(wander);
}

void
wander_step(Wander* const wander, const float keep)
{
  const float fresh = sqrtf(1.0f - keep * keep);
  for (uint32_t i = 0; i < WANDER_COUNT; ++i) {
    wander->place[i] = keep * wander->place[i] + fresh * draw_normal(wander);
  }
}
