// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The quick ones of the textbook's figures, and short versions of long ones, on Fashion-MNIST.

#include "tests/support/test.h"
#include "tests/textbook/few_labels.h"
#include "tests/textbook/figures.h"
#include "tests/textbook/textbook.h"
#include "training/engine/matrix.h"
#include "training/method/pca.h"
#include "training/method/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// What Meson takes for a test that was skipped.
enum { SKIPPED = 77 };

enum { N_THREADS = 2, PATCH = 8 };

/// A deep autoencoder small enough to try; other settings follow.
#define SMALL_DEEP \
  "layers.0.units=256", "layers.1.units=128", "layers.2.units=64", "layers.3.units=16"

static Images images;
static Team*  team;

static int
open_images(void** state)
{
  (void)state;
  team = team_new(N_THREADS);
  return team && !images_read(IMAGES_FOLDER, &images, NULL) ? 0 : -1;
}

static int
close_images(void** state)
{
  (void)state;
  images_clear(&images);
  team_free(team);
  return 0;
}

/// Learn a recipe with settings that end with a NULL.  @return To be freed by the caller.
static Lesson*
learn(const char* recipe, const char* const* settings, const Table* train)
{
  Textbook textbook = { .images = &images, .recipes = TEXTBOOK_RECIPES, .team = team };
  while (settings[textbook.n_settings]) {
    textbook.settings[textbook.n_settings] = settings[textbook.n_settings];
    ++textbook.n_settings;
  }
  const Table          valid  = images_view(train, 0, 500);
  const TextbookLesson config = { .recipe = recipe, .seed = 1, .train = train, .valid = &valid };
  Lesson*              lesson = NULL;
  Diagnostic           why    = { "" };
  Status               status = textbook_open(&textbook, &config, &lesson, &why);
  status                      = status ? status : lesson_learn(lesson, &why);
  assert_string_equal(why.text, "");
  assert_int_equal(status, STATUS_SUCCESS);
  return lesson;
}

/// A figure of a recipe, on the images to judge by.
static double
figure_of(Status (*figure)(const Lesson*, const Table*, double*, Diagnostic*), const char* recipe,
          const char* const* settings, const Table* train, const Table* test)
{
  double        result = -1.0;
  Lesson* const lesson = learn(recipe, settings, train);
  assert_int_equal(figure(lesson, test, &result, NULL), STATUS_SUCCESS);
  lesson_free(lesson);
  print_message("%s: %.3f\n", recipe, result);
  return result;
}

static double
error_of(const char* recipe, const char* const* settings)
{
  return figure_of(figure_error, recipe, settings, images.train, images.test);
}

static void
assert_between(double low, double found, double high)
{
  if (!(low <= found && found <= high)) {
    fail_msg("%.4f is not in %.4f…%.4f", found, low, high);
  }
}

static void
the_images_are_those_that_figures_are_known_of(void** state)
{
  (void)state;
  assert_int_equal(images.set, IMAGES_FASHION);
  assert_int_equal(images.train->n_rows, 60000);
  assert_int_equal(images.test->n_rows, 10000);
  assert_int_equal(images.train->n_columns, 784);
}

/// Figures of an independent implementation.
static void
pca_leaves_the_known_errors(void** state)
{
  (void)state;
  static const uint32_t used[]  = { 30, 64, 128 };
  static const double   known[] = { 12.243, 8.129, 4.949 };
  Pca*                  pca     = NULL;
  assert_int_equal(pca_new(images.train, 128, &pca, NULL), STATUS_SUCCESS);
  for (int i = 0; i < 3; ++i) {
    Reconstructed score = { 0 };
    assert_int_equal(score_pca(pca, used[i], images.test, &score, NULL), STATUS_SUCCESS);
    assert_between(known[i] - 0.001, score.squared, known[i] + 0.001);
  }
  pca_free(pca);
}

static void
a_linear_autoencoder_comes_to_pca(void** state)
{
  (void)state;
  static const char* const settings[] = { "fine_tune.steps=4700", NULL };
  assert_between(0.99 * 12.243, error_of("linear.yaml", settings), 1.01 * 12.243);
}

/// A square from the middle of every image.
static Table*
cut_patches(const Table* from)
{
  const uint32_t side  = 28;
  const uint32_t first = (side - PATCH) / 2;
  Table* const   cut   = table_new(from->n_rows, PATCH * PATCH, 0);
  assert_non_null(cut);
  for (uint32_t i = 0; i < from->n_rows; ++i) {
    for (uint32_t y = 0; y < PATCH; ++y) {
      memcpy(cut->x + ((size_t)i * PATCH + y) * PATCH,
             from->x + ((size_t)i * side + first + y) * side + first, PATCH * sizeof(float));
    }
  }
  return cut;
}

static void
sparse_units_are_as_active_as_they_should(void** state)
{
  (void)state;
  static const char* const sparse[] = { "layers.0.units=64", "pretrain.steps=7000", NULL };
  static const char* const dense[]  = { "layers.0.units=64", "pretrain.steps=1000",
                                        "layers.0.sparsity=0", NULL };
  Table* const             train    = cut_patches(images.train);
  Table* const             test     = cut_patches(images.test);
  assert_between(0.0, figure_of(figure_activity, "sparse.yaml", sparse, train, test), 0.2);
  assert_between(0.2, figure_of(figure_activity, "sparse.yaml", dense, train, test), 100.0);
  table_free(train);
  table_free(test);
}

static void
pretraining_helps_a_deep_autoencoder(void** state)
{
  (void)state;
  static const char* const from_random[] = { SMALL_DEEP, "pretrain.steps=0", "fine_tune.steps=900",
                                             NULL };
  static const char* const pretrained[]  = { SMALL_DEEP, "pretrain.steps=150", "pretrain.warmup=75",
                                             "fine_tune.steps=300", NULL };
  // As many mini-batches in all
  const double random = error_of("deep_greedy.yaml", from_random);
  const double greedy = error_of("deep_greedy.yaml", pretrained);
  const double rbm    = error_of("deep_rbm.yaml", pretrained);
  assert_between(0.0, random, images.mean_error);
  assert_between(0.0, greedy, 0.9 * random);
  assert_between(0.0, rbm, 0.9 * random);
}

/// PyTorch's network of the same shape was at 262.6 after an epoch.
static void
a_variational_autoencoder_learns_in_an_epoch(void** state)
{
  (void)state;
  static const char* const settings[] = { "fine_tune.steps=469", NULL };
  assert_between(258.0, figure_of(figure_bound, "vae.yaml", settings, images.train, images.test),
                 266.0);
}

/// Whether a row of few-labels says that something was learned.  @param line Moved on.  @param most
/// Greatest error, %, where guessing has 90.
static void
check_row(char** line, const char* experiment, double most)
{
  char* const row = strsep(line, "\n");
  assert_non_null(row);
  assert_memory_equal(row + 2, experiment, strlen(experiment));
  const char* const result = strstr(row, "– | ");
  assert_non_null(result);
  assert_between(1.0, strtod(result + strlen("– | "), NULL), most);
}

static void
few_labels_compare_two_starts(void** state)
{
  (void)state;
  Table        train    = images_view(images.train, 0, 5000);
  Table        test     = images_view(images.test, 0, 1000);
  const Images few      = { .train = &train, .test = &test, .set = IMAGES_FASHION };
  char*        table    = NULL;
  size_t       size     = 0;
  Textbook     textbook = { .images     = &few,
                            .recipes    = TEXTBOOK_RECIPES,
                            .team       = team,
                            .table      = open_memstream(&table, &size),
                            .n_settings = 6,
                            .settings = { "layers.0.units=50", "layers.1.units=50", "layers.2.units=64",
                                          "pretrain.steps=200", "fine_tune.steps=400",
                                          "fine_tune.validate_every=100" } };
  Diagnostic   why      = { "" };
  assert_non_null(textbook.table);
  const Status status = few_labels_run(&textbook, &why);
  assert_string_equal(why.text, "");
  assert_int_equal(status, STATUS_SUCCESS);
  assert_int_equal(fclose(textbook.table), 0);

  char* line = table;
  for (int i = 0; i < 10; ++i) {
    const bool lowest_rate = i % 5 == 0;
    check_row(&line, i < 5 ? "few-labels, random start" : "few-labels, greedy",
              lowest_rate ? 92.0 : 85.0);
  }
  assert_string_equal(line, "");
  free(table);
}

static void
too_few_images_are_told(void** state)
{
  (void)state;
  Table        train    = images_view(images.train, 0, 1999);
  const Images few      = { .train = &train, .test = images.test };
  Textbook     textbook = { .images = &few, .recipes = TEXTBOOK_RECIPES };
  Diagnostic   why      = { "" };
  assert_int_equal(few_labels_run(&textbook, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "few-labels: 1999 images are too few");
}

int
main(int argc, char** argv)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_images_are_those_that_figures_are_known_of),
    cmocka_unit_test(pca_leaves_the_known_errors),
    cmocka_unit_test(a_linear_autoencoder_comes_to_pca),
    cmocka_unit_test(sparse_units_are_as_active_as_they_should),
    cmocka_unit_test(pretraining_helps_a_deep_autoencoder),
    cmocka_unit_test(a_variational_autoencoder_learns_in_an_epoch),
    cmocka_unit_test(few_labels_compare_two_starts),
    cmocka_unit_test(too_few_images_are_told),
  };
  if (access(IMAGES_FOLDER, F_OK)) {
    puts(IMAGES_FOLDER " is missing: it comes with Debian's package dataset-fashion-mnist");
    return SKIPPED;
  }
  matrix_choose_kernel(argv);
  if (argc > 1) {
    cmocka_set_test_filter(argv[1]);
  }
  return cmocka_run_group_tests(tests, open_images, close_images);
}
