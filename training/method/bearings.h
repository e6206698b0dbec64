// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_BEARINGS_H
#define LAMINA_TRAINING_METHOD_BEARINGS_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/table.h"
#include "training/method/labels.h"

#include <stdint.h>

/// Where in a code the things that have names are.
typedef struct {
  uint32_t n;
  Label    labels[N_LABELS];                      ///< Of each, [n]
  double   directions[N_LABELS * MODEL_MAX_CODE]; ///< Square to each other, [n × n_code]
} Bearings;

/**
   Find directions for as many of the labels as can each have one of its own that it follows.

   With z a code of variance 1 without correlation and s the ranks of a label, of variance 1, no
   direction follows s better than d = E[z s].  Those of several labels are not square to each
   other.  The nearest that are, together, are the polar factor D (DᵀD)^(−1/2) of the matrix that
   they are the columns of (Löwdin, "On the non-orthogonality problem connected with the use of
   atomic wave functions", 1950).  Of all sets of labels, the largest is taken whose every label is
   followed with a rank correlation above LABELS_LEAST; of several as large, the one whose least
   correlation is the greatest.

   @param model Of MODEL_MORPH, as axes_turn() leaves it.
   @param table Of ENVELOPE_BANDS columns, in the unit of the model.
   @param bearings Written on success; n may be 0 and is below n_code.
   @return STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
bearings_find(const Model* model, const Table* table, Bearings* bearings, Diagnostic* why);

#endif
