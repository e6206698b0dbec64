// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_OPTIMIZER_H
#define LAMINA_TRAINING_ENGINE_OPTIMIZER_H

#include "training/engine/real.h"
#include "training/engine/team.h"

#include <stddef.h>
#include <stdint.h>

/// Adam's memory (Kingma & Ba 2015, algorithm 1), for one flat block of numbers.
typedef struct {
  size_t   n;
  uint64_t step;   ///< Steps done
  real*    mean;   ///< m, [n]
  real*    square; ///< v, [n]
} Adam;

/// @return Owned by the caller, or NULL when memory is short.
Adam*
adam_new(size_t n);

/// Free; NULL is allowed.
void
adam_free(Adam* adam);

/// One step down the gradient: θ −= rate · m̂ / (√v̂ + 1e-8), β₁ = 0.9, β₂ = 0.999.
void
adam_step(Adam* adam, Team* team, double rate, const real* gradient, real* value);

/**
   Scale a gradient down to a greatest norm.

   @param limit Greatest Euclidean norm; 0: as it is.
   @return The norm before; not finite when any number is not, and then nothing is changed.
*/
double
gradient_clip(size_t n, double limit, real* gradient);

/**
   Learning rate at a step: a linear rise, then a half cosine down to the final share.

   @param step 0…n_steps − 1.
   @param n_warmup Steps of the rise.
   @param final Share of `rate` at the end.
*/
double
rate_at(uint64_t step, uint64_t n_steps, uint64_t n_warmup, double rate, double final);

#endif
