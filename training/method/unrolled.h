// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_UNROLLED_H
#define LAMINA_TRAINING_METHOD_UNROLLED_H

#include "training/engine/dense.h"
#include "training/engine/muon.h"
#include "training/engine/parameters.h"
#include "training/engine/random.h"
#include "training/engine/team.h"
#include "training/method/recipe.h"

#include <stdbool.h>
#include <stdint.h>

/// The layers of a network from end to end, as they are trained.
typedef struct {
  uint32_t   n_encoder;
  uint32_t   n_decoder;
  LayerShape layers[2 * NETWORK_MAX_LAYERS]; ///< The encoder's and then the decoder's
  bool       bypassed;    ///< A linear layer goes around each half; their numbers come last
  LayerShape bypasses[2]; ///< Around the encoder and the decoder
  bool       variational; ///< The encoder's last layer is 2n wide: μ, log σ² of a code of n
  Precision  precision;   ///< Of the layers' products; those of the bypasses are in float32
  double     dropout;     ///< Chance of a hidden unit to be left out while it learns
} UnrolledShape;

/// Numbers in the flat block.
size_t
unrolled_shape_size(const UnrolledShape* shape);

/// Layers, and bypasses.
uint32_t
unrolled_shape_layers(const UnrolledShape* shape);

/// Numbers in a code.
uint32_t
unrolled_shape_code(const UnrolledShape* shape);

/// Where the numbers of a layer begin in the flat block.  @param layer n_encoder + n_decoder and
/// one more are the bypasses.
size_t
unrolled_shape_offset(const UnrolledShape* shape, uint32_t layer);

/**
   The weights of hidden layers, all but the last layer's.

   A gated layer has two matrices, the candidates' and the gates'.

   @param blocks [2 · NETWORK_MAX_LAYERS], written.
   @return How many they are.
*/
uint32_t
unrolled_shape_matrices(const UnrolledShape* shape, MatrixBlock* blocks);

/**
   A stack of autoencoders, unrolled into one network (Hinton & Salakhutdinov 2006, fig. 1): runs a
   mini-batch through all of it and fills the gradients.

   Of a variational one the code is drawn, z = μ + σ·ε (Kingma & Welling 2014), and its divergence
   from the prior is a part of the loss.
*/
typedef struct Unrolled Unrolled;

/**
   @param shape Copied.
   @param parameters Numbers of `shape`; must outlive the result.
   @param batch Of the largest mini-batch.
   @return Owned by the caller, or NULL when memory is short.
*/
Unrolled*
unrolled_new(const UnrolledShape* shape, const Parameters* parameters, BatchShape batch);

/// Free; NULL is allowed.
void
unrolled_free(Unrolled* unrolled);

/// Draw which hidden units the passes that follow are without, the code's among them, unless the
/// shape says none.  @param random NULL: they have all.
void
unrolled_drop(Unrolled* unrolled, uint32_t n_streams, Random* random);

/**
   Forward.

   @param x Input; kept by reference until the backward pass.
   @param random Draws the code of a variational network; NULL: the code is its mean.
   @return Output, [rows × n_out], owned by `unrolled`.
*/
const real*
unrolled_forward(Unrolled* unrolled, Team* team, BatchShape batch, const real* x, Random* random);

/// The code of the last forward pass: the mean of a variational one, [rows × n_code].
const real*
unrolled_code(const Unrolled* unrolled);

/// Where the slope of the loss goes, [rows × n_out], owned by `unrolled`.
real*
unrolled_slope(Unrolled* unrolled);

/**
   Backward: fills the gradients.  Call unrolled_divergence() first for a variational network.
*/
void
unrolled_backward(Unrolled* unrolled, Team* team, BatchShape batch);

/**
   β times the divergence of the posterior from the prior, mean over the rows, of the last forward
   pass; the backward pass adds its slope.

   @param beta β.
   @param free_bits Nats per dimension that cost nothing.
   @return β·KL as it counts in the loss.  0 for a network that is not variational.
*/
double
unrolled_divergence(Unrolled* unrolled, BatchShape batch, double beta, double free_bits);

#endif
