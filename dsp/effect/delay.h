// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_DELAY_H
#define LAMINA_DSP_EFFECT_DELAY_H

#include "dsp/attributes.h"

#include <stdint.h>

/// A delay of a whole number of samples, one channel.  One thread at a time.
typedef struct Delay Delay;

/**
   @param n_most Longest delay, 0 or more.
   @param n_fade Samples in which one delay becomes another, at least 1.
   @return Owned by the caller, with a delay of 0; or NULL when memory is short.
*/
Delay*
delay_new(uint32_t n_most, uint32_t n_fade);

/// Free; NULL is allowed.
void
delay_free(Delay* delay);

/// Forget all sound.
REALTIME
void
delay_reset(Delay* delay);

/**
   From now on be so late: at once where nothing has been heard, otherwise by a cross-fade, which
   begins when one that is under way has ended.

   @param n_samples 0…n_most.
*/
REALTIME
void
delay_set(Delay* delay, uint32_t n_samples);

/// The input, late.  @param out [n], written.  May be `in`.
REALTIME
void
delay_run(Delay* delay, uint32_t n, const float* in, float* out);

#endif
