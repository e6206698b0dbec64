// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/training_run.h"

#include "dsp/network/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Before it has learned, every gain is near the recipe's, on real features.
static void
test_untrained_mask_lets_pass(void** const state)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  TrainingRun* const run     = small.run;
  const BatchShape   batch   = run->examples->shape;
  Unrolled* const    network = unrolled_new(&run->shape, run->parameters, batch);
  Batch              drawn;
  assert_int_equal(examples_draw(run->examples, NULL, SPLIT_TRAIN, 0, &drawn, NULL),
                   STATUS_SUCCESS);
  const real* const gain = unrolled_forward(network, NULL, batch, drawn.x, NULL);
  const uint32_t    n    = batch_rows(batch) * run->shape.layers[3].n_out;
  double            sum  = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    assert_true(gain[i] > 0.7f && gain[i] < 0.99f);
    sum += (double)gain[i];
  }
  assert_true(fabs(sum / n - 0.9) < 0.02);
  unrolled_free(network);
  small_run_close(&small);
}

/// The layers chain from the features to the bands, and the model has the same numbers.
static void
test_model_has_the_numbers(void** const state)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  const TrainingRun* const run = small.run;
  assert_int_equal(run->shape.n_encoder + run->shape.n_decoder, 4);
  assert_int_equal(run->shape.layers[0].n_in, feature_config_size(&small.recipe->features));
  assert_int_equal(run->shape.layers[3].n_out, band_layout_count(&small.recipe->features.bands));
  assert_int_equal(unrolled_shape_size(&run->shape), run->parameters->n);

  Model* const       model = training_run_model(run, NULL);
  const Layer* const head  = &model->autoencoder.decoder.layers[1];
  assert_int_equal(model->n_weights, run->parameters->n);
  assert_true(head->w[3] == run->parameters->value[unrolled_shape_offset(&run->shape, 3) + 3]);
  assert_true(head->b[0] == (float)log(9.0)); // logit 0.9
  model_free(model);
  small_run_close(&small);
}

/// A model that was trained is where the next training begins; one of another shape is refused.
static void
test_starts_at_a_model(void** const state)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  TrainingRun* const run   = small.run;
  Model* const       model = training_run_model(run, NULL);
  for (size_t i = 0; i < model->n_weights; ++i) {
    model->weights[i] = 0.001f * (float)i;
  }
  assert_int_equal(training_run_start_at_model(run, model, NULL), STATUS_SUCCESS);
  assert_true(run->parameters->value[7] == (real)0.007f);
  Model* const again = training_run_model(run, NULL);
  assert_memory_equal(again->weights, model->weights, model->n_weights * sizeof(float));

  LayerShape* const first = &model->autoencoder.encoder.layers[0].shape;
  first->taps[first->n_taps - 1] += 5;
  assert_int_equal(training_run_start_at_model(run, model, NULL), STATUS_SUCCESS);

  Diagnostic why    = { "" };
  first->activation = ACTIVATION_TANH;
  assert_int_equal(training_run_start_at_model(run, model, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "layers: not as in the recipe");
  model->features.minimum_s = 9.0f;
  assert_int_equal(training_run_start_at_model(run, model, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "bands or features: not as in the recipe");
  model_free(again);
  model_free(model);
  small_run_close(&small);
}

/// A model that was not told of something goes on as one that is, with weights of 0 for what is
/// new.
static void
check_more_features(void** const state, const bool prior, const bool periodicity,
                    const char* const missing)
{
  SmallRun without                  = small_run_open(state);
  SmallRun with                     = small_run_open(state);
  with.recipe->features.prior_snr   = prior;
  with.recipe->features.periodicity = periodicity;
  small_run_begin(&without, NULL);
  small_run_begin(&with, NULL);
  Model* const known = training_run_model(without.run, NULL);
  assert_int_equal(training_run_start_at_model(with.run, known, NULL), STATUS_SUCCESS);
  Model* const       grown   = training_run_model(with.run, NULL);
  const Layer* const from    = &known->autoencoder.encoder.layers[0];
  const Layer* const to      = &grown->autoencoder.encoder.layers[0];
  const uint32_t     n_known = from->shape.n_in;
  const uint32_t     n_new   = feature_config_size(&with.recipe->features) -
                         feature_config_size(&without.recipe->features);
  const uint32_t n_out = from->shape.n_out;
  assert_true(n_new > 0);
  assert_int_equal(to->shape.n_in, n_known + n_new);
  assert_memory_equal(to->w, from->w, n_known * n_out * sizeof(float));
  for (uint32_t i = 0; i < n_new * n_out; ++i) {
    assert_true(to->w[n_known * n_out + i] == 0.0f);
  }

  Diagnostic why = { "" };
  assert_int_equal(training_run_start_at_model(without.run, grown, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, missing));
  assert_non_null(strstr(why.text, ": not as in the recipe"));
  model_free(known);
  model_free(grown);
  small_run_close(&without);
  small_run_close(&with);
}

static void
test_starts_at_a_model_without_prior(void** const state)
{
  check_more_features(state, true, false, "features.prior_snr");
}

static void
test_starts_at_a_model_without_periodicity(void** const state)
{
  check_more_features(state, false, true, "features.periodicity");
}

/// The a priori SNR has no place before a periodicity that was there.
static void
test_prior_does_not_come_after_periodicity(void** const state)
{
  SmallRun   without                   = small_run_open(state);
  SmallRun   with                      = small_run_open(state);
  Diagnostic why                       = { "" };
  without.recipe->features.periodicity = true;
  with.recipe->features.periodicity    = true;
  with.recipe->features.prior_snr      = true;
  small_run_begin(&without, NULL);
  small_run_begin(&with, NULL);
  Model* const known = training_run_model(without.run, NULL);
  assert_int_equal(training_run_start_at_model(with.run, known, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "features.prior_snr: not as in the recipe");
  model_free(known);
  small_run_close(&without);
  small_run_close(&with);
}

/// The first weights are as wide as asked for; each is drawn alike.
static void
test_first_weights_spread(void** const state)
{
  SmallRun usual  = small_run_open(state);
  SmallRun narrow = small_run_open(state);

  narrow.recipe->initial_spread = 0.25;
  small_run_begin(&usual, NULL);
  small_run_begin(&narrow, NULL);
  const size_t n = layer_shape_weights(&usual.run->shape.layers[0]);
  for (size_t i = 0; i < n; ++i) {
    assert_true(narrow.run->parameters->value[i] == 0.25f * usual.run->parameters->value[i]);
  }
  small_run_close(&narrow);
  small_run_close(&usual);
}

/// What the README tells users to begin with goes on from presets as they are.
static void
test_recipes_for_users_fit_the_presets(void** const state)
{
  (void)state;
  static const char* const files[] = { SOURCE_ROOT "/presets/voice/yours.yaml",
                                       SOURCE_ROOT "/presets/music/yours.yaml" };
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); ++i) {
    Recipe*    recipe = NULL;
    Model*     model  = NULL;
    Diagnostic why    = { "" };
    assert_int_equal(recipe_read(files[i], 0, NULL, &recipe, &why), STATUS_SUCCESS);
    assert_int_equal(model_read(recipe->from, &model, &why), STATUS_SUCCESS);
    Examples           none = { .n_features = feature_config_size(&recipe->features) };
    TrainingRun* const run  = training_run_new(recipe, &none, NULL);
    assert_non_null(run);
    assert_int_equal(training_run_start_at_model(run, model, &why), STATUS_SUCCESS);
    training_run_free(run);
    model_free(model);
    recipe_free(recipe);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_untrained_mask_lets_pass),
    cmocka_unit_test(test_first_weights_spread),
    cmocka_unit_test(test_model_has_the_numbers),
    cmocka_unit_test(test_starts_at_a_model),
    cmocka_unit_test(test_starts_at_a_model_without_prior),
    cmocka_unit_test(test_starts_at_a_model_without_periodicity),
    cmocka_unit_test(test_recipes_for_users_fit_the_presets),
    cmocka_unit_test(test_prior_does_not_come_after_periodicity),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
