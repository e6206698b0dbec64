// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/stages.h"

#include "training/engine/checkpoint.h"
#include "training/method/fine_tune.h"
#include "training/method/greedy.h"

#include <stdlib.h>
#include <string.h>

enum { STAGE, STEP, N_UPDATES, N_WORSE, DONE, BEST_LOSS, TRAIN_LOSS, N_COUNTERS };
enum { NETWORK, PARAMETERS, MEAN, SQUARE, BEST, N_ARRAYS };

/// A run on its way through the stages.
typedef struct {
  TrainingRun*        run;
  const StagesConfig* config;
  Watcher             watcher; ///< The caller's, with our `save`
  uint32_t            stage;   ///< A layer of the encoder, or n_encoder for the fine-tuning
  Greedy*             greedy;
  FineTune*           fine_tune;
  Descent*            descent; ///< Of the current stage; owned by it
} Stages;

static uint64_t
bits_of(const double x)
{
  uint64_t bits = 0;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

static double
double_of(const uint64_t bits)
{
  double x = 0.0;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

/// A checkpoint that points into the run.
static Checkpoint
view(const Stages* const stages)
{
  const Descent* const descent    = stages->descent;
  Parameters* const    network    = stages->run->parameters;
  Parameters* const    parameters = descent->parameters;
  Optimizer* const     optimizer  = descent->optimizer;
  Checkpoint           checkpoint = { .key        = (char*)(uintptr_t)stages->config->key,
                                      .n_counters = N_COUNTERS,
                                      .n_arrays   = N_ARRAYS };

  checkpoint.counters[STAGE]      = stages->stage;
  checkpoint.counters[STEP]       = descent->step;
  checkpoint.counters[N_UPDATES]  = optimizer->step;
  checkpoint.counters[N_WORSE]    = descent->n_worse;
  checkpoint.counters[DONE]       = descent->done;
  checkpoint.counters[BEST_LOSS]  = bits_of(descent->best_loss);
  checkpoint.counters[TRAIN_LOSS] = bits_of(descent->train_loss);

  checkpoint.arrays[NETWORK]    = (CheckpointArray){ network->n, network->value };
  checkpoint.arrays[PARAMETERS] = (CheckpointArray){ parameters->n, parameters->value };
  checkpoint.arrays[MEAN]       = (CheckpointArray){ optimizer->n, optimizer->mean };
  checkpoint.arrays[SQUARE]     = (CheckpointArray){ optimizer->n_squares, optimizer->square };
  checkpoint.arrays[BEST]       = (CheckpointArray){ parameters->n, descent->best };
  return checkpoint;
}

static Status
save(void* const handle, Diagnostic* const why)
{
  const Stages* const stages     = (const Stages*)handle;
  const Checkpoint    checkpoint = view(stages);
  return checkpoint_write(&checkpoint, stages->config->path, why);
}

static void
close_stage(Stages* const stages)
{
  greedy_free(stages->greedy);
  fine_tune_free(stages->fine_tune);
  stages->greedy    = NULL;
  stages->fine_tune = NULL;
  stages->descent   = NULL;
}

static Status
open_stage(Stages* const stages, Diagnostic* const why)
{
  close_stage(stages);
  if (stages->stage < stages->run->shape.n_encoder) {
    stages->greedy  = greedy_new(stages->run, stages->stage);
    stages->descent = stages->greedy ? greedy_descent(stages->greedy) : NULL;
  } else {
    stages->fine_tune = fine_tune_new(stages->run);
    stages->descent   = stages->fine_tune ? fine_tune_descent(stages->fine_tune) : NULL;
  }
  return stages->descent ? STATUS_SUCCESS
                         : diagnose(why, STATUS_NO_MEMORY, "not enough memory to train");
}

/// Copy a checkpoint that fits into the run.
static Status
restore(Stages* const stages, const Checkpoint* const saved, Diagnostic* const why)
{
  const Checkpoint here = view(stages);
  if (saved->n_counters != N_COUNTERS || saved->n_arrays != N_ARRAYS) {
    return diagnose(why, STATUS_BAD_FILE, "%s: not a checkpoint of a training",
                    stages->config->path);
  }
  for (uint32_t i = 0; i < N_ARRAYS; ++i) {
    if (saved->arrays[i].n != here.arrays[i].n) {
      return diagnose(why, STATUS_BAD_FILE, "%s: array %u holds %zu numbers, %zu expected",
                      stages->config->path, i, saved->arrays[i].n, here.arrays[i].n);
    }
  }
  for (uint32_t i = 0; i < N_ARRAYS; ++i) {
    memcpy(here.arrays[i].values, saved->arrays[i].values, here.arrays[i].n * sizeof(float));
  }

  Descent* const descent   = stages->descent;
  descent->step            = saved->counters[STEP];
  descent->optimizer->step = saved->counters[N_UPDATES];
  descent->n_worse         = saved->counters[N_WORSE];
  descent->done            = saved->counters[DONE];
  descent->best_loss       = double_of(saved->counters[BEST_LOSS]);
  descent->train_loss      = double_of(saved->counters[TRAIN_LOSS]);
  return STATUS_SUCCESS;
}

static Status
resume_from(Stages* const stages, const Checkpoint* const saved, Diagnostic* const why)
{
  if (strcmp(saved->key, stages->config->key)) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "%s: of another recipe or other recordings; remove it to begin anew",
                    stages->config->path);
  }
  if (saved->counters[STAGE] > stages->run->shape.n_encoder) {
    return diagnose(why, STATUS_BAD_FILE, "%s: stage %llu does not exist", stages->config->path,
                    (unsigned long long)saved->counters[STAGE]);
  }

  stages->stage       = (uint32_t)saved->counters[STAGE];
  const Status status = open_stage(stages, why);
  return status ? status : restore(stages, saved, why);
}

static Status
begin(Stages* const stages, Diagnostic* const why)
{
  if (!stages->config->resume) {
    return open_stage(stages, why);
  }

  Checkpoint saved  = { 0 };
  Status     status = checkpoint_read(stages->config->path, &saved, why);
  if (!status) {
    status = resume_from(stages, &saved, why);
    checkpoint_clear(&saved);
  }
  return status;
}

static Status
run_stage(Stages* const stages, Diagnostic* const why)
{
  return stages->greedy ? greedy_train(stages->greedy, &stages->watcher, why)
                        : fine_tune_train(stages->fine_tune, &stages->watcher, why);
}

Status
stages_run(TrainingRun* const run, const StagesConfig* const config, const Watcher* const watcher,
           Diagnostic* const why)
{
  static const StagesConfig unsaved = { 0 };
  Stages stages       = { .run = run, .config = config ? config : &unsaved, .watcher = *watcher };
  stages.watcher.save = stages.config->path ? save : NULL;
  stages.watcher.save_context = &stages;

  const uint32_t n_stages = run->shape.n_encoder + 1;
  Status         status   = begin(&stages, why);
  while (!status) {
    status = run_stage(&stages, why);
    if (status == STATUS_INTERRUPTED && stages.watcher.save) {
      Diagnostic   fault;
      const Status failure = save(&stages, &fault);
      status               = failure ? diagnose(why, failure, "%s", fault.text) : status;
    }
    if (status || ++stages.stage == n_stages) {
      break;
    }
    status = open_stage(&stages, why);
  }
  close_stage(&stages);
  return status;
}
