// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_PCA_H
#define LAMINA_TRAINING_METHOD_PCA_H

#include "dsp/status.h"
#include "training/corpus/table.h"

#include <stdint.h>

/**
   Principal component analysis: the linear code of a given size that loses least squared error.

       z = Uᵀ(x − μ),   x̂ = μ + U z

   with μ the mean and U the eigenvectors of the covariance with the largest eigenvalues
   (Pearson 1901; Hotelling 1933).  Exact: by the symmetric eigenvalue solver of LAPACK.
*/
typedef struct {
  uint32_t n_columns;
  uint32_t n_components;
  double*  mean;       ///< μ, [n_columns]
  double*  components; ///< Uᵀ, [n_components × n_columns], of unit length, largest first
  double*  variance;   ///< Eigenvalues, [n_components]
} Pca;

/**
   @param n_components At most the table's columns.
   @param pca Set on success, owned by the caller.
   @return STATUS_NO_MEMORY, or STATUS_BAD_OPTION when a number of the table is not finite.
*/
NODISCARD
Status
pca_new(const Table* table, uint32_t n_components, Pca** pca, Diagnostic* why);

/// Free; NULL is allowed.
void
pca_free(Pca* pca);

/// z of one row.  @param z [n_used], written.  @param n_used Components that are used.
void
pca_encode(const Pca* pca, uint32_t n_used, const float* x, float* z);

/// x̂ of one code.  @param x_hat [n_columns], written.
void
pca_decode(const Pca* pca, uint32_t n_used, const float* z, float* x_hat);

#endif
