// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/greedy.h"

#include "training/engine/backprop.h"
#include "training/method/autoencoder_step.h"
#include "training/method/denoising.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Greedy {
  TrainingRun*     run;
  uint32_t         layer;
  char             name[32];
  Backprop*        noisy_codes; ///< The layers below, on the noisy sound; NULL for the first
  Backprop*        clean_codes;
  AutoencoderStep* step;
  Descent*         descent;
  real*            corrupted; ///< [rows × n_in]
};

static bool
allocate_codes(Greedy* const greedy)
{
  if (!greedy->layer) {
    return true;
  }

  const TrainingRun* const run   = greedy->run;
  const BatchShape         batch = examples_shape(run->examples);
  greedy->noisy_codes            = backprop_new(greedy->layer, run->layers, run->parameters, batch);
  greedy->clean_codes            = backprop_new(greedy->layer, run->layers, run->parameters, batch);
  return greedy->noisy_codes && greedy->clean_codes;
}

/// Start at the whole network's draw; the reconstruction's weights are drawn here.
static void
draw_weights(Greedy* const greedy)
{
  const TrainingRun* const run       = greedy->run;
  Parameters* const        parts     = autoencoder_step_parameters(greedy->step);
  const size_t             n_encoder = parameters_of_layer(&run->layers[greedy->layer]);
  Random random = random_at(run->recipe->seed, RANDOM_WEIGHTS, run->n_layers + greedy->layer);
  memcpy(parts->value, run->parameters->value + training_run_offset(run, greedy->layer),
         n_encoder * sizeof(real));
  parameters_draw(autoencoder_step_decoder(greedy->step), &random, parts->value + n_encoder);
}

Greedy*
greedy_new(TrainingRun* const run, const uint32_t layer)
{
  Greedy* const greedy = calloc(1, sizeof(Greedy));
  if (!greedy) {
    return NULL;
  }

  const LayerShape* const shape  = &run->layers[layer];
  const BatchShape        batch  = examples_shape(run->examples);
  const Activation        output = layer ? run->layers[layer - 1].activation : ACTIVATION_IDENTITY;

  greedy->run       = run;
  greedy->layer     = layer;
  greedy->step      = autoencoder_step_new(shape, output, batch);
  greedy->corrupted = malloc((size_t)batch_rows(batch) * shape->n_in * sizeof(real));
  snprintf(greedy->name, sizeof(greedy->name), "layer %u", layer + 1);
  if (!greedy->step || !greedy->corrupted || !allocate_codes(greedy)) {
    greedy_free(greedy);
    return NULL;
  }

  draw_weights(greedy);
  greedy->descent = descent_new(autoencoder_step_parameters(greedy->step));
  if (!greedy->descent) {
    greedy_free(greedy);
    return NULL;
  }
  return greedy;
}

void
greedy_free(Greedy* const greedy)
{
  if (greedy) {
    backprop_free(greedy->noisy_codes);
    backprop_free(greedy->clean_codes);
    autoencoder_step_free(greedy->step);
    descent_free(greedy->descent);
    free(greedy->corrupted);
    free(greedy);
  }
}

Descent*
greedy_descent(Greedy* const greedy)
{
  return greedy->descent;
}

/// Codes of the layers below.
static const real*
codes(const Greedy* const greedy, Backprop* const below, const real* const features)
{
  const TrainingRun* const run = greedy->run;
  return below ? backprop_forward(below, run->team, greedy->layer, examples_shape(run->examples),
                                  features)
               : features;
}

static Status
reconstruct(const Greedy* const greedy, const Split split, const uint64_t batch, double* const loss,
            Diagnostic* const why)
{
  const TrainingRun* const run    = greedy->run;
  const RecipeLayer* const layer  = &run->recipe->layers[greedy->layer];
  const Status             status = examples_draw(run->examples, run->team, split, batch, why);
  if (status) {
    return status;
  }

  const BatchShape  shape = examples_shape(run->examples);
  const size_t      n     = (size_t)batch_rows(shape) * run->layers[greedy->layer].n_in;
  const real* const noisy = codes(greedy, greedy->noisy_codes, examples_noisy(run->examples));
  const real* const clean = layer->corruption == CORRUPTION_RECORDED
                              ? codes(greedy, greedy->clean_codes, examples_clean(run->examples))
                              : noisy;

  // One more than the mini-batches of any training, so that validation draws numbers of its own.
  const uint64_t draw   = split == SPLIT_TRAIN ? batch : UINT64_MAX - batch;
  Random         random = random_at(run->recipe->seed, RANDOM_CORRUPTION, draw);
  memcpy(greedy->corrupted, noisy, n * sizeof(real));
  denoising_corrupt(layer->corruption, layer->corruption_amount, &random, n, greedy->corrupted);
  *loss = autoencoder_step(greedy->step, run->team, greedy->corrupted, clean, split == SPLIT_TRAIN);
  return STATUS_SUCCESS;
}

static Status
learn(void* const handle, const uint64_t step, double* const loss, Diagnostic* const why)
{
  const Greedy* const greedy = (const Greedy*)handle;
  const uint64_t      before = (uint64_t)greedy->layer * greedy->run->recipe->pretrain.steps;
  return reconstruct(greedy, SPLIT_TRAIN, before + step, loss, why);
}

static Status
validate(void* const handle, double* const loss, Diagnostic* const why)
{
  double sum = 0.0;
  for (uint64_t batch = 0; batch < VALIDATION_BATCHES; ++batch) {
    double       part   = 0.0;
    const Status status = reconstruct((const Greedy*)handle, SPLIT_VALID, batch, &part, why);
    if (status) {
      return status;
    }
    sum += part;
  }
  *loss = sum / VALIDATION_BATCHES;
  return STATUS_SUCCESS;
}

/// The weights that reconstruct the current frame, [n_out × n_in] of the layer, and their biases.
static void
unroll_decoder(const Greedy* const greedy)
{
  const TrainingRun* const run     = greedy->run;
  const LayerShape* const  shape   = &run->layers[greedy->layer];
  const LayerShape* const  decoder = autoencoder_step_decoder(greedy->step);
  const uint32_t           mirror = run->shape.n_encoder + run->shape.n_encoder - 1 - greedy->layer;
  const real* const        from   = autoencoder_step_parameters(greedy->step)->value +
                           parameters_of_layer(shape);
  real* const to = run->parameters->value + training_run_offset(run, mirror);
  for (uint32_t i = 0; i < decoder->n_in; ++i) {
    memcpy(to + (size_t)i * shape->n_in, from + (size_t)i * decoder->n_out,
           shape->n_in * sizeof(real));
  }
  memcpy(to + layer_shape_weights(&run->layers[mirror]), from + layer_shape_weights(decoder),
         shape->n_in * sizeof(real));
}

static void
unroll(const Greedy* const greedy)
{
  const TrainingRun* const run = greedy->run;
  memcpy(run->parameters->value + training_run_offset(run, greedy->layer),
         autoencoder_step_parameters(greedy->step)->value,
         parameters_of_layer(&run->layers[greedy->layer]) * sizeof(real));
  if (greedy->layer) {
    unroll_decoder(greedy);
  }
}

Status
greedy_train(Greedy* const greedy, const Watcher* const watcher, Diagnostic* const why)
{
  const TrainingRun* const run = greedy->run;
  if (!run->recipe->pretrain.steps) {
    return STATUS_SUCCESS;
  }

  const Objective objective = {
    .name = greedy->name, .learn = learn, .validate = validate, .context = greedy
  };
  const Status status = descent_run(greedy->descent, run->team, &run->recipe->pretrain, &objective,
                                    watcher, why);
  if (!status) {
    unroll(greedy);
  }
  return status;
}
