// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/shelf.h"

#include <assert.h>
#include <math.h>

void
shelf_apply(double rate_hz, double pivot_hz, double gain_db, uint32_t n, float* x)
{
  assert(pivot_hz > 0.0 && pivot_hz < rate_hz / 2.0);

  // With s = (1 − z⁻¹)/(1 + z⁻¹) the pivot lies at tan(πf/rate).
  const double pi    = 3.141592653589793;
  const double omega = tan(pi * pivot_hz / rate_hz);
  const double root  = pow(10.0, gain_db / 40.0);
  const double scale = 1.0 / (omega + 1.0 / root);
  const double b0    = (omega + root) * scale;
  const double b1    = (omega - root) * scale;
  const double a1    = (omega - 1.0 / root) * scale;

  // In double: a pivot far below the rate puts the pole next to 1.
  double state = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double in  = (double)x[i];
    const double out = b0 * in + state;
    state            = b1 * in - a1 * out;
    x[i]             = (float)out;
  }
}
