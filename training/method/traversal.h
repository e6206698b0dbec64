// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_TRAVERSAL_H
#define LAMINA_TRAINING_METHOD_TRAVERSAL_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/method/labels.h"

#include <stdint.h>

/// What turning one number of a code does to the envelope.
typedef struct {
  double rho[N_LABELS]; ///< Rank correlations of the number and each label; mean over the ways
  double moved_db;      ///< From end to end, rms over the bands; mean over the ways
} Traversal;

/**
   Turn one number of a code from its 1st percentile to its 99th, in 33 equal steps, and measure
   what is decoded: one way from the mean of what was learned from, with the others at 0, and one
   from the code of every timbre that the model knows.

   Where labels_correlation() tells what an axis goes with among sounds, this tells what a person
   hears who turns it.

   @param model Of MODEL_MORPH.
   @param traversal Written on success.
   @return STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
traversal_measure(const Model* model, uint32_t axis, Traversal* traversal, Diagnostic* why);

#endif
