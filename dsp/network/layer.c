// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/layer.h"

#include <string.h>

size_t
layer_shape_weights(const LayerShape* const shape)
{
  return (size_t)shape->n_taps * shape->n_in * shape->n_out;
}

uint32_t
layer_shape_history(const LayerShape* const shape)
{
  return shape->taps[shape->n_taps - 1];
}

/// Outputs that are summed in registers while their weights stream by.
enum { PANEL = 64 };

// One copy for each kind of vector unit; the loader picks the one that the CPU has.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define VECTOR_CLONES \
  __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define VECTOR_CLONES
#endif

/// y_j += Σ_i x_i w_ij for `PANEL` outputs.  @param stride n_out.
VECTOR_CLONES static void
add_panel(const uint32_t n_in, const uint32_t stride, const float* x, const float* w, float* y)
{
  float sum[PANEL];
  memcpy(sum, y, sizeof(sum));
  for (uint32_t i = 0; i < n_in; ++i) {
    const float        xi  = x[i];
    const float* const row = w + (size_t)i * stride;
    for (uint32_t j = 0; j < PANEL; ++j) {
      sum[j] += xi * row[j];
    }
  }
  memcpy(y, sum, sizeof(sum));
}

/// The same for the `n` outputs, fewer than PANEL, that are left over.
VECTOR_CLONES static void
add_rest(const uint32_t n_in, const uint32_t stride, const uint32_t n, const float* x,
         const float* w, float* y)
{
  for (uint32_t i = 0; i < n_in; ++i) {
    const float        xi  = x[i];
    const float* const row = w + (size_t)i * stride;
    for (uint32_t j = 0; j < n; ++j) {
      y[j] += xi * row[j];
    }
  }
}

static void
add_product(const LayerShape* const shape, const float* const x, const float* const w,
            float* const y)
{
  uint32_t j = 0;
  for (; j + PANEL <= shape->n_out; j += PANEL) {
    add_panel(shape->n_in, shape->n_out, x, w + j, y + j);
  }
  if (j < shape->n_out) {
    add_rest(shape->n_in, shape->n_out, shape->n_out - j, x, w + j, y + j);
  }
}

void
layer_forward(const Layer* const layer, const float* const* const x, float* const y)
{
  const LayerShape* const shape = &layer->shape;
  const size_t            block = (size_t)shape->n_in * shape->n_out;
  memcpy(y, layer->b, shape->n_out * sizeof(float));
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    add_product(shape, x[k], layer->w + k * block, y);
  }
  activation_apply(shape->activation, shape->n_out, y);
}
