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
   (Pearson 1901; Hotelling 1933).  Exact: in double, by the symmetric eigenvalue solver of LAPACK.
   The covariance is the mean over the rows, so what a code loses of them is, in the mean, the sum
   of the eigenvalues it leaves out.  Of the two signs that a component may have, the one is taken
   that makes its largest number positive.
*/
typedef struct {
  uint32_t n_columns;
  uint32_t n_components;
  double*  mean;       ///< μ, [n_columns]
  double*  components; ///< Uᵀ, [n_components × n_columns], of unit length, largest first
  double*  variance;   ///< Eigenvalues, [n_components]
} Pca;

/**
   On the calling thread, unless the linear algebra library has threads of its own.

   @param table At least one row.
   @param n_components 1 to the table's columns.
   @param pca Set on success, owned by the caller.
   @return STATUS_NO_MEMORY, or STATUS_BAD_OPTION when a number of the table is not finite or the
   solver gives up.
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
