// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_CODES_H
#define LAMINA_TRAINING_TOOL_CODES_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/sound_file.h"

#include <stdint.h>

/// What an encoder makes of every frame of a sound.
typedef struct {
  uint64_t n_frames;
  uint32_t n_code;
  float*   z; ///< [n_frames × n_code]
} Codes;

/**
   Encode a whole sound: channels averaged, resampled to the model's rate.

   Frame t is the samples t·hop … t·hop + frame − 1, as in training; the last ones that do not fill
   a frame are not heard, and a sound shorter than a frame is one, followed by zeros.  Nothing is
   known before the first frame: taps read zeros, and a denoiser's levels begin there.  The code of
   a variational autoencoder is the mean.

   @param model Of any kind.
   @param sound At least one sample.  Samples that are not finite read 0.
   @param codes Written on success; release it with codes_clear().
   @return STATUS_NO_MEMORY, or as sound_resample().
*/
NODISCARD
Status
codes_of_sound(const Model* model, const Sound* sound, Codes* codes, Diagnostic* why);

/// Release the numbers; the struct becomes all zeros.
void
codes_clear(Codes* codes);

#endif
