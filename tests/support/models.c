// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/models.h"

#include "dsp/network/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// Two layers up, with taps, and two down.  Its noise floor is known soon, so tests of swaps are
/// short.
static Model*
small_model(void)
{
  FeatureConfig    features = feature_config_default(0.02);
  const uint32_t   n_x      = feature_config_size(&features);
  const uint32_t   n_bands  = band_layout_count(&features.bands);
  const LayerShape up0      = { n_x, 16, 3, { 0, 1, 2 }, ACTIVATION_RELU, false };
  const LayerShape up1      = { 16, 8, 2, { 0, 4 }, ACTIVATION_TANH, false };
  const LayerShape down0    = { 8, 16, 1, { 0 }, ACTIVATION_RELU, false };
  const LayerShape down1    = { 16, n_bands, 1, { 0 }, ACTIVATION_SIGMOID, false };
  features.minimum_s        = 0.02f;
  const ModelShape shape    = { .kind      = MODEL_DENOISE,
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

ModelShape
models_tiny_shape(void)
{
  ModelShape shape = { .kind      = MODEL_DENOISE,
                       .rate_hz   = 44100.0,
                       .window_s  = 0.02,
                       .hop_s     = 0.01,
                       .features  = { .bands      = { 100.0f, 200.0f, 7999.9f, 2 },
                                      .silence_db = -100.0f,
                                      .scale_db   = 20.0f,
                                      .rise_s     = 0.1f,
                                      .fall_s     = 2.0f,
                                      .smooth_s   = 0.3f,
                                      .minimum_s  = 1.5f },
                       .n_encoder = 2,
                       .n_decoder = 2 };
  shape.encoder[0] = (LayerShape){ 10, 4, 3, { 0, 1, 2 }, ACTIVATION_RELU, false };
  shape.encoder[1] = (LayerShape){ 4, 3, 2, { 0, 5 }, ACTIVATION_TANH, false };
  shape.decoder[0] = (LayerShape){ 3, 4, 1, { 0 }, ACTIVATION_RELU, false };
  shape.decoder[1] = (LayerShape){ 4, 5, 1, { 0 }, ACTIVATION_SIGMOID, false };
  return shape;
}

ModelShape
models_tiny_autoencoder_shape(void)
{
  ModelShape shape = { .kind        = MODEL_AUTOENCODER,
                       .rate_hz     = 8000.0,
                       .window_s    = 0.004,
                       .hop_s       = 0.002,
                       .spectrum    = { .top_db = -12.3f, .range_db = 80.0f },
                       .variational = true,
                       .bypassed    = true,
                       .n_encoder   = 2,
                       .n_decoder   = 2 };
  shape.encoder[0] = (LayerShape){ 17, 4, 2, { 0, 3 }, ACTIVATION_RELU, false };
  shape.encoder[1] = (LayerShape){ 4, 2, 1, { 0 }, ACTIVATION_IDENTITY, false };
  shape.decoder[0] = (LayerShape){ 2, 4, 1, { 0 }, ACTIVATION_SOFTPLUS, false };
  shape.decoder[1] = (LayerShape){ 4, 17, 1, { 0 }, ACTIVATION_IDENTITY, false };
  return shape;
}

ModelShape
models_tiny_classifier_shape(void)
{
  ModelShape shape    = models_tiny_autoencoder_shape();
  shape.kind          = MODEL_CLASSIFY;
  shape.spectrum.unit = true;
  shape.variational   = false;
  shape.bypassed      = false;
  shape.n_decoder     = 1;
  shape.decoder[0]    = (LayerShape){ 2, 3, 1, { 0 }, ACTIVATION_IDENTITY, false };
  shape.decoder[1]    = (LayerShape){ 0 };
  return shape;
}

ModelShape
models_tiny_morph_shape(void)
{
  ModelShape shape = { .kind        = MODEL_MORPH,
                       .rate_hz     = 48000.0,
                       .window_s    = 2048.0 / 48000.0,
                       .hop_s       = 512.0 / 48000.0,
                       .scale_db    = 20.0f,
                       .n_anchors   = 2,
                       .variational = true,
                       .bypassed    = true,
                       .n_encoder   = 2,
                       .n_decoder   = 2 };
  shape.encoder[0] = (LayerShape){ ENVELOPE_BANDS, 6, 1, { 0 }, ACTIVATION_RELU, false };
  shape.encoder[1] = (LayerShape){ 6, 3, 1, { 0 }, ACTIVATION_IDENTITY, false };
  shape.decoder[0] = (LayerShape){ 3, 6, 1, { 0 }, ACTIVATION_RELU, false };
  shape.decoder[1] = (LayerShape){ 6, ENVELOPE_BANDS, 1, { 0 }, ACTIVATION_IDENTITY, false };
  return shape;
}

/// The first number of the code is brightness, the others have no label.
static void
name_space(MorphSpace* space)
{
  static const char* const names[] = { "flute", "Geige" };
  assert_in_range(space->n_anchors, 0, 2);
  strcpy(space->labels[0], "brightness");
  for (uint32_t i = 0; i < space->n_anchors; ++i) {
    strcpy(space->anchors[i].name, names[i]);
  }
}

Model*
models_of(const ModelShape* shape)
{
  Model* const model = model_new(shape);
  assert_non_null(model);
  if (shape->kind == MODEL_CLASSIFY) {
    model->card.classes = strdup("flute\nGeige\nвиола\n");
    assert_int_equal(shape->decoder[shape->n_decoder - 1].n_out, 3);
  }
  if (shape->kind == MODEL_MORPH) {
    name_space(&model->morph);
  }
  return model;
}

Model*
models_random_morph(const uint64_t seed)
{
  const ModelShape shape = models_tiny_morph_shape();
  Model* const     model = models_of(&shape);
  signal_fill_noise(seed, 0.5f, (uint32_t)model->n_weights, model->weights);
  for (uint32_t i = 0; i < model->morph.n_code; ++i) {
    model->morph.low[i]  = -2.0f;
    model->morph.high[i] = 2.0f;
  }
  for (uint32_t i = 0; i < model->morph.n_anchors; ++i) {
    signal_fill_noise(seed + i, 12.0f, ENVELOPE_BANDS, model->morph.anchors[i].shape_db);
  }
  return model;
}

const char*
models_write(void* const* state, const char* name, Model* model)
{
  const char* const path = folder_path(state, name);
  assert_int_equal(model_write(model, path, NULL), STATUS_SUCCESS);
  model_free(model);
  return path;
}

int
models_setup_half(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  models_write(state, "half.safetensors", models_constant_gain(0.5));
  return 0;
}
