// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/delay.h"

#include <stdlib.h>
#include <string.h>

struct Delay {
  uint32_t n_samples;
  uint32_t at;   ///< Index of the oldest sample
  float*   past; ///< [n_samples]
};

Delay*
delay_new(const uint32_t n_samples)
{
  Delay* const delay = calloc(1, sizeof(Delay));
  if (!delay) {
    return NULL;
  }

  delay->n_samples = n_samples;
  delay->past      = calloc(n_samples ? n_samples : 1, sizeof(float));
  if (!delay->past) {
    delay_free(delay);
    return NULL;
  }
  return delay;
}

void
delay_free(Delay* const delay)
{
  if (delay) {
    free(delay->past);
    free(delay);
  }
}

void
delay_reset(Delay* const delay)
{
  memset(delay->past, 0, delay->n_samples * sizeof(float));
  delay->at = 0;
}

void
delay_run(Delay* const delay, const uint32_t n, const float* const in, float* const out)
{
  for (uint32_t i = 0; i < n; ++i) {
    const float x = in[i];
    if (delay->n_samples) {
      out[i]                 = delay->past[delay->at];
      delay->past[delay->at] = x;
      delay->at              = delay->at + 1 == delay->n_samples ? 0 : delay->at + 1;
    } else {
      out[i] = x;
    }
  }
}
