// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_ACTIVATION_H
#define LAMINA_DSP_NETWORK_ACTIVATION_H

#include "dsp/attributes.h"

#include <stdbool.h>
#include <stdint.h>

/// What a unit does with its weighted sum a.
typedef enum {
  ACTIVATION_IDENTITY, ///< a
  ACTIVATION_SIGMOID,  ///< 1 / (1 + e^−a)
  ACTIVATION_TANH,     ///< tanh a
  ACTIVATION_RELU,     ///< max(0, a)
  ACTIVATION_SOFTPLUS, ///< log(1 + e^a)
} Activation;

/// The name that recipes and model files use: "identity", "sigmoid", "tanh", "relu", "softplus".
const char*
activation_name(Activation activation);

/// The inverse of activation_name().  @return False, and nothing written, when there is none such.
bool
activation_from_name(const char* name, Activation* activation);

/// Apply to every element.  @param x [n], changed in place.
REALTIME
void
activation_apply(Activation activation, uint32_t n, float* x);

#endif
