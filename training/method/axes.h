// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_AXES_H
#define LAMINA_TRAINING_METHOD_AXES_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/table.h"

/**
   The codes of all rows of a table.

   @param model Of MODEL_MORPH.
   @param table Of ENVELOPE_BANDS columns, in the unit of the model.
   @return [rows × code], without labels, owned by the caller; NULL: memory is short.
*/
Table*
axes_codes(const Model* model, const Table* table);

/**
   Turn the code of a model to principal axes, without changing what it makes of any sound.

   With z the codes of the table, m their mean, C = U Λ Uᵀ their covariance and x̂ what the model
   makes of them, the new code is

       z' = (z − m) A,   A = U Λ^(−1/2) V,

   where V are the principal directions of E[x̂ᵀ (z − m) U Λ^(−1/2)], those that move the decoded
   envelope, from most to least.  So z' has a mean of 0, variance 1 and no correlation.  A and its
   inverse are folded into the layers at the code, which are linear there.

   A direction in which the codes do not move keeps its scale.

   @param model Of MODEL_MORPH, changed.
   @param table Of ENVELOPE_BANDS columns, in the unit of the model.
   @return STATUS_NO_MEMORY, or as pca_new().
*/
NODISCARD
Status
axes_turn(Model* model, const Table* table, Diagnostic* why);

/**
   Turn a code of variance 1 without correlation, as axes_turn() leaves it, once more: its first
   axes to given directions, the others to those that move the decoded envelope most among what is
   square to the first.  The code stays of variance 1 and without correlation.

   @param n_axes Directions, fewer than the code's numbers.
   @param directions In the present code, of unit length and square to each other,
   [n_axes × n_code].
   @return As axes_turn().
*/
NODISCARD
Status
axes_turn_to(Model* model, const Table* table, uint32_t n_axes, const double* directions,
             Diagnostic* why);

/// Turn one axis of a model around.
void
axes_flip(Model* model, uint32_t axis);

#endif
