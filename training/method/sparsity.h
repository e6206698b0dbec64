// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_SPARSITY_H
#define LAMINA_TRAINING_METHOD_SPARSITY_H

#include "dsp/network/activation.h"
#include "training/engine/real.h"
#include "training/method/recipe.h"

#include <stdbool.h>
#include <stdint.h>

/// Whether units of this activation have a range that they can be active by a share of, as the
/// divergence wants it: sigmoid and tanh.  Σ|h| goes with all.
bool
sparsity_possible(Activation activation);

/**
   What a code costs for being busy:

       λ Σ_j KL(ρ‖ρ̂_j) + l1 · mean over the rows of Σ_j |h_j|

       KL(ρ‖ρ̂) = ρ log(ρ/ρ̂) + (1 − ρ) log((1 − ρ)/(1 − ρ̂))

   where ρ̂_j is the mean over the mini-batch of how active unit j is (Ng, "Sparse autoencoder",
   CS294A lecture notes, 2011): h of a sigmoid, (h + 1)/2 of a tanh.  A unit that never or always
   is active costs much, and not infinitely much: ρ̂ stays a millionth away from 0 and 1.

   @param sparsity λ without sparsity_possible() must be 0.
   @param h Code, [rows × units].
   @param mean Room for a number per unit, [units], overwritten.
   @param dh Slope of the loss, [rows × units], which that of the penalty is added to; NULL when
   nobody asks.
   @return The penalty.
*/
double
sparsity_penalty(const RecipeSparsity* sparsity, Activation activation, uint32_t n_rows,
                 uint32_t n_units, const real* h, real* mean, real* dh);

#endif
