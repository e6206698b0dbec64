// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/stages.h"

#include "training/engine/checkpoint.h"
#include "training/method/fine_tune.h"
#include "training/method/greedy.h"

#include <stdlib.h>
#include <string.h>

/// "Foot": of the foothold, whose arrays are empty where it is the present state.
enum {
  STAGE,
  STEP,
  N_UPDATES,
  N_WORSE,
  DONE,
  BEST_LOSS,
  TRAIN_LOSS,
  NORM,
  N_FALLS,
  RATE_SCALE,
  FOOT_STEP,
  FOOT_UPDATES,
  FOOT_NORM,
  N_COUNTERS
};
enum {
  NETWORK,
  PARAMETERS,
  MEAN,
  SQUARE,
  AVERAGE,
  BEST,
  FOOT_VALUE,
  FOOT_MEAN,
  FOOT_SQUARE,
  FOOT_AVERAGE,
  N_ARRAYS
};

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

static void
view_counters(const Stages* const stages, uint64_t* const counters)
{
  const Descent* const  descent  = stages->descent;
  const Foothold* const foothold = &descent->foothold;
  counters[STAGE]                = stages->stage;
  counters[STEP]                 = descent->step;
  counters[N_UPDATES]            = descent->optimizer->step;
  counters[N_WORSE]              = descent->n_worse;
  counters[DONE]                 = descent->done;
  counters[BEST_LOSS]            = bits_of(descent->best_loss);
  counters[TRAIN_LOSS]           = bits_of(descent->train_loss);
  counters[NORM]                 = bits_of(descent->norm);
  counters[N_FALLS]              = descent->n_falls;
  counters[RATE_SCALE]           = bits_of(descent->rate_scale);
  counters[FOOT_STEP]            = foothold->step;
  counters[FOOT_UPDATES]         = foothold->n_updates;
  counters[FOOT_NORM]            = bits_of(foothold->norm);
}

/// @param away Whether the foothold is not the present state.
static void
view_arrays(const Stages* const stages, const bool away, CheckpointArray* const arrays)
{
  const Descent* const   descent    = stages->descent;
  const Foothold* const  foothold   = &descent->foothold;
  const Optimizer* const optimizer  = descent->optimizer;
  Parameters* const      network    = stages->run->parameters;
  Parameters* const      parameters = descent->parameters;
  const size_t           n          = parameters->n;
  const size_t           n_squares  = optimizer->n_squares;
  const size_t           n_average  = descent->n_average;
  arrays[NETWORK]                   = (CheckpointArray){ network->n, network->value };
  arrays[PARAMETERS]                = (CheckpointArray){ n, parameters->value };
  arrays[MEAN]                      = (CheckpointArray){ n, optimizer->mean };
  arrays[SQUARE]                    = (CheckpointArray){ n_squares, optimizer->square };
  arrays[AVERAGE]                   = (CheckpointArray){ descent->n_average, descent->average };
  arrays[BEST]                      = (CheckpointArray){ n, descent->best };
  arrays[FOOT_VALUE]                = (CheckpointArray){ away ? n : 0, foothold->value };
  arrays[FOOT_MEAN]                 = (CheckpointArray){ away ? n : 0, foothold->mean };
  arrays[FOOT_SQUARE]               = (CheckpointArray){ away ? n_squares : 0, foothold->square };
  arrays[FOOT_AVERAGE]              = (CheckpointArray){ away ? n_average : 0, foothold->average };
}

/// A checkpoint that points into the run.
static Checkpoint
view(const Stages* const stages, const bool away)
{
  Checkpoint checkpoint = { .key        = (char*)(uintptr_t)stages->config->key,
                            .n_counters = N_COUNTERS,
                            .n_arrays   = N_ARRAYS };
  view_counters(stages, checkpoint.counters);
  view_arrays(stages, away, checkpoint.arrays);
  return checkpoint;
}

static Status
save(void* const handle, Diagnostic* const why)
{
  const Stages* const  stages     = (const Stages*)handle;
  const Descent* const descent    = stages->descent;
  const Checkpoint     checkpoint = view(stages, descent->foothold.step != descent->step);
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

static void
restore_counters(Descent* const descent, const uint64_t* const counters)
{
  descent->step               = counters[STEP];
  descent->optimizer->step    = counters[N_UPDATES];
  descent->n_worse            = counters[N_WORSE];
  descent->done               = counters[DONE];
  descent->best_loss          = double_of(counters[BEST_LOSS]);
  descent->train_loss         = double_of(counters[TRAIN_LOSS]);
  descent->norm               = double_of(counters[NORM]);
  descent->n_falls            = counters[N_FALLS];
  descent->rate_scale         = double_of(counters[RATE_SCALE]);
  descent->foothold.step      = counters[FOOT_STEP];
  descent->foothold.n_updates = counters[FOOT_UPDATES];
  descent->foothold.norm      = double_of(counters[FOOT_NORM]);
}

/// Copy a checkpoint that fits into the run.
static Status
restore(Stages* const stages, const Checkpoint* const saved, Diagnostic* const why)
{
  if (saved->n_counters != N_COUNTERS || saved->n_arrays != N_ARRAYS) {
    return diagnose(why, STATUS_BAD_FILE, "%s: not a checkpoint of a training",
                    stages->config->path);
  }
  const Checkpoint here = view(stages, saved->counters[FOOT_STEP] != saved->counters[STEP]);
  for (uint32_t i = 0; i < N_ARRAYS; ++i) {
    if (saved->arrays[i].n != here.arrays[i].n) {
      return diagnose(why, STATUS_BAD_FILE, "%s: array %u holds %zu numbers, %zu expected",
                      stages->config->path, i, saved->arrays[i].n, here.arrays[i].n);
    }
  }
  for (uint32_t i = 0; i < N_ARRAYS; ++i) {
    if (here.arrays[i].n) {
      memcpy(here.arrays[i].values, saved->arrays[i].values, here.arrays[i].n * sizeof(float));
    }
  }
  restore_counters(stages->descent, saved->counters);
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
