// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/half.h"

#include <math.h>
#include <string.h>

/// Of 1 in units of the least number that a half can be: 2⁻²⁴.
static const float unit = 16777216.0f;

float
half_to_float(const uint16_t half)
{
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t fraction = half & 1023u;
  const float    sign     = half & 0x8000u ? -1.0f : 1.0f;
  if (exponent == 31) {
    return fraction ? NAN : sign * INFINITY;
  }
  return exponent ? sign * ldexpf((float)(1024u + fraction), (int)exponent - 25)
                  : sign * (float)fraction / unit;
}

uint16_t
half_from_float(const float number)
{
  const uint16_t sign = signbit(number) ? 0x8000u : 0;
  const float    size = fabsf(number);
  if (isnan(number)) {
    return 0x7e00u;
  }
  if (size < 0x1p-14f) {
    return (uint16_t)(sign | (uint32_t)rintf(size * unit)); // May round up to the least normal one
  }

  // Eleven significant bits; what rounds up to the next power of two carries into the exponent.
  int            exponent = 0;
  const float    fraction = frexpf(size, &exponent); // 0.5…1
  const uint32_t bits     = isinf(size) || exponent > 16
                              ? 0x7c00u
                              : ((uint32_t)(exponent + 13) << 10) + (uint32_t)rintf(fraction * 2048.0f);
  return (uint16_t)(sign | (bits > 0x7c00u ? 0x7c00u : bits));
}
