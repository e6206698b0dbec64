// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/bearings.h"

#include "training/method/axes.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Which labels, a bit each.
enum { ALL_LABELS = 1 << N_LABELS };

/// Rounds of an iteration that doubles its digits, with room for slow beginnings.
enum { N_ROUNDS = 60 };

/// What directions are found in.
typedef struct {
  Table*  codes;
  double* series;                           ///< Standardized ranks, [N_LABELS × rows]
  double* along;                            ///< Of one direction, [rows]
  double  rises[N_LABELS * MODEL_MAX_CODE]; ///< E[z s] of each label, [N_LABELS × n_code]
} Search;

/// Some of the labels, with directions.
typedef struct {
  Bearings bearings;
  double   least; ///< Of their correlations
} Choice;

/// Ranks of mean 0 and variance 1, in place; zeros where all are the same.
static bool
standardize_ranks(const uint32_t n, double* const series)
{
  double* const ranks = malloc(n * sizeof(double));
  const bool    ok    = ranks && labels_rank(n, series, ranks);
  double        sum   = 0.0;
  for (uint32_t r = 0; ok && r < n; ++r) {
    series[r] = ranks[r] - 0.5 * (n - 1.0);
    sum += series[r] * series[r];
  }
  const double scale = sum > 0.0 ? sqrt(n / sum) : 0.0;
  for (uint32_t r = 0; ok && r < n; ++r) {
    series[r] *= scale;
  }
  free(ranks);
  return ok;
}

static void
find_rises(Search* const search)
{
  const Table* const codes  = search->codes;
  const uint32_t     n_code = codes->n_columns;
  for (uint32_t l = 0; l < N_LABELS; ++l) {
    const double* const series = search->series + (size_t)l * codes->n_rows;
    double* const       rise   = search->rises + l * n_code;
    memset(rise, 0, n_code * sizeof(double));
    for (uint32_t r = 0; r < codes->n_rows; ++r) {
      for (uint32_t k = 0; k < n_code; ++k) {
        rise[k] += (double)codes->x[(size_t)r * n_code + k] * series[r] / codes->n_rows;
      }
    }
  }
}

static double
product(const uint32_t n, const double* const a, const double* const b)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < n; ++k) {
    sum += a[k] * b[k];
  }
  return sum;
}

/**
   The polar factor of the matrix whose n columns these rows are, in place, by Newton and Schulz's
   iteration X ← X (3 − XᵀX) / 2, which begins within its bounds: no singular value exceeds 1
   (Higham, "Functions of Matrices", 2008, section 8.3).
*/
static void
make_square(const uint32_t n, const uint32_t n_code, double* const x)
{
  const double norm = sqrt(product(n * n_code, x, x));
  for (uint32_t i = 0; norm > 0.0 && i < n * n_code; ++i) {
    x[i] /= norm;
  }
  for (uint32_t round = 0; round < N_ROUNDS; ++round) {
    double before[N_LABELS * MODEL_MAX_CODE];
    memcpy(before, x, n * n_code * sizeof(double));
    for (uint32_t a = 0; a < n; ++a) {
      for (uint32_t k = 0; k < n_code; ++k) {
        x[a * n_code + k] = 1.5 * before[a * n_code + k];
      }
      for (uint32_t b = 0; b < n; ++b) {
        const double along = product(n_code, before + a * n_code, before + b * n_code);
        for (uint32_t k = 0; k < n_code; ++k) {
          x[a * n_code + k] -= 0.5 * along * before[b * n_code + k];
        }
      }
    }
  }
}

/// Whether the rows are square to each other and of unit length.
static bool
is_square(const uint32_t n, const uint32_t n_code, const double* const x)
{
  bool square = true;
  for (uint32_t a = 0; a < n; ++a) {
    for (uint32_t b = 0; b <= a; ++b) {
      const double along = product(n_code, x + a * n_code, x + b * n_code);
      square             = square && fabs(along - (a == b)) < 1e-9;
    }
  }
  return square;
}

/// How well a direction follows a label.  NaN when memory is short.
static double
follow(const Search* const search, const Label label, const double* const direction)
{
  const Table* const codes = search->codes;
  for (uint32_t r = 0; r < codes->n_rows; ++r) {
    search->along[r] = 0.0;
    for (uint32_t k = 0; k < codes->n_columns; ++k) {
      search->along[r] += (double)codes->x[(size_t)r * codes->n_columns + k] * direction[k];
    }
  }
  return labels_correlation(codes->n_rows, search->along,
                            search->series + (size_t)label * codes->n_rows);
}

/// @param set Labels, a bit each.
static Choice
choose(const Search* const search, const uint32_t set)
{
  const uint32_t  n_code   = search->codes->n_columns;
  Choice          choice   = { .least = 1.0 };
  Bearings* const bearings = &choice.bearings;
  for (uint32_t l = 0; l < N_LABELS; ++l) {
    if (set & 1u << l) {
      memcpy(bearings->directions + bearings->n * n_code, search->rises + l * n_code,
             n_code * sizeof(double));
      bearings->labels[bearings->n++] = (Label)l;
    }
  }
  make_square(bearings->n, n_code, bearings->directions);
  if (!is_square(bearings->n, n_code, bearings->directions)) {
    choice.least = 0.0; // Two of them are one
  }
  for (uint32_t a = 0; a < bearings->n && choice.least > 0.0; ++a) {
    const double rho = follow(search, bearings->labels[a], bearings->directions + a * n_code);
    choice.least     = isnan(rho) ? rho : fmin(choice.least, rho);
  }
  return choice;
}

static bool
is_better(const Choice* const a, const Choice* const b)
{
  return a->bearings.n != b->bearings.n ? a->bearings.n > b->bearings.n : a->least > b->least;
}

/// @return False when memory is short.
static bool
choose_best(const Search* const search, Bearings* const bearings)
{
  Choice best = { .least = 0.0 };
  for (uint32_t set = 1; set < ALL_LABELS; ++set) {
    const Choice choice = choose(search, set);
    if (isnan(choice.least)) {
      return false;
    }
    if (choice.bearings.n < search->codes->n_columns && choice.least > LABELS_LEAST &&
        is_better(&choice, &best)) {
      best = choice;
    }
  }
  *bearings = best.bearings;
  return true;
}

Status
bearings_find(const Model* const model, const Table* const table, Bearings* const bearings,
              Diagnostic* const why)
{
  Search search = { .codes  = axes_codes(model, table),
                    .series = labels_measure_rows(model, table),
                    .along  = malloc(table->n_rows * sizeof(double)) };
  bool   ok     = search.codes && search.series && search.along;
  for (uint32_t l = 0; ok && l < N_LABELS; ++l) {
    ok = standardize_ranks(table->n_rows, search.series + (size_t)l * table->n_rows);
  }
  if (ok) {
    find_rises(&search);
    ok = choose_best(&search, bearings);
  }
  table_free(search.codes);
  free(search.series);
  free(search.along);
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory for the axes");
}
