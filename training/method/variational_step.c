// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/variational_step.h"

#include "training/engine/loss.h"
#include "training/method/posterior.h"
#include "training/method/taps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const RecipeVariational* variational;
  Reconstruction           reconstruction;
  uint32_t                 n_rows; ///< Of the largest mini-batch
  uint32_t                 n_code;
  LayerShape               encoder_shape; ///< Of means and logarithms of the variance
  LayerShape               decoder_shape;
  Parameters*              parameters;
  Dense                    encoder;
  Dense                    decoder;
  real*                    encoded;  ///< μ, log σ², [rows × 2·n_code]
  real*                    dencoded; ///< Its slope
  real*                    epsilon;  ///< ε, [rows × n_code]
  real*                    z;        ///< Code, [rows × n_code]
  real*                    dz;       ///< Its slope
  real*                    x_hat;    ///< Reconstruction, or its logits, [rows × n_taps·n_in]
  real*                    dx;       ///< Its slope
  real*                    x;        ///< Target: the taps of the clean input side by side
} Variational;

static void
set_shapes(Variational* const machine, const PretrainConfig* const config)
{
  const bool logits = config->choices->reconstruction == RECONSTRUCTION_CROSS_ENTROPY;

  machine->variational         = config->variational;
  machine->reconstruction      = config->choices->reconstruction;
  machine->n_rows              = batch_rows(config->batch);
  machine->n_code              = config->shape.n_out;
  machine->encoder_shape       = config->shape;
  machine->encoder_shape.n_out = 2 * config->shape.n_out;
  machine->decoder_shape       = (LayerShape){ .n_in       = config->shape.n_out,
                                               .n_out      = config->shape.n_taps * config->shape.n_in,
                                               .n_taps     = 1,
                                               .activation = logits ? ACTIVATION_IDENTITY
                                                                    : config->below };
}

static bool
allocate_rows(Variational* const machine)
{
  const size_t n_code  = (size_t)machine->n_rows * machine->n_code;
  const size_t n_input = (size_t)machine->n_rows * machine->decoder_shape.n_out;
  machine->encoded     = malloc(2 * n_code * sizeof(real));
  machine->dencoded    = malloc(2 * n_code * sizeof(real));
  machine->epsilon     = malloc(n_code * sizeof(real));
  machine->z           = malloc(n_code * sizeof(real));
  machine->dz          = malloc(n_code * sizeof(real));
  machine->x_hat       = malloc(n_input * sizeof(real));
  machine->dx          = malloc(n_input * sizeof(real));
  machine->x           = malloc(n_input * sizeof(real));
  return machine->encoded && machine->dencoded && machine->epsilon && machine->z && machine->dz &&
         machine->x_hat && machine->dx && machine->x;
}

static void
destroy(void* const handle)
{
  Variational* const machine = (Variational*)handle;
  if (machine) {
    dense_release(&machine->encoder);
    dense_release(&machine->decoder);
    parameters_free(machine->parameters);
    free(machine->encoded);
    free(machine->dencoded);
    free(machine->epsilon);
    free(machine->z);
    free(machine->dz);
    free(machine->x_hat);
    free(machine->dx);
    free(machine->x);
    free(machine);
  }
}

static void*
create(const PretrainConfig* const config)
{
  assert(config->shape.activation == ACTIVATION_IDENTITY);
  Variational* const machine = calloc(1, sizeof(Variational));
  if (!machine) {
    return NULL;
  }

  set_shapes(machine, config);
  const size_t n_encoder = parameters_of_layer(&machine->encoder_shape);
  machine->parameters    = parameters_new(n_encoder + parameters_of_layer(&machine->decoder_shape));
  if (!machine->parameters || !allocate_rows(machine)) {
    destroy(machine);
    return NULL;
  }
  machine->encoder = parameters_dense(machine->parameters, 0, &machine->encoder_shape);
  machine->decoder = parameters_dense(machine->parameters, n_encoder, &machine->decoder_shape);
  if (!dense_prepare(&machine->encoder, config->precision, config->batch) ||
      !dense_prepare(&machine->decoder, config->precision, config->batch)) {
    destroy(machine);
    return NULL;
  }
  return machine;
}

static Parameters*
parameters(void* const handle)
{
  return ((Variational*)handle)->parameters;
}

static void
draw(void* const handle, Random* const random)
{
  const Variational* const machine = (const Variational*)handle;
  real* const              value   = machine->parameters->value;
  parameters_draw(&machine->encoder_shape, random, value);
  parameters_draw(&machine->decoder_shape, random,
                  value + parameters_of_layer(&machine->encoder_shape));
}

/// How far the reconstruction is from the target, and the slope.
static double
judge(const Variational* const machine, const uint32_t n_rows)
{
  const uint32_t n = machine->decoder_shape.n_out;
  return machine->reconstruction == RECONSTRUCTION_CROSS_ENTROPY
           ? loss_cross_entropy(n_rows, n, machine->x_hat, machine->x, machine->dx)
           : loss_squared_error(n_rows, n, machine->x_hat, machine->x, machine->dx);
}

static double
step(void* const handle, Team* const team, const PretrainBatch* const batch, Random* const random)
{
  const Variational* const m      = (const Variational*)handle;
  const BatchShape         shape  = batch->batch;
  const uint32_t           n_rows = batch_rows(shape);
  const double beta = posterior_beta(m->variational->beta, m->variational->warmup, batch->step);
  assert(n_rows <= m->n_rows);

  dense_forward(&m->encoder, team, shape, batch->corrupted, m->encoded);
  posterior_sample(n_rows, m->n_code, m->encoded, random, m->epsilon, m->z);
  dense_forward(&m->decoder, team, shape, m->z, m->x_hat);
  taps_gather(&m->encoder_shape, shape, batch->clean, m->x);
  double loss = judge(m, n_rows);
  if (batch->learn) {
    dense_backward(&m->decoder, team, shape, m->z, m->x_hat, m->dx, m->dz);
    posterior_backward(n_rows, m->n_code, m->encoded, m->epsilon, m->dz, m->dencoded);
  }
  loss += posterior_divergence(n_rows, m->n_code, m->encoded, beta, m->variational->free_bits,
                               batch->learn ? m->dencoded : NULL);
  if (batch->learn) {
    dense_backward(&m->encoder, team, shape, batch->corrupted, m->encoded, m->dencoded, NULL);
  }
  return loss;
}

static void
unroll(void* const handle, real* const encoder, real* const decoder)
{
  const Variational* const machine = (const Variational*)handle;
  const size_t             n_in    = machine->encoder_shape.n_in;
  const size_t             n_code  = machine->n_code;
  const size_t             n_wide  = 2 * n_code;

  // Of every row, the bias too, the means' columns.
  for (size_t r = 0; r <= machine->encoder_shape.n_taps * n_in; ++r) {
    memcpy(encoder + r * n_code, machine->encoder.w + r * n_wide, n_code * sizeof(real));
  }

  // The first tap is the current frame.
  for (size_t j = 0; j < n_code; ++j) {
    memcpy(decoder + j * n_in, machine->decoder.w + j * machine->decoder_shape.n_out,
           n_in * sizeof(real));
  }
  memcpy(decoder + n_code * n_in, machine->decoder.b, n_in * sizeof(real));
}

const PretrainStep variational_step = { .name       = "variational",
                                        .create     = create,
                                        .destroy    = destroy,
                                        .parameters = parameters,
                                        .draw       = draw,
                                        .step       = step,
                                        .unroll     = unroll };
