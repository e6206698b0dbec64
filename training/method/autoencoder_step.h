// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_AUTOENCODER_STEP_H
#define LAMINA_TRAINING_METHOD_AUTOENCODER_STEP_H

#include "training/method/pretrain.h"

/**
   One autoencoder: the layer that is pre-trained, and the one that reconstructs its input.

       h_t = f(b + Σ_k x̃_{t−τ_k} W_k),  (x̂_{t−τ_0}, …, x̂_{t−τ_K}) = g(c + h_t V)

   It learns to minimise the mean of Σ_k |x̂_{t−τ_k} − x_{t−τ_k}|² (Bengio et al. 2007), or of the
   binary cross-entropy of the same, where x̃ is x itself, or for a denoising autoencoder a
   corrupted x.  Penalties of sparsity.h on h are a part of the loss.  A tapped layer is a dense
   layer on its taps side by side, and so is reconstructed whole.

   For the squared error g is the activation of the layer below, whose codes are reconstructed; for
   the cross-entropy c + h V are the logits of x̂.  Tied, V is Wᵀ, and the two are learned as one.

   Its parameters are W, b, V, c in this order; without V when tied.  It draws nothing in a step.
*/
extern const PretrainStep autoencoder_step;

#endif
