// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/sparsity.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

/// How far ρ̂ stays away from 0 and 1.
static const double margin = 1e-6;

bool
sparsity_possible(const Activation activation)
{
  return activation == ACTIVATION_SIGMOID || activation == ACTIVATION_TANH;
}

static void
unit_means(const uint32_t n_rows, const uint32_t n_units, const real* const h, real* const mean)
{
  for (uint32_t j = 0; j < n_units; ++j) {
    mean[j] = 0;
  }
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t j = 0; j < n_units; ++j) {
      mean[j] += h[(size_t)r * n_units + j];
    }
  }
  for (uint32_t j = 0; j < n_units; ++j) {
    mean[j] /= (real)n_rows;
  }
}

/// λ Σ_j KL(ρ‖ρ̂_j).  @param mean Mean of h by unit; becomes the slope for each of its rows.
static double
divergence(const RecipeSparsity* const sparsity, const Activation activation, const uint32_t n_rows,
           const uint32_t n_units, real* const mean)
{
  const double rho   = sparsity->activity;
  const double low   = activation == ACTIVATION_TANH ? -1.0 : 0.0;
  const double range = 1.0 - low;
  double       sum   = 0.0;
  for (uint32_t j = 0; j < n_units; ++j) {
    const double share = fmin(fmax(((double)mean[j] - low) / range, margin), 1.0 - margin);
    const double slope = (1.0 - rho) / (1.0 - share) - rho / share;
    sum += rho * log(rho / share) + (1.0 - rho) * log((1.0 - rho) / (1.0 - share));
    mean[j] = (real)(sparsity->weight * slope / (range * n_rows));
  }
  return sparsity->weight * sum;
}

/// Add what each unit has to each of its rows.
static void
add_to_rows(const uint32_t n_rows, const uint32_t n_units, const real* const slope, real* const dh)
{
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t j = 0; j < n_units; ++j) {
      dh[(size_t)r * n_units + j] += slope[j];
    }
  }
}

static double
absolute(const double weight, const uint32_t n_rows, const uint32_t n_units, const real* const h,
         real* const dh)
{
  const real slope = (real)(weight / n_rows);
  double     sum   = 0.0;
  for (size_t i = 0; i < (size_t)n_rows * n_units; ++i) {
    sum += fabs((double)h[i]);
    if (dh) {
      dh[i] += slope * (real)((h[i] > 0) - (h[i] < 0));
    }
  }
  return weight / n_rows * sum;
}

double
sparsity_penalty(const RecipeSparsity* const sparsity, const Activation activation,
                 const uint32_t n_rows, const uint32_t n_units, const real* const h,
                 real* const mean, real* const dh)
{
  double penalty = 0.0;
  if (sparsity->weight > 0.0) {
    assert(sparsity_possible(activation));
    unit_means(n_rows, n_units, h, mean);
    penalty += divergence(sparsity, activation, n_rows, n_units, mean);
    if (dh) {
      add_to_rows(n_rows, n_units, mean, dh);
    }
  }
  if (sparsity->l1 > 0.0) {
    penalty += absolute(sparsity->l1, n_rows, n_units, h, dh);
  }
  return penalty;
}
