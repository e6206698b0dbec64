// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TRAINING_SOUND_FOLDER_H
#define LAMINA_TESTS_TRAINING_SOUND_FOLDER_H

#include <stdint.h>

/// A sample as a function of its place.
typedef float (*Signal)(void* context, uint32_t channel, uint64_t frame);

/// A sound file to write.
typedef struct {
  int      format; ///< Of libsndfile
  uint32_t rate_hz;
  uint32_t n_channels;
  uint64_t n_frames;
  Signal   signal;
  void*    context;
} SoundSpec;

/// Write a sound into the folder of the test.
void
folder_sound(void* const* state, const char* name, const SoundSpec* spec);

/// Write a mono WAV of floats that all have one value.
void
folder_constant(void* const* state, const char* name, uint32_t rate_hz, double seconds,
                float value);

#endif
