// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/table_examples.h"

#include "training/engine/random.h"

#include <stdlib.h>

typedef struct {
  Examples     base;
  const Table* tables[2]; ///< By Split
  uint64_t     seed;
  uint64_t     epoch;  ///< That `order` is of
  uint32_t*    order;  ///< [rows of the half to learn from]
  real*        x;      ///< [n_batch × n_columns]
  uint32_t*    labels; ///< [n_batch]
} TableExamples;

/// Fisher and Yates's shuffle (Durstenfeld 1964).
static void
shuffle(TableExamples* const examples, const uint64_t epoch)
{
  const uint32_t n      = examples->tables[SPLIT_TRAIN]->n_rows;
  Random         random = random_at(examples->seed, RANDOM_ORDER, epoch);
  for (uint32_t i = 0; i < n; ++i) {
    examples->order[i] = i;
  }
  for (uint32_t i = n; i > 1; --i) {
    const uint32_t j       = random_below(&random, i);
    const uint32_t swapped = examples->order[i - 1];
    examples->order[i - 1] = examples->order[j];
    examples->order[j]     = swapped;
  }
  examples->epoch = epoch;
}

static void
copy_row(TableExamples* const examples, const Table* const table, const uint32_t from,
         const uint32_t to)
{
  const float* const row = table->x + (size_t)from * table->n_columns;
  real* const        x   = examples->x + (size_t)to * table->n_columns;
  for (uint32_t i = 0; i < table->n_columns; ++i) {
    x[i] = (real)row[i];
  }
  if (table->labels) {
    examples->labels[to] = table->labels[from];
  }
}

/// @return Rows drawn.
static uint32_t
draw_train(TableExamples* const examples, const uint64_t batch)
{
  const Table* const table   = examples->tables[SPLIT_TRAIN];
  const uint32_t     n_batch = batch_rows(examples->base.shape);
  for (uint32_t i = 0; i < n_batch; ++i) {
    const uint64_t row   = batch * n_batch + i;
    const uint64_t epoch = row / table->n_rows;
    if (epoch != examples->epoch) {
      shuffle(examples, epoch);
    }
    copy_row(examples, table, examples->order[row % table->n_rows], i);
  }
  return n_batch;
}

/// @return Rows drawn.
static uint32_t
draw_valid(TableExamples* const examples, const uint64_t batch)
{
  const Table* const table   = examples->tables[SPLIT_VALID];
  const uint32_t     n_batch = batch_rows(examples->base.shape);
  const uint32_t     first   = (uint32_t)batch * n_batch;
  const uint32_t     n       = table->n_rows - first < n_batch ? table->n_rows - first : n_batch;
  for (uint32_t i = 0; i < n; ++i) {
    copy_row(examples, table, first + i, i);
  }
  return n;
}

static Status
draw(Examples* const base, Team* const team, const Split split, const uint64_t batch,
     Batch* const drawn, Diagnostic* const why)
{
  (void)team;
  (void)why;
  TableExamples* const examples = (TableExamples*)base;
  const uint32_t       n        = split == SPLIT_TRAIN ? draw_train(examples, batch)
                                                       : draw_valid(examples, batch);

  *drawn = (Batch){ .shape  = { .n_steps = 1, .n_streams = n },
                    .x      = examples->x,
                    .clean  = examples->x,
                    .labels = base->n_classes ? examples->labels : NULL };
  return STATUS_SUCCESS;
}

static void
free_table_examples(Examples* const base)
{
  TableExamples* const examples = (TableExamples*)base;
  free(examples->order);
  free(examples->x);
  free(examples->labels);
  free(examples);
}

Examples*
table_examples_new(const Table* const train, const Table* const valid, const uint32_t n_batch,
                   const uint64_t seed)
{
  TableExamples* const examples = calloc(1, sizeof(TableExamples));
  if (!examples) {
    return NULL;
  }

  examples->base                = (Examples){ .n_features = train->n_columns,
                                              .n_classes  = train->n_classes,
                                              .shape      = { .n_steps = 1, .n_streams = n_batch },
                                              .n_valid    = (valid->n_rows + n_batch - 1) / n_batch,
                                              .draw       = draw,
                                              .free       = free_table_examples };
  examples->tables[SPLIT_TRAIN] = train;
  examples->tables[SPLIT_VALID] = valid;
  examples->seed                = seed;
  examples->order               = malloc(train->n_rows * sizeof(uint32_t));
  examples->x                   = malloc((size_t)n_batch * train->n_columns * sizeof(real));
  examples->labels              = malloc(n_batch * sizeof(uint32_t));
  if (!examples->order || !examples->x || !examples->labels) {
    free_table_examples(&examples->base);
    return NULL;
  }
  shuffle(examples, 0);
  return &examples->base;
}
