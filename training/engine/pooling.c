// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/pooling.h"

#include "training/engine/units.h"

#include <stdlib.h>
#include <string.h>

bool
pooling_allocate(Dense* const dense, const uint32_t n_rows)
{
  const LayerShape* const shape = &dense->shape;
  if (!shape->gated) {
    return true;
  }

  dense->sums = malloc((size_t)n_rows * layer_shape_sums(shape) * sizeof(real));
  return dense->sums;
}

/// One pass over all sequences, a task for each.
typedef struct {
  const LayerShape* shape;
  BatchShape        batch;
  real*             sums;
  real*             y;
  const real*       output;
  real*             dy;
} Pooling;

/// y = before + g ⊙ (c − before).  @param before NULL: zeros.
static void
move(const uint32_t n, const real* const c, const real* const g, const real* const before,
     real* const y)
{
  for (uint32_t i = 0; i < n; ++i) {
    const real from = before ? before[i] : 0;
    y[i]            = from + g[i] * (c[i] - from);
  }
}

static void
pool_sequence(void* const handle, const uint32_t stream)
{
  const Pooling* const pooling = (const Pooling*)handle;
  const uint32_t       n       = pooling->shape->n_out;
  const real*          before  = NULL;
  for (uint32_t t = 0; t < pooling->batch.n_steps; ++t) {
    const size_t row = (size_t)t * pooling->batch.n_streams + stream;
    real* const  c   = pooling->sums + 2 * n * row;
    real* const  y   = pooling->y + n * row;
    units_activate(pooling->shape->activation, n, c);
    units_activate(ACTIVATION_SIGMOID, n, c + n);
    move(n, c, c + n, before, y);
    before = y;
  }
}

void
pooling_forward(const LayerShape* const shape, Team* const team, const BatchShape batch,
                real* const sums, real* const y)
{
  Pooling pooling = { .shape = shape, .batch = batch, .sums = sums, .y = y };
  team_run(team, batch.n_streams, pool_sequence, &pooling);
}

/// One frame back.  @param before Outputs of the frame before, and @param dy_before their slopes;
/// NULL before the first.
static void
move_back(const Pooling* const pooling, const real* const before, real* const dy_before,
          real* const dy, real* const sums)
{
  const uint32_t n = pooling->shape->n_out;
  real* const    g = sums + n;
  for (uint32_t i = 0; i < n; ++i) {
    const real gate = g[i];
    const real far  = sums[i] - (before ? before[i] : 0);
    g[i]            = dy[i] * far * gate * (1 - gate);
    if (dy_before) {
      dy_before[i] += dy[i] * (1 - gate);
    }
    dy[i] *= gate;
  }
}

static void
unpool_sequence(void* const handle, const uint32_t stream)
{
  const Pooling* const pooling = (const Pooling*)handle;
  const uint32_t       n       = pooling->shape->n_out;
  const size_t         stride  = (size_t)pooling->batch.n_streams * n;
  for (uint32_t t = pooling->batch.n_steps; t-- > 0;) {
    const size_t      row    = (size_t)t * pooling->batch.n_streams + stream;
    real* const       sums   = pooling->sums + 2 * n * row;
    real* const       dy     = pooling->dy + n * row;
    const real* const before = t ? pooling->output + n * row - stride : NULL;
    move_back(pooling, before, t ? dy - stride : NULL, dy, sums);
    units_multiply_slope(pooling->shape->activation, n, sums, dy);
    memcpy(sums, dy, n * sizeof(real));
  }
}

void
pooling_backward(const LayerShape* const shape, Team* const team, const BatchShape batch,
                 const real* const y, real* const dy, real* const sums)
{
  Pooling pooling = { .shape = shape, .batch = batch, .sums = sums, .output = y, .dy = dy };
  team_run(team, batch.n_streams, unpool_sequence, &pooling);
}
