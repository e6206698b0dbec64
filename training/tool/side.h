// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_SIDE_H
#define LAMINA_TRAINING_TOOL_SIDE_H

#include "training/method/recipe.h"

#include <stdbool.h>
#include <stdint.h>

/// Ways to a code of one size, which are compared.
typedef enum {
  SIDE_MEAN,       ///< No code at all: the mean of the rows
  SIDE_PCA,        ///< Principal components
  SIDE_SHALLOW,    ///< One hidden layer, the code, with tanh
  SIDE_END_TO_END, ///< The recipe's layers from a random start
  SIDE_GREEDY,     ///< Layer by layer, and no more
  SIDE_FINE_TUNED, ///< Layer by layer, and then all of them together
  SIDE_RBM,        ///< Layer by layer as Boltzmann machines, and then all of them together
  SIDE_SKIP,       ///< Principal components around the layers, all of them together
  N_SIDES
} Side;

/// "greedy + fine-tune".
const char*
side_name(Side side);

/// Whether mini-batches are gone through, so that a learning rate and a seed matter.
bool
side_learns(Side side);

/// Whether the layers are trained together, at last.
bool
side_is_fine_tuned(Side side);

/**
   What a side is trained by: the recipe with a few choices changed.

   A side that is pre-trained and then fine-tuned has the recipe's steps per layer.  The steps that
   are left are as many as the recipe's own total pays for; four times those of SIDE_END_TO_END at
   most, so that a side with few weights does not go on for ever.  A Boltzmann machine has sigmoid
   units, except for a code without activation; the lowest is one of Gaussian visible units unless
   the numbers lie in 0…1.  Around components the code has no activation, and errors are squared.

   @param recipe Of task autoencoder, with a plain code and no taps.
   @param side One that learns.
   @param n_columns Numbers in a row.
   @param n_rows Rows to learn from.
   @param result Written; its words belong to `recipe`.
*/
void
side_recipe(const Recipe* recipe, Side side, uint32_t n_columns, uint32_t n_rows, Recipe* result);

/**
   What training a layer by itself costs: weights, each counted as often as a row meets it.

   Once in a product forward and three times with the way back: the products of a step of gradient
   descent.  The frozen layers below go forward.  Of k steps of contrastive divergence there are
   1 + 2k products with the weights and 2 for the gradient.  Biases and activations are not counted,
   nor is looking at what is held out.

   @return Multiplications and additions per row.
*/
double
side_layer_cost(const Recipe* recipe, uint32_t n_columns, uint32_t layer);

/// The same of all layers together, bypasses too.
double
side_network_cost(const Recipe* recipe, uint32_t n_columns);

/// What the principal components of a table cost: half its square matrix per row.
double
side_pca_cost(uint32_t n_columns, uint32_t n_rows);

/// What a training costs that goes through all its steps, without principal components.
double
side_training_cost(const Recipe* recipe, uint32_t n_columns);

#endif
