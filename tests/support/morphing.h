// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_MORPHING_H
#define LAMINA_TESTS_SUPPORT_MORPHING_H

#include "dsp/effect/morpher.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdint.h>

/// An anchor that has heard one sound, `slope` dB more from band to band.
static inline Anchor
morphing_sloping(const float slope)
{
  Anchor anchor = { 0 };
  float  shape[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape[b] = slope * ((float)b - 0.5f * (ENVELOPE_BANDS - 1));
  }
  for (uint32_t i = 0; i < ANCHOR_MIN_FRAMES; ++i) {
    anchor_add(&anchor, -40.0f, shape);
  }
  return anchor;
}

/// From a falling timbre to a rising one.
static inline Morpher*
morphing_sloping_morpher(const double rate_hz, const uint32_t n_channels)
{
  Morpher* const morpher = morpher_new(NULL, rate_hz, n_channels);
  const Anchor   from    = morphing_sloping(-0.2f);
  const Anchor   to      = morphing_sloping(0.3f);
  assert_non_null(morpher);
  morpher_set_source(morpher, &from);
  morpher_set_corner(morpher, 0, &to);
  return morpher;
}

/// Mono, in blocks; 0 means random sizes.
static inline void
morphing_run(Morpher* const morpher, const MorpherParams* const params, const uint32_t block,
             const uint32_t n, const float* const in, float* const out)
{
  uint64_t random = 3;
  morpher_reset(morpher);
  for (uint32_t at = 0; at < n;) {
    const uint32_t     wanted    = signal_block(block, &random);
    const uint32_t     m         = n - at < wanted ? n - at : wanted;
    const float* const inputs[]  = { in + at };
    float* const       outputs[] = { out + at };
    morpher_run(morpher, params, m, inputs, NULL, outputs);
    at += m;
  }
}

/// A note with harmonics that fall by `slope_db` each.
static inline void
morphing_play(const double rate_hz, const double pitch_hz, const double slope_db, const uint32_t n,
              float* const x)
{
  for (uint32_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (uint32_t h = 1; h <= 20; ++h) {
      const double phase = 2.0 * M_PI * h * pitch_hz * i / rate_hz + (double)(h * h);
      sum += pow(10.0, -slope_db * h / 20.0) * sin(phase);
    }
    x[i] = (float)(0.05 * sum);
  }
}

#endif
