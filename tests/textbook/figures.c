// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/figures.h"

#include "training/engine/loss.h"
#include "training/method/score.h"
#include "training/method/table_examples.h"
#include "training/method/unrolled.h"

#include <math.h>
#include <stdlib.h>

/// Images that go through a network at once.
enum { N_ROWS = 500 };

/// A look at a mini-batch after it went through the network.  @param y Output.
typedef void (*Visitor)(void* context, Unrolled* network, const Batch* batch, const real* y);

/// All images through the network, drawing variational codes.
static Status
visit(const Lesson* lesson, const Table* test, Visitor visitor, void* context, Diagnostic* why)
{
  const TrainingRun* const run      = lesson->run;
  const BatchShape         largest  = { .n_steps = 1, .n_streams = N_ROWS };
  Examples* const          examples = table_examples_new(test, test, N_ROWS, 0);
  UnrolledShape            shape    = run->shape;
  shape.precision                   = PRECISION_FLOAT32;
  Unrolled* const network           = unrolled_new(&shape, run->parameters, largest);
  Status          status            = examples && network
                                        ? STATUS_SUCCESS
                                        : diagnose(why, STATUS_NO_MEMORY, "not enough memory to judge");
  for (uint32_t i = 0; !status && i < examples->n_valid; ++i) {
    Batch  batch;
    Random random = random_at(lesson->recipe->seed, RANDOM_EVALUATION, i);
    status        = examples_draw(examples, run->team, SPLIT_VALID, i, &batch, why);
    if (!status) {
      visitor(context, network, &batch,
              unrolled_forward(network, run->team, batch.shape, batch.x, &random));
    }
  }
  examples_free(examples);
  unrolled_free(network);
  return status;
}

Status
figure_error(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why)
{
  Reconstructed score  = { 0 };
  const Status  status = score_reconstruction(lesson->run, test, &score, why);
  *figure              = score.squared;
  return status;
}

/// −ELBO so far.
typedef struct {
  uint32_t n_columns;
  double   sum; ///< Over the images
} Bound;

static void
add_bound(void* context, Unrolled* network, const Batch* batch, const real* y)
{
  Bound* const   bound  = (Bound*)context;
  const uint32_t n_rows = batch_rows(batch->shape);
  bound->sum += n_rows * loss_cross_entropy(n_rows, bound->n_columns, y, batch->x, NULL);
  bound->sum += n_rows * unrolled_divergence(network, batch->shape, 1.0, 0.0);
}

Status
figure_bound(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why)
{
  Bound        bound  = { .n_columns = test->n_columns };
  const Status status = visit(lesson, test, add_bound, &bound, why);
  *figure             = bound.sum / test->n_rows;
  return status;
}

/// How active the units of a code are.
typedef struct {
  uint32_t n_units;
  double*  sums; ///< Over the images, [n_units]
} Activity;

static void
add_activity(void* context, Unrolled* network, const Batch* batch, const real* y)
{
  (void)y;
  const Activity* const activity = (const Activity*)context;
  const real* const     code     = unrolled_code(network);
  const uint32_t        n_rows   = batch_rows(batch->shape);
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t j = 0; j < activity->n_units; ++j) {
      activity->sums[j] += (double)code[(size_t)r * activity->n_units + j];
    }
  }
}

Status
figure_activity(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why)
{
  const uint32_t n        = unrolled_shape_code(&lesson->run->shape);
  Activity       activity = { .n_units = n, .sums = calloc(n, sizeof(double)) };
  const Status   status   = activity.sums
                              ? visit(lesson, test, add_activity, &activity, why)
                              : diagnose(why, STATUS_NO_MEMORY, "not enough memory to judge");
  *figure                 = 0.0;
  for (uint32_t j = 0; !status && j < n; ++j) {
    const double mean = activity.sums[j] / test->n_rows;
    *figure           = fmax(*figure, fabs(mean - FIGURES_ACTIVITY) / FIGURES_ACTIVITY);
  }
  free(activity.sums);
  return status;
}

Status
figure_wrong(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why)
{
  Classified   score  = { 0 };
  const Status status = score_classes(lesson->run, test, &score, why);
  *figure             = (double)score.n_wrong_rows / test->n_rows;
  return status;
}
