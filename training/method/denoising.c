// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/denoising.h"

void
denoising_corrupt(const Corruption corruption, const double amount, Random* const random,
                  const size_t n, real* const x)
{
  switch (corruption) {
    case CORRUPTION_NONE:
    case CORRUPTION_RECORDED:
      break;
    case CORRUPTION_MASKING:
      for (size_t i = 0; i < n; ++i) {
        x[i] = random_uniform(random) < amount ? 0 : x[i];
      }
      break;
    case CORRUPTION_SALT_AND_PEPPER:
      for (size_t i = 0; i < n; ++i) {
        // One number tells both: below the share, its lower half is pepper and its upper salt.
        const double draw = random_uniform(random);
        if (draw < amount) {
          x[i] = (real)(draw >= 0.5 * amount);
        }
      }
      break;
    case CORRUPTION_GAUSSIAN:
      for (size_t i = 0; i < n; ++i) {
        x[i] += (real)(amount * random_normal(random));
      }
      break;
  }
}
