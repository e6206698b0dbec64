// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/gains.h"

#include <math.h>

/// Powers of a frame below this are too near the end of the numbers to be compared.
static const float softest = 1e-30f;

void
gains_from_db(const uint32_t n, float* const gain)
{
  static const float log2_per_db = 0.166096405f; // log2(10) / 20
  for (uint32_t k = 0; k < n; ++k) {
    gain[k] = exp2f(log2_per_db * gain[k]);
  }
}

float
gains_common(const uint32_t n, const float* const power, const float* const gain)
{
  float before = 0.0f;
  float after  = 0.0f;
  for (uint32_t k = 0; k < n; ++k) {
    before += power[k];
    after += power[k] * gain[k] * gain[k];
  }
  return before > softest ? sqrtf(after / before) : 0.0f;
}

void
gains_level(const uint32_t n, const float* const power, float* const gain)
{
  const float most = powf(10.0f, 0.05f * GAINS_RANGE_DB);
  const float all  = gains_common(n, power, gain);
  for (uint32_t k = 0; k < n; ++k) {
    gain[k] = all > 0.0f ? fminf(fmaxf(gain[k] / all, 1.0f / most), most) : 1.0f;
  }
  const float rest = gains_common(n, power, gain);
  for (uint32_t k = 0; k < n; ++k) {
    gain[k] /= rest > 0.0f ? rest : 1.0f;
  }
}

void
gains_mix(const uint32_t n, const float* const gain, const float wet, float* const mixed)
{
  for (uint32_t k = 0; k < n; ++k) {
    mixed[k] = 1.0f + wet * (gain[k] - 1.0f);
  }
}
