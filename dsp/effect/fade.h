// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_FADE_H
#define LAMINA_DSP_EFFECT_FADE_H

#include <math.h>
#include <stdint.h>

/// Samples of a cross-fade: 30 ms.  What is faded is much the same sound, so shares add to 1.
static inline uint32_t
fade_length(const double rate_hz)
{
  return (uint32_t)lround(0.03 * rate_hz);
}

/// A way that begins and ends softly, for what must not click when the sounds differ.  @param share
/// 0…1, or beyond.  @return 0…1.
static inline float
fade_soft(const float share)
{
  const float s = fminf(fmaxf(share, 0.0f), 1.0f);
  return s * s * (3.0f - 2.0f * s);
}

/// One sample on the way; exactly `from` or `to` at the ends, so that NaN cannot leak.
static inline float
fade_mix(const float from, const float to, const float share)
{
  if (share <= 0.0f) {
    return from;
  }
  return share >= 1.0f ? to : (1.0f - share) * from + share * to;
}

#endif
