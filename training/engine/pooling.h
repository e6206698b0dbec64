// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_POOLING_H
#define LAMINA_TRAINING_ENGINE_POOLING_H

#include "training/engine/dense.h"
#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdbool.h>
#include <stdint.h>

/**
   Pooling over time, by gates: the part of a gated layer that comes after its weighted sums.

       c = activation(sums of the candidates),  g = sigmoid(sums of the gates)
       y_t = y_{t−1} + g_t ⊙ (c_t − y_{t−1}),  y_{−1} = 0

   Bradbury et al. 2017 (f-pooling).  The sums of all frames are one matrix product, as in any
   layer; only this goes from frame to frame.
*/

/// Give a gated layer the room for its sums; others need none.
/// @return False when memory is short; what there is belongs to the caller: free(dense->sums).
bool
pooling_allocate(Dense* dense, uint32_t n_rows);

/**
   @param sums [rows × 2·n_out]; become c and g.
   @param y [rows × n_out], written.
*/
void
pooling_forward(const LayerShape* shape, Team* team, BatchShape batch, real* sums, real* y);

/**
   @param y Output of the forward pass, [rows × n_out].
   @param dy Slope of the loss by `y`, [rows × n_out]; spoilt.
   @param sums c and g, [rows × 2·n_out]; become the slopes by the sums.
*/
void
pooling_backward(const LayerShape* shape, Team* team, BatchShape batch, const real* y, real* dy,
                 real* sums);

#endif
