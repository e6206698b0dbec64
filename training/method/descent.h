// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_DESCENT_H
#define LAMINA_TRAINING_METHOD_DESCENT_H

#include "dsp/status.h"
#include "training/engine/optimizer.h"
#include "training/engine/parameters.h"
#include "training/engine/team.h"
#include "training/method/recipe.h"

#include <stdbool.h>
#include <stdint.h>

/// Some of the numbers that are learned, by a name for a person.
typedef struct {
  size_t offset; ///< Of its first number; it ends where the next part begins
  char   name[32];
} DescentPart;

/// What a stage of training minimises.
typedef struct {
  const char*        name;    ///< For the progress line: "layer 1", "fine-tune"
  uint32_t           n_parts; ///< 0 where the stage's name says it all
  const DescentPart* parts;   ///< [n_parts], from offset 0 up

  /// Loss of training mini-batch `step`, and the gradients of the stage's parameters.
  Status (*learn)(void* context, uint64_t step, double* loss, Diagnostic* why);

  /// Loss on files never trained on; always the same examples.
  Status (*validate)(void* context, double* loss, Diagnostic* why);

  void* context;
} Objective;

/// Where a way down can be taken up again after a fall.
typedef struct {
  uint64_t step;      ///< Mini-batches that were done
  real*    value;     ///< [n]
  real*    mean;      ///< [n], of the optimizer
  real*    square;    ///< [n_squares], of the optimizer
  real*    average;   ///< [n_average]
  uint64_t n_updates; ///< Of the optimizer
  double   norm;      ///< Of gradients from here on, to be expected; 0: not known yet
} Foothold;

/// Mini-batches after which the state is saved, where looks are further apart.
#define DESCENT_SAVE_STEPS 500u

/// One stage's way down: everything that changes, so that it can be saved and taken up again.
typedef struct {
  Parameters* parameters; ///< Not owned
  Optimizer*  optimizer;
  size_t      n_average; ///< n, or 0 where the stage makes no mean
  real*       average;   ///< [n_average], running mean of the parameters
  real*       best;      ///< [n], those looked at with the lowest validation loss
  double      best_loss;
  double      train_loss; ///< Running mean
  double      norm;       ///< Running mean of the gradient's, before it is clipped
  uint64_t    step;       ///< Mini-batches done
  uint64_t    n_worse;    ///< Looks since the best
  Foothold    foothold; ///< The start, or what was saved last; the present state if of this `step`
  uint64_t    n_falls;  ///< Times that it was gone back to
  double      rate_scale; ///< ½ to the power of n_falls
  bool        done;
} Descent;

/// Watches the way down.  All members may be NULL.
typedef struct {
  void (*stepped)(void* context, const char* stage, const Descent* descent, uint32_t n_steps);
  void (*validated)(void* context, const char* stage, const Descent* descent, double loss);
  /// @param fault Why the state at `descent->foothold` was gone back to, for a person.
  void (*recovered)(void* context, const char* stage, const Descent* descent, const char* fault);
  bool (*stop)(void* context); ///< Whether the user wants to stop
  void* context;
  Status (*save)(void* save_context, Diagnostic* why); ///< After looks, and DESCENT_SAVE_STEPS
  void* save_context;
} Watcher;

/**
   @param parameters Start of the way; must outlive the result.
   @param stage How they go down.
   @return Owned by the caller, or NULL when memory is short.
*/
Descent*
descent_new(Parameters* parameters, const RecipeStage* stage);

/// Free; NULL is allowed.
void
descent_free(Descent* descent);

/**
   Go down until the stage's steps are done or patience is lost, with a warm-up and cosine schedule,
   clipped gradients and early stopping; the parameters end at their best.

   With an average (Polyak & Juditsky, "Acceleration of stochastic approximation by averaging",
   1992) what is looked at, and ends as the best, is a running mean of the parameters, which keeps
   the stage's share of itself per mini-batch; less in the beginning, (1 + t) / (10 + t) after t of
   them, so that it soon forgets the start.

   A mini-batch is left out when its loss or gradient is not finite, or when its gradient explodes:
   when its norm is beyond both the greatest that is allowed and 1000 times the one to be expected.
   That is the running mean when the state was saved last; before the first time, the norm of the
   first mini-batch.  The state saved last, whose loss was finite, is gone back to, at half the rate
   from then on; so it is when a look's loss is not finite.

   @return STATUS_BAD_OPTION when that has happened more than ten times, or when no look's loss was
   finite; the parameters are then those saved last.
   STATUS_INTERRUPTED when the watcher wants to stop: call again to go on.
*/
NODISCARD
Status
descent_run(Descent* descent, Team* team, const RecipeStage* stage, const Objective* objective,
            const Watcher* watcher, Diagnostic* why);

#endif
