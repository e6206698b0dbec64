// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_OPTIMIZER_H
#define LAMINA_TRAINING_ENGINE_OPTIMIZER_H

#include "dsp/attributes.h"
#include "training/engine/muon.h"
#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How the numbers go down.
typedef enum {
  OPTIMIZER_ADAM,     ///< Kingma & Ba 2015
  OPTIMIZER_MOMENTUM, ///< Gradient descent with momentum (Polyak 1964)
  OPTIMIZER_MUON,     ///< Orthogonal steps (Jordan et al. 2024) of matrices, and Adam's of the rest
} OptimizerKind;

/// What an optimizer remembers of the way down, for one flat block of numbers.
typedef struct {
  OptimizerKind kind;
  size_t        n;
  size_t        n_squares; ///< 0 with momentum alone, else n
  uint64_t      step;      ///< Steps done
  real*         mean;      ///< Adam's m, Muon's M, or the velocity, [n]
  real*         square;    ///< Adam's v, [n_squares]
  Muon*         muon;      ///< Of OPTIMIZER_MUON, or NULL
} Optimizer;

/// At rest.  @return Owned by the caller, or NULL when memory is short.
Optimizer*
optimizer_new(OptimizerKind kind, size_t n);

/**
   Tell OPTIMIZER_MUON, which has none at first, of matrices; the other kinds do not ask.

   @param n 0…MUON_MAX_BLOCKS.
   @param blocks As muon_new() takes them.
   @return False when memory is short; there are none then.
*/
NODISCARD
bool
optimizer_set_matrices(Optimizer* optimizer, uint32_t n, const MatrixBlock* blocks);

/// Free; NULL is allowed.
void
optimizer_free(Optimizer* optimizer);

/**
   One step down the gradient g.

   Adam, algorithm 1 of the paper: θ −= rate · m̂ / (√v̂ + 1e-8), β₁ = 0.9, β₂ = 0.999.

   With momentum, as in section 9 of Hinton's "A practical guide to training restricted Boltzmann
   machines" (2012): v = momentum · v − rate · g, θ += v.

   Muon's is muon_step(), with Adam at the same rate for what is no matrix.

   @param momentum Share of the last step that is kept, 0…1; Adam does not ask.
   @param gradient g, [n].
   @param value θ, [n], updated.
*/
void
optimizer_step(Optimizer* optimizer, Team* team, double rate, double momentum, const real* gradient,
               real* value);

/**
   Scale a gradient down to a greatest norm.

   @param limit Greatest Euclidean norm; 0: as it is.
   @return The norm before; not finite when any number is not, and then nothing is changed.
*/
double
gradient_clip(Team* team, size_t n, double limit, real* gradient);

/**
   Learning rate at a step: a linear rise, then a half cosine down to the final share.

   @param step 0…n_steps − 1.
   @param n_warmup Steps of the rise.
   @param final Share of `rate` at the end.
*/
double
rate_at(uint64_t step, uint64_t n_steps, uint64_t n_warmup, double rate, double final);

#endif
