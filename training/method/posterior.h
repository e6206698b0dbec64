// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_POSTERIOR_H
#define LAMINA_TRAINING_METHOD_POSTERIOR_H

#include "training/engine/random.h"
#include "training/engine/real.h"

#include <stdint.h>

/**
   The code of a variational autoencoder (Kingma & Welling 2014): an encoder gives the mean μ and
   the logarithm of the variance σ² of a normal posterior with independent dimensions, the prior
   is standard normal.

   Every row of `encoded` is μ_1 … μ_n, log σ²_1 … log σ²_n.  A log σ² outside −10…10 counts as the
   nearer end, and then has no slope.  All of it runs on the calling thread, in the order of the
   rows.
*/

/// Least and greatest log σ².
#define POSTERIOR_MIN_LOG_VARIANCE (-10.0)
#define POSTERIOR_MAX_LOG_VARIANCE 10.0

/**
   Draw a code: z = μ + σ·ε, where ε is standard normal.

   @param encoded [rows × 2·n_code].
   @param random NULL: z is the mean, and ε is 0.
   @param epsilon ε, [rows × n_code], written: what posterior_backward() asks for.
   @param z [rows × n_code], written.
*/
void
posterior_sample(uint32_t n_rows, uint32_t n_code, const real* encoded, Random* random,
                 real* epsilon, real* z);

/**
   The chain rule through the draw, with ε held: ∂/∂μ = ∂/∂z, ∂/∂log σ² = ½ σ ε ∂/∂z.

   @param dz Slope of the loss by z, [rows × n_code].
   @param slope Slope by `encoded`, [rows × 2·n_code], written.
*/
void
posterior_backward(uint32_t n_rows, uint32_t n_code, const real* encoded, const real* epsilon,
                   const real* dz, real* slope);

/**
   β at a step: a linear rise that reaches `beta` with the last step of the warm-up (Bowman et al.
   2016, section 3.1).

   @param warmup Steps of the rise; 0: none.
   @param step Steps done before.
*/
double
posterior_beta(double beta, uint32_t warmup, uint64_t step);

/**
   What the posterior's divergence from the prior adds to the loss:

       β · Σ_j max(0, KL_j − λ),  KL_j = mean over the rows of ½ (μ_j² + σ_j² − log σ_j² − 1)

   With λ = 0, β times the divergence of appendix B of the paper.  Free bits (Kingma et al. 2016,
   app. C.8) keep dimensions from dying early: below λ one neither costs nor is pulled.  There the
   loss is Σ max(λ, KL_j), which has the same slope and is larger by a constant.

   @param beta β.
   @param free_bits λ, nats per dimension.
   @param slope Its slope is added here, [rows × 2·n_code]; NULL when nobody asks.
   @return Nats, mean over the rows.
*/
double
posterior_divergence(uint32_t n_rows, uint32_t n_code, const real* encoded, double beta,
                     double free_bits, real* slope);

#endif
