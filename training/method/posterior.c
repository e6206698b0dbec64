// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/posterior.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/// Not a number stays what it is, so that the loss shows it.
static double
log_variance(const real number)
{
  const double x = (double)number;
  return x < POSTERIOR_MIN_LOG_VARIANCE   ? POSTERIOR_MIN_LOG_VARIANCE
         : x > POSTERIOR_MAX_LOG_VARIANCE ? POSTERIOR_MAX_LOG_VARIANCE
                                          : x;
}

/// Whether a log σ² still changes what is drawn.
static bool
in_range(const real number)
{
  return (double)number >= POSTERIOR_MIN_LOG_VARIANCE &&
         (double)number <= POSTERIOR_MAX_LOG_VARIANCE;
}

void
posterior_sample(const uint32_t n_rows, const uint32_t n_code, const real* const encoded,
                 Random* const random, real* const epsilon, real* const z)
{
  for (uint32_t r = 0; r < n_rows; ++r) {
    const real* const mean = encoded + (size_t)r * 2 * n_code;
    const real* const logs = mean + n_code;
    const size_t      from = (size_t)r * n_code;
    for (uint32_t j = 0; j < n_code; ++j) {
      const double drawn = random ? random_normal(random) : 0.0;
      epsilon[from + j]  = (real)drawn;
      z[from + j]        = (real)((double)mean[j] + exp(0.5 * log_variance(logs[j])) * drawn);
    }
  }
}

void
posterior_backward(const uint32_t n_rows, const uint32_t n_code, const real* const encoded,
                   const real* const epsilon, const real* const dz, real* const slope)
{
  for (uint32_t r = 0; r < n_rows; ++r) {
    const real* const logs = encoded + (size_t)r * 2 * n_code + n_code;
    real* const       to   = slope + (size_t)r * 2 * n_code;
    const size_t      from = (size_t)r * n_code;
    for (uint32_t j = 0; j < n_code; ++j) {
      const double sigma = exp(0.5 * log_variance(logs[j]));
      const double by_z  = (double)dz[from + j];
      to[j]              = dz[from + j];
      to[n_code + j] = in_range(logs[j]) ? (real)(0.5 * sigma * (double)epsilon[from + j] * by_z)
                                         : 0;
    }
  }
}

double
posterior_beta(const double beta, const uint32_t warmup, const uint64_t step)
{
  return step < warmup ? beta * ((double)step + 1.0) / warmup : beta;
}

/// KL_j.  @param column μ_j of the first row; log σ²_j is `n_code` further on.
static double
mean_divergence(const uint32_t n_rows, const uint32_t n_code, const real* column)
{
  double sum = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r, column += (size_t)2 * n_code) {
    const double mean  = (double)column[0];
    const double log_s = log_variance(column[n_code]);
    sum += 0.5 * (mean * mean + exp(log_s) - log_s - 1.0);
  }
  return sum / n_rows;
}

/// Slope of scale · Σ ½ (μ² + σ² − log σ² − 1) over the rows of one dimension.
static void
add_slope(const uint32_t n_rows, const uint32_t n_code, const real* column, const double scale,
          real* slope)
{
  for (uint32_t r = 0; r < n_rows; ++r, column += (size_t)2 * n_code, slope += (size_t)2 * n_code) {
    slope[0] += (real)(scale * (double)column[0]);
    if (in_range(column[n_code])) {
      slope[n_code] += (real)(scale * 0.5 * (exp((double)column[n_code]) - 1.0));
    }
  }
}

double
posterior_divergence(const uint32_t n_rows, const uint32_t n_code, const real* const encoded,
                     const double beta, const double free_bits, real* const slope)
{
  double sum = 0.0;
  for (uint32_t j = 0; j < n_code; ++j) {
    const double divergence = mean_divergence(n_rows, n_code, encoded + j);
    if (!(divergence <= free_bits)) { // Not a number counts
      sum += divergence - free_bits;
      if (slope) {
        add_slope(n_rows, n_code, encoded + j, beta / n_rows, slope + j);
      }
    }
  }
  return beta * sum;
}
