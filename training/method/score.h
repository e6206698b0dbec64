// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_SCORE_H
#define LAMINA_TRAINING_METHOD_SCORE_H

#include "dsp/status.h"
#include "training/corpus/table.h"
#include "training/method/pca.h"
#include "training/method/training_run.h"

#include <stdint.h>

/// How well the rows of a table are given back.
typedef struct {
  double squared; ///< Mean over the rows of Σ (x̂ − x)²
  double rms;     ///< Mean over the rows of √(mean over the columns of (x̂ − x)²)
} Reconstructed;

/**
   By a network.  The code of a variational one is its mean, and logits become chances.

   @param score Written on success.  @return STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
score_reconstruction(const TrainingRun* run, const Table* table, Reconstructed* score,
                     Diagnostic* why);

/// By principal components.  @param n_used How many of them.  @return As score_reconstruction().
NODISCARD
Status
score_pca(const Pca* pca, uint32_t n_used, const Table* table, Reconstructed* score,
          Diagnostic* why);

/// What a classifier gets wrong.
typedef struct {
  uint32_t n_rows;
  uint32_t n_wrong_rows;
  uint32_t n_files;
  uint32_t n_wrong_files; ///< Whose most likely class, by the mean of log softmax, is another
} Classified;

/// @param score Written on success.  @return STATUS_NO_MEMORY on failure.
NODISCARD
Status
score_classes(const TrainingRun* run, const Table* table, Classified* score, Diagnostic* why);

#endif
