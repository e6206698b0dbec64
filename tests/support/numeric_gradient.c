// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/numeric_gradient.h"

#include <math.h>

/// Truncation is ∝ h⁴ and rounding ∝ 1/h: both are near 1e-12 here.
static const double h = 1e-4;

static double
shifted(const ScalarFunction function, void* const context, double* const x, const double by)
{
  const double was = *x;
  *x               = was + by;
  const double y   = function(context);
  *x               = was;
  return y;
}

double
numeric_gradient_error(const ScalarFunction function, void* const context, const size_t n,
                       double* const x, const double* const gradient)
{
  double error = 0.0;
  double norm  = 0.0;
  for (size_t i = 0; i < n; ++i) {
    const double near = shifted(function, context, x + i, h) -
                        shifted(function, context, x + i, -h);
    const double far = shifted(function, context, x + i, 2 * h) -
                       shifted(function, context, x + i, -2 * h);
    const double numeric = (8.0 * near - far) / (12.0 * h);
    error += (numeric - gradient[i]) * (numeric - gradient[i]);
    norm += numeric * numeric;
  }
  return sqrt(error / norm);
}
