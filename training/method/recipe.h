// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_RECIPE_H
#define LAMINA_TRAINING_METHOD_RECIPE_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/mixture.h"

#include <stdbool.h>
#include <stdint.h>

/// What corrupts the input of a layer while it is pre-trained.
typedef enum {
  CORRUPTION_NONE,     ///< A plain autoencoder
  CORRUPTION_RECORDED, ///< The noise of the mixture: reconstruct the clean frame's codes
  CORRUPTION_MASKING,  ///< A share of the inputs set to zero (Vincent et al. 2008)
  CORRUPTION_GAUSSIAN, ///< Normal noise of a given deviation
} Corruption;

/// One layer of the encoder; the decoder mirrors them.
typedef struct {
  uint32_t   units;
  uint32_t   n_taps;
  uint32_t   taps[LAYER_MAX_TAPS];
  Activation activation;
  Corruption corruption;        ///< While this layer is pre-trained
  double     corruption_amount; ///< Share for masking, deviation for Gaussian
} RecipeLayer;

/// How long and how fast one stage learns.
typedef struct {
  uint32_t steps;          ///< Mini-batches; 0 leaves the stage out
  double   rate;           ///< Adam's step size at its highest
  uint32_t warmup;         ///< Mini-batches of linear rise
  double   final_rate;     ///< Share of `rate` at the end of the cosine
  double   clip;           ///< Greatest gradient norm
  uint32_t validate_every; ///< Mini-batches between two looks at files not trained on
  uint32_t patience;       ///< Looks without a better one before it stops; 0 never
} RecipeStage;

/// Weights of the parts of the mask's loss; see mask_loss.h.
typedef struct {
  double compression; ///< Exponent of magnitudes, 0…1
  double magnitude;   ///< Weight of the compressed magnitude error
  double phase;       ///< Weight of the compressed phase-sensitive error
  double energy;      ///< Weight of the logarithm of the uncompressed error
  double lost_sound;  ///< Factor where less than the clean magnitude is left
} RecipeLoss;

/// Every choice of a training run.
typedef struct {
  ModelKind     task;
  char*         name;    ///< Owned; as the others "" when it is not given, never NULL
  char*         licence; ///< Of the model, SPDX; owned
  char*         data;    ///< What it is trained on, for the card; owned
  uint64_t      seed;
  double        rate_hz;
  double        window_s;
  double        hop_s;
  FeatureConfig features;
  MixtureConfig mixture;
  double        valid_share;
  uint32_t      streams; ///< Sequences side by side in a mini-batch
  uint32_t      frames;  ///< Frames of each sequence
  uint32_t      n_layers;
  RecipeLayer   layers[NETWORK_MAX_LAYERS];
  RecipeStage   pretrain; ///< Per layer
  RecipeStage   fine_tune;
  RecipeLoss    loss;
  double        initial_gain; ///< Gain of an untrained mask, 0…1: "let it pass"
} Recipe;

/**
   Read a recipe: YAML, checked against a schema.

   @param path File.
   @param n_settings Changes from the command line, each "layers.0.units=256".
   @param settings [n_settings].
   @param recipe Set on success, owned by the caller, every choice resolved to a value.
   @param why Names the file, the line and what is wrong: an unknown key, a wrong type, a value
   out of range, or a combination that cannot be.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE, STATUS_BAD_OPTION or STATUS_NO_MEMORY.
*/
NODISCARD
Status
recipe_read(const char* path, uint32_t n_settings, const char* const* settings, Recipe** recipe,
            Diagnostic* why);

/// Free; NULL is allowed.
void
recipe_free(Recipe* recipe);

/// The resolved recipe as YAML that recipe_read() takes; the caller frees it.  NULL: no memory.
char*
recipe_text(const Recipe* recipe);

/// The shape of the model that a recipe makes.
void
recipe_model_shape(const Recipe* recipe, ModelShape* shape);

#endif
