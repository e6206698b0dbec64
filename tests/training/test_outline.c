// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/outline.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char good[] = "a: 1\n"
                           "b:\n"
                           "  c: two words\n"
                           "  d: [x, 'y z']\n"
                           "e:\n"
                           "  - f: 3\n"
                           "    g:\n";

static Outline*
read_good(void* const* state, uint32_t n_settings, const char* const* settings)
{
  folder_write(state, "o.yaml", strlen(good), good);
  Outline*   outline = NULL;
  Diagnostic why     = { "" };
  assert_int_equal(outline_read(folder_path(state, "o.yaml"), n_settings, settings, &outline, &why),
                   STATUS_SUCCESS);
  return outline;
}

static void
assert_value(const Outline* outline, const char* at, const char* value)
{
  const OutlineEntry* const entry = outline_find(outline, at);
  assert_non_null(entry);
  assert_int_equal(entry->kind, OUTLINE_VALUE);
  assert_string_equal(entry->value, value);
}

static void
assert_where(void* const* state, const Outline* outline, const char* at, uint32_t line)
{
  char expected[200];
  (void)snprintf(expected, sizeof(expected), "%s:%u", folder_path(state, "o.yaml"), line);
  assert_string_equal(outline_find(outline, at)->where, expected);
  assert_int_equal(outline_find(outline, at)->status, STATUS_BAD_FILE);
}

static void
test_a_file_becomes_paths(void** state)
{
  Outline* const outline = read_good(state, 0, NULL);
  assert_int_equal(outline->n, 10);
  assert_value(outline, "a", "1");
  assert_value(outline, "b.c", "two words");
  assert_value(outline, "b.d.0", "x");
  assert_value(outline, "b.d.1", "y z");
  assert_value(outline, "e.0.f", "3");
  assert_value(outline, "e.0.g", "");
  assert_int_equal(outline_find(outline, "b")->kind, OUTLINE_SECTION);
  assert_int_equal(outline_find(outline, "b.d")->kind, OUTLINE_LIST);
  assert_int_equal(outline_find(outline, "e")->kind, OUTLINE_LIST);
  assert_int_equal(outline_find(outline, "e.0")->kind, OUTLINE_SECTION);
  assert_null(outline_find(outline, "b.x"));
  assert_where(state, outline, "a", 1);
  assert_where(state, outline, "b", 2);
  assert_where(state, outline, "b.d.1", 4);
  assert_where(state, outline, "e.0.g", 7);
  outline_free(outline);
}

static void
test_settings_replace_and_add(void** state)
{
  static const char* const settings[] = { "a=one=1", "b.d=[p]", "e.0.f=4", "new.part.key=5",
                                          "b.c=" };
  Outline* const           outline    = read_good(state, 5, settings);
  assert_value(outline, "a", "one=1");
  assert_value(outline, "b.d.0", "p");
  assert_null(outline_find(outline, "b.d.1"));
  assert_value(outline, "e.0.f", "4");
  assert_value(outline, "e.0.g", "");
  assert_value(outline, "new.part.key", "5");
  assert_value(outline, "b.c", "");
  assert_int_equal(outline_find(outline, "new.part")->kind, OUTLINE_SECTION);
  assert_string_equal(outline_find(outline, "e.0.f")->where, "--set e.0.f=4");
  assert_int_equal(outline_find(outline, "e.0.f")->status, STATUS_BAD_OPTION);
  outline_free(outline);
}

static void
test_bad_settings(void** state)
{
  const char* const        path       = folder_path(state, "o.yaml");
  static const char* const cases[][2] = {
    { "a", "--set a: KEY=VALUE expected" },
    { "=1", "--set =1: KEY=VALUE expected" },
    { "a.b=1", "--set a.b=1: a: holds a value, no section" },
    { "e.1=1", "--set e.1=1: e.1: no such item of the list" },
    { "e.1.f=1", "--set e.1.f=1: e.1: no such item of the list" },
    { "a=[1", "--set a=[1: not YAML: did not find expected ',' or ']'" },
  };
  folder_write(state, "o.yaml", strlen(good), good);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Outline*   outline = NULL;
    Diagnostic why     = { "" };
    assert_int_equal(outline_read(path, 1, cases[i], &outline, &why), STATUS_BAD_OPTION);
    assert_string_equal(why.text, cases[i][1]);
    assert_null(outline);
  }
}

static void
expect_fault(void* const* state, size_t size, const char* text, const char* line)
{
  const char* const path = folder_path(state, "o.yaml");
  folder_write(state, "o.yaml", size, text);
  Outline*   outline = NULL;
  Diagnostic why     = { "" };
  assert_int_equal(outline_read(path, 0, NULL, &outline, &why), STATUS_BAD_FILE);
  assert_memory_equal(why.text, path, strlen(path));
  assert_string_equal(why.text + strlen(path), line);
  assert_null(outline);
}

static void
test_bad_files(void** state)
{
  static const char* const cases[][2] = {
    { "", ":1: keys and values expected" },
    { "5\n", ":1: keys and values expected" },
    { "- a\n", ":1: keys and values expected" },
    { "a: 1\nb: 2\na: 3\n", ":3: a: given twice" },
    { "b: {c: 1}\nb: {d: 1}\n", ":2: b: given twice" },
    { "a: &x 1\nb: *x\n", ":2: b: aliases are not taken" },
    { "a: 1\n---\nb: 2\n", ":3: more than one document" },
    { "a: 1\n? [b]\n: 2\n", ":2: a key must be a word" },
    { "a.b: 1\n", ":1: a key must be a word" },
    { "a: 1\n b: 2\n", ":2: not YAML: mapping values are not allowed in this context" },
    { "a: \"x\\0y\"\n", ":1: a: holds a zero byte" },
    { "a: [[[[[[[[[1]]]]]]]]]\n", ":1: a.0.0.0.0.0.0.0.0: nested too deeply" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    expect_fault(state, strlen(cases[i][0]), cases[i][0], cases[i][1]);
  }
  expect_fault(state, 6, "a: \xff\xff\n", ":1: not YAML: invalid leading UTF-8 octet");
}

static void
test_too_many_entries(void** state)
{
  char* const text = malloc(20000);
  assert_non_null(text);
  size_t size = (size_t)snprintf(text, 20000, "a: [1");
  for (uint32_t i = 0; i < OUTLINE_MAX_ENTRIES; ++i) {
    size += (size_t)snprintf(text + size, 20000 - size, ",1");
  }
  size += (size_t)snprintf(text + size, 20000 - size, "]");
  expect_fault(state, size, text, ":1: a.4095: too many entries");
  free(text);
}

static void
test_truncated_at_every_length(void** state)
{
  const char* const path = folder_path(state, "o.yaml");
  for (size_t size = 0; size <= strlen(good); ++size) {
    folder_write(state, "o.yaml", size, good);
    Outline*     outline = NULL;
    Diagnostic   why     = { "" };
    const Status status  = outline_read(path, 0, NULL, &outline, &why);
    assert_true(status == STATUS_SUCCESS || status == STATUS_BAD_FILE);
    assert_true(!status == !why.text[0]);
    outline_free(outline);
  }
}

static void
test_missing_file(void** state)
{
  (void)state;
  Outline*   outline = NULL;
  Diagnostic why;
  assert_int_equal(outline_read("/nonexistent.yaml", 0, NULL, &outline, &why), STATUS_NOT_FOUND);
  assert_memory_equal(why.text, "/nonexistent.yaml: ", 19);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_file_becomes_paths), cmocka_unit_test(test_settings_replace_and_add),
    cmocka_unit_test(test_bad_settings),         cmocka_unit_test(test_bad_files),
    cmocka_unit_test(test_too_many_entries),     cmocka_unit_test(test_truncated_at_every_length),
    cmocka_unit_test(test_missing_file),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
