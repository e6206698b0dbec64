// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/descent.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Falls of a stage that are recovered from.
enum { MAX_FALLS = 10 };

/// Times the norm to be expected that a gradient has when it explodes.
static const double norm_limit = 1000.0;

/// Share of a running mean that is kept per mini-batch.
static const double mean_keep = 0.98;

static bool
make_foothold(Descent* const descent)
{
  const Optimizer* const optimizer = descent->optimizer;
  Foothold* const        foothold  = &descent->foothold;
  foothold->value                  = malloc(optimizer->n * sizeof(real));
  foothold->mean                   = malloc(optimizer->n * sizeof(real));
  foothold->square                 = malloc((optimizer->n_squares + 1) * sizeof(real));
  foothold->average                = malloc((descent->n_average + 1) * sizeof(real));
  return foothold->value && foothold->mean && foothold->square && foothold->average;
}

Descent*
descent_new(Parameters* const parameters, const RecipeStage* const stage)
{
  Descent* const descent = calloc(1, sizeof(Descent));
  if (!descent) {
    return NULL;
  }

  descent->parameters = parameters;
  descent->optimizer  = optimizer_new(stage->optimizer, parameters->n);
  descent->n_average  = stage->average > 0.0 ? parameters->n : 0;
  descent->average    = malloc((descent->n_average + 1) * sizeof(real));
  descent->best       = malloc(parameters->n * sizeof(real));
  descent->best_loss  = HUGE_VAL;
  descent->rate_scale = 1.0;
  if (!descent->optimizer || !descent->average || !descent->best || !make_foothold(descent)) {
    descent_free(descent);
    return NULL;
  }
  memcpy(descent->best, parameters->value, parameters->n * sizeof(real));
  memcpy(descent->average, parameters->value, descent->n_average * sizeof(real));
  return descent;
}

void
descent_free(Descent* const descent)
{
  if (descent) {
    optimizer_free(descent->optimizer);
    free(descent->average);
    free(descent->best);
    free(descent->foothold.value);
    free(descent->foothold.mean);
    free(descent->foothold.square);
    free(descent->foothold.average);
    free(descent);
  }
}

/// Remember the present state as one to go back to.
static void
keep_foothold(Descent* const descent)
{
  const Optimizer* const optimizer = descent->optimizer;
  Foothold* const        foothold  = &descent->foothold;
  foothold->step                   = descent->step;
  foothold->n_updates              = optimizer->step;
  foothold->norm                   = descent->norm;
  memcpy(foothold->value, descent->parameters->value, optimizer->n * sizeof(real));
  memcpy(foothold->mean, optimizer->mean, optimizer->n * sizeof(real));
  memcpy(foothold->average, descent->average, descent->n_average * sizeof(real));
  if (optimizer->n_squares) {
    memcpy(foothold->square, optimizer->square, optimizer->n_squares * sizeof(real));
  }
}

/// Go back to the last foothold.  The mini-batches go on: what made us fall is not met again.
static void
go_back(Descent* const descent)
{
  const Foothold* const foothold  = &descent->foothold;
  Optimizer* const      optimizer = descent->optimizer;
  optimizer->step                 = foothold->n_updates;
  descent->norm                   = foothold->norm;
  memcpy(descent->parameters->value, foothold->value, optimizer->n * sizeof(real));
  memcpy(optimizer->mean, foothold->mean, optimizer->n * sizeof(real));
  memcpy(descent->average, foothold->average, descent->n_average * sizeof(real));
  if (optimizer->n_squares) {
    memcpy(optimizer->square, foothold->square, optimizer->n_squares * sizeof(real));
  }
}

/// Recover from a fall.  @param fault What is wrong.
static Status
recover(Descent* const descent, const Objective* const objective, const Watcher* const watcher,
        const char* const fault, Diagnostic* const why)
{
  go_back(descent);
  if (descent->n_falls == MAX_FALLS) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "%s, step %llu: %s, after going back %d times; try a lower rate",
                    objective->name, (unsigned long long)descent->step, fault, MAX_FALLS);
  }

  ++descent->n_falls;
  descent->rate_scale *= 0.5;
  if (watcher->recovered) {
    watcher->recovered(watcher->context, objective->name, descent, fault);
  }
  return STATUS_SUCCESS;
}

/// The first number of the gradient that is not finite, or else the greatest.
static size_t
worst_number(const Parameters* const parameters)
{
  size_t worst = 0;
  for (size_t i = 0; i < parameters->n; ++i) {
    if (!isfinite(parameters->gradient[i])) {
      return i;
    }
    if (fabs((double)parameters->gradient[i]) > fabs((double)parameters->gradient[worst])) {
      worst = i;
    }
  }
  return worst;
}

/// " of NAME", of the part where the gradient is worst; "" without parts.
static void
name_worst(const Objective* const objective, const Parameters* const parameters, const size_t size,
           char* const name)
{
  const size_t worst = worst_number(parameters);
  uint32_t     n     = objective->n_parts;
  while (n && objective->parts[n - 1].offset > worst) {
    --n;
  }
  snprintf(name, size, "%s%s", n ? " of " : "", n ? objective->parts[n - 1].name : "");
}

/// Whether a mini-batch must not be learned from.  @param fault Written when so, for a person.
static bool
is_fall(const Descent* const descent, const RecipeStage* const stage,
        const Objective* const objective, const double loss, const double norm, const size_t size,
        char* const fault)
{
  const double expected = descent->foothold.norm;
  const bool   explodes = expected > 0.0 && norm > stage->clip && norm > norm_limit * expected;
  if (isfinite(loss) && isfinite(norm) && !explodes) {
    return false;
  }

  char where[40];
  name_worst(objective, descent->parameters, sizeof(where), where);
  if (!isfinite(norm)) {
    snprintf(fault, size, "the gradient%s is not finite", where);
  } else if (!isfinite(loss)) {
    snprintf(fault, size, "the loss is not finite");
  } else {
    snprintf(fault, size, "the gradient%s explodes, to %.3g from %.3g", where, norm, expected);
  }
  return true;
}

/// Take the present parameters into the mean.
static void
follow(Descent* const descent, const double most)
{
  const double t    = (double)descent->optimizer->step;
  const real   take = (real)(1.0 - fmin(most, (1.0 + t) / (10.0 + t)));
  for (size_t i = 0; i < descent->n_average; ++i) {
    descent->average[i] += take * (descent->parameters->value[i] - descent->average[i]);
  }
}

/// Let the mean, where there is one, and the parameters change places.
static void
exchange(Descent* const descent)
{
  real* const value = descent->parameters->value;
  for (size_t i = 0; i < descent->n_average; ++i) {
    const real mean     = descent->average[i];
    descent->average[i] = value[i];
    value[i]            = mean;
  }
}

/// One mini-batch.
static Status
learn(Descent* const descent, Team* const team, const RecipeStage* const stage,
      const Objective* const objective, const Watcher* const watcher, Diagnostic* const why)
{
  double       loss   = 0.0;
  const Status status = objective->learn(objective->context, descent->step, &loss, why);
  if (status) {
    return status;
  }

  Optimizer* const  optimizer  = descent->optimizer;
  Parameters* const parameters = descent->parameters;
  const double      norm = gradient_clip(team, parameters->n, stage->clip, parameters->gradient);
  char              fault[128];
  if (is_fall(descent, stage, objective, loss, norm, sizeof(fault), fault)) {
    return recover(descent, objective, watcher, fault, why);
  }

  const double keep     = optimizer->step ? mean_keep : 0.0;
  const double rate     = rate_at(descent->step, stage->steps, stage->warmup, stage->rate,
                                  stage->final_rate);
  const bool   rests    = optimizer->kind == OPTIMIZER_MOMENTUM && descent->step < stage->warmup;
  const double momentum = rests ? 0.5 * stage->momentum : stage->momentum;
  optimizer_step(optimizer, team, descent->rate_scale * rate, momentum, parameters->gradient,
                 parameters->value);
  follow(descent, stage->average);
  descent->train_loss = loss + keep * (descent->train_loss - loss);
  descent->norm       = norm + keep * (descent->norm - norm);
  if (descent->foothold.norm == 0.0) {
    descent->foothold.norm = norm;
  }
  return STATUS_SUCCESS;
}

/// Keep what is best, of what was looked at.
static void
judge(Descent* const descent, const RecipeStage* const stage, const double loss)
{
  ++descent->n_worse;
  if (loss < descent->best_loss) {
    descent->best_loss = loss;
    descent->n_worse   = 0;
    memcpy(descent->best, descent->parameters->value, descent->parameters->n * sizeof(real));
  }
  descent->done = stage->patience && descent->n_worse >= stage->patience;
}

/// Make the present state one that can be gone back to.
static Status
save(Descent* const descent, const Watcher* const watcher, Diagnostic* const why)
{
  keep_foothold(descent);
  return watcher->save ? watcher->save(watcher->save_context, why) : STATUS_SUCCESS;
}

/// Look at files never trained on.
static Status
validate(Descent* const descent, const RecipeStage* const stage, const Objective* const objective,
         const Watcher* const watcher, Diagnostic* const why)
{
  double loss = 0.0;
  exchange(descent);
  Status status = objective->validate(objective->context, &loss, why);
  if (!status) {
    judge(descent, stage, loss);
  }
  exchange(descent);
  if (!status && !isfinite(loss)) {
    status = recover(descent, objective, watcher, "the loss on unseen files is not finite", why);
  }
  if (status) {
    return status;
  }

  if (watcher->validated) {
    watcher->validated(watcher->context, objective->name, descent, loss);
  }
  return save(descent, watcher, why);
}

/// One mini-batch, and a look when it is time.
static Status
advance(Descent* const descent, Team* const team, const RecipeStage* const stage,
        const Objective* const objective, const Watcher* const watcher, Diagnostic* const why)
{
  const Status status = learn(descent, team, stage, objective, watcher, why);
  if (status) {
    return status;
  }

  ++descent->step;
  if (watcher->stepped) {
    watcher->stepped(watcher->context, objective->name, descent, stage->steps);
  }
  return descent->step % stage->validate_every == 0 || descent->step == stage->steps
           ? validate(descent, stage, objective, watcher, why)
         : descent->step % DESCENT_SAVE_STEPS == 0 ? save(descent, watcher, why)
                                                   : STATUS_SUCCESS;
}

/// The end of the way: its best place.
static Status
finish(Descent* const descent, const RecipeStage* const stage, const Objective* const objective,
       Diagnostic* const why)
{
  if (stage->steps && !isfinite(descent->best_loss)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: the loss on unseen files was never finite",
                    objective->name);
  }

  descent->done = true;
  memcpy(descent->parameters->value, descent->best, descent->parameters->n * sizeof(real));
  return STATUS_SUCCESS;
}

Status
descent_run(Descent* const descent, Team* const team, const RecipeStage* const stage,
            const Objective* const objective, const Watcher* const watcher, Diagnostic* const why)
{
  if (descent->foothold.step == descent->step) {
    keep_foothold(descent);
  }
  while (!descent->done && descent->step < stage->steps) {
    if (watcher->stop && watcher->stop(watcher->context)) {
      return diagnose(why, STATUS_INTERRUPTED, "stopped at %s, step %llu", objective->name,
                      (unsigned long long)descent->step);
    }
    const Status status = advance(descent, team, stage, objective, watcher, why);
    if (status) {
      return status;
    }
  }
  return finish(descent, stage, objective, why);
}
