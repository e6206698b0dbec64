// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_MODEL_H
#define LAMINA_DSP_NETWORK_MODEL_H

#include "dsp/attributes.h"
#include "dsp/network/autoencoder.h"
#include "dsp/spectrum/features.h"

#include <stddef.h>
#include <stdint.h>

/// What a model is for.
typedef enum {
  MODEL_DENOISE, ///< Features of a noisy frame to a gain per band
} ModelKind;

/// The name that recipes and model files use: "denoise".
const char*
model_kind_name(ModelKind kind);

/// Words that travel with a model.  Every member is owned by the model; NULL is none.
typedef struct {
  char* name;    ///< A few words
  char* licence; ///< SPDX expression
  char* data;    ///< What it was trained on
  char* recipe;  ///< The resolved recipe, YAML
  char* scores;  ///< What it reached on files never trained on
  char* tool;    ///< Program and version that wrote it
} ModelCard;

/**
   A trained network with all that is needed to use it.

   Const once built: streams on any number of threads may share it.
*/
typedef struct {
  ModelKind     kind;
  double        rate_hz;  ///< Rate it was trained at
  double        window_s; ///< STFT window, seconds
  double        hop_s;    ///< STFT hop, seconds
  FeatureConfig features;
  Autoencoder   autoencoder; ///< Its layers point into `weights`
  ModelCard     card;
  size_t        n_weights;
  float*        weights; ///< [n_weights]: w then b of each layer, encoder first
} Model;

/// Everything about a model but its numbers and words.
typedef struct {
  ModelKind     kind;
  double        rate_hz;
  double        window_s;
  double        hop_s;
  FeatureConfig features;
  uint32_t      n_encoder;                   ///< Layers
  LayerShape    encoder[NETWORK_MAX_LAYERS]; ///< From the features up
  uint32_t      n_decoder;
  LayerShape    decoder[NETWORK_MAX_LAYERS]; ///< From the code down
} ModelShape;

/// Numbers in the flat weight block of `shape`: w then b of each layer, encoder first.
size_t
model_shape_weights(const ModelShape* shape);

/// Frames of the past that an output depends on: the layers' longest taps, added.
uint32_t
model_shape_history(const ModelShape* shape);

/**
   Build a model with all weights zero.

   @param shape Consistent: a programmer's promise; files are checked by model_read().
   @return Owned by the caller, or NULL when memory is short.
*/
Model*
model_new(const ModelShape* shape);

/// Free; NULL is allowed.
void
model_free(Model* model);

#endif
