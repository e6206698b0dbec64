// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_MATRIX_H
#define LAMINA_TRAINING_ENGINE_MATRIX_H

#include "training/engine/real.h"

#include <stdbool.h>
#include <stdint.h>

/// A matrix in row-major order, seen as it lies or transposed.
typedef struct {
  const real* at;
  uint32_t    stride;     ///< Numbers from one stored row to the next
  bool        transposed; ///< Rows and columns are exchanged
} Matrix;

/**
   C = A·B, or C += A·B.

   On the calling thread alone.

   @param m Rows of A and C.
   @param n Columns of B and C.
   @param k Columns of A, rows of B.
   @param add Whether to add to C.
   @param c [m × stride].
*/
void
matrix_multiply(uint32_t m, uint32_t n, uint32_t k, Matrix a, Matrix b, bool add, real* c,
                uint32_t stride);

/**
   C = XᵀX, half of the products of which are the other half's.

   On the calling thread alone.

   @param rows Of X.
   @param columns Of X.
   @param x [rows × columns].
   @param c [columns × columns], written.
*/
void
matrix_gram(uint32_t rows, uint32_t columns, const real* x, real* c);

/**
   Make the linear algebra library use the right kernels for this CPU.

   OpenBLAS as Debian 12 has it takes CPUs that came after it for the oldest it knows, and runs at
   a fifth of their speed (OpenBLAS issue 4267).  It reads the kernel's name from the environment
   before main(), so the program sets it and starts itself anew, once.  A name that the user has
   set stays.

   @param argv The program's arguments.
*/
void
matrix_choose_kernel(char** argv);

/// The kernels in use, by the library's name for them.
const char*
matrix_kernel(void);

/// The kernels that suit this CPU, or NULL when the library knows best.
const char*
matrix_best_kernel(void);

#endif
