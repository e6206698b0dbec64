// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/activation.h"

#include <math.h>
#include <string.h>

static const char* const names[] = {
  [ACTIVATION_IDENTITY] = "identity", [ACTIVATION_SIGMOID] = "sigmoid",
  [ACTIVATION_TANH] = "tanh",         [ACTIVATION_RELU] = "relu",
  [ACTIVATION_SOFTPLUS] = "softplus",
};

const char*
activation_name(Activation activation)
{
  return names[activation];
}

bool
activation_from_name(const char* name, Activation* activation)
{
  for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    if (!strcmp(name, names[i])) {
      *activation = (Activation)i;
      return true;
    }
  }
  return false;
}

static float
sigmoid(float a)
{
  return 1.0f / (1.0f + expf(-a));
}

static float
relu(float a)
{
  return a > 0.0f ? a : 0.0f;
}

/// log(1 + e^a) without overflow where a is large.
static float
softplus(float a)
{
  return relu(a) + log1pf(expf(-fabsf(a)));
}

void
activation_apply(Activation activation, uint32_t n, float* x)
{
  switch (activation) {
    case ACTIVATION_IDENTITY:
      break;
    case ACTIVATION_SIGMOID:
      for (uint32_t i = 0; i < n; ++i) {
        x[i] = sigmoid(x[i]);
      }
      break;
    case ACTIVATION_TANH:
      for (uint32_t i = 0; i < n; ++i) {
        x[i] = tanhf(x[i]);
      }
      break;
    case ACTIVATION_RELU:
      for (uint32_t i = 0; i < n; ++i) {
        x[i] = relu(x[i]);
      }
      break;
    case ACTIVATION_SOFTPLUS:
      for (uint32_t i = 0; i < n; ++i) {
        x[i] = softplus(x[i]);
      }
      break;
  }
}
