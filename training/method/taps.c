// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/taps.h"

#include <string.h>

void
taps_gather(const LayerShape* const shape, const BatchShape batch, const real* const x,
            real* const taps)
{
  const uint32_t n_in = shape->n_in;
  for (uint32_t r = 0; r < batch_rows(batch); ++r) {
    for (uint32_t k = 0; k < shape->n_taps; ++k) {
      const uint32_t delay = shape->taps[k] * batch.n_streams;
      real* const    to    = taps + ((size_t)r * shape->n_taps + k) * n_in;
      if (r >= delay) {
        memcpy(to, x + (size_t)(r - delay) * n_in, n_in * sizeof(real));
      } else {
        memset(to, 0, n_in * sizeof(real));
      }
    }
  }
}
