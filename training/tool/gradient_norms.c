// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/gradient_norms.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

bool
gradient_norms_make(GradientNorms* const norms, const uint32_t n_layers, const uint32_t n_epochs)
{
  GradientNorms made = { .n_layers = n_layers, .n_epochs = n_epochs };
  made.sum           = calloc((size_t)n_epochs * n_layers + 1, sizeof(double));
  made.n             = calloc((size_t)n_epochs + 1, sizeof(uint64_t));
  if (!made.sum || !made.n) {
    gradient_norms_clear(&made);
    return false;
  }
  *norms = made;
  return true;
}

void
gradient_norms_clear(GradientNorms* const norms)
{
  free(norms->sum);
  free(norms->n);
  *norms = (GradientNorms){ 0 };
}

static double
norm(const size_t n, const real* const x)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sqrt(sum);
}

void
gradient_norms_measure(GradientNorms* const norms, const uint32_t epoch,
                       const UnrolledShape* const shape, const real* const gradient)
{
  double found[2 * NETWORK_MAX_LAYERS + 2];
  assert(epoch < norms->n_epochs && norms->n_layers == unrolled_shape_layers(shape));
  for (uint32_t layer = 0; layer < norms->n_layers; ++layer) {
    const size_t from = unrolled_shape_offset(shape, layer);
    const size_t to   = layer + 1 < norms->n_layers ? unrolled_shape_offset(shape, layer + 1)
                                                    : unrolled_shape_size(shape);
    found[layer]      = norm(to - from, gradient + from);
    if (!isfinite(found[layer])) {
      return;
    }
  }
  for (uint32_t layer = 0; layer < norms->n_layers; ++layer) {
    norms->sum[(size_t)epoch * norms->n_layers + layer] += found[layer];
  }
  ++norms->n[epoch];
}

void
gradient_norms_add(GradientNorms* const norms, GradientNorms* const from)
{
  assert(norms->n_layers == from->n_layers && norms->n_epochs == from->n_epochs);
  for (size_t i = 0; i < (size_t)norms->n_epochs * norms->n_layers; ++i) {
    norms->sum[i] += from->sum[i];
  }
  for (uint32_t epoch = 0; epoch < norms->n_epochs; ++epoch) {
    norms->n[epoch] += from->n[epoch];
  }
  gradient_norms_clear(from);
}

double
gradient_norms_mean(const GradientNorms* const norms, const uint32_t epoch, const uint32_t layer)
{
  const size_t place = (size_t)epoch * norms->n_layers + layer;
  return norms->n[epoch] ? norms->sum[place] / (double)norms->n[epoch] : (double)NAN;
}

uint32_t
gradient_norms_end(const GradientNorms* const norms)
{
  uint32_t end = norms->n_epochs;
  while (end && !norms->n[end - 1]) {
    --end;
  }
  return end;
}
