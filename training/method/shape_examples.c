// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/shape_examples.h"

#include "dsp/spectrum/envelope.h"
#include "training/engine/random.h"
#include "training/method/table_examples.h"

#include <math.h>
#include <stdlib.h>

enum { N = ENVELOPE_BANDS };

typedef struct {
  Examples      base;
  Examples*     rows; ///< As they are
  const Recipe* recipe;
  real*         x; ///< [n_batch × N]
} ShapeExamples;

/// A row between bands.
static real
row_at(const real* const row, const double band)
{
  const double   at    = fmin(fmax(band, 0.0), N - 1.0);
  const uint32_t below = (uint32_t)at;
  const uint32_t above = below + 1 < N ? below + 1 : below;
  return row[below] + (real)(at - below) * (row[above] - row[below]);
}

static void
move(const real* const from, const double n_bands, real* const to)
{
  real mean = 0;
  for (uint32_t b = 0; b < N; ++b) {
    to[b] = row_at(from, b - n_bands);
    mean += to[b] / N;
  }
  for (uint32_t b = 0; b < N; ++b) {
    to[b] -= mean;
  }
}

static Status
draw(Examples* const base, Team* const team, const Split split, const uint64_t batch,
     Batch* const drawn, Diagnostic* const why)
{
  ShapeExamples* const examples = (ShapeExamples*)base;
  const Status         status   = examples_draw(examples->rows, team, split, batch, drawn, why);
  const double         furthest = examples->recipe->morph.shift_bands;
  if (status || split == SPLIT_VALID || furthest == 0.0) {
    return status;
  }
  Random random = random_at(examples->recipe->seed, RANDOM_SHIFT, batch);
  for (uint32_t r = 0; r < batch_rows(drawn->shape); ++r) {
    move(drawn->x + (size_t)r * N, random_between(&random, -furthest, furthest),
         examples->x + (size_t)r * N);
  }
  drawn->x     = examples->x;
  drawn->clean = examples->x;
  return STATUS_SUCCESS;
}

static void
free_shape_examples(Examples* const base)
{
  ShapeExamples* const examples = (ShapeExamples*)base;
  examples_free(examples->rows);
  free(examples->x);
  free(examples);
}

Examples*
shape_examples_new(const Recipe* const recipe, const Table* const train, const Table* const valid)
{
  ShapeExamples* const examples = calloc(1, sizeof(ShapeExamples));
  if (!examples) {
    return NULL;
  }
  examples->recipe = recipe;
  examples->rows   = table_examples_new(train, valid, recipe->streams, recipe->seed);
  examples->x      = malloc((size_t)recipe->streams * N * sizeof(real));
  if (!examples->rows || !examples->x) {
    free_shape_examples(&examples->base);
    return NULL;
  }
  examples->base      = *examples->rows;
  examples->base.draw = draw;
  examples->base.free = free_shape_examples;
  return &examples->base;
}
