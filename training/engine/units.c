// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/units.h"

#include "training/engine/vectorized.h"

#include <math.h>

#ifdef LAMINA_DOUBLE
#define EXP   exp
#define LOG1P log1p
#define TANH  tanh
#else
#define EXP   expf
#define LOG1P log1pf
#define TANH  tanhf
#endif

/// log(1 + e^a) without overflow.
static real
softplus(const real a)
{
  return (a > 0 ? a : 0) + LOG1P(EXP(a > 0 ? -a : a));
}

VECTORIZED void
units_activate(const Activation activation, const size_t n, real* const y)
{
  switch (activation) {
    case ACTIVATION_IDENTITY:
      break;
    case ACTIVATION_SIGMOID:
      for (size_t i = 0; i < n; ++i) {
        y[i] = 1 / (1 + EXP(-y[i]));
      }
      break;
    case ACTIVATION_TANH:
      for (size_t i = 0; i < n; ++i) {
        y[i] = TANH(y[i]);
      }
      break;
    case ACTIVATION_RELU:
      for (size_t i = 0; i < n; ++i) {
        y[i] = y[i] > 0 ? y[i] : 0;
      }
      break;
    case ACTIVATION_SOFTPLUS:
      for (size_t i = 0; i < n; ++i) {
        y[i] = softplus(y[i]);
      }
      break;
  }
}

VECTORIZED void
units_multiply_slope(const Activation activation, const size_t n, const real* const y,
                     real* const dy)
{
  switch (activation) {
    case ACTIVATION_IDENTITY:
      break;
    case ACTIVATION_SIGMOID:
      for (size_t i = 0; i < n; ++i) {
        dy[i] *= y[i] * (1 - y[i]);
      }
      break;
    case ACTIVATION_TANH:
      for (size_t i = 0; i < n; ++i) {
        dy[i] *= 1 - y[i] * y[i];
      }
      break;
    case ACTIVATION_RELU:
      for (size_t i = 0; i < n; ++i) {
        dy[i] = y[i] > 0 ? dy[i] : 0;
      }
      break;
    case ACTIVATION_SOFTPLUS:
      for (size_t i = 0; i < n; ++i) {
        dy[i] *= 1 - EXP(-y[i]); // sigmoid(a) = 1 − e^−softplus(a)
      }
      break;
  }
}
