// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/training_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The head's first weights are this much smaller than others, so that its bias decides.
static const real head_scale = (real)0.1;

static void
list_layers(TrainingRun* const run)
{
  for (uint32_t l = 0; l < run->shape.n_encoder; ++l) {
    run->layers[run->n_layers++] = run->shape.encoder[l];
  }
  for (uint32_t l = 0; l < run->shape.n_decoder; ++l) {
    run->layers[run->n_layers++] = run->shape.decoder[l];
  }
}

static void
draw_weights(TrainingRun* const run)
{
  for (uint32_t l = 0; l < run->n_layers; ++l) {
    Random random = random_at(run->recipe->seed, RANDOM_WEIGHTS, l);
    parameters_draw(&run->layers[l], &random, run->parameters->value + training_run_offset(run, l));
  }

  // "Let it pass": the last layer's sigmoid starts near the initial gain.
  const uint32_t head      = run->n_layers - 1;
  const size_t   n_weights = layer_shape_weights(&run->layers[head]);
  const double   gain      = run->recipe->initial_gain;
  real* const    value     = run->parameters->value + training_run_offset(run, head);
  for (size_t i = 0; i < n_weights; ++i) {
    value[i] *= head_scale;
  }
  for (uint32_t j = 0; j < run->layers[head].n_out; ++j) {
    value[n_weights + j] = (real)log(gain / (1.0 - gain));
  }
}

TrainingRun*
training_run_new(const Recipe* const recipe, const Corpus* const sound, const Corpus* const noise,
                 Team* const team)
{
  TrainingRun* const run = calloc(1, sizeof(TrainingRun));
  if (!run) {
    return NULL;
  }

  run->recipe   = recipe;
  run->team     = team;
  run->examples = examples_new(recipe, sound, noise);
  recipe_model_shape(recipe, &run->shape);
  list_layers(run);
  run->parameters = parameters_new(model_shape_weights(&run->shape));
  if (!run->examples || !run->parameters) {
    training_run_free(run);
    return NULL;
  }
  draw_weights(run);
  return run;
}

void
training_run_free(TrainingRun* const run)
{
  if (run) {
    examples_free(run->examples);
    parameters_free(run->parameters);
    free(run);
  }
}

size_t
training_run_offset(const TrainingRun* const run, const uint32_t layer)
{
  size_t offset = 0;
  for (uint32_t l = 0; l < layer; ++l) {
    offset += parameters_of_layer(&run->layers[l]);
  }
  return offset;
}

Model*
training_run_model(const TrainingRun* const run)
{
  Model* const model = model_new(&run->shape);
  for (size_t i = 0; model && i < model->n_weights; ++i) {
    model->weights[i] = (float)run->parameters->value[i];
  }
  return model;
}
