// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/autoencoder_step.h"

#include "training/engine/loss.h"
#include "training/engine/pooling.h"
#include "training/method/sparsity.h"
#include "training/method/taps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const RecipeLayer* choices;
  uint32_t           n_rows; ///< Of the largest mini-batch
  LayerShape         decoder_shape;
  Parameters*        parameters;
  Parameters*        transposed; ///< Tied: Wᵀ, [n_out × n_taps·n_in], and its gradient
  Dense              encoder;
  Dense              decoder;
  real*              h;     ///< Code, [rows × n_out]
  real*              dh;    ///< Its slope
  real*              mean;  ///< Room for a number per unit, [n_out]
  real*              x_hat; ///< Reconstruction, or its logits, [rows × n_taps·n_in]
  real*              dx;    ///< Its slope
  real*              x;     ///< Target: the taps of the clean input side by side
} Autoencoding;

static LayerShape
shape_of_decoder(const PretrainConfig* const config)
{
  const bool logits = config->choices->reconstruction == RECONSTRUCTION_CROSS_ENTROPY;

  return (LayerShape){ .n_in       = config->shape.n_out,
                       .n_out      = config->shape.n_taps * config->shape.n_in,
                       .n_taps     = 1,
                       .activation = logits ? ACTIVATION_IDENTITY : config->below };
}

/// The numbers of both layers.  @return False: no memory.
static bool
allocate_parameters(Autoencoding* const machine, const LayerShape* const shape)
{
  const LayerShape* const decoder   = &machine->decoder_shape;
  const size_t            n_encoder = parameters_of_layer(shape);
  const size_t            n_weights = layer_shape_weights(decoder);
  const bool              tied      = machine->choices->tied;
  machine->parameters = parameters_new(n_encoder + decoder->n_out + (tied ? 0 : n_weights));
  machine->transposed = tied ? parameters_new(n_weights) : NULL;
  if (!machine->parameters || (tied && !machine->transposed)) {
    return false;
  }

  machine->encoder = parameters_dense(machine->parameters, 0, shape);
  if (!pooling_allocate(&machine->encoder, machine->n_rows)) {
    return false;
  }
  if (tied) {
    machine->decoder = (Dense){ .shape = *decoder,
                                .w     = machine->transposed->value,
                                .dw    = machine->transposed->gradient,
                                .b     = machine->parameters->value + n_encoder,
                                .db    = machine->parameters->gradient + n_encoder };
  } else {
    machine->decoder = parameters_dense(machine->parameters, n_encoder, decoder);
  }
  return true;
}

static bool
allocate_rows(Autoencoding* const machine)
{
  const size_t n_code  = (size_t)machine->n_rows * machine->decoder_shape.n_in;
  const size_t n_input = (size_t)machine->n_rows * machine->decoder_shape.n_out;
  machine->h           = malloc(n_code * sizeof(real));
  machine->dh          = malloc(n_code * sizeof(real));
  machine->mean        = malloc(machine->decoder_shape.n_in * sizeof(real));
  machine->x_hat       = malloc(n_input * sizeof(real));
  machine->dx          = malloc(n_input * sizeof(real));
  machine->x           = malloc(n_input * sizeof(real));
  return machine->h && machine->dh && machine->mean && machine->x_hat && machine->dx && machine->x;
}

static void
destroy(void* const handle)
{
  Autoencoding* const machine = (Autoencoding*)handle;
  if (machine) {
    dense_release(&machine->encoder);
    dense_release(&machine->decoder);
    parameters_free(machine->parameters);
    parameters_free(machine->transposed);
    free(machine->encoder.sums);
    free(machine->h);
    free(machine->dh);
    free(machine->mean);
    free(machine->x_hat);
    free(machine->dx);
    free(machine->x);
    free(machine);
  }
}

static void*
create(const PretrainConfig* const config)
{
  Autoencoding* const machine = calloc(1, sizeof(Autoencoding));
  if (!machine) {
    return NULL;
  }

  machine->choices       = config->choices;
  machine->n_rows        = batch_rows(config->batch);
  machine->decoder_shape = shape_of_decoder(config);
  if (!allocate_parameters(machine, &config->shape) || !allocate_rows(machine) ||
      !dense_prepare(&machine->encoder, config->precision, config->batch) ||
      !dense_prepare(&machine->decoder, config->precision, config->batch)) {
    destroy(machine);
    return NULL;
  }
  return machine;
}

static Parameters*
parameters(void* const handle)
{
  return ((Autoencoding*)handle)->parameters;
}

static void
draw(void* const handle, Random* const random)
{
  Autoencoding* const machine   = (Autoencoding*)handle;
  const size_t        n_encoder = parameters_of_layer(&machine->encoder.shape);
  real* const         value     = machine->parameters->value;
  parameters_draw(&machine->encoder.shape, random, value);
  if (machine->choices->tied) {
    memset(value + n_encoder, 0, machine->decoder_shape.n_out * sizeof(real));
  } else {
    parameters_draw(&machine->decoder_shape, random, value + n_encoder);
  }
}

/// to += fromᵀ, in tiles that stay in the cache.  @param from [n_rows × n_columns].
static void
add_transposed(const uint32_t n_rows, const uint32_t n_columns, const real* const from,
               real* const to)
{
  enum { TILE = 32 };

  for (uint32_t top = 0; top < n_rows; top += TILE) {
    const uint32_t bottom = n_rows - top < TILE ? n_rows : top + TILE;
    for (uint32_t left = 0; left < n_columns; left += TILE) {
      const uint32_t right = n_columns - left < TILE ? n_columns : left + TILE;
      for (uint32_t r = top; r < bottom; ++r) {
        for (uint32_t c = left; c < right; ++c) {
          to[(size_t)c * n_rows + r] += from[(size_t)r * n_columns + c];
        }
      }
    }
  }
}

/// Tied: V is Wᵀ.
static void
tie_weights(Autoencoding* const machine)
{
  const LayerShape* const decoder = &machine->decoder_shape;
  memset(machine->transposed->value, 0, layer_shape_weights(decoder) * sizeof(real));
  add_transposed(decoder->n_out, decoder->n_in, machine->encoder.w, machine->transposed->value);
}

/// How far the reconstruction is from the target, and the slope.
static double
judge(const Autoencoding* const machine, const uint32_t n_rows)
{
  const uint32_t n = machine->decoder_shape.n_out;
  return machine->choices->reconstruction == RECONSTRUCTION_CROSS_ENTROPY
           ? loss_cross_entropy(n_rows, n, machine->x_hat, machine->x, machine->dx)
           : loss_squared_error(n_rows, n, machine->x_hat, machine->x, machine->dx);
}

static double
penalty(const Autoencoding* const machine, const uint32_t n_rows, const bool learn)
{
  const LayerShape* const shape = &machine->encoder.shape;
  return sparsity_penalty(&machine->choices->sparsity, shape->activation, n_rows, shape->n_out,
                          machine->h, machine->mean, learn ? machine->dh : NULL);
}

static void
forward(Autoencoding* const machine, Team* const team, const PretrainBatch* const batch)
{
  if (machine->choices->tied) {
    tie_weights(machine);
  }
  dense_forward(&machine->encoder, team, batch->batch, batch->corrupted, machine->h);
  dense_forward(&machine->decoder, team, batch->batch, machine->h, machine->x_hat);
  taps_gather(&machine->encoder.shape, batch->batch, batch->clean, machine->x);
}

static void
backward_encoder(Autoencoding* const machine, Team* const team, const PretrainBatch* const batch)
{
  const LayerShape* const decoder = &machine->decoder_shape;
  dense_backward(&machine->encoder, team, batch->batch, batch->corrupted, machine->h, machine->dh,
                 NULL);
  if (machine->choices->tied) {
    add_transposed(decoder->n_in, decoder->n_out, machine->decoder.dw, machine->encoder.dw);
  }
}

static double
step(void* const handle, Team* const team, const PretrainBatch* const batch, Random* const random)
{
  Autoencoding* const machine = (Autoencoding*)handle;
  const uint32_t      n_rows  = batch_rows(batch->batch);
  (void)random;
  assert(n_rows <= machine->n_rows);

  forward(machine, team, batch);
  double loss = judge(machine, n_rows);
  if (batch->learn) {
    dense_backward(&machine->decoder, team, batch->batch, machine->h, machine->x_hat, machine->dx,
                   machine->dh);
  }
  loss += penalty(machine, n_rows, batch->learn);
  if (batch->learn) {
    backward_encoder(machine, team, batch);
  }
  return loss;
}

static void
unroll(void* const handle, real* const encoder, real* const decoder)
{
  Autoencoding* const     machine = (Autoencoding*)handle;
  const LayerShape* const shape   = &machine->encoder.shape;
  const size_t            n_in    = shape->n_in;
  if (machine->choices->tied) {
    tie_weights(machine);
  }

  // The first tap is the current frame.
  memcpy(encoder, machine->parameters->value, parameters_of_layer(shape) * sizeof(real));
  for (uint32_t j = 0; j < shape->n_out; ++j) {
    memcpy(decoder + j * n_in, machine->decoder.w + (size_t)j * machine->decoder_shape.n_out,
           n_in * sizeof(real));
  }
  memcpy(decoder + shape->n_out * n_in, machine->decoder.b, n_in * sizeof(real));
}

const PretrainStep autoencoder_step = { .name       = "autoencoder",
                                        .create     = create,
                                        .destroy    = destroy,
                                        .parameters = parameters,
                                        .draw       = draw,
                                        .step       = step,
                                        .unroll     = unroll };
