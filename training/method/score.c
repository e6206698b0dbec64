// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/score.h"

#include "training/method/table_examples.h"
#include "training/method/unrolled.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Rows that go through a network at once.
enum { N_ROWS = 256 };

/// Add up the errors of one row.
static void
add_row(const uint32_t n, const float* const x_hat, const float* const x,
        Reconstructed* const score)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double error = (double)x_hat[i] - (double)x[i];
    sum += error * error;
  }
  score->squared += sum;
  score->rms += sqrt(sum / n);
}

static void
divide(const uint32_t n_rows, Reconstructed* const score)
{
  score->squared /= n_rows;
  score->rms /= n_rows;
}

/// Hears of the output for each row of a table, in order.
typedef void (*RowVisitor)(void* context, uint32_t row, uint32_t n_out, const real* y);

/// All rows through a network.
static Status
visit_rows(const TrainingRun* const run, const Table* const table, const RowVisitor visit,
           void* const context, Diagnostic* const why)
{
  const BatchShape largest  = { .n_steps = 1, .n_streams = N_ROWS };
  Examples* const  examples = table_examples_new(table, table, N_ROWS, 0);
  UnrolledShape    shape    = run->shape;
  shape.precision           = PRECISION_FLOAT32; // As a model computes
  Unrolled* const network   = unrolled_new(&shape, run->parameters, largest);
  const uint32_t  n_out     = shape.layers[shape.n_encoder + shape.n_decoder - 1].n_out;
  Status          status    = examples && network
                                ? STATUS_SUCCESS
                                : diagnose(why, STATUS_NO_MEMORY, "not enough memory to score");
  for (uint32_t i = 0; !status && i < examples->n_valid; ++i) {
    Batch batch;
    status = examples_draw(examples, run->team, SPLIT_VALID, i, &batch, why);
    if (!status) {
      const real* const y = unrolled_forward(network, run->team, batch.shape, batch.x, NULL);
      for (uint32_t r = 0; r < batch_rows(batch.shape); ++r) {
        visit(context, i * N_ROWS + r, n_out, y + (size_t)r * n_out);
      }
    }
  }
  examples_free(examples);
  unrolled_free(network);
  return status;
}

/// A table that is given back, and how well so far.
typedef struct {
  const Table*  table;
  bool          logits;
  float*        x_hat; ///< [n_columns]
  Reconstructed score;
} GivenBack;

static void
visit_reconstruction(void* const handle, const uint32_t row, const uint32_t n_out,
                     const real* const y)
{
  GivenBack* const given_back = (GivenBack*)handle;
  for (uint32_t i = 0; i < n_out; ++i) {
    given_back->x_hat[i] = (float)y[i];
  }
  if (given_back->logits) {
    activation_apply(ACTIVATION_SIGMOID, n_out, given_back->x_hat);
  }
  add_row(n_out, given_back->x_hat, given_back->table->x + (size_t)row * n_out, &given_back->score);
}

Status
score_reconstruction(const TrainingRun* const run, const Table* const table,
                     Reconstructed* const score, Diagnostic* const why)
{
  GivenBack given_back = {
    .table  = table,
    .logits = run->recipe->reconstruction == RECONSTRUCTION_CROSS_ENTROPY,
    .x_hat  = malloc(table->n_columns * sizeof(float)),
  };
  const Status status = given_back.x_hat
                          ? visit_rows(run, table, visit_reconstruction, &given_back, why)
                          : diagnose(why, STATUS_NO_MEMORY, "not enough memory to score");
  free(given_back.x_hat);
  divide(table->n_rows, &given_back.score);
  *score = given_back.score;
  return status;
}

Status
score_pca(const Pca* const pca, const uint32_t n_used, const Table* const table,
          Reconstructed* const score, Diagnostic* const why)
{
  float* const z     = malloc(n_used * sizeof(float));
  float* const x_hat = malloc(table->n_columns * sizeof(float));
  const bool   ok    = z && x_hat;
  *score             = (Reconstructed){ 0 };
  for (uint32_t r = 0; ok && r < table->n_rows; ++r) {
    const float* const x = table->x + (size_t)r * table->n_columns;
    pca_encode(pca, n_used, x, z);
    pca_decode(pca, n_used, z, x_hat);
    add_row(table->n_columns, x_hat, x, score);
  }
  divide(table->n_rows, score);
  free(z);
  free(x_hat);
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory to score");
}

/// The chances of one file's classes so far.
typedef struct {
  const Table* table;
  double*      sums; ///< Of log softmax, [n_classes]
  Classified   score;
} Classification;

static uint32_t
largest(const uint32_t n, const double* const x)
{
  uint32_t best = 0;
  for (uint32_t i = 1; i < n; ++i) {
    best = x[i] > x[best] ? i : best;
  }
  return best;
}

/// Add log softmax of a row to the sums.  @return The most likely class of this row.
static uint32_t
add_chances(const uint32_t n, const real* const logits, double* const sums)
{
  uint32_t best  = 0;
  double   total = 0.0;
  for (uint32_t i = 1; i < n; ++i) {
    best = logits[i] > logits[best] ? i : best;
  }
  for (uint32_t i = 0; i < n; ++i) {
    total += exp((double)logits[i] - (double)logits[best]);
  }
  for (uint32_t i = 0; i < n; ++i) {
    sums[i] += (double)logits[i] - (double)logits[best] - log(total);
  }
  return best;
}

static void
visit_classes(void* const handle, const uint32_t row, const uint32_t n_out, const real* const y)
{
  Classification* const classification = (Classification*)handle;
  const Table* const    table          = classification->table;
  Classified* const     score          = &classification->score;
  const uint32_t        label          = table->labels[row];

  score->n_wrong_rows += add_chances(n_out, y, classification->sums) != label;
  if (++score->n_rows == table->n_rows || table->files[row + 1] != table->files[row]) {
    ++score->n_files;
    score->n_wrong_files += largest(n_out, classification->sums) != label;
    memset(classification->sums, 0, n_out * sizeof(double));
  }
}

Status
score_classes(const TrainingRun* const run, const Table* const table, Classified* const score,
              Diagnostic* const why)
{
  Classification classification = { .table = table,
                                    .sums  = calloc(table->n_classes, sizeof(double)) };
  const Status   status         = classification.sums
                                    ? visit_rows(run, table, visit_classes, &classification, why)
                                    : diagnose(why, STATUS_NO_MEMORY, "not enough memory to score");
  free(classification.sums);
  *score = classification.score;
  return status;
}
