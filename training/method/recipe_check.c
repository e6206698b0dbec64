// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/recipe_check.h"

#include "training/method/sparsity.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/// What is being checked; remembers the first fault.
typedef struct {
  const Recipe* recipe;
  ModelShape    shape; ///< That the recipe makes
  bool          ok;
  RecipeFault*  fault;
} Check;

/// A layer that is being checked.
typedef struct {
  Check*             check;
  uint32_t           index;
  const RecipeLayer* choices;
  uint32_t           n_in;   ///< Numbers that a unit sums over: those of all taps
  const char*        bounds; ///< Why the inputs are not in 0…1; NULL: they are
} LayerCheck;

static void PRINTF_FORMAT(4, 5)
  check_that(Check* check, bool good, const char* key, const char* format, ...)
{
  if (!good && check->ok) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(check->fault->reason, sizeof(check->fault->reason), format, args);
    va_end(args);
    (void)snprintf(check->fault->key, sizeof(check->fault->key), "%s", key);
    check->ok = false;
  }
}

static void PRINTF_FORMAT(4, 5)
  layer_that(const LayerCheck* layer, bool good, const char* key, const char* format, ...)
{
  if (!good) {
    char    path[64];
    char    reason[384];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    (void)snprintf(path, sizeof(path), "layers.%u.%s", layer->index, key);
    check_that(layer->check, false, path, "%s", reason);
  }
}

static void
check_mixture(Check* check)
{
  const MixtureConfig* const mixture = &check->recipe->mixture;
  check_that(check, mixture->snr_min_db <= mixture->snr_max_db, "mixture.snr_max_db",
             "%g is below mixture.snr_min_db, %g", mixture->snr_max_db, mixture->snr_min_db);
  check_that(check,
             !(mixture->music_share > 0.0) || mixture->music_snr_min_db <= mixture->snr_max_db,
             "mixture.music_snr_min_db", "%g is above mixture.snr_max_db, %g",
             mixture->music_snr_min_db, mixture->snr_max_db);
  check_that(check, mixture->level_min_db <= mixture->level_max_db, "mixture.level_max_db",
             "%g is below mixture.level_min_db, %g", mixture->level_max_db, mixture->level_min_db);
  check_that(check, mixture->clean_share + mixture->noise_share <= 1.0, "mixture.noise_share",
             "%g and mixture.clean_share, %g, exceed 1", mixture->noise_share,
             mixture->clean_share);
  const double made = mixture->steady_share + mixture->babble_share + mixture->shot_share +
                      mixture->call_share;
  check_that(check, made <= 1.0, "mixture.babble_share",
             "%g, mixture.steady_share, %g, mixture.shot_share, %g, and mixture.call_share, %g, "
             "exceed 1",
             mixture->babble_share, mixture->steady_share, mixture->shot_share,
             mixture->call_share);
}

/// A model that is learned from has layers that are trained already.
static void
check_start(Check* check)
{
  const Recipe* const recipe = check->recipe;
  const bool          fresh  = !*recipe->from;
  check_that(check, fresh || recipe->task == MODEL_DENOISE, "from", "needs task denoise");
  check_that(check, fresh || !recipe->pretrain.steps, "from",
             "layers that are trained already need pretrain.steps 0, %u found",
             recipe->pretrain.steps);
}

static void
check_optimizer(Check* check)
{
  const RecipeStage* const pretrain = &check->recipe->pretrain;
  check_that(check, !pretrain->steps || pretrain->optimizer != OPTIMIZER_MUON, "pretrain.optimizer",
             "muon is for the hidden layers that fine_tune has");
}

static void
check_denoise(Check* check)
{
  const Recipe* const recipe = check->recipe;
  check_that(check, recipe->window_s == 0.02, "window_s",
             "task denoise needs 0.02, the plugin's constant delay");
  check_that(check, recipe->hop_s == 0.01, "hop_s",
             "task denoise needs 0.01, half of the plugin's constant delay");
  const RecipeLoss* const loss = &recipe->loss;
  check_that(check, loss->magnitude + loss->phase + loss->energy + loss->distance > 0.0, "loss",
             "magnitude, phase, energy and distance are all 0");
  check_that(check, !recipe->spectrum.by_group, "spectrum.by_group",
             "task denoise is evaluated on files, not on groups");
  check_mixture(check);
  check_that(check, recipe->frames >= 2, "batch.frames",
             "task denoise learns sequences, of 2 frames at least");
  check_that(check, recipe->skip == SKIP_NONE, "skip",
             "task denoise has gains to learn, and no "
             "features that components could give back");
  check_that(check, recipe->code == CODE_PLAIN, "code",
             "variational needs task autoencoder or morph");
  check_that(check, recipe->reconstruction == RECONSTRUCTION_SQUARED, "reconstruction",
             "needs task autoencoder or morph; that of task denoise is `loss`");
}

/// Rows of a mini-batch are single frames, in any order.
static void
check_single_frames(Check* check)
{
  const Recipe* const recipe = check->recipe;
  const char* const   task   = model_kind_name(recipe->task);
  check_that(check, recipe->frames == 1, "batch.frames",
             "task %s learns single frames, not sequences: 1 is possible, %u found", task,
             recipe->frames);
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    const LayerCheck layer = { .check = check, .index = l };
    layer_that(&layer, recipe->layers[l].n_taps == 1 && !recipe->layers[l].taps[0], "taps",
               "task %s learns single frames, without a past: [0] is possible", task);
    layer_that(&layer, !recipe->layers[l].gated, "gated",
               "task %s learns single frames, without a past: no is possible", task);
  }
}

/// Of autoencoders, of spectra or envelopes.
static void
check_autoencoder(Check* check)
{
  const Recipe* const     recipe = check->recipe;
  const LayerShape* const code   = &check->shape.encoder[recipe->n_layers - 1];
  const uint32_t          n_in   = check->shape.encoder[0].n_in;
  const bool              linear = code->activation == ACTIVATION_IDENTITY;
  const bool              unit   = recipe->reconstruction == RECONSTRUCTION_CROSS_ENTROPY;
  const bool              pca    = recipe->skip == SKIP_PCA;
  check_that(check, !unit || recipe->task != MODEL_MORPH, "reconstruction",
             "cross_entropy needs inputs in 0…1, and those of task morph are decibels");
  check_that(check, recipe->task != MODEL_MORPH || !recipe->spectrum.unit, "spectrum.unit",
             "the decibels of task morph have no bounds");
  check_that(check, !unit || recipe->spectrum.unit, "reconstruction",
             "cross_entropy needs inputs in 0…1, and spectrum.unit is no");
  check_that(check, recipe->code != CODE_VARIATIONAL || linear, "code",
             "variational needs identity as the activation of the last layer, %s found",
             activation_name(code->activation));
  check_that(check, !pca || linear, "skip",
             "pca needs identity as the activation of the last layer, %s found",
             activation_name(code->activation));
  check_that(check, !pca || code->n_out <= n_in, "skip",
             "a code of %u is wanted, and pca has %u components", code->n_out, n_in);
  check_that(check, !pca || !unit, "skip", "pca needs reconstruction squared or rms");
}

static void
check_classify(Check* check)
{
  const Recipe* const recipe = check->recipe;
  check_that(check, recipe->skip == SKIP_NONE, "skip", "pca needs task autoencoder or morph");
  check_that(check, recipe->code == CODE_PLAIN, "code",
             "variational needs task autoencoder or morph");
  check_that(check, recipe->reconstruction == RECONSTRUCTION_SQUARED, "reconstruction",
             "needs task autoencoder or morph; classes have a cross-entropy of their own");
  check_that(check, !recipe->spectrum.by_group, "spectrum.by_group",
             "the groups of task classify are its classes, and all of them are to be learned");
}

/// Of the input, while all layers learn together.
static void
check_whole_corruption(Check* check)
{
  const Recipe* const recipe = check->recipe;
  const Corruption    kind   = recipe->corruption;
  const double        amount = recipe->corruption_amount;
  if (kind != CORRUPTION_NONE) {
    check_that(
      check,
      (recipe->task == MODEL_AUTOENCODER || recipe->task == MODEL_MORPH) &&
        kind != CORRUPTION_RECORDED,
      "fine_tune.corruption",
      "for task autoencoder or morph, and drawn corruption; task denoise has its mixtures");
    check_that(check, amount > 0.0 && (kind == CORRUPTION_GAUSSIAN || amount < 1.0),
               "fine_tune.amount",
               kind == CORRUPTION_GAUSSIAN ? "a deviation above 0 expected, %g found"
                                           : "a share above 0 and below 1 expected, %g found",
               amount);
    check_that(check, kind != CORRUPTION_SALT_AND_PEPPER || recipe->spectrum.unit,
               "fine_tune.corruption",
               "salt_and_pepper needs inputs in 0…1, and spectrum.unit is no");
  }
}

static void
check_task(Check* check)
{
  check_whole_corruption(check);
  if (check->recipe->task == MODEL_DENOISE) {
    check_denoise(check);
    return;
  }
  check_single_frames(check);
  if (check->recipe->task == MODEL_CLASSIFY) {
    check_classify(check);
  } else {
    check_autoencoder(check);
  }
}

static void
check_corruption(const LayerCheck* layer)
{
  const Corruption kind   = layer->choices->corruption;
  const double     amount = layer->choices->corruption_amount;
  const bool       drawn  = kind != CORRUPTION_NONE && kind != CORRUPTION_RECORDED;
  layer_that(layer, kind != CORRUPTION_RECORDED || layer->check->recipe->task == MODEL_DENOISE,
             "corruption", "recorded noise needs task denoise");
  layer_that(layer, !drawn || kind == CORRUPTION_GAUSSIAN || amount < 1.0, "amount",
             "a share below 1 expected, %g found", amount);
  layer_that(layer, !drawn || amount > 0.0, "amount", "0 corrupts nothing");
  layer_that(layer, kind != CORRUPTION_SALT_AND_PEPPER || !layer->bounds, "corruption",
             "salt_and_pepper needs inputs in 0…1, and %s", layer->bounds);
}

static void
check_sparsity(const LayerCheck* layer)
{
  const RecipeSparsity* const sparsity = &layer->choices->sparsity;
  const bool                  other    = layer->choices->step != STEP_AUTOENCODER;
  layer_that(layer, !other || sparsity->weight == 0.0, "sparsity", "needs step autoencoder");
  layer_that(layer, !other || sparsity->l1 == 0.0, "l1", "needs step autoencoder");
  if (sparsity->weight > 0.0) {
    layer_that(layer, sparsity_possible(layer->choices->activation), "sparsity",
               "needs units that are active by a share: sigmoid or tanh, %s found",
               activation_name(layer->choices->activation));
    layer_that(layer, sparsity->activity > 0.0 && sparsity->activity < 1.0, "activity",
               "a chance between 0 and 1, but neither, expected, %g found", sparsity->activity);
  }
}

static void
check_autoencoder_step(const LayerCheck* layer)
{
  const RecipeLayer* const choices = layer->choices;
  layer_that(layer, !choices->tied || choices->units <= layer->n_in, "tied",
             "a code of %u is wider than its %u inputs; tied weights need one that is not",
             choices->units, layer->n_in);
  layer_that(layer, !choices->tied || !choices->gated, "tied",
             "a gated layer has weights that nothing is reconstructed by: no is possible");
  layer_that(layer, choices->reconstruction != RECONSTRUCTION_CROSS_ENTROPY || !layer->bounds,
             "reconstruction", "cross_entropy needs inputs in 0…1, and %s", layer->bounds);
}

static void
check_variational_step(const LayerCheck* layer)
{
  const RecipeLayer* const choices = layer->choices;
  layer_that(layer, choices->activation == ACTIVATION_IDENTITY, "activation",
             "step variational needs identity, for a code with a normal prior; %s found",
             activation_name(choices->activation));
  layer_that(layer, !choices->tied, "tied", "needs step autoencoder");
  layer_that(layer, choices->reconstruction != RECONSTRUCTION_CROSS_ENTROPY || !layer->bounds,
             "reconstruction", "cross_entropy needs inputs in 0…1, and %s", layer->bounds);
}

static void
check_rbm_step(const LayerCheck* layer)
{
  const RecipeLayer* const choices = layer->choices;
  const Activation         units   = choices->activation;
  layer_that(layer, units == ACTIVATION_SIGMOID || units == ACTIVATION_IDENTITY, "activation",
             "step rbm needs sigmoid or identity, %s found", activation_name(units));
  layer_that(layer, choices->visible == VISIBLE_GAUSSIAN || !layer->bounds, "visible",
             "binary units need inputs in 0…1, and %s; gaussian ones do not", layer->bounds);
  layer_that(layer, choices->visible == VISIBLE_BINARY || !layer->index || layer->bounds, "visible",
             "the layer below is sigmoid, whose codes are chances: binary is possible");
  layer_that(layer, choices->corruption == CORRUPTION_NONE, "corruption",
             "step rbm needs its inputs as they are: none is possible");
  layer_that(layer, choices->reconstruction == RECONSTRUCTION_SQUARED, "reconstruction",
             "step rbm has `visible` instead");
  layer_that(layer, !choices->tied, "tied", "needs step autoencoder; those of step rbm always are");
}

static void
check_layer(const LayerCheck* layer)
{
  layer_that(layer, !layer->choices->gated || layer->choices->step == STEP_AUTOENCODER, "gated",
             "needs step autoencoder");
  layer_that(layer, layer->choices->reconstruction != RECONSTRUCTION_RMS, "reconstruction",
             "rms is for all layers together; squared is possible");
  check_corruption(layer);
  check_sparsity(layer);
  switch (layer->choices->step) {
    case STEP_AUTOENCODER:
      check_autoencoder_step(layer);
      break;
    case STEP_VARIATIONAL:
      check_variational_step(layer);
      break;
    case STEP_RBM:
      check_rbm_step(layer);
      break;
  }
}

/// Why the inputs of a layer are not numbers in 0…1; NULL: they are.
static const char*
input_bounds(const Recipe* recipe, uint32_t index)
{
  if (index) {
    return recipe->layers[index - 1].activation == ACTIVATION_SIGMOID
             ? NULL
             : "the layer below is not sigmoid";
  }
  return recipe->task == MODEL_DENOISE ? "the features of task denoise have no bounds"
         : recipe->task == MODEL_MORPH ? "the decibels of task morph have no bounds"
         : recipe->spectrum.unit       ? NULL
                                       : "spectrum.unit is no";
}

static void
check_layers(Check* check)
{
  for (uint32_t l = 0; l < check->recipe->n_layers; ++l) {
    const LayerShape* const shape = &check->shape.encoder[l];
    const LayerCheck        layer = { .check   = check,
                                      .index   = l,
                                      .choices = &check->recipe->layers[l],
                                      .n_in    = shape->n_taps * shape->n_in,
                                      .bounds  = input_bounds(check->recipe, l) };
    check_layer(&layer);
  }
}

/// Let model_shape_check() look at the model, and find its keys in the recipe.
static void
check_shape(Check* check)
{
  Diagnostic fault;
  if (!check->ok || model_shape_check(&check->shape, &fault)) {
    return;
  }
  char* const colon = strstr(fault.text, ": ");
  *colon            = '\0';
  char key[128];
  if (!strcmp(fault.text, "encoder.layers")) {
    (void)snprintf(key, sizeof(key), "layers");
  } else if (!strncmp(fault.text, "encoder.", 8)) {
    (void)snprintf(key, sizeof(key), "layers.%.100s", fault.text + 8);
  } else {
    (void)snprintf(key, sizeof(key), "%.100s", fault.text);
  }
  check_that(check, false, key, "%s", colon + 2);
}

bool
recipe_check(const Recipe* recipe, RecipeFault* fault)
{
  Check check = { .recipe = recipe, .ok = true, .fault = fault };
  recipe_model_shape(recipe, &check.shape);
  check_start(&check);
  check_optimizer(&check);
  check_task(&check);
  check_layers(&check);
  check_shape(&check);
  return check.ok;
}
