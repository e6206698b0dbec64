// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_BFLOAT16_H
#define LAMINA_TRAINING_ENGINE_BFLOAT16_H

#include "dsp/network/layer.h"
#include "training/engine/batch_shape.h"
#include "training/engine/real.h"

#include <stdbool.h>
#include <stdint.h>

/// What the products of layers are computed in.
typedef enum {
  PRECISION_FLOAT32,
  PRECISION_BFLOAT16, ///< Factors are rounded to bfloat16, sums and weights stay in float32
  PRECISION_AUTO,     ///< The faster of the two; never a layer's own
} Precision;

/**
   The three products of a layer that learns, in bfloat16 by oneDNN.

   It has the layer's input, weights and slopes as rounded copies, which it makes once per pass.
   Tasks are of fixed sizes and each runs on the calling thread alone, so the results do not depend
   on the number of threads.  Rows are those of a mini-batch, as dense.h orders them.
*/
typedef struct Bfloat16 Bfloat16;

/// Whether this program can, on this CPU.
bool
bfloat16_works(void);

/// Whether it is faster than float32: with AMX, or AMD's vdpbf16ps.  Intel's without AMX takes
/// twice the time of float32.
bool
bfloat16_pays(void);

/// Whether a layer is large enough to gain by it.
bool
bfloat16_suits(const LayerShape* shape);

/**
   Make the kernels, and room for everything.

   @param largest Of the mini-batches; those with taps have as many streams.
   @return Owned by the caller, or NULL when memory is short.
*/
Bfloat16*
bfloat16_new(const LayerShape* shape, BatchShape largest);

/// Free; NULL is allowed.
void
bfloat16_free(Bfloat16* half);

/// Rows of a task.
uint32_t
bfloat16_rows(const Bfloat16* half);

/// Tasks of bfloat16_weights(), per tap.
uint32_t
bfloat16_weight_tiles(const Bfloat16* half);

/// Begin with a mini-batch, before any task.
void
bfloat16_begin(Bfloat16* half, BatchShape batch);

/// Round some rows of the input.  @param x [rows × n_in], from the first of the mini-batch.
void
bfloat16_take_input(Bfloat16* half, uint32_t from, uint32_t to, const real* x);

/// Round one tap's weights for the forward pass.  @param w Of this tap, [n_in × n_out].
void
bfloat16_take_weights(Bfloat16* half, uint32_t tap, const real* w);

/// Round and transpose them for the backward pass, which needs that when there is a layer below.
void
bfloat16_turn_weights(Bfloat16* half, uint32_t tap, const real* w);

/// Round some rows of the slope.  @param da [rows × n_out], from the first of the mini-batch.
void
bfloat16_take_slope(Bfloat16* half, uint32_t from, uint32_t to, const real* da);

/**
   y = b + Σ_k x_{t−τ_k} W_k, of one task's rows.

   @param from First row, a multiple of bfloat16_rows().
   @param b [n_out].
   @param y [rows × n_out], from the first of the mini-batch.
*/
void
bfloat16_output(Bfloat16* half, uint32_t from, const real* b, real* y);

/// dx_t = Σ_k da_{t+τ_k} W_kᵀ, of one task's rows.  @param dx [rows × n_in], from the first.
void
bfloat16_input(Bfloat16* half, uint32_t from, real* dx);

/// dW_k = Σ_t x_{t−τ_k}ᵀ da_t, of some of a tap's inputs.  @param dw Of this tap, [n_in × n_out].
void
bfloat16_weights(Bfloat16* half, uint32_t tap, uint32_t tile, real* dw);

#endif
