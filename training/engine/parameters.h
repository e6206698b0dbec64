// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_PARAMETERS_H
#define LAMINA_TRAINING_ENGINE_PARAMETERS_H

#include "training/engine/dense.h"
#include "training/engine/random.h"
#include "training/engine/real.h"

#include <stddef.h>
#include <stdint.h>

/**
   All numbers of some layers in one flat block, and their gradients in another.

   Per layer w, then b, in order: as in a Model, so that a finished training is one copy.
*/
typedef struct {
  size_t n;
  real*  value;    ///< [n]
  real*  gradient; ///< [n]
} Parameters;

/// All zeros.  @return Owned by the caller, or NULL when memory is short.
Parameters*
parameters_new(size_t n);

/// Free; NULL is allowed.
void
parameters_free(Parameters* parameters);

/// Numbers of one layer: its weights and biases.
size_t
parameters_of_layer(const LayerShape* shape);

/// A view of the layer whose numbers begin at `offset`.
Dense
parameters_dense(const Parameters* parameters, size_t offset, const LayerShape* shape);

/**
   Draw the weights of one layer; biases become zero, but those of gates: they are drawn so that
   the gates remember from one frame to 200, as many for every octave (Tallec & Ollivier 2018).

   Normal, with variance 2/n (He et al. 2015) before rectifiers and 1/n (LeCun et al. 1998)
   otherwise, where n = n_taps·n_in is what a unit sums over.

   @param value Numbers of the layer, written.
*/
void
parameters_draw(const LayerShape* shape, Random* random, real* value);

#endif
