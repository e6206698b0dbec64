// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/score.h"

#include "tests/support/test.h"
#include "training/method/table_examples.h"

#include <math.h>
#include <string.h>

enum { N_ROWS = 300, N_COLUMNS = 17, N_CODE = 3 };

/// 17 bins: 0.032 s at 1000 Hz.
static const Recipe recipe = {
  .task     = MODEL_AUTOENCODER,
  .seed     = 1,
  .rate_hz  = 1000.0,
  .window_s = 0.032,
  .hop_s    = 0.016,
  .skip     = SKIP_PCA,
  .streams  = 32,
  .frames   = 1,
  .n_layers = 2,
  .layers   = { { .units = 9, .n_taps = 1, .activation = ACTIVATION_TANH },
                { .units = N_CODE, .n_taps = 1, .activation = ACTIVATION_IDENTITY } }
};

/// Three directions of unequal strength in noise.
static Table*
make_table(void)
{
  Table* const table  = table_new(N_ROWS, N_COLUMNS, 0);
  Random       random = random_at(1, RANDOM_TEST, 0);
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    const double a = 3.0 * random_normal(&random);
    const double b = 2.0 * random_normal(&random);
    const double c = random_normal(&random);
    for (uint32_t i = 0; i < N_COLUMNS; ++i) {
      table->x[r * N_COLUMNS + i] = (float)(1.0 + a * cos(0.3 * i) + b * sin(0.7 * i) +
                                            c * cos(1.9 * i) + 0.2 * random_normal(&random));
    }
  }
  return table;
}

/// A network that starts at principal components gives back what they give back; and its squared
/// error is what their eigenvalues leave of the variance.
static void
test_a_start_at_pca_scores_as_pca(void** const state)
{
  (void)state;
  Table* const       table    = make_table();
  Examples* const    examples = table_examples_new(table, table, 32, 1);
  TrainingRun* const run      = training_run_new(&recipe, examples, NULL);
  Pca*               pca      = NULL;
  Reconstructed      network;
  Reconstructed      components;
  assert_int_equal(pca_new(table, N_COLUMNS, &pca, NULL), STATUS_SUCCESS);
  training_run_start_at_pca(run, pca);
  assert_int_equal(score_reconstruction(run, table, &network, NULL), STATUS_SUCCESS);
  assert_int_equal(score_pca(pca, N_CODE, table, &components, NULL), STATUS_SUCCESS);
  assert_true(fabs(network.squared / components.squared - 1.0) < 1e-4);
  assert_true(fabs(network.rms / components.rms - 1.0) < 1e-4);

  double left = 0.0;
  for (uint32_t j = N_CODE; j < N_COLUMNS; ++j) {
    left += pca->variance[j];
  }
  assert_true(fabs(components.squared / left - 1.0) < 0.01);
  pca_free(pca);
  training_run_free(run);
  examples_free(examples);
  table_free(table);
}

/// A head that looks at the first number alone: rows are told by its sign, files by the majority.
static void
test_classes_of_rows_and_files(void** const state)
{
  (void)state;
  static const float    x[]      = { 1.0f, -1.0f, 2.0f, -3.0f, -1.0f, 1.0f };
  static const uint32_t labels[] = { 1, 1, 1, 0, 0, 0 };
  static const uint32_t files[]  = { 0, 0, 0, 1, 1, 1 };
  Table* const          table    = table_new(6, 1, 2);
  memcpy(table->x, x, sizeof(x));
  memcpy(table->labels, labels, sizeof(labels));
  memcpy(table->files, files, sizeof(files));

  Recipe classify             = recipe;
  classify.task               = MODEL_CLASSIFY;
  classify.skip               = SKIP_NONE;
  classify.n_layers           = 1;
  classify.layers[0]          = (RecipeLayer){ .units = 1, .n_taps = 1 };
  Examples* const    examples = table_examples_new(table, table, 4, 1);
  TrainingRun* const run      = training_run_new(&classify, examples, NULL);
  static const real  value[]  = { 1, 0, -1, 1, 0, 0 }; // Code x, logits −x and x
  assert_int_equal(run->parameters->n, 6);
  memcpy(run->parameters->value, value, sizeof(value));

  Classified score;
  assert_int_equal(score_classes(run, table, &score, NULL), STATUS_SUCCESS);
  assert_int_equal(score.n_rows, 6);
  assert_int_equal(score.n_wrong_rows, 2);
  assert_int_equal(score.n_files, 2);
  assert_int_equal(score.n_wrong_files, 0);
  training_run_free(run);
  examples_free(examples);
  table_free(table);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_start_at_pca_scores_as_pca),
    cmocka_unit_test(test_classes_of_rows_and_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
