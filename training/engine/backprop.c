// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/backprop.h"

#include "training/engine/pooling.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

struct Backprop {
  uint32_t    n_layers;
  Dense*      layers; ///< [n_layers]
  const real* x;      ///< Input of the last forward pass
  real**      y;      ///< [n_layers], output of each layer
  real**      dy;     ///< [n_layers], slope of each output
  Dropout*    drops;  ///< [n_layers], of what each layer gives the next; NULL: not allowed
  bool        drop;   ///< Whether something is left out
};

static bool
allocate_layer(Backprop* const backprop, const uint32_t layer, const uint32_t n_rows)
{
  const size_t n      = (size_t)n_rows * backprop->layers[layer].shape.n_out;
  backprop->y[layer]  = malloc(n * sizeof(real));
  backprop->dy[layer] = malloc(n * sizeof(real));
  return backprop->y[layer] && backprop->dy[layer] &&
         pooling_allocate(&backprop->layers[layer], n_rows);
}

Backprop*
backprop_new(const uint32_t n_layers, const LayerShape* const shapes,
             const Parameters* const parameters, const Precision precision, const BatchShape batch)
{
  Backprop* const backprop = calloc(1, sizeof(Backprop));
  if (!backprop) {
    return NULL;
  }

  backprop->n_layers = n_layers;
  backprop->layers   = calloc(n_layers, sizeof(Dense));
  backprop->y        = calloc(n_layers, sizeof(real*));
  backprop->dy       = calloc(n_layers, sizeof(real*));
  bool   ok          = backprop->layers && backprop->y && backprop->dy;
  size_t offset      = 0;
  for (uint32_t l = 0; ok && l < n_layers; ++l) {
    backprop->layers[l] = parameters_dense(parameters, offset, &shapes[l]);
    offset += parameters_of_layer(&shapes[l]);
    ok = allocate_layer(backprop, l, batch_rows(batch)) &&
         dense_prepare(&backprop->layers[l], precision, batch);
  }
  if (!ok) {
    backprop_free(backprop);
    return NULL;
  }
  return backprop;
}

void
backprop_free(Backprop* const backprop)
{
  if (!backprop) {
    return;
  }

  for (uint32_t l = 0; backprop->layers && backprop->y && backprop->dy && l < backprop->n_layers;
       ++l) {
    dense_release(&backprop->layers[l]);
    free(backprop->y[l]);
    free(backprop->dy[l]);
    free(backprop->layers[l].sums);
    if (backprop->drops) {
      dropout_release(&backprop->drops[l]);
    }
  }
  free(backprop->layers);
  free(backprop->y);
  free(backprop->dy);
  free(backprop->drops);
  free(backprop);
}

bool
backprop_allow_dropout(Backprop* const backprop, const BatchShape batch)
{
  backprop->drops = calloc(backprop->n_layers, sizeof(Dropout));
  bool ok         = backprop->drops;
  for (uint32_t l = 0; ok && l + 1 < backprop->n_layers; ++l) {
    ok = dropout_allocate(&backprop->drops[l], backprop->layers[l].shape.n_out, batch);
  }
  return ok;
}

void
backprop_drop(Backprop* const backprop, const uint32_t n_streams, const double share,
              Random* const random)
{
  assert(backprop->drops);
  backprop->drop = random;
  for (uint32_t l = 0; random && l + 1 < backprop->n_layers; ++l) {
    dropout_draw(&backprop->drops[l], n_streams, share, random);
  }
}

/// What a layer was, or is to be, fed with.
static const real*
input_of(const Backprop* const backprop, const uint32_t layer)
{
  if (!layer) {
    return backprop->x;
  }
  return backprop->drop ? backprop->drops[layer - 1].kept : backprop->y[layer - 1];
}

const real*
backprop_forward(Backprop* const backprop, Team* const team, const uint32_t n_layers,
                 const BatchShape batch, const real* const x)
{
  assert(n_layers && n_layers <= backprop->n_layers);
  backprop->x = x;
  for (uint32_t l = 0; l < n_layers; ++l) {
    dense_forward(&backprop->layers[l], team, batch, input_of(backprop, l), backprop->y[l]);
    if (backprop->drop && l + 1 < n_layers) {
      dropout_apply(&backprop->drops[l], team, batch, backprop->y[l], backprop->drops[l].kept);
    }
  }
  return backprop->y[n_layers - 1];
}

real*
backprop_slope(Backprop* const backprop)
{
  return backprop->dy[backprop->n_layers - 1];
}

void
backprop_backward(Backprop* const backprop, Team* const team, const BatchShape batch,
                  real* const dx)
{
  for (uint32_t l = backprop->n_layers; l-- > 0;) {
    real* const below = l ? backprop->dy[l - 1] : dx;
    dense_backward(&backprop->layers[l], team, batch, input_of(backprop, l), backprop->y[l],
                   backprop->dy[l], below);
    if (backprop->drop && l) {
      dropout_apply(&backprop->drops[l - 1], team, batch, below, below);
    }
  }
}
