// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_RECIPE_H
#define LAMINA_TRAINING_METHOD_RECIPE_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/mixture.h"
#include "training/engine/bfloat16.h"
#include "training/engine/optimizer.h"

#include <stdbool.h>
#include <stdint.h>

/// How a layer is pre-trained.
typedef enum {
  STEP_AUTOENCODER, ///< Reconstruct the input from the code; see autoencoder_step.h
  STEP_VARIATIONAL, ///< From a code drawn from its posterior; see variational_step.h
  STEP_RBM,         ///< A restricted Boltzmann machine; see rbm_step.h
} StepKind;

/// What corrupts the input of a layer while it is pre-trained.
typedef enum {
  CORRUPTION_NONE,            ///< A plain autoencoder
  CORRUPTION_RECORDED,        ///< The noise of the mixture: reconstruct the clean frame's codes
  CORRUPTION_MASKING,         ///< A share of the inputs set to zero (Vincent et al. 2008)
  CORRUPTION_SALT_AND_PEPPER, ///< A share set to 0 or 1, by a fair coin
  CORRUPTION_GAUSSIAN,        ///< Normal noise of a given deviation
} Corruption;

/// How a reconstruction is judged.
typedef enum {
  RECONSTRUCTION_SQUARED,       ///< Squared error
  RECONSTRUCTION_CROSS_ENTROPY, ///< Binary cross-entropy, of numbers in 0…1, from logits
  RECONSTRUCTION_RMS,           ///< Root-mean-square error of each frame; end to end alone
} Reconstruction;

/// What the visible units of a Boltzmann machine are.
typedef enum {
  VISIBLE_BINARY,   ///< Chances in 0…1
  VISIBLE_GAUSSIAN, ///< Any number, with unit variance around its mean
} Visible;

/// Penalties on the code of a layer while it is pre-trained; see sparsity.h.
typedef struct {
  double weight;   ///< λ of KL(ρ‖ρ̂); 0: none
  double activity; ///< ρ, 0…1
  double l1;       ///< Weight of Σ|h|; 0: none
} RecipeSparsity;

/// One layer of the encoder; the decoder mirrors them.
typedef struct {
  uint32_t       units;
  uint32_t       n_taps;
  uint32_t       taps[LAYER_MAX_TAPS];
  Activation     activation;
  bool           gated;             ///< Its outputs remember; its mirror's do not
  StepKind       step;              ///< What follows is of this layer's pre-training
  Corruption     corruption;        ///< Of the input
  double         corruption_amount; ///< Share, or deviation for Gaussian
  Reconstruction reconstruction;    ///< How the layer's input is reconstructed
  bool           tied;              ///< The reconstruction's weights are the transposed code's
  RecipeSparsity sparsity;
  Visible        visible; ///< Of a Boltzmann machine
  uint32_t       cd_k;    ///< Gibbs steps of contrastive divergence
  double         rate;    ///< Overrules the stage's; 0: does not
} RecipeLayer;

/// How long and how fast one stage learns.
typedef struct {
  uint32_t      steps; ///< Mini-batches; 0 leaves the stage out
  OptimizerKind optimizer;
  double        momentum;       ///< Adam has none; of OPTIMIZER_MOMENTUM half in the warm-up
  double        rate;           ///< Step size at its highest
  uint32_t      warmup;         ///< Mini-batches of linear rise
  double        final_rate;     ///< Share of `rate` at the end of the cosine
  double        clip;           ///< Greatest gradient norm
  uint32_t      validate_every; ///< Mini-batches between two looks at files not trained on
  uint32_t      patience;       ///< Looks without a better one before it stops; 0 never
  double        average;        ///< Share that a running mean of the weights keeps; 0: none is made
} RecipeStage;

/// Weights of the parts of the mask's loss; see mask_loss.h.
typedef struct {
  double compression; ///< Exponent of magnitudes, 0…1
  double magnitude;   ///< Weight of the compressed magnitude error
  double phase;       ///< Weight of the compressed phase-sensitive error
  double energy;      ///< Weight of the logarithm of the uncompressed error
  double lost_sound;  ///< Factor where less than the clean magnitude is left
  double noise_alone; ///< As `energy`, of what is left of noise that sounds alone
  double distance;    ///< Weight of the log-spectral distance
  double above_band;  ///< Weight of bins above a recording's own bandwidth, 0…1
} RecipeLoss;

/// The frames of folders that whole spectra are learned from.
typedef struct {
  double   range_db; ///< Bins softer than this below the loudest of all read as that
  bool     unit; ///< Numbers in 0…1, for binary units and cross-entropy; otherwise in −1…1
  uint32_t per_file; ///< Frames drawn of each file; 0: all
  bool     by_group; ///< Whole groups, not files, are kept to judge by
} RecipeSpectrum;

/// What a morph model learns from: shapes of envelopes.
typedef struct {
  double scale_db;    ///< Decibels that are 1 to the network
  char*  anchors;     ///< Names of timbres to keep, see timbres.h; "": all, or the largest; owned
  double shift_bands; ///< Furthest that what is learned from is moved; see shape_examples.h
} RecipeMorph;

/// The code of a variational autoencoder.
typedef struct {
  double   beta;      ///< Weight of the divergence from the prior, after the warm-up
  uint32_t warmup;    ///< Mini-batches of linear rise from 0
  double   free_bits; ///< Nats per dimension that cost nothing
} RecipeVariational;

/// What the network starts from.
typedef enum {
  SKIP_NONE,
  SKIP_PCA, ///< Principal components go around the layers, which learn what they leave
} Skip;

/// How the code is drawn in end-to-end training.
typedef enum {
  CODE_PLAIN,
  CODE_VARIATIONAL, ///< From a posterior, with a standard normal prior
} Code;

/// Numbers that a model file holds.
typedef enum {
  WEIGHTS_FLOAT32,
  WEIGHTS_FLOAT16, ///< Half the size, rounded
} Weights;

/// Every choice of a training run.
typedef struct {
  ModelKind      task;
  char*          name;    ///< Owned; as the others "" when it is not given, never NULL
  char*          licence; ///< Of the model, SPDX; owned
  char*          data;    ///< What it is trained on, for the card; owned
  char*          from;    ///< Model file whose numbers are the first, see recipe_read(); owned
  uint64_t       seed;
  Precision      precision; ///< Of the layers' products while they learn
  double         rate_hz;
  double         window_s;
  double         hop_s;
  FeatureConfig  features; ///< Of MODEL_DENOISE
  MixtureConfig  mixture;  ///< Of MODEL_DENOISE
  RecipeSpectrum spectrum; ///< Of the other tasks
  RecipeMorph    morph;    ///< Of MODEL_MORPH
  double         valid_share;
  uint32_t       streams; ///< Sequences side by side in a mini-batch
  uint32_t       frames;  ///< Frames of each sequence
  uint32_t       lead;    ///< Most frames that a denoiser hears before, and is not judged by
  uint32_t echoes; ///< Mini-batches in a row of the same mixtures (Choi et al. 2019), of a denoiser
  uint32_t n_layers;
  RecipeLayer       layers[NETWORK_MAX_LAYERS];
  RecipeStage       pretrain; ///< Per layer
  RecipeStage       fine_tune;
  RecipeLoss        loss;
  Corruption        corruption; ///< Of an autoencoder's input while all layers learn together
  double            corruption_amount; ///< Share, or deviation for Gaussian
  double            dropout;           ///< Share of hidden units left out meanwhile; see dropout.h
  Skip              skip;
  Code              code;
  RecipeVariational variational;    ///< Of STEP_VARIATIONAL and CODE_VARIATIONAL
  Reconstruction    reconstruction; ///< Of MODEL_AUTOENCODER and MODEL_MORPH, end to end
  double            initial_gain;   ///< Gain of an untrained mask, 0…1: "let it pass"
  double initial_spread; ///< Deviation of the first weights, over the usual one: 1/√n of
                         ///< n inputs, √2 times that for rectifiers
  Weights weights;       ///< Of the model file
} Recipe;

/**
   Read a recipe: YAML, checked against a schema.

   `from` is found beside the file, if the file and no setting names it and it is there, so that a
   recipe and the model that it goes on from can be used from anywhere.

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

/**
   Settle what a training computes in: the faster precision where the recipe leaves it open.

   A recipe is read on any machine, but can be trained by only where its precision can be computed.

   @return STATUS_BAD_OPTION when it cannot be here.
*/
NODISCARD
Status
recipe_settle_precision(Recipe* recipe, Diagnostic* why);

/**
   The seed that splits folders into what is learned from and what is judged by.

   Of a denoiser it is always the same: trainings often go on from another, or end in a mean, and
   none of them is to have learned from what their model is judged by.
*/
uint64_t
recipe_split_seed(const Recipe* recipe);

/// The name of a precision.
const char*
precision_name(Precision precision);

/// Free; NULL is allowed.
void
recipe_free(Recipe* recipe);

/// The resolved recipe as YAML that recipe_read() takes; the caller frees it.  NULL: no memory.
char*
recipe_text(const Recipe* recipe);

/// Every key of a recipe, a line each: what it is, what it may be, and what it is when it is left
/// out.  The caller frees it.  NULL: no memory.
char*
recipe_reference(void);

/**
   The shape of the model that a recipe makes.

   What only the data can tell is left open: a classifier has one class, the loudest bin is 0 dB.
*/
void
recipe_model_shape(const Recipe* recipe, ModelShape* shape);

#endif
