// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/unrolled.h"

#include "training/engine/backprop.h"
#include "training/method/posterior.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// One half: its layers, and the linear layer around them.
typedef struct {
  Backprop* layers;
  Dense     bypass;
  real*     around; ///< What the bypass gives, and its slope, [rows × n_out]; NULL without
  real*     dx;     ///< Slope of its input by the bypass, [rows × n_in]; NULL without
} Half;

struct Unrolled {
  UnrolledShape shape;
  uint32_t      n_code;
  Half          encoder;
  Half          decoder;
  const real*   x;       ///< Of the last forward pass
  real*         encoded; ///< μ, and log σ² of a variational code, [rows × width]
  real*         mean;    ///< μ, [rows × n_code]
  real*         epsilon; ///< What the code was drawn with, [rows × n_code]
  real*         z;       ///< The code, [rows × n_code]
  real*         dz;      ///< Its slope
  real*         slope;   ///< Of `encoded` by the divergence, [rows × width]
  real*         output;  ///< [rows × n_out]
  bool          drawn;   ///< Whether the last code was
  Dropout       drops;   ///< Of the code
  bool          drop;    ///< Whether something is left out
};

/// @return The layer, or the bypass, whose numbers come at this place.
static const LayerShape*
shape_at(const UnrolledShape* const shape, const uint32_t layer)
{
  const uint32_t n = shape->n_encoder + shape->n_decoder;
  return layer < n ? &shape->layers[layer] : &shape->bypasses[layer - n];
}

size_t
unrolled_shape_offset(const UnrolledShape* const shape, const uint32_t layer)
{
  size_t offset = 0;
  for (uint32_t l = 0; l < layer; ++l) {
    offset += parameters_of_layer(shape_at(shape, l));
  }
  return offset;
}

uint32_t
unrolled_shape_layers(const UnrolledShape* const shape)
{
  return shape->n_encoder + shape->n_decoder + (shape->bypassed ? 2 : 0);
}

size_t
unrolled_shape_size(const UnrolledShape* const shape)
{
  return unrolled_shape_offset(shape, unrolled_shape_layers(shape));
}

uint32_t
unrolled_shape_code(const UnrolledShape* const shape)
{
  return shape->layers[shape->n_encoder].n_in;
}

uint32_t
unrolled_shape_matrices(const UnrolledShape* const shape, MatrixBlock* const blocks)
{
  const uint32_t n = shape->n_encoder + shape->n_decoder - 1;
  for (uint32_t l = 0; l < n; ++l) {
    const LayerShape* const layer = &shape->layers[l];
    blocks[l]                     = (MatrixBlock){ .offset  = unrolled_shape_offset(shape, l),
                                                   .rows    = layer->n_taps * layer->n_in,
                                                   .columns = layer->n_out,
                                                   .n_side  = layer->gated ? 2 : 1 };
  }
  return n;
}

/// @param first Index of the half's first layer.  @param bypass That of its bypass.
static bool
half_init(Half* const half, const UnrolledShape* const shape, const uint32_t first,
          const uint32_t n_layers, const uint32_t bypass, const Parameters* const parameters,
          const BatchShape batch)
{
  const size_t     offset = unrolled_shape_offset(shape, first);
  const Parameters view   = { .n        = parameters->n - offset,
                              .value    = parameters->value + offset,
                              .gradient = parameters->gradient + offset };
  half->layers = backprop_new(n_layers, shape->layers + first, &view, shape->precision, batch);
  if (!shape->bypassed) {
    return half->layers;
  }

  const LayerShape* const around = shape_at(shape, bypass);
  half->bypass = parameters_dense(parameters, unrolled_shape_offset(shape, bypass), around);
  half->around = malloc((size_t)batch_rows(batch) * around->n_out * sizeof(real));
  half->dx     = malloc((size_t)batch_rows(batch) * around->n_in * sizeof(real));
  return half->layers && half->around && half->dx;
}

static bool
allocate_code(Unrolled* const unrolled, const uint32_t n_rows)
{
  const UnrolledShape* const shape = &unrolled->shape;
  const size_t width  = (size_t)n_rows * shape->layers[shape->n_encoder - 1].n_out * sizeof(real);
  const size_t code   = (size_t)n_rows * unrolled->n_code * sizeof(real);
  const size_t output = (size_t)n_rows *
                        shape->layers[shape->n_encoder + shape->n_decoder - 1].n_out * sizeof(real);

  unrolled->encoded = malloc(width);
  unrolled->slope   = malloc(width);
  unrolled->mean    = malloc(code);
  unrolled->epsilon = malloc(code);
  unrolled->z       = malloc(code);
  unrolled->dz      = malloc(code);
  unrolled->output  = malloc(output);
  return unrolled->encoded && unrolled->slope && unrolled->mean && unrolled->epsilon &&
         unrolled->z && unrolled->dz && unrolled->output;
}

static bool
allow_dropout(Unrolled* const unrolled, const BatchShape batch)
{
  return !(unrolled->shape.dropout > 0.0) ||
         (backprop_allow_dropout(unrolled->encoder.layers, batch) &&
          backprop_allow_dropout(unrolled->decoder.layers, batch) &&
          dropout_allocate(&unrolled->drops, unrolled->n_code, batch));
}

Unrolled*
unrolled_new(const UnrolledShape* const shape, const Parameters* const parameters,
             const BatchShape batch)
{
  Unrolled* const unrolled = calloc(1, sizeof(Unrolled));
  if (!unrolled) {
    return NULL;
  }

  const uint32_t n_encoder = shape->n_encoder;
  const uint32_t n_decoder = shape->n_decoder;
  const uint32_t n         = n_encoder + n_decoder;
  unrolled->shape          = *shape;
  unrolled->n_code         = unrolled_shape_code(shape);
  if (!half_init(&unrolled->encoder, shape, 0, n_encoder, n, parameters, batch) ||
      !half_init(&unrolled->decoder, shape, n_encoder, n_decoder, n + 1, parameters, batch) ||
      !allocate_code(unrolled, batch_rows(batch)) || !allow_dropout(unrolled, batch)) {
    unrolled_free(unrolled);
    return NULL;
  }
  return unrolled;
}

void
unrolled_free(Unrolled* const unrolled)
{
  if (unrolled) {
    backprop_free(unrolled->encoder.layers);
    backprop_free(unrolled->decoder.layers);
    free(unrolled->encoder.around);
    free(unrolled->decoder.around);
    free(unrolled->encoder.dx);
    free(unrolled->decoder.dx);
    free(unrolled->encoded);
    free(unrolled->slope);
    free(unrolled->mean);
    free(unrolled->epsilon);
    free(unrolled->z);
    free(unrolled->dz);
    free(unrolled->output);
    dropout_release(&unrolled->drops);
    free(unrolled);
  }
}

/// Columns of one row-major block to those of another; the first `n` of each row.
static void
copy_columns(const uint32_t n_rows, const uint32_t n, const real* const from,
             const uint32_t from_stride, real* const to, const uint32_t to_stride)
{
  for (uint32_t r = 0; r < n_rows; ++r) {
    memcpy(to + (size_t)r * to_stride, from + (size_t)r * from_stride, n * sizeof(real));
  }
}

/// Add a block of `n` columns to the first `n` of another.
static void
add_columns(const uint32_t n_rows, const uint32_t n, const real* const from, real* const to,
            const uint32_t to_stride)
{
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t i = 0; i < n; ++i) {
      to[(size_t)r * to_stride + i] += from[(size_t)r * n + i];
    }
  }
}

/// Through a half's layers and around them.  @param y [rows × stride], written.
static void
half_forward(Half* const half, Team* const team, const uint32_t n_layers, const uint32_t stride,
             const BatchShape batch, const real* const x, real* const y)
{
  const uint32_t    n_rows = batch_rows(batch);
  const real* const inside = backprop_forward(half->layers, team, n_layers, batch, x);
  memcpy(y, inside, (size_t)n_rows * stride * sizeof(real));
  if (half->around) {
    dense_forward(&half->bypass, team, batch, x, half->around);
    add_columns(n_rows, half->bypass.shape.n_out, half->around, y, stride);
  }
}

void
unrolled_drop(Unrolled* const unrolled, const uint32_t n_streams, Random* const random)
{
  const double share = unrolled->shape.dropout;
  if (!(share > 0.0)) {
    return;
  }

  backprop_drop(unrolled->encoder.layers, n_streams, share, random);
  backprop_drop(unrolled->decoder.layers, n_streams, share, random);
  unrolled->drop = random;
  if (random) {
    dropout_draw(&unrolled->drops, n_streams, share, random);
  }
}

/// What the decoder is fed with.
static const real*
decoder_input(const Unrolled* const unrolled)
{
  return unrolled->drop ? unrolled->drops.kept : unrolled->z;
}

const real*
unrolled_forward(Unrolled* const unrolled, Team* const team, const BatchShape batch,
                 const real* const x, Random* const random)
{
  const UnrolledShape* const shape  = &unrolled->shape;
  const uint32_t             n_rows = batch_rows(batch);
  const uint32_t             width  = shape->layers[shape->n_encoder - 1].n_out;
  const uint32_t             n_out  = shape->layers[shape->n_encoder + shape->n_decoder - 1].n_out;

  unrolled->x     = x;
  unrolled->drawn = shape->variational && random;
  half_forward(&unrolled->encoder, team, shape->n_encoder, width, batch, x, unrolled->encoded);
  copy_columns(n_rows, unrolled->n_code, unrolled->encoded, width, unrolled->mean,
               unrolled->n_code);
  memset(unrolled->slope, 0, (size_t)n_rows * width * sizeof(real));
  if (unrolled->drawn) {
    posterior_sample(n_rows, unrolled->n_code, unrolled->encoded, random, unrolled->epsilon,
                     unrolled->z);
  } else {
    memcpy(unrolled->z, unrolled->mean, (size_t)n_rows * unrolled->n_code * sizeof(real));
  }
  if (unrolled->drop) {
    dropout_apply(&unrolled->drops, team, batch, unrolled->z, unrolled->drops.kept);
  }
  half_forward(&unrolled->decoder, team, shape->n_decoder, n_out, batch, decoder_input(unrolled),
               unrolled->output);
  return unrolled->output;
}

const real*
unrolled_code(const Unrolled* const unrolled)
{
  return unrolled->mean;
}

real*
unrolled_slope(Unrolled* const unrolled)
{
  return backprop_slope(unrolled->decoder.layers);
}

/// Back through a half's layers and around them.  @param dx Slope of its input; NULL: nobody asks.
static void
half_backward(Half* const half, Team* const team, const uint32_t stride, const BatchShape batch,
              const real* const x, real* const dx)
{
  const uint32_t n_rows = batch_rows(batch);
  const uint32_t n_out  = half->bypass.shape.n_out;
  const uint32_t n_in   = half->bypass.shape.n_in;
  if (half->around) {
    copy_columns(n_rows, n_out, backprop_slope(half->layers), stride, half->around, n_out);
    dense_backward(&half->bypass, team, batch, x, half->around, half->around, dx ? half->dx : NULL);
  }
  backprop_backward(half->layers, team, batch, dx);
  if (half->around && dx) {
    add_columns(n_rows, n_in, half->dx, dx, n_in);
  }
}

void
unrolled_backward(Unrolled* const unrolled, Team* const team, const BatchShape batch)
{
  const UnrolledShape* const shape   = &unrolled->shape;
  const uint32_t             n_rows  = batch_rows(batch);
  const uint32_t             n_code  = unrolled->n_code;
  const uint32_t             width   = shape->layers[shape->n_encoder - 1].n_out;
  const uint32_t             n_out   = shape->layers[shape->n_encoder + shape->n_decoder - 1].n_out;
  real* const                encoded = backprop_slope(unrolled->encoder.layers);

  half_backward(&unrolled->decoder, team, n_out, batch, decoder_input(unrolled), unrolled->dz);
  if (unrolled->drop) {
    dropout_apply(&unrolled->drops, team, batch, unrolled->dz, unrolled->dz);
  }
  memset(encoded, 0, (size_t)n_rows * width * sizeof(real));
  if (unrolled->drawn) {
    posterior_backward(n_rows, n_code, unrolled->encoded, unrolled->epsilon, unrolled->dz, encoded);
  } else {
    add_columns(n_rows, n_code, unrolled->dz, encoded, width);
  }
  add_columns(n_rows, width, unrolled->slope, encoded, width);
  half_backward(&unrolled->encoder, team, width, batch, unrolled->x, NULL);
}

double
unrolled_divergence(Unrolled* const unrolled, const BatchShape batch, const double beta,
                    const double free_bits)
{
  return unrolled->shape.variational
           ? posterior_divergence(batch_rows(batch), unrolled->n_code, unrolled->encoded, beta,
                                  free_bits, unrolled->slope)
           : 0.0;
}
