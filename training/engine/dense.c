// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/dense.h"

#include "training/engine/matrix.h"
#include "training/engine/pooling.h"
#include "training/engine/units.h"

#include <stddef.h>
#include <string.h>

/// Rows of a product that make a task: many enough that packing the other matrix costs little.
/// Fixed, so that results do not depend on the number of threads.
enum { BATCH_GRAIN = 512, INPUT_GRAIN = 512, ALIGNMENT = 16 };

typedef struct {
  uint32_t from, to;
} Range;

/// Tasks that `n` rows are cut into.
static uint32_t
tile_count(const uint32_t n, const uint32_t grain)
{
  return (n + grain - 1) / grain;
}

/// Rows of one of them; all are about equal.
static Range
tile_range(const uint32_t n, const uint32_t grain, const uint32_t tile)
{
  const uint32_t n_tiles = tile_count(n, grain);
  const uint32_t units   = (n + ALIGNMENT - 1) / ALIGNMENT;
  const uint32_t from    = ALIGNMENT * (units * tile / n_tiles);
  const uint32_t to      = ALIGNMENT * (units * (tile + 1) / n_tiles);

  return (Range){ from, to < n ? to : n };
}

/// One pass through a layer, shared by its tasks.
typedef struct {
  const Dense* dense;
  BatchShape   batch;
  const real*  x;
  uint32_t     n_sums; ///< Columns of the weights
  real*        a;      ///< Sums, and what becomes of them; in the backward pass their slopes da
  const real*  output;
  real*        slope; ///< Of the output
  real*        dx;
} Pass;

static size_t
weights_per_tap(const Dense* const dense)
{
  return (size_t)dense->shape.n_in * layer_shape_sums(&dense->shape);
}

/// Begin the sum of some outputs with the biases.
static void
copy_bias(const Dense* const dense, const uint32_t n_rows, real* const a)
{
  const uint32_t n_sums = layer_shape_sums(&dense->shape);
  for (uint32_t r = 0; r < n_rows; ++r) {
    memcpy(a + (size_t)r * n_sums, dense->b, n_sums * sizeof(real));
  }
}

static void
forward_tile(void* const handle, const uint32_t tile)
{
  const Pass* const       pass  = (const Pass*)handle;
  const Dense* const      dense = pass->dense;
  const LayerShape* const shape = &dense->shape;
  const Range             rows  = tile_range(batch_rows(pass->batch), BATCH_GRAIN, tile);
  const uint32_t          n     = rows.to - rows.from;
  real* const             a     = pass->a + (size_t)rows.from * pass->n_sums;
  copy_bias(dense, n, a);
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    // Rows before `delay` would read frames before the first.
    const uint32_t delay = shape->taps[k] * pass->batch.n_streams;
    const uint32_t first = rows.from > delay ? rows.from : delay;
    if (first < rows.to) {
      const Matrix x = { pass->x + (size_t)(first - delay) * shape->n_in, shape->n_in, false };
      const Matrix w = { dense->w + k * weights_per_tap(dense), pass->n_sums, false };
      matrix_multiply(rows.to - first, pass->n_sums, shape->n_in, x, w, true,
                      pass->a + (size_t)first * pass->n_sums, pass->n_sums);
    }
  }
  if (!shape->gated) {
    units_activate(shape->activation, (size_t)n * shape->n_out, a);
  }
}

void
dense_forward(const Dense* const dense, Team* const team, const BatchShape batch,
              const real* const x, real* const y)
{
  const LayerShape* const shape = &dense->shape;
  Pass                    pass  = { .dense  = dense,
                                    .batch  = batch,
                                    .x      = x,
                                    .n_sums = layer_shape_sums(shape),
                                    .a      = shape->gated ? dense->sums : y };
  team_run(team, tile_count(batch_rows(batch), BATCH_GRAIN), forward_tile, &pass);
  if (shape->gated) {
    pooling_forward(shape, team, batch, dense->sums, y);
  }
}

static void
slope_tile(void* const handle, const uint32_t tile)
{
  const Pass* const       pass  = (const Pass*)handle;
  const LayerShape* const shape = &pass->dense->shape;
  const Range             rows  = tile_range(batch_rows(pass->batch), BATCH_GRAIN, tile);
  const size_t            from  = (size_t)rows.from * shape->n_out;
  units_multiply_slope(shape->activation, (size_t)(rows.to - rows.from) * shape->n_out,
                       pass->output + from, pass->slope + from);
}

static uint32_t
weight_tile_count(const LayerShape* const shape)
{
  return tile_count(shape->n_in, INPUT_GRAIN) * shape->n_taps;
}

static uint32_t
input_tile_count(const Pass* const pass)
{
  return pass->dx ? tile_count(batch_rows(pass->batch), BATCH_GRAIN) : 0;
}

/// The gradient of some rows of one tap's matrix.
static void
weight_tile(const Pass* const pass, const uint32_t task)
{
  const LayerShape* const shape   = &pass->dense->shape;
  const uint32_t          n_tiles = tile_count(shape->n_in, INPUT_GRAIN);
  const uint32_t          k       = task / n_tiles;
  const Range             inputs  = tile_range(shape->n_in, INPUT_GRAIN, task % n_tiles);
  const uint32_t          delay   = shape->taps[k] * pass->batch.n_streams;
  const uint32_t          n_rows  = batch_rows(pass->batch);
  const uint32_t          n_sums  = pass->n_sums;
  const size_t            at      = k * weights_per_tap(pass->dense) + (size_t)inputs.from * n_sums;
  real* const             dw      = pass->dense->dw + at;
  if (delay >= n_rows) {
    memset(dw, 0, (size_t)(inputs.to - inputs.from) * n_sums * sizeof(real));
    return;
  }

  const Matrix x  = { pass->x + inputs.from, shape->n_in, true };
  const Matrix da = { pass->a + (size_t)delay * n_sums, n_sums, false };
  matrix_multiply(inputs.to - inputs.from, n_sums, n_rows - delay, x, da, false, dw, n_sums);
}

static void
bias_gradient(const Pass* const pass)
{
  const uint32_t n_sums = pass->n_sums;
  real* const    db     = pass->dense->db;
  memset(db, 0, n_sums * sizeof(real));
  for (uint32_t r = 0; r < batch_rows(pass->batch); ++r) {
    const real* const da = pass->a + (size_t)r * n_sums;
    for (uint32_t j = 0; j < n_sums; ++j) {
      db[j] += da[j];
    }
  }
}

static void
input_tile(const Pass* const pass, const uint32_t tile)
{
  const Dense* const      dense  = pass->dense;
  const LayerShape* const shape  = &dense->shape;
  const uint32_t          n_rows = batch_rows(pass->batch);
  const Range             rows   = tile_range(n_rows, BATCH_GRAIN, tile);
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    // Rows from the last `delay` on are not read by this tap.
    const uint32_t delay = shape->taps[k] * pass->batch.n_streams;
    const uint32_t end   = n_rows - (delay < n_rows ? delay : n_rows);
    const uint32_t last  = rows.to < end ? rows.to : end;
    if (rows.from < last) {
      const Matrix da = { pass->a + (size_t)(rows.from + delay) * pass->n_sums, pass->n_sums,
                          false };
      const Matrix w  = { dense->w + k * weights_per_tap(dense), pass->n_sums, true };
      matrix_multiply(last - rows.from, shape->n_in, pass->n_sums, da, w, k > 0,
                      pass->dx + (size_t)rows.from * shape->n_in, shape->n_in);
    }
  }
}

/// One task of the backward pass: weights first, for they take longest, then inputs, then biases.
static void
gradient_task(void* const handle, const uint32_t task)
{
  const Pass* const pass           = (const Pass*)handle;
  const uint32_t    n_weight_tiles = weight_tile_count(&pass->dense->shape);
  const uint32_t    n_input_tiles  = input_tile_count(pass);
  if (task < n_weight_tiles) {
    weight_tile(pass, task);
  } else if (task < n_weight_tiles + n_input_tiles) {
    input_tile(pass, task - n_weight_tiles);
  } else {
    bias_gradient(pass);
  }
}

void
dense_backward(const Dense* const dense, Team* const team, const BatchShape batch,
               const real* const x, const real* const y, real* const dy, real* const dx)
{
  const LayerShape* const shape = &dense->shape;
  Pass                    pass  = { .dense  = dense,
                                    .batch  = batch,
                                    .x      = x,
                                    .n_sums = layer_shape_sums(shape),
                                    .a      = shape->gated ? dense->sums : dy,
                                    .output = y,
                                    .slope  = dy,
                                    .dx     = dx };
  if (shape->gated) {
    pooling_backward(shape, team, batch, y, dy, dense->sums);
  } else {
    team_run(team, tile_count(batch_rows(batch), BATCH_GRAIN), slope_tile, &pass);
  }
  team_run(team, weight_tile_count(&dense->shape) + input_tile_count(&pass) + 1, gradient_task,
           &pass);
}
