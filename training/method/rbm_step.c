// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/rbm_step.h"

#include "training/engine/loss.h"
#include "training/engine/matrix.h"
#include "training/method/taps.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Rows that make a task.  Fixed, so that results do not depend on the number of threads.
enum { GRAIN = 128 };

/// First weights' deviation.
static const double deviation = 0.01;

/// The rows of the data and of the chain's end lie one after the other, so that the gradient of
/// both is that of one dense layer.
typedef struct {
  LayerShape  tapped; ///< As the recipe has it
  uint32_t    cd_k;
  uint32_t    n_rows;     ///< Of the largest mini-batch
  LayerShape  shape;      ///< On the taps side by side
  bool        binary;     ///< The visible units
  Parameters* parameters; ///< W, b, c
  real*       visible;    ///< v_0 and v_k, [2·rows × n_visible]
  real*       hidden;     ///< Chances or means of h_0 and h_k, [2·rows × n_hidden]
  real*       drawn;      ///< States of the hidden units, [rows × n_hidden]
} Rbm;

static void
destroy(void* const handle)
{
  Rbm* const rbm = (Rbm*)handle;
  if (rbm) {
    parameters_free(rbm->parameters);
    free(rbm->visible);
    free(rbm->hidden);
    free(rbm->drawn);
    free(rbm);
  }
}

static void*
create(const PretrainConfig* const config)
{
  assert(config->choices->cd_k > 0);
  assert(config->shape.activation == ACTIVATION_SIGMOID ||
         config->shape.activation == ACTIVATION_IDENTITY);
  Rbm* const rbm = calloc(1, sizeof(Rbm));
  if (!rbm) {
    return NULL;
  }

  rbm->tapped = config->shape;
  rbm->cd_k   = config->choices->cd_k;
  rbm->n_rows = batch_rows(config->batch);
  rbm->binary = config->below == ACTIVATION_SIGMOID || config->choices->visible == VISIBLE_BINARY;
  rbm->shape  = (LayerShape){ .n_in       = config->shape.n_taps * config->shape.n_in,
                              .n_out      = config->shape.n_out,
                              .n_taps     = 1,
                              .activation = config->shape.activation };

  const size_t n_rows = rbm->n_rows;
  rbm->parameters     = parameters_new(parameters_of_layer(&rbm->shape) + rbm->shape.n_in);
  rbm->visible        = malloc(2 * n_rows * rbm->shape.n_in * sizeof(real));
  rbm->hidden         = malloc(2 * n_rows * rbm->shape.n_out * sizeof(real));
  rbm->drawn          = malloc(n_rows * rbm->shape.n_out * sizeof(real));
  if (!rbm->parameters || !rbm->visible || !rbm->hidden || !rbm->drawn) {
    destroy(rbm);
    return NULL;
  }
  return rbm;
}

static Parameters*
parameters(void* const handle)
{
  return ((Rbm*)handle)->parameters;
}

/// Where c is among the parameters and their gradients.
static size_t
offset_of_c(const Rbm* const rbm)
{
  return parameters_of_layer(&rbm->shape);
}

static void
draw(void* const handle, Random* const random)
{
  const Rbm* const rbm       = (const Rbm*)handle;
  const size_t     n_weights = layer_shape_weights(&rbm->shape);
  real* const      value     = rbm->parameters->value;
  memset(value, 0, rbm->parameters->n * sizeof(real));
  for (size_t i = 0; i < n_weights; ++i) {
    value[i] = (real)(deviation * random_normal(random));
  }
}

/// Drawing the states of some units, shared by its tasks.
typedef struct {
  uint64_t    key; ///< Every row draws from a generator of its own
  uint32_t    n_rows;
  uint32_t    n_units;
  bool        binary;
  const real* mean;  ///< [rows × units]
  real*       state; ///< [rows × units], written; may be `mean`
} Drawing;

static void
draw_row(const Drawing* const drawing, const uint32_t row)
{
  const size_t      from   = (size_t)row * drawing->n_units;
  const real* const mean   = drawing->mean + from;
  real* const       state  = drawing->state + from;
  Random            random = random_at(drawing->key, RANDOM_MACHINE, row);
  for (uint32_t i = 0; i < drawing->n_units; ++i) {
    if (drawing->binary) {
      state[i] = random_bits(&random) * 0x1p-32 < (double)mean[i] ? 1 : 0;
    } else {
      state[i] = mean[i] + (real)random_normal(&random);
    }
  }
}

static void
draw_tile(void* const handle, const uint32_t tile)
{
  const Drawing* const drawing = (const Drawing*)handle;
  for (uint32_t row = tile * GRAIN; row < drawing->n_rows && row < (tile + 1) * GRAIN; ++row) {
    draw_row(drawing, row);
  }
}

static uint32_t
tile_count(const uint32_t n_rows)
{
  return (n_rows + GRAIN - 1) / GRAIN;
}

/// Draw states.  @param drawing All but the key.
static void
draw_states(Drawing drawing, Team* const team, Random* const random)
{
  drawing.key = (uint64_t)random_bits(random) << 32u;
  drawing.key |= random_bits(random);
  team_run(team, tile_count(drawing.n_rows), draw_tile, &drawing);
}

/// The hidden units' chances or means, of `n_rows` rows.
static void
go_up(const Rbm* const rbm, Team* const team, const uint32_t n_rows, const real* const visible,
      real* const hidden)
{
  const Dense dense = parameters_dense(rbm->parameters, 0, &rbm->shape);
  dense_forward(&dense, team, (BatchShape){ 1, n_rows }, visible, hidden);
}

/// The way down, shared by its tasks.
typedef struct {
  const Rbm* rbm;
  uint32_t   n_rows;
  real*      visible; ///< Chances or means, [rows × n_visible], written
} Descending;

#ifdef LAMINA_DOUBLE
#define EXP exp
#else
#define EXP expf
#endif

static void
down_tile(void* const handle, const uint32_t tile)
{
  const Descending* const descending = (const Descending*)handle;
  const Rbm* const        rbm        = descending->rbm;
  const uint32_t          n_visible  = rbm->shape.n_in;
  const uint32_t          n_hidden   = rbm->shape.n_out;
  const uint32_t          from       = tile * GRAIN;
  const uint32_t          left       = descending->n_rows - from;
  const uint32_t          n_rows     = left < GRAIN ? left : GRAIN;
  const real* const       c          = rbm->parameters->value + offset_of_c(rbm);
  real*                   row        = descending->visible + (size_t)from * n_visible;

  const Matrix h = { rbm->drawn + (size_t)from * n_hidden, n_hidden, false };
  const Matrix w = { rbm->parameters->value, n_hidden, true };
  matrix_multiply(n_rows, n_visible, n_hidden, h, w, false, row, n_visible);
  for (uint32_t r = 0; r < n_rows; ++r, row += n_visible) {
    for (uint32_t i = 0; i < n_visible; ++i) {
      row[i] = rbm->binary ? 1 / (1 + EXP(-row[i] - c[i])) : row[i] + c[i];
    }
  }
}

/// The visible units' chances or means, given the states of the hidden.
static void
go_down(const Rbm* const rbm, Team* const team, const uint32_t n_rows, real* const visible)
{
  Descending descending = { rbm, n_rows, visible };
  team_run(team, tile_count(n_rows), down_tile, &descending);
}

/// Draw the hidden units and reconstruct the visible ones.  @param hidden Chances or means.
static void
reconstruct(const Rbm* const rbm, Team* const team, const uint32_t n_rows, const real* const hidden,
            real* const visible, Random* const random)
{
  const Drawing drawing = { .n_rows  = n_rows,
                            .n_units = rbm->shape.n_out,
                            .binary  = rbm->shape.activation == ACTIVATION_SIGMOID,
                            .mean    = hidden,
                            .state   = rbm->drawn };
  draw_states(drawing, team, random);
  go_down(rbm, team, n_rows, visible);
}

/// From the first reconstruction's means to v_k and the chances or means of h_k.
static void
run_chain(const Rbm* const rbm, Team* const team, const uint32_t n_rows, real* const visible,
          real* const hidden, Random* const random)
{
  const Drawing drawing = { .n_rows  = n_rows,
                            .n_units = rbm->shape.n_in,
                            .binary  = rbm->binary,
                            .mean    = visible,
                            .state   = visible };
  for (uint32_t k = 1;; ++k) {
    if (rbm->cd_k > 1) {
      draw_states(drawing, team, random);
    }
    go_up(rbm, team, n_rows, visible, hidden);
    if (k == rbm->cd_k) {
      return;
    }
    reconstruct(rbm, team, n_rows, hidden, visible, random);
  }
}

/// The slope of −(data − chain), mean over the rows; `hidden` becomes its weights.
static void
fill_gradient(const Rbm* const rbm, Team* const team, const uint32_t n_rows)
{
  const size_t n_hidden  = (size_t)n_rows * rbm->shape.n_out;
  const size_t n_visible = rbm->shape.n_in;
  const real   share     = (real)1 / (real)n_rows;
  for (size_t i = 0; i < n_hidden; ++i) {
    rbm->hidden[i] *= -share;
    rbm->hidden[n_hidden + i] *= share;
  }

  LayerShape linear      = rbm->shape;
  linear.activation      = ACTIVATION_IDENTITY;
  const Dense       both = parameters_dense(rbm->parameters, 0, &linear);
  real* const       by_c = rbm->parameters->gradient + offset_of_c(rbm);
  const real* const v    = rbm->visible;
  dense_backward(&both, team, (BatchShape){ 1, 2 * n_rows }, v, rbm->hidden, rbm->hidden, NULL);
  memset(by_c, 0, n_visible * sizeof(real));
  for (size_t r = 0; r < n_rows; ++r) {
    const real* const data  = v + r * n_visible;
    const real* const chain = v + (n_rows + r) * n_visible;
    for (size_t i = 0; i < n_visible; ++i) {
      by_c[i] += share * (chain[i] - data[i]);
    }
  }
}

static double
step(void* const handle, Team* const team, const PretrainBatch* const batch, Random* const random)
{
  const Rbm* const rbm    = (const Rbm*)handle;
  const uint32_t   n_rows = batch_rows(batch->batch);
  real* const      v_k    = rbm->visible + (size_t)n_rows * rbm->shape.n_in;
  real* const      h_k    = rbm->hidden + (size_t)n_rows * rbm->shape.n_out;
  assert(n_rows <= rbm->n_rows);

  taps_gather(&rbm->tapped, batch->batch, batch->corrupted, rbm->visible);
  go_up(rbm, team, n_rows, rbm->visible, rbm->hidden);
  reconstruct(rbm, team, n_rows, rbm->hidden, v_k, random);
  const double loss = loss_squared_error(n_rows, rbm->shape.n_in, v_k, rbm->visible, NULL);
  if (batch->learn) {
    run_chain(rbm, team, n_rows, v_k, h_k, random);
    fill_gradient(rbm, team, n_rows);
  }
  return loss;
}

static void
unroll(void* const handle, real* const encoder, real* const decoder)
{
  const Rbm* const  rbm      = (const Rbm*)handle;
  const size_t      n_in     = rbm->tapped.n_in;
  const size_t      n_hidden = rbm->shape.n_out;
  const real* const w        = rbm->parameters->value;

  // The first tap is the current frame.
  memcpy(encoder, w, offset_of_c(rbm) * sizeof(real));
  for (size_t j = 0; j < n_hidden; ++j) {
    for (size_t i = 0; i < n_in; ++i) {
      decoder[j * n_in + i] = w[i * n_hidden + j];
    }
  }
  memcpy(decoder + n_hidden * n_in, w + offset_of_c(rbm), n_in * sizeof(real));
}

const PretrainStep rbm_step = { .name       = "rbm",
                                .create     = create,
                                .destroy    = destroy,
                                .parameters = parameters,
                                .draw       = draw,
                                .step       = step,
                                .unroll     = unroll };
