// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/hold_out.h"

#include "tests/support/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PER_FILE = 3 };

/// Rows of a file and a place in it.
static Table*
numbered(const uint32_t n_files)
{
  Table* const table = table_new(n_files * PER_FILE, 2, 0);
  assert_non_null(table);
  free(table->files);
  table->files = malloc(table->n_rows * sizeof(uint32_t));
  assert_non_null(table->files);
  for (uint32_t row = 0; row < table->n_rows; ++row) {
    table->files[row]     = row / PER_FILE;
    table->x[2 * row]     = (float)(row / PER_FILE);
    table->x[2 * row + 1] = (float)(row % PER_FILE);
  }
  return table;
}

/// Every row is in one part, in order, and a group in one part.  @return Groups held.
static uint32_t
check_parts(const HoldOut* const parts, const uint32_t n_files, const uint32_t* const groups)
{
  uint32_t next[2]      = { 0 };
  uint32_t n_held       = 0;
  bool     was[2][1000] = { { false } };
  assert_int_equal(parts->rest->n_rows + parts->held->n_rows, n_files * PER_FILE);
  for (uint32_t row = 0; row < n_files * PER_FILE; ++row) {
    const float        wanted[2] = { (float)(row / PER_FILE), (float)(row % PER_FILE) };
    const Table* const held      = parts->held;
    const bool         is_held   = next[1] < held->n_rows &&
                         !memcmp(held->x + (size_t)2 * next[1], wanted, sizeof(wanted));
    const Table* const part = is_held ? held : parts->rest;
    assert_memory_equal(part->x + (size_t)2 * next[is_held], wanted, sizeof(wanted));
    ++next[is_held];
    n_held += is_held && !was[1][groups[row / PER_FILE]];
    was[is_held][groups[row / PER_FILE]] = true;
    assert_false(was[0][groups[row / PER_FILE]] && was[1][groups[row / PER_FILE]]);
  }
  return n_held;
}

static void
a_tenth_of_the_files_is_held(void** const state)
{
  (void)state;
  enum { N = 200 };
  Table* const table = numbered(N);
  uint32_t     groups[N];
  HoldOut      parts[3];
  for (uint32_t i = 0; i < N; ++i) {
    groups[i] = i;
  }
  for (uint64_t seed = 0; seed < 2; ++seed) {
    assert_int_equal(hold_out(table, N, groups, seed, &parts[seed], NULL), STATUS_SUCCESS);
    assert_int_equal(check_parts(&parts[seed], N, groups), N / 10);
  }
  assert_int_equal(hold_out(table, N, groups, 1, &parts[2], NULL), STATUS_SUCCESS);

  const size_t size = (size_t)PER_FILE * N / 10 * 2 * sizeof(float);
  assert_memory_equal(parts[1].held->x, parts[2].held->x, size);
  assert_memory_not_equal(parts[0].held->x, parts[1].held->x, size);
  for (int i = 0; i < 3; ++i) {
    hold_out_clear(&parts[i]);
  }
  table_free(table);
}

static void
groups_stay_together(void** const state)
{
  (void)state;
  enum { N = 60 };
  Table* const table = numbered(N);
  uint32_t     groups[N];
  for (uint32_t i = 0; i < N; ++i) {
    groups[i] = i / 4;
  }
  HoldOut parts;
  assert_int_equal(hold_out(table, N / 4, groups, 1, &parts, NULL), STATUS_SUCCESS);
  assert_int_equal(check_parts(&parts, N, groups), 1);
  hold_out_clear(&parts);
  table_free(table);
}

static void
two_files_are_enough_and_one_is_not(void** const state)
{
  (void)state;
  const uint32_t groups[] = { 0, 1 };
  Diagnostic     why      = { "" };
  HoldOut        parts    = { 0 };
  Table* const   two      = numbered(2);
  Table* const   one      = numbered(1);
  assert_int_equal(hold_out(two, 2, groups, 1, &parts, NULL), STATUS_SUCCESS);
  assert_int_equal(check_parts(&parts, 2, groups), 1);
  hold_out_clear(&parts);
  assert_int_equal(hold_out(one, 1, groups, 1, &parts, &why), STATUS_BAD_OPTION);
  assert_string_not_equal(why.text, "");
  assert_null(parts.rest);
  table_free(one);
  table_free(two);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_tenth_of_the_files_is_held),
    cmocka_unit_test(groups_stay_together),
    cmocka_unit_test(two_files_are_enough_and_one_is_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
