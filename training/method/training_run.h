// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_TRAINING_RUN_H
#define LAMINA_TRAINING_METHOD_TRAINING_RUN_H

#include "dsp/network/model.h"
#include "training/engine/parameters.h"
#include "training/engine/team.h"
#include "training/method/examples.h"
#include "training/method/pca.h"
#include "training/method/recipe.h"
#include "training/method/unrolled.h"

#include <stdint.h>

/// What the stages of one training share.
typedef struct {
  const Recipe* recipe;   ///< Not owned
  Examples*     examples; ///< Not owned
  Team*         team;     ///< Not owned
  UnrolledShape shape;
  Parameters*   parameters; ///< Of the whole network, as `shape` lays them
} TrainingRun;

/**
   Allocate, and draw the first weights.

   How many numbers go in and come out is what the examples have; the rest is the recipe's.  The
   gains of an untrained mask are near `recipe->initial_gain`, whatever it hears.

   @return Owned by the caller, or NULL when memory is short.
*/
TrainingRun*
training_run_new(const Recipe* recipe, Examples* examples, Team* team);

/// Free; NULL is allowed.
void
training_run_free(TrainingRun* run);

/**
   Start at principal components: the bypasses become U and Uᵀ, scaled so that every code has
   variance 1, and what the layers add begins at 0.

   @param run Of a recipe with SKIP_PCA.
   @param pca Of the same features, with as many components as the code has numbers, or more.
*/
void
training_run_start_at_pca(TrainingRun* run, const Pca* pca);

/**
   Start at the numbers of a model: what it has learned is learned on.  Its taps may be of other
   moments: weights that have learned to read what was a little ago soon read what was longer ago.
   Its layers may be narrower, and without gates: they grow, see growth.h.

   @param run Of a denoiser.
   @param why What is not as in the recipe.
   @return STATUS_BAD_OPTION when the model cannot become one of the run's shape.
*/
NODISCARD
Status
training_run_start_at_model(TrainingRun* run, const Model* model, Diagnostic* why);

/**
   The model as it stands; of a variational code the mean alone.

   @param spectrum For the tasks that learn whole spectra; NULL for the others.
   @return Owned by the caller, without words; NULL: memory is short.
*/
Model*
training_run_model(const TrainingRun* run, const LogSpectrumConfig* spectrum);

#endif
