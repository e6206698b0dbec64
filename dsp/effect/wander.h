// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_WANDER_H
#define LAMINA_DSP_EFFECT_WANDER_H

#include "dsp/attributes.h"

#include <stdint.h>

/// Numbers that wander.
#define WANDER_COUNT 18u

/**
   A walk that comes back: an Ornstein–Uhlenbeck process (1930) of mean 0 and variance 1 in every
   number, each by itself, stepped exactly.  The same after every reset.
*/
typedef struct {
  uint64_t random;
  float    place[WANDER_COUNT];
} Wander;

/// Go to the start: all zeros.
REALTIME
void
wander_reset(Wander* wander);

/// One step.  @param keep Correlation with the step before, 0…1: exp(−step / time constant).
REALTIME
void
wander_step(Wander* wander, float keep);

#endif
