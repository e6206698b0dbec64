// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_UNITS_H
#define LAMINA_TRAINING_ENGINE_UNITS_H

#include "dsp/network/activation.h"
#include "training/engine/real.h"

#include <stddef.h>

/// y = activation(y), each.  @param y [n], changed in place.
void
units_activate(Activation activation, size_t n, real* y);

/// dy ⊙ activation'(a), with the slope written in terms of the output.
/// @param y Outputs, [n].  @param dy Slopes, [n], changed in place.
void
units_multiply_slope(Activation activation, size_t n, const real* y, real* dy);

#endif
