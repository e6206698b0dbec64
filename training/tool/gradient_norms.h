// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_GRADIENT_NORMS_H
#define LAMINA_TRAINING_TOOL_GRADIENT_NORMS_H

#include "dsp/attributes.h"
#include "training/engine/real.h"
#include "training/method/unrolled.h"

#include <stdbool.h>
#include <stdint.h>

/// Euclidean norms of the gradients of every layer, averaged over the mini-batches of an epoch.
typedef struct {
  uint32_t  n_layers; ///< Encoder, decoder, bypasses
  uint32_t  n_epochs;
  double*   sum; ///< [n_epochs × n_layers]
  uint64_t* n;   ///< [n_epochs], mini-batches
} GradientNorms;

/**
   @param norms Written on success; release it with gradient_norms_clear().
   @return False when memory is short.
*/
NODISCARD
bool
gradient_norms_make(GradientNorms* norms, uint32_t n_layers, uint32_t n_epochs);

/// Release; the struct becomes all zeros.
void
gradient_norms_clear(GradientNorms* norms);

/**
   Take a mini-batch into account, unless a number of its gradient is not finite.

   @param epoch Below n_epochs.
   @param shape Of `n_layers` layers and bypasses.
   @param gradient As `shape` lays it.
*/
void
gradient_norms_measure(GradientNorms* norms, uint32_t epoch, const UnrolledShape* shape,
                       const real* gradient);

/// Add the mini-batches of another training of the same size, which becomes all zeros.
void
gradient_norms_add(GradientNorms* norms, GradientNorms* from);

/// Mean norm of a layer's gradient in an epoch; NaN when there was no mini-batch.
double
gradient_norms_mean(const GradientNorms* norms, uint32_t epoch, uint32_t layer);

/// The last epoch that had a mini-batch, and one more; 0 when none had.
uint32_t
gradient_norms_end(const GradientNorms* norms);

#endif
