// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/textbook.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/// A table of two columns, on which nothing could be learned.
static float    pixels[] = { 0.0f, 0.0f, 1.0f, 1.0f };
static uint32_t labels[] = { 0, 1 };
static uint32_t files[]  = { 0, 0 };

static Table
two_images(void)
{
  return (Table){
    .n_rows = 2, .n_columns = 2, .n_classes = 10, .x = pixels, .labels = labels, .files = files
  };
}

/// Print a row.  @return Whether it counts as missed.
static bool
check_prints(const TextbookRow* row, const char* expected)
{
  char*    text     = NULL;
  size_t   size     = 0;
  Textbook textbook = { .table = open_memstream(&text, &size) };
  assert_non_null(textbook.table);
  textbook_print(&textbook, row);
  assert_int_equal(fclose(textbook.table), 0);
  assert_string_equal(text, expected);
  free(text);
  return textbook.n_missed;
}

static void
rows_tell_what_was_expected_and_what_came(void** state)
{
  (void)state;
  TextbookRow row = { .experiment = "e",
                      .setting    = "s",
                      .figure     = "f",
                      .expected   = { 12.243, 12.242, 12.244 },
                      .result     = 12.2431,
                      .cpu_s      = 1.6,
                      .seed       = 7 };
  assert_false(
    check_prints(&row, "| e | s | f | 12.243 (12.242…12.244) | 12.243 | yes | 2 | 7 |\n"));
  row.result = 12.2441;
  assert_true(check_prints(&row, "| e | s | f | 12.243 (12.242…12.244) | 12.244 | NO | 2 | 7 |\n"));
  row.expected = (Expected){ 19.86, 12.243, 0.0 };
  row.result   = 300.0;
  assert_false(check_prints(&row, "| e | s | f | 19.860 (≥ 12.243) | 300.0 | yes | 2 | 7 |\n"));
  row.result = 12.0;
  assert_true(check_prints(&row, "| e | s | f | 19.860 (≥ 12.243) | 12.000 | NO | 2 | 7 |\n"));
  row.expected = (Expected){ 0.0, 0.0, 7.5 };
  assert_true(check_prints(&row, "| e | s | f | ≤ 7.500 | 12.000 | NO | 2 | 7 |\n"));
  row.expected = (Expected){ 3.0, 0.0, 0.0 };
  assert_false(check_prints(&row, "| e | s | f | 3.000 | 12.000 |  | 2 | 7 |\n"));
  row.expected = (Expected){ 0.0, 0.0, 0.0 };
  row.interval = 0.25;
  assert_false(check_prints(&row, "| e | s | f | – | 12.000 ± 0.250 |  | 2 | 7 |\n"));
}

static void
a_result_that_is_no_number_is_missed(void** state)
{
  (void)state;
  const TextbookRow row = { .experiment = "e",
                            .setting    = "s",
                            .figure     = "f",
                            .expected   = { 0.0, 0.0, 7.5 },
                            .result     = strtod("nan", NULL) };
  assert_true(check_prints(&row, "| e | s | f | ≤ 7.500 | nan | NO | 0 | 0 |\n"));
}

/// Of three settings of one choice, the lesson's own is the last.
static void
settings_overrule_the_recipe_in_order(void** state)
{
  static const char recipe[] = "task: autoencoder\n"
                               "batch: { streams: 2, frames: 1 }\n"
                               "fine_tune: { steps: 1, rate: 0.5, warmup: 1 }\n"
                               "layers: [{ units: 1 }]\n";
  folder_write(state, "r.yaml", strlen(recipe), recipe);
  const Table          table    = two_images();
  const Textbook       textbook = { .recipes    = (const char*)*state,
                                    .n_settings = 2,
                                    .settings   = { "fine_tune.steps=2", "fine_tune.warmup=2" } };
  const TextbookLesson config   = { .recipe   = "r.yaml",
                                    .seed     = 42,
                                    .settings = { "fine_tune.steps=3" },
                                    .train    = &table,
                                    .valid    = &table };
  Lesson*              lesson   = NULL;
  assert_int_equal(textbook_open(&textbook, &config, &lesson, NULL), STATUS_SUCCESS);
  assert_int_equal(lesson->recipe->seed, 42);
  assert_int_equal(lesson->recipe->fine_tune.steps, 3);
  assert_int_equal(lesson->recipe->fine_tune.warmup, 2);
  assert_true(lesson->recipe->fine_tune.rate == 0.5);
  lesson_free(lesson);
}

static void
a_recipe_that_is_missing_is_told(void** state)
{
  const Table          table    = two_images();
  const Textbook       textbook = { .recipes = (const char*)*state };
  const TextbookLesson config   = { .recipe = "r.yaml", .train = &table, .valid = &table };
  Lesson*              lesson   = NULL;
  assert_int_equal(textbook_open(&textbook, &config, &lesson, NULL), STATUS_NOT_FOUND);
  assert_null(lesson);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_tell_what_was_expected_and_what_came),
    cmocka_unit_test(a_result_that_is_no_number_is_missed),
    IN_FOLDER(settings_overrule_the_recipe_in_order),
    IN_FOLDER(a_recipe_that_is_missing_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
