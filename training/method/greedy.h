// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_GREEDY_H
#define LAMINA_TRAINING_METHOD_GREEDY_H

#include "dsp/status.h"
#include "training/method/descent.h"
#include "training/method/training_run.h"

/**
   Greedy layer-wise pre-training of one layer of the encoder (Hinton & Salakhutdinov 2006;
   Bengio et al. 2007).

   The layers below are trained and stay as they are; their codes, recomputed and not stored, are
   the input.  How the layer learns is one of pretrain.h.  With recorded noise the input is the
   codes of the noisy sound and the target those of the clean one: a stacked denoising autoencoder
   (Vincent et al. 2010) whose corruption is what it will meet.
*/
typedef struct Greedy Greedy;

/// @param layer Index in the encoder.  @return Owned by the caller, or NULL when memory is short.
Greedy*
greedy_new(TrainingRun* run, uint32_t layer);

/// Free; NULL is allowed.
void
greedy_free(Greedy* greedy);

/// The way down of this stage, owned by `greedy`.
Descent*
greedy_descent(Greedy* greedy);

/**
   Train the layer by the recipe's step, then unroll it: its weights go into the encoder, and those
   that reconstruct the current frame into the mirror layer of the decoder, where there is one: a
   mask's last layer gives gains and not features, a classifier's decoder is its head alone, and a
   bypassed network's last layers begin at 0.  Without steps nothing changes.

   @return As descent_run().
*/
NODISCARD
Status
greedy_train(Greedy* greedy, const Watcher* watcher, Diagnostic* why);

#endif
