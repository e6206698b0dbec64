// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/dense.h"

#include "training/engine/matrix.h"
#include "training/engine/pooling.h"
#include "training/engine/units.h"
#include "training/engine/vectorized.h"

#include <assert.h>
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

bool
dense_prepare(Dense* const dense, const Precision precision, const BatchShape largest)
{
  assert(precision != PRECISION_AUTO);
  if (precision == PRECISION_FLOAT32 || !bfloat16_suits(&dense->shape)) {
    return true;
  }
  dense->half = bfloat16_new(&dense->shape, largest);
  return dense->half;
}

void
dense_release(Dense* const dense)
{
  bfloat16_free(dense->half);
  dense->half = NULL;
}

/// Tasks that the rows of a mini-batch are cut into.
static uint32_t
row_tile_count(const Pass* const pass)
{
  const Bfloat16* const half = pass->dense->half;
  return tile_count(batch_rows(pass->batch), half ? bfloat16_rows(half) : BATCH_GRAIN);
}

/// Rows of one of them; in bfloat16 all but the last have as many.
static Range
row_tile_range(const Pass* const pass, const uint32_t tile)
{
  const Bfloat16* const half = pass->dense->half;
  const uint32_t        n    = batch_rows(pass->batch);
  if (!half) {
    return tile_range(n, BATCH_GRAIN, tile);
  }
  const uint32_t from = tile * bfloat16_rows(half);
  const uint32_t left = n - from;
  return (Range){ from, left < bfloat16_rows(half) ? n : from + bfloat16_rows(half) };
}

/// b + Σ_k x_{t−τ_k} W_k, of some rows, in float32.
static void
multiply_rows(const Pass* const pass, const Range rows)
{
  const Dense* const      dense = pass->dense;
  const LayerShape* const shape = &dense->shape;
  copy_bias(dense, rows.to - rows.from, pass->a + (size_t)rows.from * pass->n_sums);
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
}

static void
forward_tile(void* const handle, const uint32_t tile)
{
  const Pass* const       pass  = (const Pass*)handle;
  const LayerShape* const shape = &pass->dense->shape;
  const Range             rows  = row_tile_range(pass, tile);
  if (pass->dense->half) {
    bfloat16_output(pass->dense->half, rows.from, pass->dense->b, pass->a);
  } else {
    multiply_rows(pass, rows);
  }
  if (!shape->gated) {
    units_activate(shape->activation, (size_t)(rows.to - rows.from) * shape->n_out,
                   pass->a + (size_t)rows.from * shape->n_out);
  }
}

/// Round the weights, which take longest, and then some rows of the input.
static void
round_task(void* const handle, const uint32_t task)
{
  const Pass* const  pass   = (const Pass*)handle;
  const Dense* const dense  = pass->dense;
  const uint32_t     n_taps = dense->shape.n_taps;
  if (task < n_taps) {
    bfloat16_take_weights(dense->half, task, dense->w + task * weights_per_tap(dense));
  } else {
    const Range rows = row_tile_range(pass, task - n_taps);
    bfloat16_take_input(dense->half, rows.from, rows.to, pass->x);
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
  if (dense->half) {
    bfloat16_begin(dense->half, batch);
    team_run(team, shape->n_taps + row_tile_count(&pass), round_task, &pass);
  }
  team_run(team, row_tile_count(&pass), forward_tile, &pass);
  if (shape->gated) {
    pooling_forward(shape, team, batch, dense->sums, y);
  }
}

/// Weights that are to be turned for the backward pass, in tasks of a tap each.
static uint32_t
turned_count(const Pass* const pass)
{
  return pass->dense->half && pass->dx ? pass->dense->shape.n_taps : 0;
}

/// Slopes of some rows, unless the gates have seen to them; in bfloat16 the weights are turned
/// meanwhile.
static void
slope_task(void* const handle, const uint32_t task)
{
  const Pass* const       pass     = (const Pass*)handle;
  Bfloat16* const         half     = pass->dense->half;
  const LayerShape* const shape    = &pass->dense->shape;
  const uint32_t          n_turned = turned_count(pass);
  if (task < n_turned) {
    bfloat16_turn_weights(half, task, pass->dense->w + task * weights_per_tap(pass->dense));
    return;
  }

  const Range  rows = row_tile_range(pass, task - n_turned);
  const size_t from = (size_t)rows.from * shape->n_out;
  if (!shape->gated) {
    units_multiply_slope(shape->activation, (size_t)(rows.to - rows.from) * shape->n_out,
                         pass->output + from, pass->slope + from);
  }
  if (half) {
    bfloat16_take_slope(half, rows.from, rows.to, pass->a);
  }
}

/// Tasks of the weights' gradient, per tap.
static uint32_t
weight_tile_count(const Dense* const dense)
{
  return dense->half ? bfloat16_weight_tiles(dense->half)
                     : tile_count(dense->shape.n_in, INPUT_GRAIN);
}

static uint32_t
input_tile_count(const Pass* const pass)
{
  return pass->dx ? row_tile_count(pass) : 0;
}

/// The gradient of some rows of one tap's matrix.
static void
weight_tile(const Pass* const pass, const uint32_t task)
{
  const LayerShape* const shape   = &pass->dense->shape;
  const uint32_t          n_tiles = weight_tile_count(pass->dense);
  const uint32_t          k       = task / n_tiles;
  if (pass->dense->half) {
    bfloat16_weights(pass->dense->half, k, task % n_tiles,
                     pass->dense->dw + k * weights_per_tap(pass->dense));
    return;
  }

  const Range    inputs = tile_range(shape->n_in, INPUT_GRAIN, task % n_tiles);
  const uint32_t delay  = shape->taps[k] * pass->batch.n_streams;
  const uint32_t n_rows = batch_rows(pass->batch);
  const uint32_t n_sums = pass->n_sums;
  const size_t   at     = k * weights_per_tap(pass->dense) + (size_t)inputs.from * n_sums;
  real* const    dw     = pass->dense->dw + at;
  if (delay >= n_rows) {
    memset(dw, 0, (size_t)(inputs.to - inputs.from) * n_sums * sizeof(real));
    return;
  }

  const Matrix x  = { pass->x + inputs.from, shape->n_in, true };
  const Matrix da = { pass->a + (size_t)delay * n_sums, n_sums, false };
  matrix_multiply(inputs.to - inputs.from, n_sums, n_rows - delay, x, da, false, dw, n_sums);
}

VECTORIZED static void
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
  const Range             rows   = row_tile_range(pass, tile);
  if (dense->half) {
    bfloat16_input(dense->half, rows.from, pass->dx);
    return;
  }

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
  const uint32_t    n_weight_tiles = weight_tile_count(pass->dense) * pass->dense->shape.n_taps;
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
  }
  if (!shape->gated || dense->half) {
    team_run(team, turned_count(&pass) + row_tile_count(&pass), slope_task, &pass);
  }
  team_run(team, weight_tile_count(dense) * shape->n_taps + input_tile_count(&pass) + 1,
           gradient_task, &pass);
}
