// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/muon.h"

#include "training/engine/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Steps of the iteration.
enum { ITERATIONS = 5 };

/// Its polynomial: a, b and c.
static const real linear  = (real)3.4445;
static const real cubic   = (real)-4.7750;
static const real quintic = (real)2.0315;

/// Root mean square of Adam's steps, in rates.
static const double adam_size = 0.2;

/// One of the matrices, and room to make it orthogonal.
typedef struct {
  MatrixBlock block; ///< That it is in
  size_t      offset;
  real*       x;    ///< [rows × columns]
  real*       work; ///< As muon_orthogonalize() asks
} Task;

struct Muon {
  uint32_t    n_blocks;
  MatrixBlock blocks[MUON_MAX_BLOCKS];
  uint32_t    n_tasks;
  Task*       tasks; ///< [n_tasks]
};

/// @return False when memory is short.
static bool
make_task(Task* const task, const MatrixBlock* const block, const uint32_t side)
{
  const size_t n      = (size_t)block->rows * block->columns;
  const size_t square = (size_t)block->columns * block->columns;
  task->block         = *block;
  task->offset        = block->offset + (size_t)side * block->columns;
  task->x             = malloc((n + 1) * sizeof(real));
  task->work          = malloc((n + 2 * square + 1) * sizeof(real));
  return task->x && task->work;
}

Muon*
muon_new(const uint32_t n, const MatrixBlock* const blocks)
{
  Muon* const muon = calloc(1, sizeof(Muon));
  if (!muon) {
    return NULL;
  }

  uint32_t n_tasks = 0;
  for (uint32_t i = 0; i < n; ++i) {
    muon->blocks[i] = blocks[i];
    n_tasks += blocks[i].n_side;
  }
  muon->n_blocks = n;
  muon->tasks    = calloc((size_t)n_tasks + 1, sizeof(Task));
  bool ok        = muon->tasks;
  for (uint32_t i = 0; ok && i < n; ++i) {
    for (uint32_t side = 0; ok && side < blocks[i].n_side; ++side) {
      ok = make_task(&muon->tasks[muon->n_tasks++], &blocks[i], side);
    }
  }
  if (!ok) {
    muon_free(muon);
    return NULL;
  }
  return muon;
}

void
muon_free(Muon* const muon)
{
  if (muon) {
    for (uint32_t i = 0; i < muon->n_tasks; ++i) {
      free(muon->tasks[i].x);
      free(muon->tasks[i].work);
    }
    free(muon->tasks);
    free(muon);
  }
}

uint32_t
muon_n_blocks(const Muon* const muon)
{
  return muon->n_blocks;
}

const MatrixBlock*
muon_block(const Muon* const muon, const uint32_t i)
{
  return &muon->blocks[i];
}

/// Scale to a norm of 1, so that no singular value is greater.
static void
normalize(const size_t n, real* const x)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  const real scale = sum > 0.0 ? (real)(1.0 / sqrt(sum)) : 0;
  for (size_t i = 0; i < n; ++i) {
    x[i] *= scale;
  }
}

/// a I + b A + c A², in the place of A².
static void
make_polynomial(const uint32_t n, const real* const a, real* const squared)
{
  for (size_t i = 0; i < (size_t)n * n; ++i) {
    squared[i] = cubic * a[i] + quintic * squared[i];
  }
  for (size_t i = 0; i < n; ++i) {
    squared[i * n + i] += linear;
  }
}

const real*
muon_orthogonalize(const uint32_t rows, const uint32_t columns, real* x, real* const work)
{
  const size_t n      = (size_t)rows * columns;
  real* const  gram   = work + n;
  real* const  factor = gram + (size_t)columns * columns;
  real*        next   = work;
  normalize(n, x);
  for (uint32_t i = 0; i < ITERATIONS; ++i) {
    const Matrix seen = { x, columns, false };
    matrix_gram(rows, columns, x, gram);
    matrix_gram(columns, columns, gram, factor); // Which is symmetric: its square
    make_polynomial(columns, gram, factor);
    matrix_multiply(rows, columns, columns, seen, (Matrix){ factor, columns, false }, false, next,
                    columns);
    real* const last = x;
    x                = next;
    next             = last;
  }
  return x;
}

typedef struct {
  const Muon* muon;
  double      rate;
  real        momentum;
  const real* gradient;
  real*       mean;
  real*       value;
} Step;

static void
step_matrix(void* const handle, const uint32_t i)
{
  const Step* const step   = (const Step*)handle;
  const Task* const task   = &step->muon->tasks[i];
  const uint32_t    rows   = task->block.rows;
  const uint32_t    n      = task->block.columns;
  const size_t      stride = (size_t)task->block.n_side * n;
  const real        keep   = step->momentum;
  const double      most   = rows > n ? rows : n;
  const real        rate   = (real)(step->rate * adam_size * sqrt(most));
  for (uint32_t r = 0; r < rows; ++r) {
    const real* const g = step->gradient + task->offset + r * stride;
    real* const       m = step->mean + task->offset + r * stride;
    for (uint32_t c = 0; c < n; ++c) {
      m[c]                       = keep * m[c] + (1 - keep) * g[c];
      task->x[(size_t)r * n + c] = keep * m[c] + (1 - keep) * g[c];
    }
  }

  const real* const way = muon_orthogonalize(rows, n, task->x, task->work);
  for (uint32_t r = 0; r < rows; ++r) {
    real* const value = step->value + task->offset + r * stride;
    for (uint32_t c = 0; c < n; ++c) {
      value[c] -= rate * way[(size_t)r * n + c];
    }
  }
}

void
muon_step(Muon* const muon, Team* const team, const double rate, const double momentum,
          const real* const gradient, real* const mean, real* const value)
{
  Step step = { .muon     = muon,
                .rate     = rate,
                .momentum = (real)momentum,
                .gradient = gradient,
                .mean     = mean,
                .value    = value };
  team_run(team, muon->n_tasks, step_matrix, &step);
}
