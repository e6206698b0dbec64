// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_DELAY_H
#define LAMINA_DSP_EFFECT_DELAY_H

#include "dsp/attributes.h"

#include <stdint.h>

/// A delay of a whole number of samples, one channel.  One thread at a time.
typedef struct Delay Delay;

/// @param n_samples Delay, 0 or more.  @return Owned by the caller, or NULL when memory is short.
Delay*
delay_new(uint32_t n_samples);

/// Free; NULL is allowed.
void
delay_free(Delay* delay);

/// Forget all sound.
REALTIME
void
delay_reset(Delay* delay);

/// The input, late.  @param out [n], written.  May be `in`.
REALTIME
void
delay_run(Delay* delay, uint32_t n, const float* in, float* out);

#endif
