// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_BACKPROP_H
#define LAMINA_TRAINING_ENGINE_BACKPROP_H

#include "training/engine/dense.h"
#include "training/engine/dropout.h"
#include "training/engine/parameters.h"

#include <stdbool.h>
#include <stdint.h>

/// A network on a mini-batch: keeps the outputs of every layer, fills the gradients.
typedef struct Backprop Backprop;

/**
   @param n_layers Layers, each fed by the one before.
   @param shapes [n_layers].
   @param parameters Numbers of these layers in order, from the first; must outlive the result.
   @param precision Of the products; not PRECISION_AUTO.
   @param batch Size of the mini-batches; they may be smaller.
   @return Owned by the caller, or NULL when memory is short.
*/
Backprop*
backprop_new(uint32_t n_layers, const LayerShape* shapes, const Parameters* parameters,
             Precision precision, BatchShape batch);

/// Free; NULL is allowed.
void
backprop_free(Backprop* backprop);

/**
   Make room for backprop_drop().

   @param batch Size of the largest mini-batch.
   @return False when memory is short.
*/
bool
backprop_allow_dropout(Backprop* backprop, BatchShape batch);

/**
   Draw which outputs the next layer does not get, of all layers but the last, in the passes that
   follow; see dropout.h.  To be allowed before.

   @param random NULL: they get all.
*/
void
backprop_drop(Backprop* backprop, uint32_t n_streams, double share, Random* random);

/**
   Forward through the first layers.

   @param n_layers How many, 1 to all.
   @param x Input, [rows × n_in]; kept by reference until the backward pass.
   @return Output of the last of them, [rows × n_out], owned by `backprop`.
*/
const real*
backprop_forward(Backprop* backprop, Team* team, uint32_t n_layers, BatchShape batch,
                 const real* x);

/**
   Where the slope of the loss goes, [rows × n_out of the last layer], owned by `backprop`.
*/
real*
backprop_slope(Backprop* backprop);

/**
   Backward through all layers, after a forward pass through all and a slope: fills the gradients.

   @param dx Slope for what is below, [rows × n_in], written; NULL when nobody asks.
*/
void
backprop_backward(Backprop* backprop, Team* team, BatchShape batch, real* dx);

#endif
