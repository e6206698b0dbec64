// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/side.h"

#include <assert.h>
#include <math.h>

/// Most mini-batches of a side's last stage, in those of SIDE_END_TO_END.
#define MAX_STEPS 4.0

const char*
side_name(const Side side)
{
  static const char* const names[N_SIDES] = {
    [SIDE_MEAN] = "mean spectrum",  [SIDE_PCA] = "PCA",
    [SIDE_SHALLOW] = "shallow",     [SIDE_END_TO_END] = "end to end",
    [SIDE_GREEDY] = "greedy alone", [SIDE_FINE_TUNED] = "greedy + fine-tune",
    [SIDE_RBM] = "RBM + fine-tune", [SIDE_SKIP] = "PCA-skip",
  };
  return names[side];
}

bool
side_learns(const Side side)
{
  return side != SIDE_MEAN && side != SIDE_PCA;
}

bool
side_is_fine_tuned(const Side side)
{
  return side_learns(side) && side != SIDE_GREEDY;
}

static bool
is_pretrained(const Side side)
{
  return side == SIDE_GREEDY || side == SIDE_FINE_TUNED || side == SIDE_RBM;
}

/// Weights of a layer of the encoder.
static double
layer_weights(const Recipe* const recipe, const uint32_t n_columns, const uint32_t layer)
{
  const double n_in = layer ? recipe->layers[layer - 1].units : n_columns;
  return n_in * recipe->layers[layer].units;
}

double
side_layer_cost(const Recipe* const recipe, const uint32_t n_columns, const uint32_t layer)
{
  const RecipeLayer* const choices = &recipe->layers[layer];
  const double             own     = layer_weights(recipe, n_columns, layer);
  const double             passes  = choices->step == STEP_RBM           ? 3.0 + 2.0 * choices->cd_k
                                     : choices->step == STEP_VARIATIONAL ? 3.0 * 3.0 // μ, log σ², back
                                                                         : 3.0 * 2.0;
  double                   below   = 0.0;
  for (uint32_t l = 0; l < layer; ++l) {
    below += layer_weights(recipe, n_columns, l);
  }
  return below + passes * own;
}

double
side_network_cost(const Recipe* const recipe, const uint32_t n_columns)
{
  double weights = 0.0;
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    weights += layer_weights(recipe, n_columns, l);
  }
  if (recipe->skip == SKIP_PCA) {
    weights += (double)n_columns * recipe->layers[recipe->n_layers - 1].units;
  }
  return 3.0 * 2.0 * weights; // There is a decoder, too
}

double
side_pca_cost(const uint32_t n_columns, const uint32_t n_rows)
{
  return 0.5 * n_columns * n_columns * n_rows;
}

/// Cost of a row that passes through all layers, one by one.
static double
pretrain_cost(const Recipe* const recipe, const uint32_t n_columns)
{
  double cost = 0.0;
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    cost += side_layer_cost(recipe, n_columns, l);
  }
  return cost;
}

double
side_training_cost(const Recipe* const recipe, const uint32_t n_columns)
{
  const double batch = recipe->streams;
  return batch * (recipe->pretrain.steps * pretrain_cost(recipe, n_columns) +
                  recipe->fine_tune.steps * side_network_cost(recipe, n_columns));
}

/// Whole steps that a budget pays for.
static uint32_t
affordable(const double budget, const double cost, const double most)
{
  return (uint32_t)fmax(0.0, fmin(floor(budget / cost), most));
}

/// Steps of the recipe's layers from a random start.
static double
end_to_end_steps(const Recipe* const recipe, const uint32_t n_columns)
{
  return floor(side_training_cost(recipe, n_columns) /
               (recipe->streams * side_network_cost(recipe, n_columns)));
}

static void
keep_code_alone(Recipe* const recipe)
{
  recipe->layers[0] = (RecipeLayer){ .units      = recipe->layers[recipe->n_layers - 1].units,
                                     .n_taps     = 1,
                                     .activation = ACTIVATION_TANH,
                                     .sparsity   = { .activity = 0.05 },
                                     .cd_k       = 1 };
  recipe->n_layers  = 1;
}

static void
make_boltzmann(Recipe* const recipe)
{
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    RecipeLayer* const layer = &recipe->layers[l];
    const bool linear     = l + 1 == recipe->n_layers && layer->activation == ACTIVATION_IDENTITY;
    layer->step           = STEP_RBM;
    layer->activation     = linear ? ACTIVATION_IDENTITY : ACTIVATION_SIGMOID;
    layer->visible        = l || recipe->spectrum.unit ? VISIBLE_BINARY : VISIBLE_GAUSSIAN;
    layer->corruption     = CORRUPTION_NONE;
    layer->reconstruction = RECONSTRUCTION_SQUARED;
    layer->tied           = false;
    layer->sparsity       = (RecipeSparsity){ .activity = 0.05 };
  }
}

/// The layers that a side has, and how they begin.
static void
set_layers(const Side side, Recipe* const recipe)
{
  recipe->skip = side == SIDE_SKIP ? SKIP_PCA : SKIP_NONE;
  if (side == SIDE_SHALLOW) {
    keep_code_alone(recipe);
  } else if (side == SIDE_RBM) {
    make_boltzmann(recipe);
  } else if (side == SIDE_SKIP) {
    recipe->layers[recipe->n_layers - 1].activation = ACTIVATION_IDENTITY;
    recipe->reconstruction                          = RECONSTRUCTION_SQUARED;
  }
}

void
side_recipe(const Recipe* const recipe, const Side side, const uint32_t n_columns,
            const uint32_t n_rows, Recipe* const result)
{
  assert(side_learns(side));
  Recipe plain        = *recipe;
  plain.skip          = SKIP_NONE;
  double       budget = side_training_cost(&plain, n_columns);
  const double most   = MAX_STEPS * end_to_end_steps(&plain, n_columns);

  *result = plain;
  set_layers(side, result);
  result->fine_tune.steps = 0;
  if (side == SIDE_GREEDY) {
    const double cost      = recipe->streams * pretrain_cost(result, n_columns);
    result->pretrain.steps = affordable(budget, cost, most);
    return;
  }
  result->pretrain.steps = is_pretrained(side) ? recipe->pretrain.steps : 0;
  budget -= side_training_cost(result, n_columns);
  budget -= side == SIDE_SKIP ? side_pca_cost(n_columns, n_rows) : 0.0;
  const double cost       = recipe->streams * side_network_cost(result, n_columns);
  result->fine_tune.steps = affordable(budget, cost, most);
}
