// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/side.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

static void
assert_near(const double x, const double expected, const double tolerance)
{
  if (!(fabs(x - expected) <= tolerance)) {
    fail_msg("%.9g is not %.9g ± %g", x, expected, tolerance);
  }
}

enum { COLUMNS = 4, ROWS = 100 };

/// 4 → 3 → 2, of 12 and 6 weights.
static Recipe
small_recipe(void)
{
  Recipe recipe    = { .task = MODEL_AUTOENCODER, .streams = 10, .frames = 1, .n_layers = 2 };
  recipe.layers[0] = (RecipeLayer){
    .units = 3, .n_taps = 1, .activation = ACTIVATION_RELU, .cd_k = 1, .tied = true
  };
  recipe.layers[1] =
    (RecipeLayer){ .units = 2, .n_taps = 1, .activation = ACTIVATION_IDENTITY, .cd_k = 1 };
  recipe.layers[0].corruption = CORRUPTION_GAUSSIAN;
  recipe.pretrain.steps       = 5;
  recipe.fine_tune.steps      = 20;
  return recipe;
}

static Recipe
made(const Recipe* const recipe, const Side side)
{
  Recipe result;
  side_recipe(recipe, side, COLUMNS, ROWS, &result);
  return result;
}

static void
costs_are_worked_out(void** const state)
{
  (void)state;
  Recipe recipe = small_recipe();

  // Up and down, 3 products each.
  assert_near(side_layer_cost(&recipe, COLUMNS, 0), 6 * 12, 0.0);
  assert_near(side_layer_cost(&recipe, COLUMNS, 1), 12 + 6 * 6, 0.0);
  assert_near(side_network_cost(&recipe, COLUMNS), 6 * (12 + 6), 0.0);
  assert_near(side_training_cost(&recipe, COLUMNS), 10 * (5 * (72 + 48) + 20 * 108), 0.0);
  assert_near(side_pca_cost(COLUMNS, ROWS), 100 * 16 / 2, 0.0);

  // Around go 4·2 weights.
  recipe.skip = SKIP_PCA;
  assert_near(side_network_cost(&recipe, COLUMNS), 6 * (12 + 6 + 8), 0.0);

  // Up, then twice down and up, and two products for the gradient.
  recipe.layers[0].step = STEP_RBM;
  recipe.layers[0].cd_k = 2;
  assert_near(side_layer_cost(&recipe, COLUMNS, 0), 12 * (1 + 4 + 2), 0.0);

  // μ, log σ² and the way back.
  recipe.layers[1].step = STEP_VARIATIONAL;
  assert_near(side_layer_cost(&recipe, COLUMNS, 1), 12 + 9 * 6, 0.0);
}

static void
all_sides_have_the_same_budget(void** const state)
{
  (void)state;
  const Recipe recipe = small_recipe();
  static const struct {
    Side     side;
    uint32_t pretrain;
    uint32_t fine_tune;
  } cases[] = {
    { SIDE_SHALLOW, 0, 57 },    // 27600 / (10 · 6 · 8)
    { SIDE_END_TO_END, 0, 25 }, // 27600 / (10 · 108)
    { SIDE_GREEDY, 23, 0 },     // 27600 / (10 · 120)
    { SIDE_FINE_TUNED, 5, 20 }, // The recipe's own
    { SIDE_RBM, 5, 20 },        // (27600 − 5 · 10 · (5·12 + 12 + 5·6)) / (10 · 108)
    { SIDE_SKIP, 0, 17 },       // (27600 − 800) / (10 · 156)
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const Recipe side = made(&recipe, cases[i].side);
    assert_int_equal(side.pretrain.steps, cases[i].pretrain);
    assert_int_equal(side.fine_tune.steps, cases[i].fine_tune);
    assert_true(side_training_cost(&side, COLUMNS) <= side_training_cost(&recipe, COLUMNS));
  }
}

static void
few_weights_do_not_go_on_for_ever(void** const state)
{
  (void)state;
  Recipe recipe          = small_recipe();
  recipe.layers[0].units = 1000; // 6000 weights, of which the shallow one has 8
  recipe.pretrain.steps  = 0;
  assert_int_equal(made(&recipe, SIDE_SHALLOW).fine_tune.steps, 4 * 20);
}

static void
what_is_not_affordable_is_left_out(void** const state)
{
  (void)state;
  Recipe recipe         = small_recipe();
  recipe.layers[0].cd_k = 1000;
  assert_int_equal(made(&recipe, SIDE_RBM).fine_tune.steps, 0);
}

static void
sides_differ_in_what_they_are_for(void** const state)
{
  (void)state;
  Recipe recipe = small_recipe();
  recipe.skip   = SKIP_PCA;

  const Recipe shallow = made(&recipe, SIDE_SHALLOW);
  assert_int_equal(shallow.n_layers, 1);
  assert_int_equal(shallow.layers[0].units, 2);
  assert_int_equal(shallow.layers[0].activation, ACTIVATION_TANH);

  assert_int_equal(made(&recipe, SIDE_END_TO_END).skip, SKIP_NONE);
  assert_int_equal(made(&recipe, SIDE_FINE_TUNED).layers[0].corruption, CORRUPTION_GAUSSIAN);
  assert_int_equal(made(&recipe, SIDE_SKIP).skip, SKIP_PCA);
  recipe.layers[1].activation = ACTIVATION_TANH;
  assert_int_equal(made(&recipe, SIDE_SKIP).layers[1].activation, ACTIVATION_IDENTITY);
}

static void
boltzmann_machines_have_units_that_they_can_have(void** const state)
{
  (void)state;
  Recipe recipe = small_recipe();
  Recipe rbm    = made(&recipe, SIDE_RBM);
  for (uint32_t l = 0; l < 2; ++l) {
    assert_int_equal(rbm.layers[l].step, STEP_RBM);
    assert_int_equal(rbm.layers[l].corruption, CORRUPTION_NONE);
    assert_false(rbm.layers[l].tied);
  }
  assert_int_equal(rbm.layers[0].activation, ACTIVATION_SIGMOID);
  assert_int_equal(rbm.layers[0].visible, VISIBLE_GAUSSIAN);
  assert_int_equal(rbm.layers[1].activation, ACTIVATION_IDENTITY);
  assert_int_equal(rbm.layers[1].visible, VISIBLE_BINARY);

  recipe.spectrum.unit        = true;
  recipe.layers[1].activation = ACTIVATION_RELU;
  rbm                         = made(&recipe, SIDE_RBM);
  assert_int_equal(rbm.layers[0].visible, VISIBLE_BINARY);
  assert_int_equal(rbm.layers[1].activation, ACTIVATION_SIGMOID);
}

static void
every_side_has_a_name(void** const state)
{
  (void)state;
  for (int a = 0; a < N_SIDES; ++a) {
    assert_non_null(side_name((Side)a));
    for (int b = 0; b < a; ++b) {
      assert_string_not_equal(side_name((Side)a), side_name((Side)b));
    }
  }
  assert_false(side_learns(SIDE_MEAN) || side_learns(SIDE_PCA));
  assert_true(side_learns(SIDE_GREEDY) && !side_is_fine_tuned(SIDE_GREEDY));
  assert_true(side_is_fine_tuned(SIDE_SHALLOW) && side_is_fine_tuned(SIDE_SKIP));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(costs_are_worked_out),
    cmocka_unit_test(all_sides_have_the_same_budget),
    cmocka_unit_test(few_weights_do_not_go_on_for_ever),
    cmocka_unit_test(what_is_not_affordable_is_left_out),
    cmocka_unit_test(sides_differ_in_what_they_are_for),
    cmocka_unit_test(boltzmann_machines_have_units_that_they_can_have),
    cmocka_unit_test(every_side_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
