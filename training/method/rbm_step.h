// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_RBM_STEP_H
#define LAMINA_TRAINING_METHOD_RBM_STEP_H

#include "training/method/pretrain.h"

/**
   One restricted Boltzmann machine, learned by contrastive divergence (Hinton 2002, "Training
   products of experts by minimizing contrastive divergence"; Hinton 2012, "A practical guide to
   training restricted Boltzmann machines", below the guide).  The hidden units are the layer's.

       E(v, h) = −vᵀW h − bᵀh − cᵀv,  p(v, h) ∝ e^−E

   The hidden units are binary when the layer's activation is the sigmoid, and Gaussian when it is
   the identity; there are no others.  The visible units are binary above a sigmoid layer, whose
   codes are chances, and otherwise what the recipe chooses.

   Binary units have h_j = 1 with chance σ(b_j + Σ_i v_i W_ij), and alike v_i.  Of units that are
   Gaussian with variance 1, −cᵀv becomes ½|v − c|², and −bᵀh becomes ½|h − b|²; then the sum
   without σ is their mean.  A tapped layer's visible units are its taps side by side.

   CD-k descends  −⟨v hᵀ⟩_0 + ⟨v hᵀ⟩_k,  −⟨h⟩_0 + ⟨h⟩_k,  −⟨v⟩_0 + ⟨v⟩_k  for W, b and c, means
   over the rows, with these states:
   - v_0 is the data as it is: of binary units, chances in 0…1.
   - What goes down is always drawn: ones and zeros, or a normal number (guide, section 3.1; for
     Gaussian hidden units Hinton & Salakhutdinov 2006).
   - What is counted of the hidden units is their chance or mean (sections 3.1 and 3.3).
   - For k = 1 the reconstruction v_1 is the chance or mean itself (section 3.2).  For k > 1 every
     v is drawn as well: a chain that passes chances on does not come to the model's distribution,
     and coming near it is what more steps are for.

   This has no objective that could be told: the loss is the squared error per row of the first
   reconstruction's chances or means.  It says how the learning goes, not how likely the data are.

   Its parameters are W, b, c in this order.  First weights have deviation 0.01, biases are zero
   (section 8).  A machine learns from what is given, `corrupted`; it does not look at `clean`.
*/
extern const PretrainStep rbm_step;

#endif
