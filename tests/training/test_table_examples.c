// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/table_examples.h"

#include "tests/support/test.h"

#include <string.h>

enum { N_TRAIN = 10, N_VALID = 7, N_BATCH = 4 };

/// Row r is (r, −r), of class r mod 3.
static Table*
make_table(const uint32_t n_rows)
{
  Table* const table = table_new(n_rows, 2, 3);
  assert_non_null(table);
  for (uint32_t r = 0; r < n_rows; ++r) {
    table->x[2 * r]     = (float)r;
    table->x[2 * r + 1] = -(float)r;
    table->labels[r]    = r % 3;
  }
  return table;
}

/// Every row comes once an epoch, whole and with its label, in another order each time.
static void
test_an_epoch_has_every_row_once(void** const state)
{
  (void)state;
  Table* const    table    = make_table(N_TRAIN);
  Examples* const examples = table_examples_new(table, table, N_BATCH, 1);
  uint32_t        order[4][N_TRAIN];
  for (uint32_t i = 0; i < 4 * N_TRAIN / N_BATCH; ++i) {
    Batch batch;
    assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, i, &batch, NULL), STATUS_SUCCESS);
    assert_int_equal(batch_rows(batch.shape), N_BATCH);
    for (uint32_t r = 0; r < N_BATCH; ++r) {
      const uint32_t row = (uint32_t)batch.x[2 * r];
      assert_true(batch.x[2 * r + 1] == -batch.x[2 * r]);
      assert_int_equal(batch.labels[r], row % 3);
      order[(i * N_BATCH + r) / N_TRAIN][(i * N_BATCH + r) % N_TRAIN] = row;
    }
  }
  for (uint32_t epoch = 0; epoch < 4; ++epoch) {
    uint32_t seen = 0;
    for (uint32_t r = 0; r < N_TRAIN; ++r) {
      seen |= 1u << order[epoch][r];
    }
    assert_int_equal(seen, (1u << N_TRAIN) - 1);
    assert_true(!epoch || memcmp(order[epoch], order[0], sizeof(order[0])));
  }
  examples_free(examples);
  table_free(table);
}

/// Whatever was drawn before.
static void
test_batches_are_reproducible(void** const state)
{
  (void)state;
  Table* const    table = make_table(N_TRAIN);
  Examples* const one   = table_examples_new(table, table, N_BATCH, 1);
  Examples* const other = table_examples_new(table, table, N_BATCH, 1);
  Batch           a;
  Batch           b;
  assert_int_equal(examples_draw(one, NULL, SPLIT_TRAIN, 7, &a, NULL), STATUS_SUCCESS);
  assert_int_equal(examples_draw(other, NULL, SPLIT_TRAIN, 2, &b, NULL), STATUS_SUCCESS);
  assert_int_equal(examples_draw(other, NULL, SPLIT_TRAIN, 7, &b, NULL), STATUS_SUCCESS);
  assert_memory_equal(a.x, b.x, 2 * N_BATCH * sizeof(real));
  examples_free(one);
  examples_free(other);
  table_free(table);
}

/// The half to judge by is in its order, and its last batch is what is left.
static void
test_validation_is_in_order(void** const state)
{
  (void)state;
  Table* const    train    = make_table(N_TRAIN);
  Table* const    valid    = make_table(N_VALID);
  Examples* const examples = table_examples_new(train, valid, N_BATCH, 1);
  uint32_t        row      = 0;
  assert_int_equal(examples->n_valid, 2);
  for (uint32_t i = 0; i < examples->n_valid; ++i) {
    Batch batch;
    assert_int_equal(examples_draw(examples, NULL, SPLIT_VALID, i, &batch, NULL), STATUS_SUCCESS);
    for (uint32_t r = 0; r < batch_rows(batch.shape); ++r) {
      assert_int_equal((uint32_t)batch.x[2 * r], row++);
    }
  }
  assert_int_equal(row, N_VALID);
  examples_free(examples);
  table_free(train);
  table_free(valid);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_an_epoch_has_every_row_once),
    cmocka_unit_test(test_batches_are_reproducible),
    cmocka_unit_test(test_validation_is_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
