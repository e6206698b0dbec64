// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/greedy.h"

#include "training/engine/backprop.h"
#include "training/method/denoising.h"
#include "training/method/pretrain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Greedy {
  TrainingRun*        run;
  uint32_t            layer;
  char                name[32];
  RecipeStage         stage;
  Backprop*           noisy_codes; ///< The layers below, on what is given; NULL for the first
  Backprop*           clean_codes;
  const PretrainStep* step;
  void*               machine;
  Descent*            descent;
  real*               corrupted; ///< [rows × n_in]
};

static bool
allocate_codes(Greedy* const greedy)
{
  if (!greedy->layer) {
    return true;
  }

  const TrainingRun* const run       = greedy->run;
  const BatchShape         batch     = run->examples->shape;
  const LayerShape* const  layers    = run->shape.layers;
  const Precision          precision = run->shape.precision;
  greedy->noisy_codes = backprop_new(greedy->layer, layers, run->parameters, precision, batch);
  greedy->clean_codes = backprop_new(greedy->layer, layers, run->parameters, precision, batch);
  return greedy->noisy_codes && greedy->clean_codes;
}

/// The layer as it is in a model: a variational code's is as wide as its mean.
static LayerShape
layer_shape(const TrainingRun* const run, const uint32_t layer)
{
  LayerShape shape = run->shape.layers[layer];
  shape.n_out      = run->recipe->layers[layer].units;
  return shape;
}

static bool
make_machine(Greedy* const greedy)
{
  const TrainingRun* const run    = greedy->run;
  const uint32_t           layer  = greedy->layer;
  const PretrainConfig     config = { .shape       = layer_shape(run, layer),
                                      .below       = layer ? run->shape.layers[layer - 1].activation
                                                           : ACTIVATION_IDENTITY,
                                      .choices     = &run->recipe->layers[layer],
                                      .variational = &run->recipe->variational,
                                      .precision   = run->shape.precision,
                                      .batch       = run->examples->shape };

  greedy->machine = greedy->step->create(&config);
  if (!greedy->machine) {
    return false;
  }

  Random random = random_at(run->recipe->seed, RANDOM_MACHINE_WEIGHTS, layer);
  greedy->step->draw(greedy->machine, &random);
  greedy->descent = descent_new(greedy->step->parameters(greedy->machine), &greedy->stage);
  return greedy->descent;
}

Greedy*
greedy_new(TrainingRun* const run, const uint32_t layer)
{
  Greedy* const greedy = calloc(1, sizeof(Greedy));
  if (!greedy) {
    return NULL;
  }

  const double rate  = run->recipe->layers[layer].rate;
  const size_t n     = (size_t)batch_rows(run->examples->shape) * run->shape.layers[layer].n_in;
  greedy->run        = run;
  greedy->step       = pretrain_step(run->recipe->layers[layer].step);
  greedy->layer      = layer;
  greedy->stage      = run->recipe->pretrain;
  greedy->stage.rate = rate > 0.0 ? rate : greedy->stage.rate;
  greedy->corrupted  = malloc(n * sizeof(real));
  snprintf(greedy->name, sizeof(greedy->name), "layer %u", layer + 1);
  if (!greedy->corrupted || !allocate_codes(greedy) || !make_machine(greedy)) {
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
    greedy->step->destroy(greedy->machine);
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
codes(const Greedy* const greedy, Backprop* const below, const BatchShape shape,
      const real* const features)
{
  return below ? backprop_forward(below, greedy->run->team, greedy->layer, shape, features)
               : features;
}

/// Corrupt a mini-batch of codes, and have the machine reconstruct it.
static double
reconstruct(const Greedy* const greedy, const Batch* const drawn, const Split split,
            const uint64_t step, const uint64_t number)
{
  const TrainingRun* const run   = greedy->run;
  const RecipeLayer* const layer = &run->recipe->layers[greedy->layer];
  const BatchShape         shape = drawn->shape;
  const size_t             n = (size_t)batch_rows(shape) * run->shape.layers[greedy->layer].n_in;
  const real* const        noisy  = codes(greedy, greedy->noisy_codes, shape, drawn->x);
  const real* const        clean  = layer->corruption == CORRUPTION_RECORDED
                                      ? codes(greedy, greedy->clean_codes, shape, drawn->clean)
                                      : noisy;
  Random                   noise  = random_at(run->recipe->seed, RANDOM_CORRUPTION, number);
  Random                   random = random_at(run->recipe->seed, RANDOM_MACHINE, number);
  memcpy(greedy->corrupted, noisy, n * sizeof(real));
  denoising_corrupt(layer->corruption, layer->corruption_amount, &noise, n, greedy->corrupted);

  const PretrainBatch batch = { .batch     = shape,
                                .corrupted = greedy->corrupted,
                                .clean     = clean,
                                .step      = step,
                                .learn     = split == SPLIT_TRAIN };
  return greedy->step->step(greedy->machine, run->team, &batch, &random);
}

static Status
learn(void* const handle, const uint64_t step, double* const loss, Diagnostic* const why)
{
  const Greedy* const      greedy = (const Greedy*)handle;
  const TrainingRun* const run    = greedy->run;
  const uint64_t           number = (uint64_t)greedy->layer * run->recipe->pretrain.steps + step;
  Batch                    drawn;
  const Status status = examples_draw(run->examples, run->team, SPLIT_TRAIN, number, &drawn, why);
  if (!status) {
    *loss = reconstruct(greedy, &drawn, SPLIT_TRAIN, step, number);
  }
  return status;
}

static Status
validate(void* const handle, double* const loss, Diagnostic* const why)
{
  const Greedy* const      greedy = (const Greedy*)handle;
  const TrainingRun* const run    = greedy->run;
  double                   sum    = 0.0;
  double                   n_rows = 0.0;
  for (uint64_t i = 0; i < run->examples->n_valid; ++i) {
    Batch        drawn;
    const Status status = examples_draw(run->examples, run->team, SPLIT_VALID, i, &drawn, why);
    if (status) {
      return status;
    }
    // Counted from the end, so that validation draws numbers of its own; past every warm-up.
    sum += batch_rows(drawn.shape) *
           reconstruct(greedy, &drawn, SPLIT_VALID, UINT64_MAX, UINT64_MAX - i);
    n_rows += batch_rows(drawn.shape);
  }
  *loss = sum / n_rows;
  return STATUS_SUCCESS;
}

/// Where the numbers of a layer are.
static real*
numbers_of(const TrainingRun* const run, const uint32_t layer)
{
  return run->parameters->value + unrolled_shape_offset(&run->shape, layer);
}

/// Into the layer; of a variational code's, the mean's numbers.
static void
unroll_encoder(const Greedy* const greedy, const real* const from)
{
  const TrainingRun* const run     = greedy->run;
  const LayerShape* const  to      = &run->shape.layers[greedy->layer];
  const LayerShape         trained = layer_shape(run, greedy->layer);
  const uint32_t           n       = layer_shape_sums(&trained);
  const uint32_t           stride  = layer_shape_sums(to);
  const size_t             n_rows  = layer_shape_weights(to) / stride + 1; // And the bias
  real* const              value   = numbers_of(run, greedy->layer);
  for (size_t r = 0; r < n_rows; ++r) {
    memcpy(value + r * stride, from + r * n, n * sizeof(real));
  }
}

/// Whether the decoder has a layer whose input and output are the exchanged ones of this.
static bool
has_mirror(const Greedy* const greedy)
{
  const Recipe* const recipe   = greedy->run->recipe;
  const bool          mirrored = recipe->task == MODEL_AUTOENCODER || recipe->task == MODEL_MORPH;
  return recipe->task == MODEL_CLASSIFY          ? false
         : mirrored && recipe->skip == SKIP_NONE ? true
                                                 : greedy->layer > 0;
}

/// @return False when memory is short.
static bool
unroll(const Greedy* const greedy)
{
  const TrainingRun* const run     = greedy->run;
  const LayerShape         shape   = layer_shape(run, greedy->layer);
  const size_t             n_up    = parameters_of_layer(&shape);
  const size_t             n_down  = ((size_t)shape.n_out + 1) * shape.n_in;
  real* const              numbers = malloc((n_up + n_down) * sizeof(real));
  if (!numbers) {
    return false;
  }

  greedy->step->unroll(greedy->machine, numbers, numbers + n_up);
  unroll_encoder(greedy, numbers);
  if (has_mirror(greedy)) {
    const uint32_t mirror = run->shape.n_encoder + run->shape.n_decoder - 1 - greedy->layer;
    memcpy(numbers_of(run, mirror), numbers + n_up, n_down * sizeof(real));
  }
  free(numbers);
  return true;
}

/// Whether this layer is trained by itself: what a bypass goes around begins at 0 instead.
static bool
is_trained(const Greedy* const greedy)
{
  const TrainingRun* const run = greedy->run;
  return greedy->stage.steps && !(run->shape.bypassed && greedy->layer + 1 == run->shape.n_encoder);
}

Status
greedy_train(Greedy* const greedy, const Watcher* const watcher, Diagnostic* const why)
{
  if (!is_trained(greedy)) {
    return STATUS_SUCCESS;
  }

  const Objective objective = {
    .name = greedy->name, .learn = learn, .validate = validate, .context = greedy
  };
  const Status status = descent_run(greedy->descent, greedy->run->team, &greedy->stage, &objective,
                                    watcher, why);
  return status           ? status
         : unroll(greedy) ? STATUS_SUCCESS
                          : diagnose(why, STATUS_NO_MEMORY, "not enough memory to train");
}
