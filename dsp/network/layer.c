// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/layer.h"

#include <stdbool.h>
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

/// What one output panel is summed from.
typedef struct {
  uint32_t     n_in;
  uint32_t     stride;  ///< n_out: from one row of weights to the next
  uint32_t     n_panel; ///< Outputs, at most PANEL
  const float* x;       ///< [n_in]
  const float* w;       ///< [n_in × stride]
  float*       y;       ///< [n_panel], added to
} Product;

/// y_j += Σ_i x_i w_ij.  Inlined into one copy for each kind of vector unit.
static inline __attribute__((always_inline)) void
add_panel(const Product* const product)
{
  float sum[PANEL];
  memcpy(sum, product->y, sizeof(sum));
  for (uint32_t i = 0; i < product->n_in; ++i) {
    const float        xi  = product->x[i];
    const float* const row = product->w + (size_t)i * product->stride;
    for (uint32_t j = 0; j < PANEL; ++j) {
      sum[j] += xi * row[j];
    }
  }
  memcpy(product->y, sum, sizeof(sum));
}

/// The same for the last outputs, fewer than a panel.
static inline __attribute__((always_inline)) void
add_rest(const Product* const product)
{
  for (uint32_t i = 0; i < product->n_in; ++i) {
    const float        xi  = product->x[i];
    const float* const row = product->w + (size_t)i * product->stride;
    for (uint32_t j = 0; j < product->n_panel; ++j) {
      product->y[j] += xi * row[j];
    }
  }
}

static inline __attribute__((always_inline)) void
add_outputs(const Product* const product)
{
  if (product->n_panel == PANEL) {
    add_panel(product);
  } else {
    add_rest(product);
  }
}

typedef void (*AddOutputs)(const Product*);

static void
add_outputs_plain(const Product* const product)
{
  add_outputs(product);
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) static void
add_outputs_avx2(const Product* const product)
{
  add_outputs(product);
}

__attribute__((target("avx512f,avx512vl,avx2,fma"))) static void
add_outputs_avx512(const Product* const product)
{
  add_outputs(product);
}

static AddOutputs
best_add_outputs(void)
{
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
    return add_outputs_avx512;
  }
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return avx2 ? add_outputs_avx2 : add_outputs_plain;
}

#else

static AddOutputs
best_add_outputs(void)
{
  return add_outputs_plain;
}

#endif

/// y += x·W for one tap.
static void
add_product(const LayerShape* const shape, const float* const x, const float* const w,
            float* const y)
{
  const AddOutputs add = best_add_outputs();
  for (uint32_t j = 0; j < shape->n_out; j += PANEL) {
    const uint32_t left    = shape->n_out - j;
    const Product  product = { .n_in    = shape->n_in,
                               .stride  = shape->n_out,
                               .n_panel = left < PANEL ? left : PANEL,
                               .x       = x,
                               .w       = w + j,
                               .y       = y + j };
    add(&product);
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
