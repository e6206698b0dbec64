// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_MODEL_H
#define LAMINA_DSP_NETWORK_MODEL_H

#include "dsp/attributes.h"
#include "dsp/network/autoencoder.h"
#include "dsp/spectrum/features.h"
#include "dsp/spectrum/log_spectrum.h"
#include "dsp/spectrum/stft.h"
#include "dsp/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Most weights that a model may have: 256 MiB.
#define MODEL_MAX_WEIGHTS ((uint64_t)1 << 26)

/// Most numbers of the past that all layers of one stream may keep: 16 MiB.
#define MODEL_MAX_HISTORY ((uint64_t)1 << 22)

/// What a model is for.
typedef enum {
  MODEL_DENOISE,     ///< Features of a noisy frame to a gain per band
  MODEL_AUTOENCODER, ///< A logarithmic spectrum to a code, and back
  MODEL_CLASSIFY,    ///< A logarithmic spectrum to a code, and to one logit per class
} ModelKind;

/// The name that recipes and model files use: "denoise", "autoencoder", "classify".
const char*
model_kind_name(ModelKind kind);

/// The same for a person: "a denoiser", "an autoencoder of spectra", "a classifier of spectra".
const char*
model_kind_noun(ModelKind kind);

/// Words that travel with a model.  Every member is owned by the model; NULL is none.
typedef struct {
  char* name;    ///< A few words
  char* licence; ///< SPDX expression
  char* data;    ///< What it was trained on
  char* recipe;  ///< The resolved recipe, YAML
  char* scores;  ///< What it reached on files never trained on
  char* tool;    ///< Program and version that wrote it
  char* classes; ///< Of MODEL_CLASSIFY alone: a name a line, in the order of the logits
} ModelCard;

/**
   A trained network with all that is needed to use it.

   Const once built: streams on any number of threads may share it.
*/
typedef struct {
  ModelKind         kind;
  double            rate_hz;     ///< Rate it was trained at
  double            window_s;    ///< STFT window, seconds
  double            hop_s;       ///< STFT hop, seconds
  FeatureConfig     features;    ///< Of MODEL_DENOISE
  LogSpectrumConfig spectrum;    ///< Of the other kinds
  bool              variational; ///< Of MODEL_AUTOENCODER: the code has a standard normal prior
  Autoencoder       autoencoder; ///< Its layers point into `weights`
  ModelCard         card;
  size_t            n_weights;
  float* weights; ///< [n_weights]: w then b of each layer, encoder first, then the bypasses
} Model;

/// Everything about a model but its numbers and words.
typedef struct {
  ModelKind         kind;
  double            rate_hz;
  double            window_s;
  double            hop_s;
  FeatureConfig     features;                    ///< Of MODEL_DENOISE
  LogSpectrumConfig spectrum;                    ///< Of the other kinds
  bool              variational;                 ///< Of MODEL_AUTOENCODER: normal prior
  bool              bypassed;                    ///< Both networks have one; not of MODEL_DENOISE
  uint32_t          n_encoder;                   ///< Layers
  LayerShape        encoder[NETWORK_MAX_LAYERS]; ///< From the features up
  uint32_t          n_decoder;
  LayerShape        decoder[NETWORK_MAX_LAYERS]; ///< From the code down
} ModelShape;

/// The bypass of a network of `n` layers: from the inputs of the first to the outputs of the last.
LayerShape
model_bypass_shape(uint32_t n, const LayerShape* layers);

/// Numbers in the flat weight block of `shape`: w then b of each layer, encoder first, then those
/// of the encoder's bypass and of the decoder's.
size_t
model_shape_weights(const ModelShape* shape);

/// Frames of the past that an output depends on: the layers' longest taps, added.
uint32_t
model_shape_history(const ModelShape* shape);

/**
   Check all that a file or a recipe can get wrong: ranges, taps, and that the layers fit one
   another, and the bands or bins.

   A denoiser reads what feature_config_size() says and makes a gain per band.  The other kinds read
   every bin of stft_config(); an autoencoder's last layer makes as many again, with no activation
   or, with numbers in 0…1, by sigmoids; a classifier's makes logits, with no activation.

   @param why One line: "KEY: what is wrong", where KEY is the one of the model file, as
   "bands.step_hz" or "encoder.1.taps".
   @return False when a model of this shape must not be built.
*/
NODISCARD
bool
model_shape_check(const ModelShape* shape, Diagnostic* why);

/**
   Build a model with all weights zero.

   @param shape One that model_shape_check() takes.
   @return Owned by the caller, or NULL when memory is short.
*/
Model*
model_new(const ModelShape* shape);

/// The shape that a model was made of.
void
model_get_shape(const Model* model, ModelShape* shape);

/**
   Check that a model can do what is asked of it.

   @param path Where it is from, for the complaint.
   @return STATUS_BAD_FILE when it is of another kind.
*/
NODISCARD
Status
model_check_kind(const Model* model, const char* path, ModelKind wanted, Diagnostic* why);

/**
   Make the weights in 8 bits that streams then run on, two to three times as fast: see compact.h.

   To be called when the weights are what they will stay, and before any stream is made.

   @return STATUS_NO_MEMORY when memory is short.
*/
NODISCARD
Status
model_compact(Model* model, Diagnostic* why);

/// The frames that a model reads, at a sample rate: WINDOW_VORBIS for a denoiser, WINDOW_HANN for
/// whole spectra.
StftConfig
model_stft(const Model* model, double rate_hz);

/// Free; NULL is allowed.
void
model_free(Model* model);

#endif
