// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_DENOISER_H
#define LAMINA_DSP_EFFECT_DENOISER_H

#include "dsp/attributes.h"
#include "dsp/effect/channels.h"
#include "dsp/network/model.h"
#include "dsp/spectrum/noise_profile.h"

#include <stdbool.h>
#include <stdint.h>

/// Least sound that a profile is learned from, seconds.
#define DENOISER_MIN_LEARN_S 0.1

/// What a user may turn while sound runs.
typedef struct {
  float reduction_db; ///< Noise is never turned down by more than this, 0…60
  float strength;     ///< Exponent of the gains, 0…2; 1 is what was trained
  float smoothing_s;  ///< Time constant of falling gains, seconds, 0…0.5; they rise at once
  bool  residual;     ///< Hear what is taken away instead of what is left
  bool  learn;        ///< Only noise sounds now: learn its profile
  bool  use_profile;  ///< Go by the learned profile, where there is one, not by the tracked floor
  bool  hum;          ///< Take out the hum of the mains, which is found by itself
} DenoiserParams;

/// The parameters that scores are measured with.
DenoiserParams
denoiser_params_default(void);

/**
   Sound → sound with less noise, for one stream of linked channels.

   STFT → features of the channels' mean power → autoencoder → one gain per band → both channels,
   so that a stereo image stays.  One thread at a time; the model is shared and not changed.

   While `learn` is on, the mean power of the frames that lie wholly in that time becomes the
   profile of the noise.  What is learned so far is in use at once, whatever `use_profile` says, so
   that a user hears the noise go and knows when it is enough.  When `learn` goes off, it takes the
   place of the profile before; unless it was shorter than DENOISER_MIN_LEARN_S or silent: then
   nothing has happened.

   Steady tones of what was learned, as a hum has, belong to the profile (tones.h).  Where it is
   used they are taken out of each channel before all else, as far as `reduction_db` allows
   (tone_canceller.h): 20 ms cannot tell a hum's harmonics from a voice's.  Where none were learned
   or what was learned is not used, the same becomes of the hum of the mains if `hum` is on, once it
   is found under whatever sounds (mains_hum.h).
*/
typedef struct Denoiser Denoiser;

/**
   @param model Of kind MODEL_DENOISE; must outlive the denoiser.
   @param rate_hz Of the sound, any from 1000 up.
   @param n_channels 1…CHANNELS_MAX.
   @return Owned by the caller, or NULL when memory is short.
*/
Denoiser*
denoiser_new(const Model* model, double rate_hz, uint32_t n_channels);

/// Free; NULL is allowed.
void
denoiser_free(Denoiser* denoiser);

/// Forget all sound, but not the profile.  What is being learned ends here.
REALTIME
void
denoiser_reset(Denoiser* denoiser);

/// Samples from input to output: one STFT frame, constant.
REALTIME
uint32_t
denoiser_latency(const Denoiser* denoiser);

/**
   Take this for the noise.  What is being learned begins anew.

   @param profile From any model at any rate, copied; NULL: there is none.
*/
REALTIME
void
denoiser_set_profile(Denoiser* denoiser, const NoiseProfile* profile);

/// The profile learned or set last, also when it is not used; NULL without one.  Owned by
/// `denoiser`.
REALTIME
const NoiseProfile*
denoiser_profile(const Denoiser* denoiser);

/// How many profiles were learned since _new; it may wrap.
REALTIME
uint32_t
denoiser_n_learned(const Denoiser* denoiser);

/// Gain of the last frame at a frequency, dB, whether one hears what is left or what is taken away;
/// −60…0, and 0 before the first frame.
REALTIME
float
denoiser_gain_db(const Denoiser* denoiser, float hz);

/**
   Any number of samples, 0 included.  The output does not depend on how they are cut into blocks.

   Samples that are NaN or beyond ±1e6 are read as 0.

   @param params Read once per frame, apart from `learn`, which counts by the sample; values out of
   range are clamped.
   @param in [n_channels][n].
   @param out [n_channels][n], written.  Any output may be any input.
*/
REALTIME
void
denoiser_run(Denoiser* denoiser, const DenoiserParams* params, uint32_t n, const float* const* in,
             float* const* out);

#endif
