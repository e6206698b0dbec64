// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_AUTOENCODER_STEP_H
#define LAMINA_TRAINING_METHOD_AUTOENCODER_STEP_H

#include "training/engine/dense.h"
#include "training/engine/parameters.h"
#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdbool.h>

/**
   One autoencoder: the layer that is pre-trained, and the one that reconstructs its input.

       h_t = f(b + Σ_k x̃_{t−τ_k} W_k),  (x̂_{t−τ_0}, …, x̂_{t−τ_K}) = g(c + h_t V)

   It learns to minimise the mean of Σ_k |x̂_{t−τ_k} − x_{t−τ_k}|² (Bengio et al. 2007), where x̃
   is x itself, or for a denoising autoencoder a corrupted x.  A tapped layer is a dense layer on
   its taps side by side, and so is reconstructed whole.
*/
typedef struct AutoencoderStep AutoencoderStep;

/**
   @param shape The layer.
   @param output Activation of the reconstruction: that of the layer below, whose codes it
   reconstructs, or identity for features.
   @param batch Size of every mini-batch.
   @return Owned by the caller, or NULL when memory is short.
*/
AutoencoderStep*
autoencoder_step_new(const LayerShape* shape, Activation output, BatchShape batch);

/// Free; NULL is allowed.
void
autoencoder_step_free(AutoencoderStep* step);

/// All that is learned: W, b, V, c in this order; owned by `step`.
Parameters*
autoencoder_step_parameters(AutoencoderStep* step);

/// The reconstruction: [n_out] → [n_taps × n_in], the taps side by side.
const LayerShape*
autoencoder_step_decoder(const AutoencoderStep* step);

/**
   Forward and, if asked, backward.

   @param corrupted x̃, [rows × n_in].
   @param clean x, [rows × n_in].
   @param learn Whether to fill the gradients.
   @return The loss.
*/
double
autoencoder_step(AutoencoderStep* step, Team* team, const real* corrupted, const real* clean,
                 bool learn);

#endif
