// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_FEATURES_H
#define LAMINA_DSP_SPECTRUM_FEATURES_H

#include "dsp/attributes.h"
#include "dsp/spectrum/bands.h"
#include "dsp/spectrum/stft.h"

#include <stdint.h>

/**
   What a network is told of a frame.  Training and plugin share it, and it travels in the model.

   Per band: the level less a running level of the whole frame, and the noise floor less the same,
   both divided by `scale_db`.  So a model hears the shape of a sound and how far it stands above
   the noise, and not how loud the take is.
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
} FeatureConfig;

/// The defaults for a window of `window_s` seconds.
FeatureConfig
feature_config_default(double window_s);

/// Numbers in one feature frame: two per band.
uint32_t
feature_config_size(const FeatureConfig* config);

/// Features of one stream.  One thread at a time.
typedef struct Features Features;

/// @return Owned by the caller, or NULL when memory is short.
Features*
features_new(const FeatureConfig* config, StftConfig stft, double rate_hz);

/// Free; NULL is allowed.
void
features_free(Features* features);

/// Forget all sound.
REALTIME
void
features_reset(Features* features);

/**
   One frame.

   @param bin_power |X|², or its mean over the channels, [stft_bins].
   @param x Features, [feature_config_size], written.
*/
REALTIME
void
features_from_power(Features* features, const float* bin_power, float* x);

/// The bands of these features at their rate, owned by `features`.
REALTIME
const Bands*
features_bands(const Features* features);

#endif
