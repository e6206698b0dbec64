// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_TAPS_H
#define LAMINA_TRAINING_METHOD_TAPS_H

#include "training/engine/dense.h"

/**
   Lay what a tapped layer reads side by side, so that it is a dense layer of one tap; frames
   before the first are zeros.

   @param shape The layer.
   @param x Its input, [rows × n_in].
   @param taps [rows × n_taps·n_in], written: x_{t−τ_0}, x_{t−τ_1} …
*/
void
taps_gather(const LayerShape* shape, BatchShape batch, const real* x, real* taps);

#endif
