// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/loss.h"

double
loss_squared_error(const uint32_t n_rows, const uint32_t n_columns, const real* const x_hat,
                   const real* const x, real* const slope)
{
  const real scale = (real)2 / (real)n_rows;
  double     sum   = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    const size_t from    = (size_t)r * n_columns;
    real         row_sum = 0;
    for (uint32_t j = 0; j < n_columns; ++j) {
      const real error = x_hat[from + j] - x[from + j];
      row_sum += error * error;
      if (slope) {
        slope[from + j] = scale * error;
      }
    }
    sum += (double)row_sum;
  }
  return sum / n_rows;
}
