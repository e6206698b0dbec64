// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_PRETRAIN_H
#define LAMINA_TRAINING_METHOD_PRETRAIN_H

#include "training/engine/dense.h"
#include "training/engine/parameters.h"
#include "training/engine/random.h"
#include "training/engine/real.h"
#include "training/engine/team.h"
#include "training/method/recipe.h"

#include <stdbool.h>

/// One layer that is to be pre-trained.
typedef struct {
  LayerShape               shape;
  Activation               below;       ///< Activation of the layer's input; identity for features
  const RecipeLayer*       choices;     ///< Of this layer; must outlive the machine
  const RecipeVariational* variational; ///< Must outlive the machine
  Precision                precision;   ///< Of the products; a Boltzmann machine's are in float32
  BatchShape               batch;       ///< Of the largest mini-batch
} PretrainConfig;

/// What a machine is given to learn from.
typedef struct {
  BatchShape  batch;
  const real* corrupted; ///< x̃, [rows × n_in]
  const real* clean;     ///< x, [rows × n_in]; the same where nothing corrupts
  uint64_t    step;      ///< Mini-batches learned before, for what warms up
  bool        learn;     ///< Whether to fill the gradients
} PretrainBatch;

/**
   A way to train one layer by itself: its input is all that it is given, and the input
   reconstructed, or made likely, is all that it is for.

   autoencoder_step.h, variational_step.h, rbm_step.h.
*/
typedef struct {
  const char* name; ///< As in recipes

  /// @return Owned by the caller, or NULL when memory is short.
  void* (*create)(const PretrainConfig* config);

  /// NULL is allowed.
  void (*destroy)(void* machine);

  /// All that is learned, with its gradients; owned by the machine.
  Parameters* (*parameters)(void* machine);

  /// First weights.
  void (*draw)(void* machine, Random* random);

  /**
     Forward and, if asked, backward.

     @param random For what the machine itself draws; others than those that corrupt.
     @return The loss, mean over the rows.
  */
  double (*step)(void* machine, Team* team, const PretrainBatch* batch, Random* random);

  /**
     Hand over what was learned.

     @param encoder The layer's numbers, [n_taps × n_in × n_out] and [n_out], written.
     @param decoder Numbers of the layer that reconstructs the current frame, [n_out × n_in] and
     [n_in], written.
  */
  void (*unroll)(void* machine, real* encoder, real* decoder);
} PretrainStep;

/// The step of a kind; never NULL.
const PretrainStep*
pretrain_step(StepKind kind);

#endif
