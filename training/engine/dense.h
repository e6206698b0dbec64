// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_DENSE_H
#define LAMINA_TRAINING_ENGINE_DENSE_H

#include "dsp/network/layer.h"
#include "training/engine/batch_shape.h"
#include "training/engine/bfloat16.h"
#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdbool.h>

/// A layer that learns: the numbers of dsp/network/layer.h and their gradients.
typedef struct {
  LayerShape  shape;
  const real* w;    ///< [n_taps × n_in × n_sums]
  const real* b;    ///< [n_sums]
  real*       dw;   ///< Gradient, as `w`
  real*       db;   ///< Gradient, as `b`
  real*       sums; ///< Of a gated layer, [rows × n_sums]: what pooling.h needs to go back
  Bfloat16*   half; ///< Products in bfloat16, by dense_prepare(); NULL: in float32
} Dense;

/**
   Make a layer compute its products in bfloat16, if that is asked for and suits it.

   @param dense Set up otherwise; dense_release() frees what is added.
   @param largest Of the mini-batches.
   @return False when memory is short.
*/
bool
dense_prepare(Dense* dense, Precision precision, BatchShape largest);

/// Free what dense_prepare() added, if it did.
void
dense_release(Dense* dense);

/**
   y = activation(b + Σ_k x_{t−τ_k} W_k)

   @param x Input, [rows × n_in].
   @param y Output, [rows × n_out], written.
*/
void
dense_forward(const Dense* dense, Team* team, BatchShape batch, const real* x, real* y);

/**
   The chain rule, from the output to the numbers and the input:

       da = dy ⊙ activation'(y)
       dW_k = Σ_t x_{t−τ_k}ᵀ da_t,  db = Σ_t da_t,  dx_t = Σ_k da_{t+τ_k} W_kᵀ

   @param x Input of the forward pass, [rows × n_in].
   @param y Output of the forward pass, [rows × n_out].
   @param dy Slope of the loss, [rows × n_out]; spoilt.
   @param dx Slope for the layer below, [rows × n_in], written; NULL when nobody asks.
*/
void
dense_backward(const Dense* dense, Team* team, BatchShape batch, const real* x, const real* y,
               real* dy, real* dx);

#endif
