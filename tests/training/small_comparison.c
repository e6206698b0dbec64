// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/training/small_comparison.h"

#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>

/// One rate that was tried and not chosen, and three seeds around a mean, or fewer.
static void
add_trials(ComparisonCell* const cell, const double mean_db)
{
  static const double offsets[] = { -0.1, 0.1, 0.0 };
  const double        nan       = (double)NAN;
  cell->trials[0]               = (ComparisonTrial){
                  .rate = 0.01, .seed = 1, .cost = 9e9, .cpu_s = 90.0, .held_db = mean_db + 1.0, .judge_db = nan
  };
  for (uint32_t i = 0; i < 3; ++i) {
    cell->trials[1 + i] = (ComparisonTrial){ .rate        = 0.001,
                                             .seed        = 1 + i,
                                             .n_pretrain  = cell->side == SIDE_END_TO_END ? 0 : 40,
                                             .n_fine_tune = 60,
                                             .cost        = 1.5e9,
                                             .cpu_s       = 2.0 + i,
                                             .held_db     = mean_db,
                                             .judge_db    = mean_db + offsets[i] };
  }
  cell->n_trials = 4;
}

static void
fill_cell(ComparisonCell* const cell)
{
  static const double end_to_end[] = { 7.0, 5.0 };
  const uint32_t      k            = cell->code == 8;
  switch (cell->side) {
    case SIDE_MEAN:
    case SIDE_PCA:
      cell->n_trials  = 1;
      cell->trials[0] = (ComparisonTrial){ .rate     = (double)NAN,
                                           .cost     = cell->side == SIDE_PCA ? 3e8 : 0.0,
                                           .judge_db = cell->side == SIDE_MEAN ? 13.5
                                                                               : 8.0 - 2.0 * k };
      return;
    case SIDE_END_TO_END:
      add_trials(cell, end_to_end[k]);
      return;
    case SIDE_FINE_TUNED:
      add_trials(cell, end_to_end[k] - 0.25);
      return;
    case SIDE_RBM:
      cell->n_trials = 1;
      cell->trials[0] =
        (ComparisonTrial){ .rate = 0.001, .held_db = HUGE_VAL, .judge_db = (double)NAN };
      return;
    case SIDE_SKIP:
      return;
    default:
      add_trials(cell, 9.0);
  }
}

static void
fill_norms(GradientNorms* const norms)
{
  static const double means[2][2] = { { 0.1, 0.01 }, { 0.01, 0.001 } };
  assert_true(gradient_norms_make(norms, 2, 2));
  for (uint32_t epoch = 0; epoch < 2; ++epoch) {
    norms->n[epoch] = 3;
    for (uint32_t layer = 0; layer < 2; ++layer) {
      norms->sum[2 * epoch + layer] = 3.0 * means[epoch][layer];
    }
  }
}

static void
make_config(SmallComparison* const small)
{
  for (uint32_t i = 0; i < 2; ++i) {
    small->recipes[i]                 = (Recipe){ .n_layers = 1, .streams = 256 };
    small->recipes[i].layers[0].units = 4 + 4 * i;
    small->pointers[i]                = &small->recipes[i];
  }
  static const uint32_t rows[] = { 3000, 300, 700 };
  for (int i = 0; i < 3; ++i) {
    small->tables[i] = (Table){ .n_rows = rows[i], .n_columns = 513 };
  }
  small->comparison.config = (ComparisonConfig){ .n_codes = 2,
                                                 .recipes = small->pointers,
                                                 .learn   = &small->tables[0],
                                                 .held    = &small->tables[1],
                                                 .judge   = &small->tables[2],
                                                 .scale   = 50.0,
                                                 .n_rates = 2,
                                                 .rates   = { 0.001, 0.01 },
                                                 .n_seeds = 3 };
}

void
small_comparison_make(SmallComparison* const small)
{
  *small = (SmallComparison){ 0 };
  make_config(small);
  Comparison* const comparison = &small->comparison;
  comparison->cells            = calloc((size_t)2 * N_SIDES, sizeof(ComparisonCell));
  assert_non_null(comparison->cells);
  for (uint32_t i = 0; i < 2 * N_SIDES; ++i) {
    ComparisonCell* const cell      = &comparison->cells[i];
    comparison->budget[i / N_SIDES] = 1.5e9;
    cell->side                      = (Side)(i % N_SIDES);
    cell->code                      = small->recipes[i / N_SIDES].layers[0].units;
    cell->n_layers                  = 1;
    fill_cell(cell);
  }
  fill_norms(&comparison->cells[SIDE_END_TO_END].norms);
}

void
small_comparison_clear(SmallComparison* const small)
{
  comparison_clear(&small->comparison);
}
