// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_DENSE_H
#define LAMINA_TRAINING_ENGINE_DENSE_H

#include "dsp/network/layer.h"
#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdint.h>

/**
   A mini-batch: sequences side by side.

   Rows are ordered by time first: row t·n_streams + s is frame t of sequence s.  So the rows that
   a tap of delay τ reads lie τ·n_streams rows before, for all sequences at once, and a tapped
   layer is one matrix product per tap.  Frames before the first read as zeros, as in a stream
   that has just begun.  Independent frames are sequences of one.
*/
typedef struct {
  uint32_t n_steps;   ///< Frames in a sequence
  uint32_t n_streams; ///< Sequences
} BatchShape;

/// Rows of a mini-batch.
static inline uint32_t
batch_rows(const BatchShape batch)
{
  return batch.n_steps * batch.n_streams;
}

/// A layer that learns: the numbers of dsp/network/layer.h and their gradients.
typedef struct {
  LayerShape  shape;
  const real* w;    ///< [n_taps × n_in × n_sums]
  const real* b;    ///< [n_sums]
  real*       dw;   ///< Gradient, as `w`
  real*       db;   ///< Gradient, as `b`
  real*       sums; ///< Of a gated layer, [rows × n_sums]: what pooling.h needs to go back
} Dense;

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
