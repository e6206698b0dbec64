// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/fine_tune.h"

#include "training/engine/loss.h"
#include "training/method/denoising.h"
#include "training/method/mask_loss.h"
#include "training/method/mixture_examples.h"
#include "training/method/posterior.h"
#include "training/method/unrolled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct FineTune {
  TrainingRun* run;
  Unrolled*    network;
  MaskLoss*    mask;      ///< Of a denoiser
  real*        corrupted; ///< What the network is given, [rows × n_features]
  Descent*     descent;
  uint32_t     n_parts;
  DescentPart  parts[2 * NETWORK_MAX_LAYERS + 2]; ///< Layers, and what goes around them
};

/// @return False when memory is short.
static bool
make_mask_loss(FineTune* const fine_tune)
{
  const TrainingRun* const run    = fine_tune->run;
  const Recipe* const      recipe = run->recipe;
  if (recipe->task != MODEL_DENOISE) {
    return true;
  }

  const StftConfig stft  = stft_config(recipe->window_s, recipe->hop_s, recipe->rate_hz);
  const uint32_t n_bands = run->shape.layers[run->shape.n_encoder + run->shape.n_decoder - 1].n_out;
  fine_tune->mask = mask_loss_new(&recipe->loss, mixture_examples_bands(run->examples), n_bands,
                                  stft_bins(stft), recipe->rate_hz / stft.frame,
                                  run->examples->shape);
  return fine_tune->mask;
}

/// The layers' names, as they are told to a person.
static void
name_parts(FineTune* const fine_tune)
{
  const UnrolledShape* const shape    = &fine_tune->run->shape;
  const uint32_t             n_layers = shape->n_encoder + shape->n_decoder;
  fine_tune->n_parts                  = unrolled_shape_layers(shape);
  for (uint32_t l = 0; l < fine_tune->n_parts; ++l) {
    const bool         around = l >= n_layers;
    const bool         up     = around ? l == n_layers : l < shape->n_encoder;
    DescentPart* const part   = &fine_tune->parts[l];
    part->offset              = unrolled_shape_offset(shape, l);
    if (around) {
      snprintf(part->name, sizeof(part->name), "the bypass of the %s", up ? "encoder" : "decoder");
    } else {
      snprintf(part->name, sizeof(part->name), "layer %u of the %s",
               1 + (up ? l : l - shape->n_encoder), up ? "encoder" : "decoder");
    }
  }
}

/// @return False when memory is short.
static bool
tell_matrices(FineTune* const fine_tune)
{
  MatrixBlock    blocks[2 * NETWORK_MAX_LAYERS];
  const uint32_t n = unrolled_shape_matrices(&fine_tune->run->shape, blocks);
  return optimizer_set_matrices(fine_tune->descent->optimizer, n, blocks);
}

FineTune*
fine_tune_new(TrainingRun* const run)
{
  FineTune* const fine_tune = calloc(1, sizeof(FineTune));
  if (!fine_tune) {
    return NULL;
  }

  fine_tune->run       = run;
  fine_tune->network   = unrolled_new(&run->shape, run->parameters, run->examples->shape);
  fine_tune->corrupted = malloc((size_t)batch_rows(run->examples->shape) *
                                run->examples->n_features * sizeof(real));
  fine_tune->descent   = descent_new(run->parameters, &run->recipe->fine_tune);
  if (!fine_tune->network || !fine_tune->corrupted || !make_mask_loss(fine_tune) ||
      !fine_tune->descent || !tell_matrices(fine_tune)) {
    fine_tune_free(fine_tune);
    return NULL;
  }
  name_parts(fine_tune);
  return fine_tune;
}

void
fine_tune_free(FineTune* const fine_tune)
{
  if (fine_tune) {
    unrolled_free(fine_tune->network);
    mask_loss_free(fine_tune->mask);
    descent_free(fine_tune->descent);
    free(fine_tune->corrupted);
    free(fine_tune);
  }
}

Descent*
fine_tune_descent(FineTune* const fine_tune)
{
  return fine_tune->descent;
}

/// How far the output is from what is wanted, and the slope of that.
static double
judge(const FineTune* const fine_tune, const Batch* const batch, const real* const y,
      real* const slope)
{
  const TrainingRun* const run    = fine_tune->run;
  const uint32_t           n_rows = batch_rows(batch->shape);
  const uint32_t n_out = run->shape.layers[run->shape.n_encoder + run->shape.n_decoder - 1].n_out;
  switch (run->recipe->task) {
    case MODEL_DENOISE:
      return mask_loss(fine_tune->mask, run->team, batch->shape, batch->spectra, y, slope);
    case MODEL_CLASSIFY:
      return loss_softmax(n_rows, n_out, y, batch->labels, slope, NULL);
    case MODEL_AUTOENCODER:
    case MODEL_MORPH:
      break;
  }
  switch (run->recipe->reconstruction) {
    case RECONSTRUCTION_CROSS_ENTROPY:
      return loss_cross_entropy(n_rows, n_out, y, batch->clean, slope);
    case RECONSTRUCTION_RMS:
      return loss_rms_error(n_rows, n_out, y, batch->clean, slope);
    case RECONSTRUCTION_SQUARED:
      break;
  }
  return loss_squared_error(n_rows, n_out, y, batch->clean, slope);
}

/// What the network is given: an autoencoder that is to denoise learns from a corrupted input, and
/// is judged on the input as it is.
static const real*
corrupt(const FineTune* const fine_tune, const Batch* const batch, const Split split,
        const uint64_t number)
{
  const TrainingRun* const run    = fine_tune->run;
  const Recipe* const      recipe = run->recipe;
  if (recipe->corruption == CORRUPTION_NONE || split == SPLIT_VALID) {
    return batch->x;
  }

  const size_t n      = (size_t)batch_rows(batch->shape) * run->examples->n_features;
  Random       random = random_at(recipe->seed, RANDOM_CORRUPTION, number);
  memcpy(fine_tune->corrupted, batch->x, n * sizeof(real));
  denoising_corrupt(recipe->corruption, recipe->corruption_amount, &random, n,
                    fine_tune->corrupted);
  return fine_tune->corrupted;
}

/// @param number Of the mini-batch.  @param beta Weight of the divergence.
static Status
forward(const FineTune* const fine_tune, const Split split, const uint64_t number,
        const double beta, Batch* const batch, double* const loss, Diagnostic* const why)
{
  const TrainingRun* const run = fine_tune->run;
  const Status status          = examples_draw(run->examples, run->team, split, number, batch, why);
  if (status) {
    return status;
  }

  // Validation draws numbers of its own, counted from the end.
  const uint64_t    draw    = split == SPLIT_TRAIN ? number : UINT64_MAX - number;
  Random            random  = random_at(run->recipe->seed, RANDOM_MACHINE, draw);
  Random            dropped = random_at(run->recipe->seed, RANDOM_DROPOUT, number);
  const real* const x       = corrupt(fine_tune, batch, split, number);
  unrolled_drop(fine_tune->network, batch->shape.n_streams, split == SPLIT_TRAIN ? &dropped : NULL);
  const real* const y = unrolled_forward(fine_tune->network, run->team, batch->shape, x, &random);
  *loss               = judge(fine_tune, batch, y, unrolled_slope(fine_tune->network));
  *loss += unrolled_divergence(fine_tune->network, batch->shape, beta,
                               run->recipe->variational.free_bits);
  return STATUS_SUCCESS;
}

static Status
learn(void* const handle, const uint64_t step, double* const loss, Diagnostic* const why)
{
  const FineTune* const    fine_tune = (const FineTune*)handle;
  const TrainingRun* const run       = fine_tune->run;
  const uint64_t           before    = (uint64_t)run->shape.n_encoder * run->recipe->pretrain.steps;
  const RecipeVariational* const code = &run->recipe->variational;
  const double                   beta = posterior_beta(code->beta, code->warmup, step);
  Batch                          batch;
  const Status status = forward(fine_tune, SPLIT_TRAIN, before + step, beta, &batch, loss, why);
  if (!status) {
    unrolled_backward(fine_tune->network, run->team, batch.shape);
  }
  return status;
}

static Status
validate(void* const handle, double* const loss, Diagnostic* const why)
{
  const FineTune* const fine_tune = (const FineTune*)handle;
  const Examples* const examples  = fine_tune->run->examples;
  const double          beta      = fine_tune->run->recipe->variational.beta;
  double                sum       = 0.0;
  double                n_rows    = 0.0;
  for (uint64_t i = 0; i < examples->n_valid; ++i) {
    Batch        batch;
    double       part   = 0.0;
    const Status status = forward(fine_tune, SPLIT_VALID, i, beta, &batch, &part, why);
    if (status) {
      return status;
    }
    sum += part * batch_rows(batch.shape);
    n_rows += batch_rows(batch.shape);
  }
  *loss = sum / n_rows;
  return STATUS_SUCCESS;
}

Status
fine_tune_train(FineTune* const fine_tune, const Watcher* const watcher, Diagnostic* const why)
{
  TrainingRun* const run    = fine_tune->run;
  run->examples->with_clean = run->recipe->task != MODEL_DENOISE;
  const Objective objective = { .name     = FINE_TUNE_NAME,
                                .n_parts  = fine_tune->n_parts,
                                .parts    = fine_tune->parts,
                                .learn    = learn,
                                .validate = validate,
                                .context  = fine_tune };
  return descent_run(fine_tune->descent, run->team, &run->recipe->fine_tune, &objective, watcher,
                     why);
}
