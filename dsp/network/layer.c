// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/layer.h"

#include <stdbool.h>
#include <string.h>

uint32_t
layer_shape_sums(const LayerShape* const shape)
{
  return shape->gated ? 2 * shape->n_out : shape->n_out;
}

size_t
layer_shape_weights(const LayerShape* const shape)
{
  return (size_t)shape->n_taps * shape->n_in * layer_shape_sums(shape);
}

uint32_t
layer_shape_history(const LayerShape* const shape)
{
  return shape->taps[shape->n_taps - 1];
}

/// Rows of weights that are added in one pass over the outputs.
enum { ROWS = 8 };

/// One tap of a layer: y += x·W.
typedef struct {
  uint32_t     n_in;
  uint32_t     n_out;
  const float* x; ///< [n_in]
  const float* w; ///< [n_in × n_out]
  float*       y; ///< [n_out]
} Product;

/// y_j += Σ_i x_i w_ij
static inline __attribute__((always_inline)) void
add_rows(const uint32_t n_in, const uint32_t n_out, const float* const x, const float* const w,
         float* const restrict y)
{
  for (uint32_t j = 0; j < n_out; ++j) {
    float sum = y[j];
#pragma GCC unroll 8
    for (uint32_t i = 0; i < n_in; ++i) {
      sum += x[i] * w[(size_t)i * n_out + j];
    }
    y[j] = sum;
  }
}

/// Inlined into one copy for each kind of vector unit.
static inline __attribute__((always_inline)) void
add_product(const Product* const product)
{
  const uint32_t n_out = product->n_out;
  uint32_t       i     = 0;
  for (; i + ROWS <= product->n_in; i += ROWS) {
    add_rows(ROWS, n_out, product->x + i, product->w + (size_t)i * n_out, product->y);
  }
  for (; i < product->n_in; ++i) {
    add_rows(1, n_out, product->x + i, product->w + (size_t)i * n_out, product->y);
  }
}

typedef void (*AddProduct)(const Product*);

static void
add_product_plain(const Product* const product)
{
  add_product(product);
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) static void
add_product_avx2(const Product* const product)
{
  add_product(product);
}

__attribute__((target("avx512f,avx512vl,avx2,fma"))) static void
add_product_avx512(const Product* const product)
{
  add_product(product);
}

static AddProduct
best_add_product(void)
{
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
    return add_product_avx512;
  }
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return avx2 ? add_product_avx2 : add_product_plain;
}

#else

static AddProduct
best_add_product(void)
{
  return add_product_plain;
}

#endif

/// y += Σ_k x_k W_k
static void
add_products(const Layer* const layer, const float* const* const x, float* const y)
{
  const LayerShape* const shape = &layer->shape;
  const uint32_t          n_out = layer_shape_sums(shape);
  const size_t            block = (size_t)shape->n_in * n_out;
  const AddProduct        add   = best_add_product();
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    const Product product = { shape->n_in, n_out, x[k], layer->w + k * block, y };
    add(&product);
  }
}

/// y moves towards the candidates by the gates.  @param gates [n].
static void
pool(const uint32_t n, const float* const candidates, const float* const gates, float* const y)
{
  for (uint32_t i = 0; i < n; ++i) {
    y[i] += gates[i] * (candidates[i] - y[i]);
  }
}

void
layer_forward(const Layer* const layer, const float* const* const x, float* const sums,
              float* const y)
{
  const LayerShape* const shape = &layer->shape;
  const uint32_t          n     = shape->n_out;
  float* const            a     = shape->gated ? sums : y;
  memcpy(a, layer->b, layer_shape_sums(shape) * sizeof(float));
  if (layer->compact) {
    compact_add(layer->compact, x, a);
  } else {
    add_products(layer, x, a);
  }
  activation_apply(shape->activation, n, a);
  if (shape->gated) {
    activation_apply(ACTIVATION_SIGMOID, n, a + n);
    pool(n, a, a + n, y);
  }
}
