// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_NOISE_FLOOR_H
#define LAMINA_DSP_SPECTRUM_NOISE_FLOOR_H

#include "dsp/attributes.h"

#include <stdint.h>

/**
   The noise floor of every band, tracked by minimum statistics.

   The level of a band, smoothed, falls to the noise between words and notes; its minimum over a
   window of a second or two follows the noise and not the sound.  The window is kept as a few
   shorter ones, so a frame costs a comparison per band (Martin, "Noise power spectral density
   estimation based on optimal smoothing and minimum statistics", 2001, §IV).  The bias of a
   minimum is not corrected: a network learns it.  One thread at a time.
*/
typedef struct NoiseFloor NoiseFloor;

/**
   @param n_bands Bands.
   @param frames_per_s Frames in a second.
   @param smooth_s Time constant of the level's smoothing, seconds.
   @param window_s Length of the window of the minimum, seconds.
   @return Owned by the caller, or NULL when memory is short.
*/
NoiseFloor*
noise_floor_new(uint32_t n_bands, double frames_per_s, double smooth_s, double window_s);

/// Free; NULL is allowed.
void
noise_floor_free(NoiseFloor* floor);

/// Forget all levels; the next frame, smoothed over the bands, is taken as the floor.
REALTIME
void
noise_floor_reset(NoiseFloor* floor);

/**
   Follow one frame.

   @param level_db Level per band, dB, [n_bands].
   @return Floor per band, dB, [n_bands], owned by `floor`, valid until the next call.
*/
REALTIME
const float*
noise_floor_track(NoiseFloor* floor, const float* level_db);

#endif
