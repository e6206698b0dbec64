// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model.h"

#include "dsp/half.h"

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
    case MODEL_MORPH:
      return "morph";
  }
  return NULL;
}

const char*
model_kind_noun(ModelKind kind)
{
  switch (kind) {
    case MODEL_DENOISE:
      return "a denoiser";
    case MODEL_AUTOENCODER:
      return "an autoencoder of spectra";
    case MODEL_CLASSIFY:
      return "a classifier of spectra";
    case MODEL_MORPH:
      return "a morph model";
  }
  return NULL;
}

static size_t
layers_weights(uint32_t n, const LayerShape* layers)
{
  size_t sum = 0;
  for (uint32_t l = 0; l < n; ++l) {
    sum += layer_shape_weights(&layers[l]) + layer_shape_sums(&layers[l]);
  }
  return sum;
}

LayerShape
model_bypass_shape(uint32_t n, const LayerShape* layers)
{
  return (LayerShape){ .n_in = layers[0].n_in, .n_out = layers[n - 1].n_out, .n_taps = 1 };
}

static size_t
bypass_weights(uint32_t n, const LayerShape* layers)
{
  const LayerShape bypass = model_bypass_shape(n, layers);
  return layers_weights(1, &bypass);
}

uint32_t
model_shape_code(const ModelShape* shape)
{
  return shape->encoder[shape->n_encoder - 1].n_out;
}

/// Of a morph model: percentiles, and the anchors' codes and shapes.
static size_t
space_weights(const ModelShape* shape)
{
  const size_t n_code = model_shape_code(shape);
  return 2 * n_code + shape->n_anchors * (n_code + ENVELOPE_BANDS);
}

size_t
model_shape_weights(const ModelShape* shape)
{
  size_t sum = layers_weights(shape->n_encoder, shape->encoder) +
               layers_weights(shape->n_decoder, shape->decoder);
  if (shape->bypassed) {
    sum += bypass_weights(shape->n_encoder, shape->encoder) +
           bypass_weights(shape->n_decoder, shape->decoder);
  }
  if (shape->kind == MODEL_MORPH) {
    sum += space_weights(shape);
  }
  return sum;
}

static uint32_t
layers_history(uint32_t n, const LayerShape* layers)
{
  uint32_t sum = 0;
  for (uint32_t l = 0; l < n; ++l) {
    sum += layer_shape_history(&layers[l]) + (layers[l].gated ? LAYER_GATED_HISTORY : 0);
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
  bool        may_gate; ///< Only what hears frames in order
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
  check_range(check, "features.long_minimum_s", (double)features->long_minimum_s, 0.0, 60.0);
  check_range(check, "features.prior_limit_db", (double)features->prior_limit_db, -20.0, 120.0);
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
  check_that(check, !layer->gated || check->may_gate, "%s.%u.gated: only a denoiser may have it",
             network, index);
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
      const uint64_t n_sums = layer_shape_sums(&layers[l]);
      check->n_history += (uint64_t)n_in * (layer_shape_history(&layers[l]) + 1);
      check->n_weights += ((uint64_t)layers[l].n_taps * n_in + 1) * n_sums;
      n_in = layers[l].n_out;
    }
  }
}

/// What goes in and comes out.  @return Numbers of one input frame.
static uint32_t
check_ends(Check* check, const ModelShape* shape)
{
  const uint32_t found = shape->encoder[0].n_in;
  if (shape->kind == MODEL_DENOISE) {
    const uint32_t n_in = feature_config_size(&shape->features);
    check_that(check, found == n_in, "encoder.inputs: %u expected, %u found", n_in, found);
    return n_in;
  }
  if (shape->kind == MODEL_MORPH) {
    check_that(check, found == ENVELOPE_BANDS,
               "encoder.inputs: %u expected, one per band, %u found", ENVELOPE_BANDS, found);
    return ENVELOPE_BANDS;
  }
  const StftConfig stft = stft_config(shape->window_s, shape->hop_s, shape->rate_hz);
  const uint32_t   n_in = stft_bins(stft);
  check_that(check, n_in <= LAYER_MAX_UNITS, "window_s: %u bins, at most %u are possible", n_in,
             LAYER_MAX_UNITS);
  check_that(check, found == n_in, "encoder.inputs: %u expected, one per bin, %u found", n_in,
             found);
  return n_in;
}

static void
check_outputs(Check* check, const ModelShape* shape)
{
  const uint32_t          last    = shape->n_decoder - 1;
  const LayerShape* const layer   = &shape->decoder[last];
  const bool              plain   = layer->activation == ACTIVATION_IDENTITY;
  const uint32_t          n_bands = band_layout_count(&shape->features.bands);
  switch (shape->kind) {
    case MODEL_DENOISE:
      check_that(check, layer->n_out == n_bands,
                 "decoder.%u.units: %u expected, one per band, %u found", last, n_bands,
                 layer->n_out);
      check_that(check, layer->activation == ACTIVATION_SIGMOID,
                 "decoder.%u.activation: only sigmoid is possible", last);
      break;
    case MODEL_AUTOENCODER:
      check_that(check, layer->n_out == shape->encoder[0].n_in,
                 "decoder.%u.units: %u expected, one per bin, %u found", last,
                 shape->encoder[0].n_in, layer->n_out);
      check_that(check, plain || (layer->activation == ACTIVATION_SIGMOID && shape->spectrum.unit),
                 "decoder.%u.activation: identity is possible, and sigmoid if spectrum.unit is yes",
                 last);
      break;
    case MODEL_CLASSIFY:
      check_that(check, plain, "decoder.%u.activation: only identity is possible", last);
      break;
    case MODEL_MORPH:
      check_that(check, layer->n_out == ENVELOPE_BANDS,
                 "decoder.%u.units: %u expected, one per band, %u found", last, ENVELOPE_BANDS,
                 layer->n_out);
      check_that(check, plain, "decoder.%u.activation: only identity is possible", last);
      break;
  }
}

/// A code that may be moved freely, of one frame alone.
static void
check_space(Check* check, const ModelShape* shape)
{
  const uint32_t          last = shape->n_encoder - 1;
  const LayerShape* const code = &shape->encoder[last];
  check_that(check, code->n_out <= MODEL_MAX_CODE,
             "encoder.%u.units: %u, a code of 1…%u is possible", last, code->n_out, MODEL_MAX_CODE);
  check_that(check, code->activation == ACTIVATION_IDENTITY,
             "encoder.%u.activation: only identity is possible", last);
  check_that(check, !model_shape_history(shape),
             "encoder.layers: taps of the past, only 0 is possible");
}

/// Layers that are added to their bypass must be free to take either sign.
static void
check_bypass(Check* check, const char* network, uint32_t n, const LayerShape* layers)
{
  const LayerShape bypass = model_bypass_shape(n, layers);
  check->n_weights += ((uint64_t)bypass.n_in + 1) * bypass.n_out;
  check_that(check, layers[n - 1].activation == ACTIVATION_IDENTITY,
             "%s.%u.activation: only identity is possible if bypassed is yes", network, n - 1);
}

static void
check_size(Check* check)
{
  check_that(check, check->n_weights <= MODEL_MAX_WEIGHTS,
             "encoder.layers: %" PRIu64 " weights in all, %" PRIu64 " are possible",
             check->n_weights, MODEL_MAX_WEIGHTS);
  check_that(check, check->n_history <= MODEL_MAX_HISTORY,
             "encoder.layers: the taps keep %" PRIu64 " numbers, %" PRIu64 " are possible",
             check->n_history, MODEL_MAX_HISTORY);
}

static void
check_networks(Check* check, const ModelShape* shape)
{
  check_layers(check, "encoder", shape->n_encoder, shape->encoder, check_ends(check, shape));
  if (!check->ok) {
    return;
  }
  check_layers(check, "decoder", shape->n_decoder, shape->decoder,
               shape->encoder[shape->n_encoder - 1].n_out);
  if (!check->ok) {
    return;
  }
  check_outputs(check, shape);
  if (shape->kind == MODEL_MORPH) {
    check_space(check, shape);
  }
  if (shape->bypassed) {
    check_bypass(check, "encoder", shape->n_encoder, shape->encoder);
    check_bypass(check, "decoder", shape->n_decoder, shape->decoder);
  }
  check_size(check);
}

static void
check_kind(Check* check, const ModelShape* shape)
{
  if (shape->kind == MODEL_DENOISE) {
    check_features(check, &shape->features);
    check_that(check, !shape->bypassed, "bypassed: not possible in a model of kind denoise");
  } else if (shape->kind == MODEL_MORPH) {
    check_range(check, "morph.scale_db", (double)shape->scale_db, 0.1, 1000.0);
    check_that(check, shape->n_anchors <= MODEL_MAX_ANCHORS,
               "morph.anchors: %u anchors, at most %u are possible", shape->n_anchors,
               MODEL_MAX_ANCHORS);
  } else {
    check_range(check, "spectrum.top_db", (double)shape->spectrum.top_db, -200.0, 200.0);
    check_range(check, "spectrum.range_db", (double)shape->spectrum.range_db, 1.0, 300.0);
  }
  check_that(check,
             !shape->variational || shape->kind == MODEL_AUTOENCODER || shape->kind == MODEL_MORPH,
             "variational: not possible in a model of kind %s", model_kind_name(shape->kind));
}

bool
model_shape_check(const ModelShape* shape, Diagnostic* why)
{
  Check check = { true, why, shape->kind == MODEL_DENOISE, 0, 0 };
  check_geometry(&check, shape);
  check_kind(&check, shape);
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
    network->layers[l] = (Layer){ .shape = shapes[l], .w = weights, .b = b };
    weights            = b + layer_shape_sums(&shapes[l]);
  }
  return weights;
}

/// The same of its bypass.
static float*
network_place_bypass(Network* network, uint32_t n, const LayerShape* shapes, float* weights)
{
  const LayerShape shape = model_bypass_shape(n, shapes);
  float* const     b     = weights + layer_shape_weights(&shape);
  network->bypassed      = true;
  network->bypass        = (Layer){ .shape = shape, .w = weights, .b = b };
  return b + shape.n_out;
}

/// @return The first weight after both.
static float*
place_networks(Autoencoder* autoencoder, const ModelShape* shape, float* weights)
{
  Network* const encoder = &autoencoder->encoder;
  Network* const decoder = &autoencoder->decoder;

  weights = network_place(encoder, shape->n_encoder, shape->encoder, weights);
  weights = network_place(decoder, shape->n_decoder, shape->decoder, weights);
  if (shape->bypassed) {
    weights = network_place_bypass(encoder, shape->n_encoder, shape->encoder, weights);
    weights = network_place_bypass(decoder, shape->n_decoder, shape->decoder, weights);
  }
  return weights;
}

static void
place_space(MorphSpace* space, const ModelShape* shape, float* weights)
{
  const uint32_t n_code = model_shape_code(shape);
  float* const   codes  = weights + 2 * n_code;
  float* const   shapes = codes + (size_t)shape->n_anchors * n_code;

  space->scale_db  = shape->scale_db;
  space->n_code    = n_code;
  space->low       = weights;
  space->high      = weights + n_code;
  space->n_anchors = shape->n_anchors;
  for (uint32_t i = 0; i < shape->n_anchors; ++i) {
    space->anchors[i].code     = codes + (size_t)i * n_code;
    space->anchors[i].shape_db = shapes + (size_t)i * ENVELOPE_BANDS;
  }
}

Model*
model_new(const ModelShape* shape)
{
  Model* const model = calloc(1, sizeof(*model));
  if (!model) {
    return NULL;
  }
  model->kind        = shape->kind;
  model->rate_hz     = shape->rate_hz;
  model->window_s    = shape->window_s;
  model->hop_s       = shape->hop_s;
  model->features    = shape->features;
  model->spectrum    = shape->spectrum;
  model->variational = shape->variational;
  model->n_weights   = model_shape_weights(shape);
  model->weights     = calloc(model->n_weights, sizeof(float));
  if (!model->weights) {
    model_free(model);
    return NULL;
  }
  float* const rest = place_networks(&model->autoencoder, shape, model->weights);
  if (shape->kind == MODEL_MORPH) {
    place_space(&model->morph, shape, rest);
  }
  return model;
}

void
model_halve(Model* model)
{
  model->half = true;
  for (size_t i = 0; i < model->n_weights; ++i) {
    model->weights[i] = half_to_float(half_from_float(model->weights[i]));
  }
}

void
model_get_shape(const Model* model, ModelShape* shape)
{
  const Network* const encoder = &model->autoencoder.encoder;
  const Network* const decoder = &model->autoencoder.decoder;

  *shape = (ModelShape){ .kind        = model->kind,
                         .rate_hz     = model->rate_hz,
                         .window_s    = model->window_s,
                         .hop_s       = model->hop_s,
                         .features    = model->features,
                         .spectrum    = model->spectrum,
                         .scale_db    = model->morph.scale_db,
                         .n_anchors   = model->morph.n_anchors,
                         .variational = model->variational,
                         .bypassed    = encoder->bypassed,
                         .n_encoder   = encoder->n_layers,
                         .n_decoder   = decoder->n_layers };
  for (uint32_t l = 0; l < encoder->n_layers; ++l) {
    shape->encoder[l] = encoder->layers[l].shape;
  }
  for (uint32_t l = 0; l < decoder->n_layers; ++l) {
    shape->decoder[l] = decoder->layers[l].shape;
  }
}

Status
model_check_kind(const Model* model, const char* path, ModelKind wanted, Diagnostic* why)
{
  if (model->kind == wanted) {
    return STATUS_SUCCESS;
  }
  return diagnose(why, STATUS_BAD_FILE, "%s: %s, not %s; train one with task: %s", path,
                  model_kind_noun(model->kind), model_kind_noun(wanted), model_kind_name(wanted));
}

StftConfig
model_stft(const Model* model, double rate_hz)
{
  StftConfig stft = stft_config(model->window_s, model->hop_s, rate_hz);
  stft.window     = model->kind == MODEL_AUTOENCODER || model->kind == MODEL_CLASSIFY ? WINDOW_HANN
                                                                                      : WINDOW_VORBIS;
  return stft;
}

static bool
layer_compact(Layer* layer)
{
  const LayerShape* const shape = &layer->shape;
  compact_free(layer->compact);
  layer->compact = compact_new(shape->n_taps, shape->n_in, layer_shape_sums(shape), layer->w);
  return layer->compact;
}

static bool
network_compact(Network* network)
{
  bool ok = !network->bypassed || layer_compact(&network->bypass);
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    ok = ok && layer_compact(&network->layers[l]);
  }
  return ok;
}

Status
model_compact(Model* model, Diagnostic* why)
{
  if (network_compact(&model->autoencoder.encoder) &&
      network_compact(&model->autoencoder.decoder)) {
    return STATUS_SUCCESS;
  }
  return diagnose(why, STATUS_NO_MEMORY, "not enough memory to run the model");
}

static void
network_clear(Network* network)
{
  compact_free(network->bypass.compact);
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    compact_free(network->layers[l].compact);
  }
}

void
model_free(Model* model)
{
  if (model) {
    network_clear(&model->autoencoder.encoder);
    network_clear(&model->autoencoder.decoder);
    free(model->card.name);
    free(model->card.licence);
    free(model->card.data);
    free(model->card.recipe);
    free(model->card.scores);
    free(model->card.tool);
    free(model->card.classes);
    free(model->weights);
    free(model);
  }
}
