// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/autoencoder_step.h"

#include "training/engine/loss.h"

#include <stdlib.h>
#include <string.h>

struct AutoencoderStep {
  BatchShape  batch;
  LayerShape  decoder_shape;
  Parameters* parameters;
  Dense       encoder;
  Dense       decoder;
  real*       h;     ///< Code, [rows × n_out]
  real*       dh;    ///< Its slope
  real*       x_hat; ///< Reconstruction, [rows × n_taps·n_in]
  real*       dx;    ///< Its slope
  real*       x;     ///< Target: the taps of the clean input side by side, [rows × n_taps·n_in]
};

AutoencoderStep*
autoencoder_step_new(const LayerShape* const shape, const Activation output, const BatchShape batch)
{
  AutoencoderStep* const step = calloc(1, sizeof(AutoencoderStep));
  if (!step) {
    return NULL;
  }

  step->batch         = batch;
  step->decoder_shape = (LayerShape){
    .n_in = shape->n_out, .n_out = shape->n_taps * shape->n_in, .n_taps = 1, .activation = output
  };

  const size_t n_encoder = parameters_of_layer(shape);
  const size_t n_code    = (size_t)batch_rows(batch) * shape->n_out;
  const size_t n_input   = (size_t)batch_rows(batch) * step->decoder_shape.n_out;
  step->parameters       = parameters_new(n_encoder + parameters_of_layer(&step->decoder_shape));
  step->h                = malloc(n_code * sizeof(real));
  step->dh               = malloc(n_code * sizeof(real));
  step->x_hat            = malloc(n_input * sizeof(real));
  step->dx               = malloc(n_input * sizeof(real));
  step->x                = malloc(n_input * sizeof(real));
  if (!step->parameters || !step->h || !step->dh || !step->x_hat || !step->dx || !step->x) {
    autoencoder_step_free(step);
    return NULL;
  }

  step->encoder = parameters_dense(step->parameters, 0, shape);
  step->decoder = parameters_dense(step->parameters, n_encoder, &step->decoder_shape);
  return step;
}

void
autoencoder_step_free(AutoencoderStep* const step)
{
  if (step) {
    parameters_free(step->parameters);
    free(step->h);
    free(step->dh);
    free(step->x_hat);
    free(step->dx);
    free(step->x);
    free(step);
  }
}

Parameters*
autoencoder_step_parameters(AutoencoderStep* const step)
{
  return step->parameters;
}

const LayerShape*
autoencoder_step_decoder(const AutoencoderStep* const step)
{
  return &step->decoder_shape;
}

/// Lay the taps of a sequence side by side; frames before the first are zeros.
static void
gather_taps(const LayerShape* const shape, const BatchShape batch, const real* const x,
            real* const taps)
{
  const uint32_t n_in = shape->n_in;
  for (uint32_t r = 0; r < batch_rows(batch); ++r) {
    for (uint32_t k = 0; k < shape->n_taps; ++k) {
      const uint32_t delay = shape->taps[k] * batch.n_streams;
      real* const    to    = taps + ((size_t)r * shape->n_taps + k) * n_in;
      if (r >= delay) {
        memcpy(to, x + (size_t)(r - delay) * n_in, n_in * sizeof(real));
      } else {
        memset(to, 0, n_in * sizeof(real));
      }
    }
  }
}

double
autoencoder_step(AutoencoderStep* const step, Team* const team, const real* const corrupted,
                 const real* const clean, const bool learn)
{
  const BatchShape batch = step->batch;
  dense_forward(&step->encoder, team, batch, corrupted, step->h);
  dense_forward(&step->decoder, team, batch, step->h, step->x_hat);
  gather_taps(&step->encoder.shape, batch, clean, step->x);
  const double loss = loss_squared_error(batch_rows(batch), step->decoder_shape.n_out, step->x_hat,
                                         step->x, step->dx);
  if (learn) {
    dense_backward(&step->decoder, team, batch, step->h, step->x_hat, step->dx, step->dh);
    dense_backward(&step->encoder, team, batch, corrupted, step->h, step->dh, NULL);
  }
  return loss;
}
