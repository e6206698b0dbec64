// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_MUON_H
#define LAMINA_TRAINING_ENGINE_MUON_H

#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Matrices side by side in a flat block of numbers, in row-major order.
typedef struct {
  size_t   offset; ///< Of the first number in the flat block
  uint32_t rows;
  uint32_t columns; ///< Of each
  uint32_t n_side;  ///< Matrices: a stored row has n_side × columns numbers
} MatrixBlock;

/**
   Descent whose steps are orthogonal matrices: Muon (Jordan et al. 2024).

   A gradient's momentum M = U Σ Vᵀ is dominated by a few directions; the step goes down U Vᵀ, as
   far in every other.  What comes out is so scaled, by 0.2 √max(rows, columns), that its numbers
   are as large as Adam's and the same rates suit both (Liu et al. 2025).

   It is for the weights of hidden layers; biases, and the layer that gives the output, go down by
   another method.
*/
typedef struct Muon Muon;

/// Blocks that a network can have.
enum { MUON_MAX_BLOCKS = 32 };

/**
   @param n 0…MUON_MAX_BLOCKS.
   @param blocks [n], by ascending offset, none over another; copied.
   @return Owned by the caller, or NULL when memory is short.
*/
Muon*
muon_new(uint32_t n, const MatrixBlock* blocks);

/// Free; NULL is allowed.
void
muon_free(Muon* muon);

uint32_t
muon_n_blocks(const Muon* muon);

/// @param i 0…n_blocks − 1.
const MatrixBlock*
muon_block(const Muon* muon, uint32_t i);

/**
   One step.

   M = momentum · M + (1 − momentum) · G, and the step goes down what the momentum is next with the
   same gradient (Nesterov).

   @param rate Greatest singular value of a step would be 0.2 √max(rows, columns) times this.
   @param momentum Share of M that is kept, 0…1.
   @param gradient G, the flat block.
   @param mean M of all matrices at their offsets, updated.
   @param value The flat block, updated.
*/
void
muon_step(Muon* muon, Team* team, double rate, double momentum, const real* gradient, real* mean,
          real* value);

/**
   The orthogonal matrix that is nearest, roughly: of X = U S Vᵀ, U S' Vᵀ with all of S' within
   0.65…1.25 but where S is below a thousandth of X's norm.

   Five steps of X ← a X + b X XᵀX + c X (XᵀX)², with the coefficients of Jordan et al. 2024, which
   bring the smallest up fastest and never settle.  On the calling thread alone.

   @param x [rows × columns], of any scale; spoilt.
   @param work Room, [rows × columns + 2 · columns²].
   @return The result, [rows × columns], in `x` or `work`.
*/
const real*
muon_orthogonalize(uint32_t rows, uint32_t columns, real* x, real* work);

#endif
