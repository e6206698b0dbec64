// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/optimizer.h"

#include "training/engine/vectorized.h"

#include <math.h>
#include <stdlib.h>

/// Numbers that one task updates.
enum { CHUNK = 1 << 16 };

/// Parts that a gradient's norm is summed in, and sums side by side in each.
enum { N_PARTS = 64, LANES = 8 };

static const double beta1 = 0.9;
static const double beta2 = 0.999;

Optimizer*
optimizer_new(const OptimizerKind kind, const size_t n)
{
  Optimizer* const optimizer = calloc(1, sizeof(Optimizer));
  if (!optimizer) {
    return NULL;
  }

  optimizer->kind      = kind;
  optimizer->n         = n;
  optimizer->n_squares = kind == OPTIMIZER_MOMENTUM ? 0 : n;
  optimizer->mean      = calloc(n, sizeof(real));
  optimizer->square    = calloc(optimizer->n_squares + 1, sizeof(real)); // Never of no bytes
  if (!optimizer->mean || !optimizer->square) {
    optimizer_free(optimizer);
    return NULL;
  }
  return optimizer;
}

void
optimizer_free(Optimizer* const optimizer)
{
  if (optimizer) {
    free(optimizer->mean);
    free(optimizer->square);
    muon_free(optimizer->muon);
    free(optimizer);
  }
}

bool
optimizer_set_matrices(Optimizer* const optimizer, const uint32_t n,
                       const MatrixBlock* const blocks)
{
  if (optimizer->kind != OPTIMIZER_MUON) {
    return true;
  }

  muon_free(optimizer->muon);
  optimizer->muon = muon_new(n, blocks);
  return optimizer->muon;
}

typedef struct {
  Optimizer*  optimizer;
  size_t      from;     ///< The first number
  size_t      to;       ///< Past the last
  real        rate;     ///< Of Adam rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)
  real        epsilon;  ///< Of Adam, 1e-8 · √(1 − β₂ᵗ)
  real        momentum; ///< Of gradient descent
  const real* gradient;
  real*       value;
} Update;

#ifdef LAMINA_DOUBLE
#define SQRT sqrt
#else
#define SQRT sqrtf
#endif

static size_t
chunk_size(const Update* const update, const size_t from)
{
  const size_t left = update->to - from;
  return left < CHUNK ? left : CHUNK;
}

VECTORIZED static void
adam_chunk(void* const handle, const uint32_t chunk)
{
  const Update* const update = (const Update*)handle;
  const size_t        from   = update->from + (size_t)chunk * CHUNK;
  const size_t        n      = chunk_size(update, from);
  const real          keep1  = (real)beta1;
  const real          keep2  = (real)beta2;
  const real          rate   = update->rate;
  const real          eps    = update->epsilon;

  const real* restrict g = update->gradient + from;
  real* restrict m       = update->optimizer->mean + from;
  real* restrict v       = update->optimizer->square + from;
  real* restrict theta   = update->value + from;
  for (size_t i = 0; i < n; ++i) {
    m[i] = keep1 * m[i] + (1 - keep1) * g[i];
    v[i] = keep2 * v[i] + (1 - keep2) * g[i] * g[i];
    theta[i] -= rate * m[i] / (SQRT(v[i]) + eps);
  }
}

VECTORIZED static void
momentum_chunk(void* const handle, const uint32_t chunk)
{
  const Update* const update = (const Update*)handle;
  const size_t        from   = update->from + (size_t)chunk * CHUNK;
  const size_t        n      = chunk_size(update, from);
  const real          keep   = update->momentum;
  const real          rate   = update->rate;

  const real* restrict g = update->gradient + from;
  real* restrict v       = update->optimizer->mean + from;
  real* restrict theta   = update->value + from;
  for (size_t i = 0; i < n; ++i) {
    v[i] = keep * v[i] - rate * g[i];
    theta[i] += v[i];
  }
}

static void
update_range(const Update* const whole, Team* const team, const TeamTask task, const size_t from,
             const size_t to)
{
  Update part = *whole;
  part.from   = from;
  part.to     = to;
  team_run(team, (uint32_t)((to - from + CHUNK - 1) / CHUNK), task, &part);
}

/// Adam, of what no matrix has.
static void
update_rest(const Update* const update, Team* const team)
{
  const Optimizer* const optimizer = update->optimizer;
  const uint32_t         n         = optimizer->muon ? muon_n_blocks(optimizer->muon) : 0;
  size_t                 from      = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const MatrixBlock* const block = muon_block(optimizer->muon, i);
    update_range(update, team, adam_chunk, from, block->offset);
    from = block->offset + (size_t)block->rows * block->columns * block->n_side;
  }
  update_range(update, team, adam_chunk, from, optimizer->n);
}

void
optimizer_step(Optimizer* const optimizer, Team* const team, const double rate,
               const double momentum, const real* const gradient, real* const value)
{
  Update update = { .optimizer = optimizer,
                    .rate      = (real)rate,
                    .momentum  = (real)momentum,
                    .gradient  = gradient,
                    .value     = value };
  ++optimizer->step;
  if (optimizer->kind == OPTIMIZER_MOMENTUM) {
    update_range(&update, team, momentum_chunk, 0, optimizer->n);
    return;
  }

  const double root = sqrt(1.0 - pow(beta2, (double)optimizer->step));
  update.rate       = (real)(rate * root / (1.0 - pow(beta1, (double)optimizer->step)));
  update.epsilon    = (real)(1e-8 * root);
  update_rest(&update, team);
  if (optimizer->muon) {
    muon_step(optimizer->muon, team, rate, momentum, gradient, optimizer->mean, value);
  }
}

VECTORIZED static double
sum_of_squares(const size_t n, const real* const x)
{
  double lanes[LANES] = { 0.0 };
  size_t i            = 0;
  for (; i + LANES <= n; i += LANES) {
    for (size_t l = 0; l < LANES; ++l) {
      lanes[l] += (double)x[i + l] * (double)x[i + l];
    }
  }

  double sum = 0.0;
  for (; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  for (size_t l = 0; l < LANES; ++l) {
    sum += lanes[l];
  }
  return sum;
}

typedef struct {
  size_t      n;
  const real* gradient;
  double      sums[N_PARTS];
} Norm;

static void
sum_part(void* const handle, const uint32_t part)
{
  Norm* const  norm = (Norm*)handle;
  const size_t from = norm->n * part / N_PARTS;
  const size_t to   = norm->n * (part + 1) / N_PARTS;
  norm->sums[part]  = sum_of_squares(to - from, norm->gradient + from);
}

double
gradient_clip(Team* const team, const size_t n, const double limit, real* const gradient)
{
  Norm   squared = { .n = n, .gradient = gradient };
  double sum     = 0.0;
  team_run(team, N_PARTS, sum_part, &squared);
  for (uint32_t part = 0; part < N_PARTS; ++part) {
    sum += squared.sums[part];
  }

  const double norm = sqrt(sum);
  if (limit > 0.0 && isfinite(norm) && norm > limit) {
    const real scale = (real)(limit / norm);
    for (size_t i = 0; i < n; ++i) {
      gradient[i] *= scale;
    }
  }
  return norm;
}

double
rate_at(const uint64_t step, const uint64_t n_steps, const uint64_t n_warmup, const double rate,
        const double final)
{
  if (step < n_warmup) {
    return rate * (double)(step + 1) / (double)n_warmup;
  }

  const double done = (double)(step - n_warmup) / (double)(n_steps - n_warmup);
  return rate * (final + (1.0 - final) * 0.5 * (1.0 + cos(M_PI * done)));
}
