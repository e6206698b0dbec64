// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_SAMPLER_H
#define LAMINA_TRAINING_TOOL_SAMPLER_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/sound_file.h"

#include <stdint.h>

/// What to draw from the prior.
typedef struct {
  double   seconds;
  uint64_t seed;
  double   inertia_s; ///< Of prior_of()
} SamplerConfig;

/**
   Make a new sound of a variational autoencoder: a code drawn from its prior for each frame,
   decoded, with phases by gradient integration.

   The frames follow each other by the model's hop or by a quarter of a frame, whichever is
   shorter.  The sound fades in and out within a frame.  Its loudest sample is SAMPLER_PEAK,
   whatever the level of the frames; silence stays silence.  The same model and configuration give
   the same samples.

   @param model Of kind MODEL_AUTOENCODER, variational, its decoder without taps, its frames of at
   least 4 samples.
   @param sound Of one channel at the model's rate, written on success; release it with
   sound_clear().
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
sampler_run(const Model* model, const SamplerConfig* config, Sound* sound, Diagnostic* why);

/// Largest magnitude of a sample: −1 dB re full scale.
#define SAMPLER_PEAK 0.8912509f

#endif
