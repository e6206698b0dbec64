// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/shape_examples.h"

#include "dsp/spectrum/envelope.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { N = ENVELOPE_BANDS, N_ROWS = 40, N_STREAMS = 16, N_BATCHES = 50 };

static const double base = 30.0; ///< Band of the peak

/// Tents of height 1 and width 10 around a band, less their mean, all alike.
static Table*
tents(void)
{
  Table* const table = table_new(N_ROWS, N, 0);
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    double mean = 0.0;
    for (uint32_t b = 0; b < N; ++b) {
      mean += fmax(0.0, 1.0 - fabs(b - base) / 10.0) / N;
    }
    for (uint32_t b = 0; b < N; ++b) {
      table->x[r * N + b] = (float)(fmax(0.0, 1.0 - fabs(b - base) / 10.0) - mean);
    }
  }
  return table;
}

/// Centre of what is above the lowest band.
static double
centre(const real* const row)
{
  double sum    = 0.0;
  double moment = 0.0;
  for (uint32_t b = 0; b < N; ++b) {
    const double above = (double)(row[b] - row[0]);
    sum += above;
    moment += above * b;
  }
  return moment / sum;
}

/// Tents land anywhere within five bands, uniformly, the same ones twice; those to judge by stay.
static void
test_shapes_are_moved(void** const state)
{
  (void)state;
  const Recipe    recipe   = { .seed = 1, .streams = N_STREAMS, .morph = { .shift_bands = 5.0 } };
  Table* const    table    = tents();
  Examples* const examples = shape_examples_new(&recipe, table, table);
  double          square   = 0.0;
  double          furthest = 0.0;
  Batch           batch;
  for (uint64_t i = 0; i < N_BATCHES; ++i) {
    assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, i, &batch, NULL), STATUS_SUCCESS);
    assert_int_equal(batch_rows(batch.shape), N_STREAMS);
    assert_ptr_equal(batch.x, batch.clean);
    for (uint32_t r = 0; r < N_STREAMS; ++r) {
      const double moved = centre(batch.x + r * N) - base;
      double       mean  = 0.0;
      for (uint32_t b = 0; b < N; ++b) {
        mean += (double)batch.x[r * N + b] / N;
      }
      assert_float_equal(mean, 0.0, 1e-6);
      square += moved * moved / (N_BATCHES * N_STREAMS);
      furthest = fmax(furthest, fabs(moved));
    }
  }
  assert_true(furthest < 5.0 + 1e-4 && furthest > 4.8);
  assert_float_equal((sqrt(square)), (5.0 / sqrt(3.0)), 0.15);

  real first[N];
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 7, &batch, NULL), STATUS_SUCCESS);
  memcpy(first, batch.x, sizeof(first));
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 8, &batch, NULL), STATUS_SUCCESS);
  assert_memory_not_equal(first, batch.x, sizeof(first));
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 7, &batch, NULL), STATUS_SUCCESS);
  assert_memory_equal(first, batch.x, sizeof(first));

  assert_int_equal(examples_draw(examples, NULL, SPLIT_VALID, 0, &batch, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < N_STREAMS * N; ++i) {
    assert_true((float)batch.x[i] == table->x[i]);
  }
  examples_free(examples);
  table_free(table);
}

/// Nothing is moved where the recipe does not say so.
static void
test_shapes_stay(void** const state)
{
  (void)state;
  const Recipe    recipe   = { .seed = 1, .streams = N_STREAMS };
  Table* const    table    = tents();
  Examples* const examples = shape_examples_new(&recipe, table, table);
  Batch           batch;
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 3, &batch, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < N_STREAMS * N; ++i) {
    assert_true((float)batch.x[i] == table->x[i]);
  }
  examples_free(examples);
  table_free(table);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_shapes_are_moved),
    cmocka_unit_test(test_shapes_stay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
