// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/delay.h"

#include "dsp/effect/fade.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct Delay {
  uint32_t size;   ///< Of `past`: the longest delay and one sample
  uint32_t at;     ///< Where the next sample goes
  float*   past;   ///< [size], a ring
  uint32_t wanted; ///< Samples, as set
  uint32_t from;   ///< That fades out
  uint32_t to;     ///< That fades in
  uint32_t n_fade;
  uint32_t fade_at; ///< 0…n_fade
  bool     fresh;   ///< Nothing was heard since the last reset
};

Delay*
delay_new(const uint32_t n_most, const uint32_t n_fade)
{
  Delay* const delay = calloc(1, sizeof(Delay));
  if (!delay) {
    return NULL;
  }

  delay->size   = n_most + 1;
  delay->n_fade = n_fade;
  delay->past   = calloc(delay->size, sizeof(float));
  if (!delay->past) {
    delay_free(delay);
    return NULL;
  }
  delay_reset(delay);
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
  memset(delay->past, 0, delay->size * sizeof(float));
  delay->at    = 0;
  delay->fresh = true;
}

void
delay_set(Delay* const delay, const uint32_t n_samples)
{
  assert(n_samples < delay->size);
  delay->wanted = n_samples;
}

/// Begin what is to be done before the next sample.
static void
step(Delay* const delay)
{
  if (delay->fresh) {
    delay->to      = delay->wanted;
    delay->fade_at = delay->n_fade;
    delay->fresh   = false;
  } else if (delay->fade_at < delay->n_fade) {
    ++delay->fade_at;
  } else if (delay->to != delay->wanted) {
    delay->from    = delay->to;
    delay->to      = delay->wanted;
    delay->fade_at = 0;
  }
}

/// The sample that was written so many before the last.
static float
late(const Delay* const delay, const uint32_t n_samples)
{
  return delay
    ->past[delay->at < n_samples ? delay->at + delay->size - n_samples : delay->at - n_samples];
}

void
delay_run(Delay* const delay, const uint32_t n, const float* const in, float* const out)
{
  for (uint32_t i = 0; i < n; ++i) {
    delay->past[delay->at] = in[i];
    step(delay);
    out[i] = late(delay, delay->to);
    if (delay->fade_at < delay->n_fade) {
      const float share = fade_soft((float)delay->fade_at / (float)delay->n_fade);
      out[i]            = fade_mix(late(delay, delay->from), out[i], share);
    }
    delay->at = delay->at + 1 == delay->size ? 0 : delay->at + 1;
  }
}
