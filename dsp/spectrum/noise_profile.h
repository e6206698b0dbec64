// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_NOISE_PROFILE_H
#define LAMINA_DSP_SPECTRUM_NOISE_PROFILE_H

#include "dsp/attributes.h"
#include "dsp/spectrum/bands.h"
#include "dsp/spectrum/tones.h"

#include <stdbool.h>
#include <stdint.h>

/// Largest magnitude of a level, dB.
#define NOISE_PROFILE_MAX_DB 300.0f

/**
   What a stretch of noise sounds like, with all that another model or rate needs to use it.

   A plain value: sessions, presets and threads hand it on by copying.
*/
typedef struct {
  BandLayout bands;
  double     window_s;            ///< Of the STFT it was measured with, seconds
  double     rate_hz;             ///< Of the sound: above half of it nothing is known
  float      level_db[BANDS_MAX]; ///< [band_layout_count], dB re a full-scale sine
  Tones      tones;               ///< That the levels are without
} NoiseProfile;

/// How many bands reach below half the rate.  The others have no level.
REALTIME
uint32_t
noise_profile_known(const NoiseProfile* profile);

/**
   The same noise as another model hears it at another rate.

   Levels are interpolated over frequency.  A window that is twice as long hears half the power of
   noise in a band: its bins are half as wide.  Where nothing is known, the highest level known
   goes on.  Tones are the same.

   @param to Its layout, window and rate say what is wanted; the levels are written, all of them,
   and the tones.  May not be `from`.
*/
REALTIME
void
noise_profile_convert(const NoiseProfile* from, NoiseProfile* to);

/// Most numbers of a packed profile.
#define NOISE_PROFILE_MAX_PACKED (8u + 2u * TONES_MAX + BANDS_MAX)

/**
   As a row of numbers, to be kept in a file.

   2, which is the version; rate, Hz; window, ms; then `step_hz`, `linear_hz`, `top_hz` and `n_erb`
   of the layout; then the levels; then how many tones there are, where they are, Hz,
   and their levels.

   @param packed [NOISE_PROFILE_MAX_PACKED], written.
   @return How many numbers there are.
*/
REALTIME
uint32_t
noise_profile_pack(const NoiseProfile* profile, float* packed);

/**
   The inverse; and of version 1, which ends with the levels.  Believes nothing: the numbers may
   come from anywhere.

   @param packed [n].
   @return False, and nothing written, when they are no profile.
*/
NODISCARD
REALTIME
bool
noise_profile_unpack(uint32_t n, const float* packed, NoiseProfile* profile);

#endif
