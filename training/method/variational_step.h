// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_VARIATIONAL_STEP_H
#define LAMINA_TRAINING_METHOD_VARIATIONAL_STEP_H

#include "training/method/pretrain.h"

/**
   One layer as a variational autoencoder (Kingma & Welling 2014):

       (μ_t, log σ²_t) = b + Σ_k x̃_{t−τ_k} W_k,  z = μ + σ·ε,  x̂ = g(c + z V)

   W_k is [n_in × 2·n_out]: the means of the layer's units first, then their logarithms of the
   variance.  The layer itself, once trained, gives the mean; its activation is the identity.

   The loss is the mean of |x̂ − x|², or of the binary cross-entropy, and β times the divergence of
   the posterior from the prior, with free bits; see posterior.h.  With the cross-entropy and β = 1
   that is a bound of −log p(x).  β rises as posterior_beta() has it.  Input, target, taps and g are
   as in autoencoder_step.h.

   Its parameters are W, b, V, c in this order.  A step draws ε, row by row, also when it only
   judges.
*/
extern const PretrainStep variational_step;

#endif
