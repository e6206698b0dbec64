// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/models.h"

#include "tests/support/signals.h"

#include <math.h>

/// Two layers up, with taps, and two down.
static Model*
small_model(void)
{
  const FeatureConfig features = feature_config_default(0.02);
  const uint32_t      n_x      = feature_config_size(&features);
  const uint32_t      n_bands  = band_layout_count(&features.bands);
  const LayerShape    up0      = { n_x, 16, 3, { 0, 1, 2 }, ACTIVATION_RELU };
  const LayerShape    up1      = { 16, 8, 2, { 0, 4 }, ACTIVATION_TANH };
  const LayerShape    down0    = { 8, 16, 1, { 0 }, ACTIVATION_RELU };
  const LayerShape    down1    = { 16, n_bands, 1, { 0 }, ACTIVATION_SIGMOID };
  const ModelShape    shape    = { .kind      = MODEL_DENOISE,
                                   .rate_hz   = 48000.0,
                                   .window_s  = 0.02,
                                   .hop_s     = 0.01,
                                   .features  = features,
                                   .n_encoder = 2,
                                   .encoder   = { up0, up1 },
                                   .n_decoder = 2,
                                   .decoder   = { down0, down1 } };
  return model_new(&shape);
}

Model*
models_constant_gain(const double gain)
{
  Model* const   model   = small_model();
  const uint32_t n_bands = band_layout_count(&model->features.bands);
  for (uint32_t i = 0; i < n_bands; ++i) {
    // The last numbers of the block are the biases of the gains.
    model->weights[model->n_weights - n_bands + i] = (float)log(gain / (1.0 - gain));
  }
  return model;
}

Model*
models_random(const uint64_t seed)
{
  Model* const model = small_model();
  signal_fill_noise(seed, 0.5f, (uint32_t)model->n_weights, model->weights);
  return model;
}
