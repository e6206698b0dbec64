// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/growth.h"

#include <stddef.h>
#include <stdint.h>

/// Sum of a gate that is open by 95 %.
static const real open_gate = 3;

bool
growth_possible(const LayerShape* const from, const LayerShape* const to)
{
  return from->n_in <= to->n_in && from->n_out <= to->n_out && from->n_taps == to->n_taps &&
         from->activation == to->activation && (to->gated || !from->gated);
}

/// One row of numbers: the units that were there, and their gates.
/// @param known That of the trained layer, [n_sums of from]; NULL: of an input that is new.
/// @param gate What the gates have where there were none.
static void
grow_row(const Layer* const from, const LayerShape* const to, const float* const known,
         const real gate, real* const row)
{
  const uint32_t n = from->shape.n_out;
  for (uint32_t j = 0; j < n; ++j) {
    row[j] = known ? (real)known[j] : 0;
  }
  for (uint32_t j = 0; to->gated && j < n; ++j) {
    row[to->n_out + j] = known && from->shape.gated ? (real)known[n + j] : gate;
  }
}

void
growth_layer(const Layer* const from, const LayerShape* const to, real* const value)
{
  const LayerShape* const shape  = &from->shape;
  const uint32_t          n_from = layer_shape_sums(shape);
  const uint32_t          n_to   = layer_shape_sums(to);
  for (uint32_t k = 0; k < to->n_taps; ++k) {
    for (uint32_t i = 0; i < to->n_in; ++i) {
      const size_t       at    = (size_t)k * shape->n_in + i;
      const float* const known = i < shape->n_in ? from->w + at * n_from : NULL;
      grow_row(from, to, known, 0, value + ((size_t)k * to->n_in + i) * n_to);
    }
  }
  grow_row(from, to, from->b, open_gate, value + layer_shape_weights(to));
}
