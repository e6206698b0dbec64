// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_DENOISER_H
#define LAMINA_DSP_EFFECT_DENOISER_H

#include "dsp/attributes.h"
#include "dsp/network/model.h"

#include <stdbool.h>
#include <stdint.h>

/// Most channels that share one set of gains.
#define DENOISER_MAX_CHANNELS 2u

/// What a user may turn while sound runs.
typedef struct {
  float reduction_db; ///< Noise is never turned down by more than this, 0…60
  float strength;     ///< Exponent of the gains, 0…2; 1 is what was trained
  float smoothing_s;  ///< Time constant of falling gains, seconds, 0…0.5; they rise at once
  bool  residual;     ///< Hear what is taken away instead of what is left
} DenoiserParams;

/// The parameters that scores are measured with.
DenoiserParams
denoiser_params_default(void);

/**
   Sound → sound with less noise, for one stream of linked channels.

   STFT → features of the channels' mean power → autoencoder → one gain per band → both channels,
   so that a stereo image stays.  One thread at a time; the model is shared and not changed.
*/
typedef struct Denoiser Denoiser;

/**
   @param model Of kind MODEL_DENOISE; must outlive the denoiser.
   @param rate_hz Of the sound, any from 1000 up.
   @param n_channels 1…DENOISER_MAX_CHANNELS.
   @return Owned by the caller, or NULL when memory is short.
*/
Denoiser*
denoiser_new(const Model* model, double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
denoiser_free(Denoiser* denoiser);

/// Forget all sound.
REALTIME
void
denoiser_reset(Denoiser* denoiser);

/// Samples from input to output: one STFT frame, constant.
REALTIME
uint32_t
denoiser_latency(const Denoiser* denoiser);

/**
   Any number of samples, 0 included.  The output does not depend on how they are cut into blocks.

   Samples that are NaN or beyond ±1e6 are read as 0.

   @param params Read once per frame; values out of range are clamped.
   @param in [n_channels][n].
   @param out [n_channels][n], written.  Any output may be any input.
*/
REALTIME
void
denoiser_run(Denoiser* denoiser, const DenoiserParams* params, uint32_t n, const float* const* in,
             float* const* out);

#endif
