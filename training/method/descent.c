// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/descent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Mini-batches in a row that may have no finite gradient.
enum { MAX_BAD = 10 };

/// Share of the running training loss that is kept per mini-batch.
static const double loss_keep = 0.98;

Descent*
descent_new(Parameters* const parameters, const OptimizerKind kind)
{
  Descent* const descent = calloc(1, sizeof(Descent));
  if (!descent) {
    return NULL;
  }

  descent->parameters = parameters;
  descent->optimizer  = optimizer_new(kind, parameters->n);
  descent->best       = malloc(parameters->n * sizeof(real));
  descent->best_loss  = HUGE_VAL;
  if (!descent->optimizer || !descent->best) {
    descent_free(descent);
    return NULL;
  }
  memcpy(descent->best, parameters->value, parameters->n * sizeof(real));
  return descent;
}

void
descent_free(Descent* const descent)
{
  if (descent) {
    optimizer_free(descent->optimizer);
    free(descent->best);
    free(descent);
  }
}

/// One mini-batch.  @param n_bad Mini-batches in a row without a finite gradient, updated.
static Status
learn(Descent* const descent, Team* const team, const RecipeStage* const stage,
      const Objective* const objective, uint32_t* const n_bad, Diagnostic* const why)
{
  double       loss   = 0.0;
  const Status status = objective->learn(objective->context, descent->step, &loss, why);
  if (status) {
    return status;
  }

  Parameters* const parameters = descent->parameters;
  const double      norm       = gradient_clip(parameters->n, stage->clip, parameters->gradient);
  if (!isfinite(norm) || !isfinite(loss)) {
    return ++*n_bad < MAX_BAD
             ? STATUS_SUCCESS
             : diagnose(why, STATUS_BAD_OPTION,
                        "%s: the gradient is not finite at step %llu; try a lower rate",
                        objective->name, (unsigned long long)descent->step);
  }

  *n_bad                = 0;
  const double rate     = rate_at(descent->step, stage->steps, stage->warmup, stage->rate,
                                  stage->final_rate);
  const double momentum = descent->step < stage->warmup ? 0.5 * stage->momentum : stage->momentum;
  optimizer_step(descent->optimizer, team, rate, momentum, parameters->gradient, parameters->value);
  descent->train_loss = descent->step ? loss + loss_keep * (descent->train_loss - loss) : loss;
  return STATUS_SUCCESS;
}

/// Look at files never trained on, and keep what is best.
static Status
validate(Descent* const descent, const RecipeStage* const stage, const Objective* const objective,
         const Watcher* const watcher, Diagnostic* const why)
{
  double       loss   = 0.0;
  const Status status = objective->validate(objective->context, &loss, why);
  if (status) {
    return status;
  }

  const Parameters* const parameters = descent->parameters;
  ++descent->n_worse;
  if (loss < descent->best_loss) {
    descent->best_loss = loss;
    descent->n_worse   = 0;
    memcpy(descent->best, parameters->value, parameters->n * sizeof(real));
  }
  descent->done = stage->patience && descent->n_worse >= stage->patience;
  if (watcher->validated) {
    watcher->validated(watcher->context, objective->name, descent, loss);
  }
  return watcher->save ? watcher->save(watcher->save_context, why) : STATUS_SUCCESS;
}

Status
descent_run(Descent* const descent, Team* const team, const RecipeStage* const stage,
            const Objective* const objective, const Watcher* const watcher, Diagnostic* const why)
{
  uint32_t n_bad  = 0;
  Status   status = STATUS_SUCCESS;
  while (!status && !descent->done && descent->step < stage->steps) {
    if (watcher->stop && watcher->stop(watcher->context)) {
      return diagnose(why, STATUS_INTERRUPTED, "stopped at %s, step %llu", objective->name,
                      (unsigned long long)descent->step);
    }

    status = learn(descent, team, stage, objective, &n_bad, why);
    if (!status) {
      ++descent->step;
      if (watcher->stepped) {
        watcher->stepped(watcher->context, objective->name, descent, stage->steps);
      }
      if (descent->step % stage->validate_every == 0 || descent->step == stage->steps) {
        status = validate(descent, stage, objective, watcher, why);
      }
    }
  }

  if (!status) {
    descent->done = true;
    memcpy(descent->parameters->value, descent->best, descent->parameters->n * sizeof(real));
  }
  return status;
}
