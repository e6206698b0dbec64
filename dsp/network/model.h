// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_MODEL_H
#define LAMINA_DSP_NETWORK_MODEL_H

#include "dsp/attributes.h"
#include "dsp/network/autoencoder.h"
#include "dsp/spectrum/envelope.h"
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

/// Most numbers of a morph model's code.
#define MODEL_MAX_CODE 16u

/// Most timbres that a morph model may name.
#define MODEL_MAX_ANCHORS 32u

/// Room for a name in a morph model, with its zero.
#define MODEL_NAME_SIZE 48u

/// What a model is for.
typedef enum {
  MODEL_DENOISE,     ///< Features of a noisy frame to a gain per band
  MODEL_AUTOENCODER, ///< A logarithmic spectrum to a code, and back
  MODEL_CLASSIFY,    ///< A logarithmic spectrum to a code, and to one logit per class
  MODEL_MORPH,       ///< The shape of a spectral envelope to a code, and back; see latent.h
} ModelKind;

/// The name that recipes and model files use: "denoise", "autoencoder", "classify", "morph".
const char*
model_kind_name(ModelKind kind);

/// The same for a person: "a denoiser", "an autoencoder of spectra", "a classifier of spectra", "a
/// morph model".
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

/// A timbre that a morph model knows by name.
typedef struct {
  char   name[MODEL_NAME_SIZE]; ///< Not empty, without control characters, no other anchor's
  float* code;                  ///< Mean code, [n_code]
  float* shape_db;              ///< Mean envelope, dB less its mean, [ENVELOPE_BANDS]
} ModelAnchor;

/**
   The latent space of a morph model.

   The codes of what it learned from have a mean of 0, variance 1 and no correlation.  The first
   axes are those that were turned to what they are labelled with; of the others, which may have
   labels as well, the earlier ones move the envelope more.
*/
typedef struct {
  float       scale_db; ///< Decibels that are 1 to the network
  uint32_t    n_code;
  char        labels[MODEL_MAX_CODE][MODEL_NAME_SIZE]; ///< "brightness", or "" for none
  float*      low;                                     ///< 1st percentiles, [n_code]
  float*      high;                                    ///< 99th, [n_code], none below `low`
  uint32_t    n_anchors;
  ModelAnchor anchors[MODEL_MAX_ANCHORS];
} MorphSpace;

/**
   A trained network with all that is needed to use it.

   Const once built: streams on any number of threads may share it.
*/
typedef struct {
  ModelKind         kind;
  double            rate_hz;  ///< Rate it was trained at
  double            window_s; ///< STFT window, seconds
  double            hop_s;    ///< STFT hop, seconds
  FeatureConfig     features; ///< Of MODEL_DENOISE
  LogSpectrumConfig spectrum; ///< Of MODEL_AUTOENCODER and MODEL_CLASSIFY
  MorphSpace        morph;    ///< Of MODEL_MORPH; its numbers lie in `weights`
  bool variational; ///< Of MODEL_AUTOENCODER and MODEL_MORPH: the code has a standard normal prior
  Autoencoder autoencoder; ///< Its layers point into `weights`
  ModelCard   card;
  bool        half; ///< The file holds the weights in 16 bits, which they are rounded to
  size_t      n_weights;
  float* weights; ///< [n_weights]: w then b of each layer, encoder first, then the bypasses, then
                  ///< the latent space: low, high, the anchors' codes, the anchors' shapes
} Model;

/// Everything about a model but its numbers and words.
typedef struct {
  ModelKind         kind;
  double            rate_hz;
  double            window_s;
  double            hop_s;
  FeatureConfig     features;                    ///< Of MODEL_DENOISE
  LogSpectrumConfig spectrum;                    ///< Of MODEL_AUTOENCODER and MODEL_CLASSIFY
  float             scale_db;                    ///< Of MODEL_MORPH, decibels that are 1
  uint32_t          n_anchors;                   ///< Of MODEL_MORPH
  bool              variational;                 ///< Normal prior of the code
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
/// of the encoder's bypass and of the decoder's, then those of the latent space.
size_t
model_shape_weights(const ModelShape* shape);

/// Numbers of the code.
uint32_t
model_shape_code(const ModelShape* shape);

/// Frames of the past that an output depends on: the layers' longest taps, added, and
/// LAYER_GATED_HISTORY for every gated layer.
uint32_t
model_shape_history(const ModelShape* shape);

/**
   Check all that a file or a recipe can get wrong: ranges, taps, and that the layers fit one
   another, and the bands or bins.

   A denoiser reads what feature_config_size() says and makes a gain per band, by sigmoids.  An
   autoencoder and a classifier read every bin of stft_config(); an autoencoder's last layer makes
   as many again, with no activation or, with numbers in 0…1, by sigmoids; a classifier's makes
   logits, with no activation.  A morph model reads ENVELOPE_BANDS and makes as many again, without
   a past; its code and its output have no activation.

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

/// Round the weights to the 16 bits that the file will hold.
void
model_halve(Model* model);

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

/// The frames that a model reads, at a sample rate: WINDOW_HANN for whole spectra, WINDOW_VORBIS
/// for what gives sound back.
StftConfig
model_stft(const Model* model, double rate_hz);

/// Free; NULL is allowed.
void
model_free(Model* model);

#endif
