// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_SIGNALS_H
#define LAMINA_TESTS_SUPPORT_SIGNALS_H

#include <math.h>
#include <stdint.h>

/// Uniform noise in ±1 from a linear congruential generator (Knuth's MMIX), good enough to test.
static inline float
signal_noise(uint64_t* const state)
{
  *state = *state * 6364136223846793005ull + 1442695040888963407ull;
  return (float)((double)(int32_t)(uint32_t)(*state >> 32) / 2147483648.0);
}

/// Fill with noise of the given peak.
static inline void
signal_fill_noise(const uint64_t seed, const float peak, const uint32_t n, float* const x)
{
  uint64_t state = seed;
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = peak * signal_noise(&state);
  }
}

/// Σx².
static inline double
signal_energy(const uint32_t n, const float* const x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum;
}

/// Energy of `a` over that of `a − b`, dB; 400 when they are equal.
static inline double
signal_snr_db(const uint32_t n, const float* const a, const float* const b)
{
  double signal = 0.0;
  double error  = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double e = (double)a[i] - (double)b[i];
    signal += (double)a[i] * (double)a[i];
    error += e * e;
  }
  return error > 0.0 ? 10.0 * log10(signal / error) : 400.0;
}

/// Size of the next block: `fixed`, or 1…1000 at random when that is 0.
static inline uint32_t
signal_block(const uint32_t fixed, uint64_t* const state)
{
  if (fixed) {
    return fixed;
  }
  return 1 + (uint32_t)(499.5f * (1.0f + signal_noise(state)));
}

#endif
