// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/prior.h"

#include "training/engine/random.h"

#include <math.h>

Prior
prior_of(const uint64_t seed, const double inertia_s, const double step_s)
{
  return (Prior){ seed, inertia_s > 0.0 ? exp(-step_s / inertia_s) : 0.0 };
}

void
prior_next(const Prior* const prior, const uint64_t step, const uint32_t n, float* const z)
{
  Random       random = random_at(prior->seed, RANDOM_SAMPLE, step);
  const double keep   = step ? prior->keep : 0.0;
  const double spread = sqrt(1.0 - keep * keep);
  for (uint32_t i = 0; i < n; ++i) {
    const double kept = step ? keep * (double)z[i] : 0.0;
    z[i]              = (float)(kept + spread * random_normal(&random));
  }
}
