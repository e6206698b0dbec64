// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Frames that the slowest gates remember at first.
static const double longest_memory = 200.0;

Parameters*
parameters_new(const size_t n)
{
  Parameters* const parameters = calloc(1, sizeof(Parameters));
  if (!parameters) {
    return NULL;
  }

  parameters->n        = n;
  parameters->value    = calloc(n, sizeof(real));
  parameters->gradient = calloc(n, sizeof(real));
  if (!parameters->value || !parameters->gradient) {
    parameters_free(parameters);
    return NULL;
  }
  return parameters;
}

void
parameters_free(Parameters* const parameters)
{
  if (parameters) {
    free(parameters->value);
    free(parameters->gradient);
    free(parameters);
  }
}

size_t
parameters_of_layer(const LayerShape* const shape)
{
  return layer_shape_weights(shape) + layer_shape_sums(shape);
}

Dense
parameters_dense(const Parameters* const parameters, const size_t offset,
                 const LayerShape* const shape)
{
  const size_t n_weights = layer_shape_weights(shape);

  return (Dense){ .shape = *shape,
                  .w     = parameters->value + offset,
                  .b     = parameters->value + offset + n_weights,
                  .dw    = parameters->gradient + offset,
                  .db    = parameters->gradient + offset + n_weights };
}

/// A gate that is open by 1 in d frames remembers for d: log-uniform d, so that all spans are
/// there.
static void
draw_gates(const uint32_t n, Random* const random, real* const bias)
{
  for (uint32_t i = 0; i < n; ++i) {
    const double frames = exp(random_uniform(random) * log(longest_memory));
    bias[i]             = (real)-log(frames);
  }
}

void
parameters_draw(const LayerShape* const shape, Random* const random, real* const value)
{
  const size_t n_weights = layer_shape_weights(shape);
  const double n         = (double)shape->n_taps * shape->n_in;
  const double variance  = (shape->activation == ACTIVATION_RELU ? 2.0 : 1.0) / n;
  const double deviation = sqrt(variance);
  for (size_t i = 0; i < n_weights; ++i) {
    value[i] = (real)(deviation * random_normal(random));
  }
  memset(value + n_weights, 0, layer_shape_sums(shape) * sizeof(real));
  if (shape->gated) {
    draw_gates(shape->n_out, random, value + n_weights + shape->n_out);
  }
}
