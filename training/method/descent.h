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

/// What a stage of training minimises.
typedef struct {
  const char* name; ///< For the progress line: "layer 1", "fine-tune"

  /// Loss of training mini-batch `step`, and the gradients of the stage's parameters.
  Status (*learn)(void* context, uint64_t step, double* loss, Diagnostic* why);

  /// Loss on files never trained on; always the same examples.
  Status (*validate)(void* context, double* loss, Diagnostic* why);

  void* context;
} Objective;

/// One stage's way down: everything that changes, so that it can be saved and taken up again.
typedef struct {
  Parameters* parameters; ///< Not owned
  Optimizer*  optimizer;
  real*       best; ///< [n], the parameters at the lowest validation loss
  double      best_loss;
  double      train_loss; ///< Running mean
  uint64_t    step;       ///< Mini-batches done
  uint64_t    n_worse;    ///< Looks since the best
  bool        done;
} Descent;

/// Watches the way down.  All members may be NULL.
typedef struct {
  void (*stepped)(void* context, const char* stage, const Descent* descent, uint32_t n_steps);
  void (*validated)(void* context, const char* stage, const Descent* descent, double loss);
  bool (*stop)(void* context); ///< Whether the user wants to stop
  void* context;
  Status (*save)(void* save_context, Diagnostic* why); ///< Called after every look
  void* save_context;
} Watcher;

/**
   @param parameters Start of the way; must outlive the result.
   @param kind How they go down.
   @return Owned by the caller, or NULL when memory is short.
*/
Descent*
descent_new(Parameters* parameters, OptimizerKind kind);

/// Free; NULL is allowed.
void
descent_free(Descent* descent);

/**
   Go down until the stage's steps are done or patience is lost, with a warm-up and cosine schedule,
   clipped gradients and early stopping; the parameters end at their best.

   A mini-batch whose gradient is not finite is left out; ten in a row are an error.

   @return STATUS_INTERRUPTED when the watcher wants to stop: call again to go on.
*/
NODISCARD
Status
descent_run(Descent* descent, Team* team, const RecipeStage* stage, const Objective* objective,
            const Watcher* watcher, Diagnostic* why);

#endif
