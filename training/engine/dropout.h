// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_DROPOUT_H
#define LAMINA_TRAINING_ENGINE_DROPOUT_H

#include "training/engine/batch_shape.h"
#include "training/engine/random.h"
#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdbool.h>
#include <stdint.h>

/**
   Dropout (Srivastava et al. 2014): while a network learns, units are left out by chance, so that
   none can rely on another one, and it learns less by heart.

   A sequence is without the same units from its first frame to its last (Gal & Ghahramani, "A
   theoretically grounded application of dropout in recurrent neural networks", 2016): what is
   drawn anew for every frame, a layer that remembers would take the mean of.
*/
typedef struct {
  uint32_t n_units;
  real*    factor; ///< [n_streams × n_units], 0, or 1 / (1 − share) so that the mean stays
  real*    kept;   ///< What is left of an output, [rows × n_units]
} Dropout;

/// @param batch Size of the largest mini-batch.  @return False when memory is short.
bool
dropout_allocate(Dropout* dropout, uint32_t n_units, BatchShape batch);

/// Free what dropout_allocate() allocated, if it did.
void
dropout_release(Dropout* dropout);

/// Draw which units are left out.  @param share Chance of each, 0 to below 1.
void
dropout_draw(Dropout* dropout, uint32_t n_streams, double share, Random* random);

/// to = from ⊙ factor, in every frame.  @param from, to [rows × n_units], perhaps the same.
void
dropout_apply(const Dropout* dropout, Team* team, BatchShape batch, const real* from, real* to);

#endif
