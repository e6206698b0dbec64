// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/training_run.h"

#include "training/method/growth.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/// The head's first weights are this much smaller than others, so that its bias decides.
static const real head_scale = (real)0.1;

/// The recipe's network as it is trained, on what the examples have.
static void
shape_network(const Recipe* const recipe, const Examples* const examples,
              UnrolledShape* const shape)
{
  ModelShape model;
  recipe_model_shape(recipe, &model);
  shape->precision   = recipe->precision;
  shape->dropout     = recipe->dropout;
  shape->n_encoder   = model.n_encoder;
  shape->n_decoder   = model.n_decoder;
  shape->bypassed    = model.bypassed;
  shape->variational = model.variational;
  memcpy(shape->layers, model.encoder, model.n_encoder * sizeof(LayerShape));
  memcpy(shape->layers + model.n_encoder, model.decoder, model.n_decoder * sizeof(LayerShape));

  LayerShape* const code = &shape->layers[model.n_encoder - 1];
  LayerShape* const last = &shape->layers[model.n_encoder + model.n_decoder - 1];
  shape->layers[0].n_in  = examples->n_features;
  if (recipe->task == MODEL_AUTOENCODER || recipe->task == MODEL_MORPH) {
    last->n_out      = examples->n_features;
    last->activation = ACTIVATION_IDENTITY; // Cross-entropy is computed from logits
  } else if (recipe->task == MODEL_CLASSIFY) {
    last->n_out = examples->n_classes;
  }

  const LayerShape around  = { .n_taps = 1 };
  shape->bypasses[0]       = around;
  shape->bypasses[0].n_in  = examples->n_features;
  shape->bypasses[0].n_out = code->n_out;
  shape->bypasses[1]       = around;
  shape->bypasses[1].n_in  = code->n_out;
  shape->bypasses[1].n_out = last->n_out;
  if (shape->variational) {
    code->n_out *= 2;
  }
}

/// "Let it pass": the last layer's sigmoid starts near the initial gain.
static void
open_mask(TrainingRun* const run)
{
  const uint32_t          head      = run->shape.n_encoder + run->shape.n_decoder - 1;
  const LayerShape* const shape     = &run->shape.layers[head];
  const size_t            n_weights = layer_shape_weights(shape);
  const double            gain      = run->recipe->initial_gain;
  real* const             value = run->parameters->value + unrolled_shape_offset(&run->shape, head);
  for (size_t i = 0; i < n_weights; ++i) {
    value[i] *= head_scale;
  }
  for (uint32_t j = 0; j < shape->n_out; ++j) {
    value[n_weights + j] = (real)log(gain / (1.0 - gain));
  }
}

static void
draw_weights(TrainingRun* const run)
{
  for (uint32_t l = 0; l < run->shape.n_encoder + run->shape.n_decoder; ++l) {
    Random      random = random_at(run->recipe->seed, RANDOM_WEIGHTS, l);
    real* const value  = run->parameters->value + unrolled_shape_offset(&run->shape, l);
    parameters_draw(&run->shape.layers[l], &random, value);
    for (size_t i = 0; i < layer_shape_weights(&run->shape.layers[l]); ++i) {
      value[i] *= (real)run->recipe->initial_spread;
    }
  }
  if (run->recipe->task == MODEL_DENOISE) {
    open_mask(run);
  }
}

TrainingRun*
training_run_new(const Recipe* const recipe, Examples* const examples, Team* const team)
{
  TrainingRun* const run = calloc(1, sizeof(TrainingRun));
  if (!run) {
    return NULL;
  }

  run->recipe   = recipe;
  run->team     = team;
  run->examples = examples;
  shape_network(recipe, examples, &run->shape);
  run->parameters = parameters_new(unrolled_shape_size(&run->shape));
  if (!run->parameters) {
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
    parameters_free(run->parameters);
    free(run);
  }
}

/// Make a layer give 0: what goes around it decides.
static void
silence_layer(TrainingRun* const run, const uint32_t layer)
{
  memset(run->parameters->value + unrolled_shape_offset(&run->shape, layer), 0,
         parameters_of_layer(&run->shape.layers[layer]) * sizeof(real));
}

void
training_run_start_at_pca(TrainingRun* const run, const Pca* const pca)
{
  const UnrolledShape* const shape   = &run->shape;
  const uint32_t             n       = shape->bypasses[0].n_out;
  const uint32_t             columns = pca->n_columns;
  const uint32_t             layers  = shape->n_encoder + shape->n_decoder;
  const Dense encoder = parameters_dense(run->parameters, unrolled_shape_offset(shape, layers),
                                         &shape->bypasses[0]);
  const Dense decoder = parameters_dense(run->parameters, unrolled_shape_offset(shape, layers + 1),
                                         &shape->bypasses[1]);
  real* const up      = run->parameters->value + (encoder.w - run->parameters->value);
  real* const up_bias = run->parameters->value + (encoder.b - run->parameters->value);
  real* const down    = run->parameters->value + (decoder.w - run->parameters->value);
  real* const mean    = run->parameters->value + (decoder.b - run->parameters->value);

  silence_layer(run, shape->n_encoder - 1);
  silence_layer(run, layers - 1);
  for (uint32_t j = 0; j < n; ++j) {
    const double* const axis  = pca->components + (size_t)j * columns;
    const double        scale = sqrt(fmax(pca->variance[j], 1e-12));
    double              bias  = 0.0;
    for (uint32_t i = 0; i < columns; ++i) {
      up[(size_t)i * n + j]         = (real)(axis[i] / scale);
      down[(size_t)j * columns + i] = (real)(axis[i] * scale);
      bias -= axis[i] * pca->mean[i] / scale;
    }
    up_bias[j] = (real)bias;
  }
  for (uint32_t i = 0; i < columns; ++i) {
    mean[i] = (real)pca->mean[i];
  }
}

static bool
can_grow(const uint32_t n, const LayerShape* const from, const LayerShape* const to)
{
  bool possible = true;
  for (uint32_t l = 0; l < n; ++l) {
    possible = possible && growth_possible(&from[l], &to[l]);
  }
  return possible;
}

/// @return Why the denoiser `a` cannot go on from `b`, or NULL.
static const char*
shape_difference(const ModelShape* const a, const ModelShape* const b)
{
  const FeatureConfig* const x = &a->features;
  const FeatureConfig* const y = &b->features;
  return a->kind != b->kind                                                 ? "kind"
         : a->window_s != b->window_s                                       ? "window_s"
         : a->hop_s != b->hop_s                                             ? "hop_s"
         : memcmp(x, y, offsetof(FeatureConfig, profile))                   ? "bands or features"
         : x->profile != y->profile                                         ? "features.profile"
         : (y->prior_snr || y->periodicity) && y->prior_snr != x->prior_snr ? "features.prior_snr"
         : y->periodicity && !x->periodicity                                ? "features.periodicity"
         : a->n_encoder != b->n_encoder                                     ? "the number of layers"
         : !can_grow(a->n_encoder, b->encoder, a->encoder) ||
             !can_grow(a->n_decoder, b->decoder, a->decoder)
           ? "layers"
           : NULL;
}

Status
training_run_start_at_model(TrainingRun* const run, const Model* const model, Diagnostic* const why)
{
  ModelShape wanted;
  ModelShape found;
  recipe_model_shape(run->recipe, &wanted);
  model_get_shape(model, &found);
  const char* const difference = shape_difference(&wanted, &found);
  if (difference) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: not as in the recipe", difference);
  }

  for (uint32_t l = 0; l < run->shape.n_encoder + run->shape.n_decoder; ++l) {
    const bool         up    = l < run->shape.n_encoder;
    const Layer* const layer = up ? &model->autoencoder.encoder.layers[l]
                                  : &model->autoencoder.decoder.layers[l - run->shape.n_encoder];
    growth_layer(layer, &run->shape.layers[l],
                 run->parameters->value + unrolled_shape_offset(&run->shape, l));
  }
  return STATUS_SUCCESS;
}

/// The shape of the model that these numbers are of.
static void
shape_model(const TrainingRun* const run, const LogSpectrumConfig* const spectrum,
            ModelShape* const shape)
{
  recipe_model_shape(run->recipe, shape);
  shape->decoder[shape->n_decoder - 1].n_out =
    run->shape.layers[run->shape.n_encoder + run->shape.n_decoder - 1].n_out;
  if (spectrum) {
    shape->spectrum = *spectrum;
  }
}

/// One layer's numbers; of one that is twice as wide in training, the first half.
static float*
copy_layer(const LayerShape* const trained, const LayerShape* const shape, const real* from,
           float* to)
{
  const uint32_t stride = layer_shape_sums(trained);
  const uint32_t n      = layer_shape_sums(shape);
  const size_t   n_rows = layer_shape_weights(trained) / stride + 1; // And the bias
  for (size_t r = 0; r < n_rows; ++r) {
    for (uint32_t j = 0; j < n; ++j) {
      *to++ = (float)from[r * stride + j];
    }
  }
  return to;
}

Model*
training_run_model(const TrainingRun* const run, const LogSpectrumConfig* const spectrum)
{
  ModelShape shape;
  shape_model(run, spectrum, &shape);
  Model* const model = model_new(&shape);
  float*       to    = model ? model->weights : NULL;
  for (uint32_t l = 0; model && l < unrolled_shape_layers(&run->shape); ++l) {
    const bool        in_encoder = l < shape.n_encoder;
    const bool        around     = l >= shape.n_encoder + shape.n_decoder;
    const LayerShape* trained = around ? &run->shape.bypasses[l - shape.n_encoder - shape.n_decoder]
                                       : &run->shape.layers[l];
    const LayerShape* wanted  = around       ? trained
                                : in_encoder ? &shape.encoder[l]
                                             : &shape.decoder[l - shape.n_encoder];
    to = copy_layer(trained, wanted, run->parameters->value + unrolled_shape_offset(&run->shape, l),
                    to);
  }
  return model;
}
