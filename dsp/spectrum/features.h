// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_FEATURES_H
#define LAMINA_DSP_SPECTRUM_FEATURES_H

#include "dsp/attributes.h"
#include "dsp/spectrum/bands.h"
#include "dsp/spectrum/stft.h"

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

/**
   What a network is told of a frame.  Training and plugin share it, and it travels in the model.

   Per band: the level less a running level of the whole frame, and the noise floor less the same,
   both divided by `scale_db`.  So a model hears the shape of a sound and how far it stands above
   the noise, and not how loud the take is.

   A floor of a longer window, where there is one, tells held notes from noise: they lift the first
   floor and not the second.  A profile, learned while only the noise sounds, takes the place of the
   first floor; a model may be told of that by one more number, 1 with a profile and 0 without.

   The a priori SNR of every band, over the profile or the longest floor, may follow, divided by
   `scale_db` as well.  What such a model gives is not the gains themselves, but what
   prior_snr_gain() takes.

   Last may come how periodic the sound is (periodicity.h), which tells a voice from what stands out
   from the noise as well.
*/
typedef struct {
  BandLayout bands;
  float      silence_db; ///< Added to every level as power, so that silence reads this; dB re a
                         ///< full-scale sine
  float scale_db;        ///< dB per unit of a feature, positive
  float rise_s;          ///< Time constant of the running level upwards, seconds
  float fall_s;          ///< And downwards
  float smooth_s;        ///< Of the levels that the noise floor is the minimum of, seconds
  float minimum_s;       ///< Window of that minimum, seconds
  float long_minimum_s;  ///< Window of a second floor, seconds; 0: there is none
  bool  profile;         ///< The model is told whether the first floor is a profile
  bool  prior_snr;       ///< And the a priori SNR, which its gains go out from
  float prior_limit_db;  ///< Most of that, dB: what stands out by more is the network's to judge
  bool  periodicity;     ///< And how periodic the sound is
} FeatureConfig;

/// As good as no limit of the a priori SNR, dB.
#define FEATURES_PRIOR_LIMIT_DB 60.0f

/// The defaults for a window of `window_s` seconds.
FeatureConfig
feature_config_default(double window_s);

/// Numbers in one feature frame: two to four per band, one more of the profile, and those of
/// periodicity.h.
uint32_t
feature_config_size(const FeatureConfig* config);

/// Where the a priori SNR is among them.
uint32_t
feature_config_prior(const FeatureConfig* config);

/// Features of one stream.  One thread at a time.
typedef struct Features Features;

/// @return Owned by the caller, or NULL when memory is short.
Features*
features_new(const FeatureConfig* config, StftConfig stft, double rate_hz);

/// Free; NULL is allowed.
void
features_free(Features* features);

/// Forget all sound, but not the profile.
REALTIME
void
features_reset(Features* features);

/// Begin a new profile: the level of the frames to come, until features_use_profile(), as the mean
/// of its logarithm tells it, which a knock among them does not lift.
REALTIME
void
features_learn_profile(Features* features);

/**
   End what features_learn_profile() began, and take this for the noise in its place.

   @param profile_db Level per band, dB re a full-scale sine, [n_bands]; NULL: the one learned.
*/
REALTIME
void
features_use_profile(Features* features, const float* profile_db);

/// Forget the profile: the floor is tracked again.
REALTIME
void
features_clear_profile(Features* features);

/// The profile, dB, [n_bands], as far as it is learned, owned by `features`; NULL without one.
REALTIME
const float*
features_profile(const Features* features);

/**
   One frame.

   @param n_channels 1 or 2, whose mean power counts.
   @param spectra [n_channels][stft_bins], finite.
   @param x Features, [feature_config_size], written.
*/
REALTIME
void
features_from_spectra(Features* features, uint32_t n_channels, const float complex* const* spectra,
                      float* x);

/**
   The gains of a frame.

   @param x Its features, [feature_config_size].
   @param gain What the network gives for them, 0…1, [n_bands]; becomes the gains.
*/
REALTIME
void
features_to_gains(const FeatureConfig* config, const float* x, float* gain);

/// The bands of these features at their rate, owned by `features`.
REALTIME
const Bands*
features_bands(const Features* features);

#endif
