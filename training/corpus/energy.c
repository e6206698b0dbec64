// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/energy.h"

#include <math.h>

/// Sums side by side: an addition takes longer than what goes into it.
enum { LANES = 8 };

/// Mean square of what is as good as silence.
static const double silent_power = 1e-12;

double
energy_sum(uint32_t n, const float* x)
{
  double   lanes[LANES] = { 0.0 };
  uint32_t i            = 0;
  for (; i + LANES <= n; i += LANES) {
    for (uint32_t k = 0; k < LANES; ++k) {
      lanes[k] += (double)x[i + k] * (double)x[i + k];
    }
  }

  double sum = 0.0;
  for (; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  for (uint32_t k = 0; k < LANES; ++k) {
    sum += lanes[k];
  }
  return sum;
}

bool
energy_silent(uint32_t n, const float* x)
{
  return energy_sum(n, x) <= silent_power * n;
}

double
energy_peak(uint32_t n, const float* x)
{
  float greatest = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    const float magnitude = fabsf(x[i]);
    greatest              = magnitude > greatest ? magnitude : greatest;
  }
  return (double)greatest;
}

void
energy_scale(uint32_t n, double gain, float* x)
{
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = (float)(gain * (double)x[i]);
  }
}

void
energy_set(uint32_t n, double energy, float* x)
{
  energy_scale(n, energy_silent(n, x) ? 0.0 : sqrt(energy / energy_sum(n, x)), x);
}
