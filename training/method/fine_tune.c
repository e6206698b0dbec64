// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/fine_tune.h"

#include "training/engine/backprop.h"
#include "training/method/mask_loss.h"

#include <stdlib.h>

struct FineTune {
  TrainingRun* run;
  Backprop*    network;
  MaskLoss*    loss;
  Descent*     descent;
};

FineTune*
fine_tune_new(TrainingRun* const run)
{
  FineTune* const fine_tune = calloc(1, sizeof(FineTune));
  if (!fine_tune) {
    return NULL;
  }

  const Recipe* const recipe  = run->recipe;
  const BatchShape    batch   = examples_shape(run->examples);
  const StftConfig    stft    = stft_config(recipe->window_s, recipe->hop_s, recipe->rate_hz);
  const uint32_t      n_bands = run->layers[run->n_layers - 1].n_out;

  fine_tune->run     = run;
  fine_tune->network = backprop_new(run->n_layers, run->layers, run->parameters, batch);
  fine_tune->loss    = mask_loss_new(&recipe->loss, examples_bands(run->examples), n_bands,
                                     stft_bins(stft), recipe->rate_hz / stft.frame, batch);
  fine_tune->descent = descent_new(run->parameters);
  if (!fine_tune->network || !fine_tune->loss || !fine_tune->descent) {
    fine_tune_free(fine_tune);
    return NULL;
  }
  return fine_tune;
}

void
fine_tune_free(FineTune* const fine_tune)
{
  if (fine_tune) {
    backprop_free(fine_tune->network);
    mask_loss_free(fine_tune->loss);
    descent_free(fine_tune->descent);
    free(fine_tune);
  }
}

Descent*
fine_tune_descent(FineTune* const fine_tune)
{
  return fine_tune->descent;
}

static Status
forward(const FineTune* const fine_tune, const Split split, const uint64_t batch,
        double* const loss, Diagnostic* const why)
{
  const TrainingRun* const run    = fine_tune->run;
  const Status             status = examples_draw(run->examples, run->team, split, batch, why);
  if (status) {
    return status;
  }

  const BatchShape  shape = examples_shape(run->examples);
  const real* const gain  = backprop_forward(fine_tune->network, run->team, run->n_layers, shape,
                                             examples_noisy(run->examples));
  *loss = mask_loss(fine_tune->loss, run->team, shape, examples_target(run->examples), gain,
                    backprop_slope(fine_tune->network));
  return STATUS_SUCCESS;
}

static Status
learn(void* const handle, const uint64_t step, double* const loss, Diagnostic* const why)
{
  const FineTune* const    fine_tune = (const FineTune*)handle;
  const TrainingRun* const run       = fine_tune->run;
  const uint64_t           before    = (uint64_t)run->shape.n_encoder * run->recipe->pretrain.steps;
  const Status             status    = forward(fine_tune, SPLIT_TRAIN, before + step, loss, why);
  if (!status) {
    backprop_backward(fine_tune->network, run->team, examples_shape(run->examples));
  }
  return status;
}

static Status
validate(void* const handle, double* const loss, Diagnostic* const why)
{
  double sum = 0.0;
  for (uint64_t batch = 0; batch < VALIDATION_BATCHES; ++batch) {
    double       part   = 0.0;
    const Status status = forward((const FineTune*)handle, SPLIT_VALID, batch, &part, why);
    if (status) {
      return status;
    }
    sum += part;
  }
  *loss = sum / VALIDATION_BATCHES;
  return STATUS_SUCCESS;
}

Status
fine_tune_train(FineTune* const fine_tune, const Watcher* const watcher, Diagnostic* const why)
{
  const TrainingRun* const run       = fine_tune->run;
  const Objective          objective = {
             .name = "fine-tune", .learn = learn, .validate = validate, .context = fine_tune
  };
  return descent_run(fine_tune->descent, run->team, &run->recipe->fine_tune, &objective, watcher,
                     why);
}
