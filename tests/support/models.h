// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_MODELS_H
#define LAMINA_TESTS_SUPPORT_MODELS_H

#include "dsp/network/model.h"

#include <stdint.h>

/**
   A small denoising model whose gain is the same whatever it hears.

   @param gain Gain of every band, 0…1 without the ends.
   @return Owned by the caller.
*/
Model*
models_constant_gain(double gain);

/// A small denoising model with random weights: its gains move with the sound.  @return Owned.
Model*
models_random(uint64_t seed);

/// 5 bands, so 10 features; encoder 10 → 4 → 3 with taps, decoder 3 → 4 → 5.
ModelShape
models_tiny_shape(void);

/// 17 bins at 8 kHz; an autoencoder 17 → 4 → 2 → 4 → 17, variational and with bypasses.
ModelShape
models_tiny_autoencoder_shape(void);

/// The same encoder without bypasses, and 3 classes.
ModelShape
models_tiny_classifier_shape(void);

/// A morph model 64 → 6 → 3 → 6 → 64, variational and with bypasses, with 2 anchors.
ModelShape
models_tiny_morph_shape(void);

/// That, with random weights: its two timbres differ.  @return Owned by the caller.
Model*
models_random_morph(uint64_t seed);

/// A model with all weights zero and the words that its kind needs.  @return Owned by the caller.
Model*
models_of(const ModelShape* shape);

/// Write a model into the folder of the test and free it.  @return Its path, of folder_path().
const char*
models_write(void* const* state, const char* name, Model* model);

/// cmocka set-up: folder_setup(), and a model with a gain of 0.5 there, half.safetensors.
int
models_setup_half(void** state);

#endif
