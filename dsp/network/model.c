// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char*
model_kind_name(ModelKind kind)
{
  switch (kind) {
    case MODEL_DENOISE:
      return "denoise";
    case MODEL_AUTOENCODER:
      return "autoencoder";
    case MODEL_CLASSIFY:
      return "classify";
  }
  return NULL;
}

static size_t
layers_weights(uint32_t n, const LayerShape* layers)
{
  size_t sum = 0;
  for (uint32_t l = 0; l < n; ++l) {
    sum += layer_shape_weights(&layers[l]) + layers[l].n_out;
  }
  return sum;
}

size_t
model_shape_weights(const ModelShape* shape)
{
  return layers_weights(shape->n_encoder, shape->encoder) +
         layers_weights(shape->n_decoder, shape->decoder);
}

static uint32_t
layers_history(uint32_t n, const LayerShape* layers)
{
  uint32_t sum = 0;
  for (uint32_t l = 0; l < n; ++l) {
    sum += layer_shape_history(&layers[l]);
  }
  return sum;
}

uint32_t
model_shape_history(const ModelShape* shape)
{
  return layers_history(shape->n_encoder, shape->encoder) +
         layers_history(shape->n_decoder, shape->decoder);
}

/// Remembers the first fault that is found, and adds up what the layers need.
typedef struct {
  bool        ok;
  Diagnostic* why;
  uint64_t    n_weights;
  uint64_t    n_history;
} Check;

static void PRINTF_FORMAT(3, 4) check_that(Check* check, bool good, const char* format, ...)
{
  if (!good && check->ok && check->why) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(check->why->text, sizeof(check->why->text), format, args);
    va_end(args);
  }
  check->ok = check->ok && good;
}

/// NaN is in no range.
static void
check_range(Check* check, const char* key, double value, double min, double max)
{
  check_that(check, value >= min && value <= max, "%s: %g is not in %g…%g", key, value, min, max);
}

static bool
is_whole(double x)
{
  return fabs(x - round(x)) < 1e-4;
}

static void
check_geometry(Check* check, const ModelShape* shape)
{
  check_range(check, "rate_hz", shape->rate_hz, 1000.0, 768000.0);
  check_range(check, "window_s", shape->window_s, 0.002, 1.0);
  // From 1 ms on, a hop is a sample at least at every rate that is taken
  check_range(check, "hop_s", shape->hop_s, 0.001, 0.5);
  const double hops = shape->window_s / shape->hop_s;
  check_that(check, is_whole(hops / 2.0) && hops > 1.0 && hops < 17.0,
             "hop_s: the window is %g hops; 2, 4, 6… 16 are possible", hops);
}

static void
check_bands(Check* check, const BandLayout* bands)
{
  const double n_linear = (double)bands->linear_hz / (double)bands->step_hz;
  const double n_bands  = n_linear + 1.0 + bands->n_erb;
  check_range(check, "bands.step_hz", (double)bands->step_hz, 1.0, 24000.0);
  check_range(check, "bands.linear_hz", (double)bands->linear_hz, 0.0, 384000.0);
  check_range(check, "bands.top_hz", (double)bands->top_hz, 0.0, 384000.0);
  check_that(check, is_whole(n_linear), "bands.linear_hz: %g is no multiple of bands.step_hz, %g",
             (double)bands->linear_hz, (double)bands->step_hz);
  check_that(check, !bands->n_erb || bands->top_hz > bands->linear_hz,
             "bands.top_hz: %g is not above bands.linear_hz, %g", (double)bands->top_hz,
             (double)bands->linear_hz);
  check_that(check, n_bands <= BANDS_MAX, "bands.n_erb: %.0f bands in all, at most %u are possible",
             n_bands, BANDS_MAX);
}

static void
check_features(Check* check, const FeatureConfig* features)
{
  check_bands(check, &features->bands);
  check_range(check, "features.silence_db", (double)features->silence_db, -300.0, 0.0);
  check_range(check, "features.scale_db", (double)features->scale_db, 0.1, 1000.0);
  check_range(check, "features.rise_s", (double)features->rise_s, 0.001, 60.0);
  check_range(check, "features.fall_s", (double)features->fall_s, 0.001, 60.0);
  check_range(check, "features.smooth_s", (double)features->smooth_s, 0.001, 60.0);
  check_range(check, "features.minimum_s", (double)features->minimum_s, 0.01, 60.0);
}

static bool
taps_ascend(const LayerShape* layer)
{
  bool ok = layer->taps[0] == 0 && layer->taps[layer->n_taps - 1] <= LAYER_MAX_DELAY;
  for (uint32_t k = 1; k < layer->n_taps; ++k) {
    ok = ok && layer->taps[k] > layer->taps[k - 1];
  }
  return ok;
}

static void
check_layer(Check* check, const char* network, uint32_t index, const LayerShape* layer,
            uint32_t n_in)
{
  check_that(check, layer->n_out >= 1 && layer->n_out <= LAYER_MAX_UNITS,
             "%s.%u.units: %u is not in 1…%u", network, index, layer->n_out, LAYER_MAX_UNITS);
  check_that(check, layer->n_in == n_in, "%s.%u.units: %u inputs, %u are given to it", network,
             index, layer->n_in, n_in);
  check_that(check, layer->n_taps >= 1 && layer->n_taps <= LAYER_MAX_TAPS,
             "%s.%u.taps: %u taps, 1…%u are possible", network, index, layer->n_taps,
             LAYER_MAX_TAPS);
  if (check->ok) {
    check_that(check, taps_ascend(layer), "%s.%u.taps: must begin with 0 and ascend to %u at most",
               network, index, LAYER_MAX_DELAY);
  }
}

static void
check_layers(Check* check, const char* network, uint32_t n, const LayerShape* layers, uint32_t n_in)
{
  check_that(check, n >= 1 && n <= NETWORK_MAX_LAYERS, "%s.layers: %u layers, 1…%u are possible",
             network, n, NETWORK_MAX_LAYERS);
  for (uint32_t l = 0; check->ok && l < n; ++l) {
    check_layer(check, network, l, &layers[l], n_in);
    if (check->ok) {
      const uint64_t n_out = layers[l].n_out;
      check->n_history += (uint64_t)n_in * (layer_shape_history(&layers[l]) + 1);
      check->n_weights += ((uint64_t)layers[l].n_taps * n_in + 1) * n_out;
      n_in = layers[l].n_out;
    }
  }
}

static void
check_networks(Check* check, const ModelShape* shape)
{
  const uint32_t n_bands = band_layout_count(&shape->features.bands);
  const uint32_t n_in    = feature_config_size(&shape->features);
  check_that(check, shape->encoder[0].n_in == n_in,
             "encoder.inputs: %u expected, two per band, %u found", n_in, shape->encoder[0].n_in);
  check_layers(check, "encoder", shape->n_encoder, shape->encoder, n_in);
  if (!check->ok) {
    return;
  }
  check_layers(check, "decoder", shape->n_decoder, shape->decoder,
               shape->encoder[shape->n_encoder - 1].n_out);
  if (!check->ok) {
    return;
  }
  const uint32_t last = shape->n_decoder - 1;
  check_that(check, shape->decoder[last].n_out == n_bands,
             "decoder.%u.units: %u expected, one per band, %u found", last, n_bands,
             shape->decoder[last].n_out);
  check_that(check, check->n_weights <= MODEL_MAX_WEIGHTS,
             "encoder.layers: %" PRIu64 " weights in all, %" PRIu64 " are possible",
             check->n_weights, MODEL_MAX_WEIGHTS);
  check_that(check, check->n_history <= MODEL_MAX_HISTORY,
             "encoder.layers: the taps keep %" PRIu64 " numbers, %" PRIu64 " are possible",
             check->n_history, MODEL_MAX_HISTORY);
}

bool
model_shape_check(const ModelShape* shape, Diagnostic* why)
{
  Check check = { true, why, 0, 0 };
  check_geometry(&check, shape);
  check_features(&check, &shape->features);
  if (check.ok) {
    check_networks(&check, shape);
  }
  return check.ok;
}

/// Lay a network's layers over the weights.  @return The first weight after them.
static float*
network_place(Network* network, uint32_t n, const LayerShape* shapes, float* weights)
{
  network->n_layers = n;
  for (uint32_t l = 0; l < n; ++l) {
    float* const b     = weights + layer_shape_weights(&shapes[l]);
    network->layers[l] = (Layer){ shapes[l], weights, b };
    weights            = b + shapes[l].n_out;
  }
  return weights;
}

Model*
model_new(const ModelShape* shape)
{
  Model* const model = calloc(1, sizeof(*model));
  if (!model) {
    return NULL;
  }
  model->kind      = shape->kind;
  model->rate_hz   = shape->rate_hz;
  model->window_s  = shape->window_s;
  model->hop_s     = shape->hop_s;
  model->features  = shape->features;
  model->n_weights = model_shape_weights(shape);
  model->weights   = calloc(model->n_weights, sizeof(float));
  if (!model->weights) {
    model_free(model);
    return NULL;
  }
  float* const code = network_place(&model->autoencoder.encoder, shape->n_encoder, shape->encoder,
                                    model->weights);
  network_place(&model->autoencoder.decoder, shape->n_decoder, shape->decoder, code);
  return model;
}

void
model_get_shape(const Model* model, ModelShape* shape)
{
  const Network* const encoder = &model->autoencoder.encoder;
  const Network* const decoder = &model->autoencoder.decoder;

  *shape = (ModelShape){ .kind      = model->kind,
                         .rate_hz   = model->rate_hz,
                         .window_s  = model->window_s,
                         .hop_s     = model->hop_s,
                         .features  = model->features,
                         .n_encoder = encoder->n_layers,
                         .n_decoder = decoder->n_layers };
  for (uint32_t l = 0; l < encoder->n_layers; ++l) {
    shape->encoder[l] = encoder->layers[l].shape;
  }
  for (uint32_t l = 0; l < decoder->n_layers; ++l) {
    shape->decoder[l] = decoder->layers[l].shape;
  }
}

void
model_free(Model* model)
{
  if (model) {
    free(model->card.name);
    free(model->card.licence);
    free(model->card.data);
    free(model->card.recipe);
    free(model->card.scores);
    free(model->card.tool);
    free(model->weights);
    free(model);
  }
}
