// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/loss.h"

#include "training/engine/vectorized.h"

#include <tgmath.h>

/// Partial sums that are added side by side.
enum { LANES = 8 };

static real
squared_distance(const uint32_t n, const real* const a, const real* const b)
{
  real     lanes[LANES] = { 0 };
  uint32_t j            = 0;
  for (; j + LANES <= n; j += LANES) {
    for (uint32_t l = 0; l < LANES; ++l) {
      const real error = a[j + l] - b[j + l];
      lanes[l] += error * error;
    }
  }

  real sum = 0;
  for (uint32_t l = 0; l < LANES; ++l) {
    sum += lanes[l];
  }
  for (; j < n; ++j) {
    sum += (a[j] - b[j]) * (a[j] - b[j]);
  }
  return sum;
}

VECTORIZED double
loss_squared_error(const uint32_t n_rows, const uint32_t n_columns, const real* const x_hat,
                   const real* const x, real* const slope)
{
  const real scale = (real)2 / (real)n_rows;
  double     sum   = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    const size_t from = (size_t)r * n_columns;
    sum += (double)squared_distance(n_columns, x_hat + from, x + from);
    for (uint32_t j = 0; slope && j < n_columns; ++j) {
      slope[from + j] = scale * (x_hat[from + j] - x[from + j]);
    }
  }
  return sum / n_rows;
}

double
loss_rms_error(const uint32_t n_rows, const uint32_t n_columns, const real* const x_hat,
               const real* const x, real* const slope)
{
  double sum = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    const size_t from = (size_t)r * n_columns;
    const real   rms  = sqrt(squared_distance(n_columns, x_hat + from, x + from) / (real)n_columns);
    const real   scale = rms > 0 ? 1 / (rms * (real)n_columns * (real)n_rows) : 0;
    sum += (double)rms;
    for (uint32_t j = 0; slope && j < n_columns; ++j) {
      slope[from + j] = scale * (x_hat[from + j] - x[from + j]);
    }
  }
  return sum / n_rows;
}

double
loss_cross_entropy(const uint32_t n_rows, const uint32_t n_columns, const real* const logits,
                   const real* const x, real* const slope)
{
  const real scale = (real)1 / (real)n_rows;
  double     sum   = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    const size_t from    = (size_t)r * n_columns;
    real         row_sum = 0;
    for (uint32_t j = 0; j < n_columns; ++j) {
      const real a     = logits[from + j];
      const real small = exp(-fabs(a)); // At most 1, so that nothing overflows
      row_sum += fmax(a, (real)0) + log1p(small) - x[from + j] * a;
      if (slope) {
        const real sigmoid = (a < 0 ? small : 1) / (1 + small);
        slope[from + j]    = scale * (sigmoid - x[from + j]);
      }
    }
    sum += (double)row_sum;
  }
  return sum / n_rows;
}

/// The first of the largest.
static uint32_t
largest(const uint32_t n, const real* const a)
{
  uint32_t best = 0;
  for (uint32_t j = 1; j < n; ++j) {
    best = a[j] > a[best] ? j : best;
  }
  return best;
}

/// log Σ e^a, with the largest taken out so that nothing overflows.
static real
log_sum_exp(const uint32_t n, const real* const a, const real top)
{
  real sum = 0;
  for (uint32_t j = 0; j < n; ++j) {
    sum += exp(a[j] - top);
  }
  return top + log(sum);
}

double
loss_softmax(const uint32_t n_rows, const uint32_t n_classes, const real* const logits,
             const uint32_t* const labels, real* const slope, uint32_t* const n_wrong)
{
  const real scale  = (real)1 / (real)n_rows;
  double     sum    = 0.0;
  uint32_t   missed = 0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    const size_t      from  = (size_t)r * n_classes;
    const real* const a     = logits + from;
    const uint32_t    guess = largest(n_classes, a);
    const real        total = log_sum_exp(n_classes, a, a[guess]);
    sum += (double)(total - a[labels[r]]);
    missed += guess != labels[r];
    for (uint32_t j = 0; slope && j < n_classes; ++j) {
      slope[from + j] = scale * (exp(a[j] - total) - (real)(j == labels[r]));
    }
  }
  if (n_wrong) {
    *n_wrong = missed;
  }
  return sum / n_rows;
}
