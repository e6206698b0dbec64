// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_TRAINING_RUN_H
#define LAMINA_TRAINING_METHOD_TRAINING_RUN_H

#include "dsp/network/model.h"
#include "training/engine/parameters.h"
#include "training/engine/team.h"
#include "training/method/descent.h"
#include "training/method/examples.h"
#include "training/method/recipe.h"

#include <stdint.h>

/// Mini-batches of a look at files never trained on.
enum { VALIDATION_BATCHES = 4 };

/**
   What the stages of one training share.

   The layers are those of the whole network, the encoder's and then the decoder's, and the
   parameters lie in their order, so that `parameters->value` is a Model's weight block.
*/
typedef struct {
  const Recipe* recipe; ///< Not owned
  Team*         team;   ///< Not owned
  Examples*     examples;
  ModelShape    shape;
  uint32_t      n_layers;
  LayerShape    layers[2 * NETWORK_MAX_LAYERS];
  Parameters*   parameters; ///< Of the whole network
} TrainingRun;

/**
   Allocate, and draw the first weights; the gains of an untrained network are near
   `recipe->initial_gain`, whatever it hears.

   @return Owned by the caller, or NULL when memory is short.
*/
TrainingRun*
training_run_new(const Recipe* recipe, const Corpus* sound, const Corpus* noise, Team* team);

/// Free; NULL is allowed.
void
training_run_free(TrainingRun* run);

/// Where the numbers of a layer begin in the flat block.
size_t
training_run_offset(const TrainingRun* run, uint32_t layer);

/// The model as it stands.  @return Owned by the caller, without words; NULL: memory is short.
Model*
training_run_model(const TrainingRun* run);

#endif
