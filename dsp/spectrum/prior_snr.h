// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_PRIOR_SNR_H
#define LAMINA_DSP_SPECTRUM_PRIOR_SNR_H

#include "dsp/attributes.h"

#include <stdint.h>

/**
   The a priori SNR of every band, and the gain that goes with it.

   Estimated by the decision-directed approach (Ephraim & Malah, "Speech enhancement using a minimum
   mean-square error short-time spectral amplitude estimator", 1984, eq. 51): with γ the power over
   the noise's and G = ξ / (1 + ξ), Wiener's gain,
     ξ(t) = α G²(t − 1) γ(t − 1) + (1 − α) max(γ(t) − 1, 0),
   and never below PRIOR_SNR_MIN_DB.  One thread at a time.
*/
typedef struct PriorSnr PriorSnr;

/// Least that it says, dB.
#define PRIOR_SNR_MIN_DB (-25.0f)

/// @param hop_s Seconds between frames.  @return Owned by the caller, or NULL when memory is short.
PriorSnr*
prior_snr_new(uint32_t n_bands, double hop_s);

/// Free; NULL is allowed.
void
prior_snr_free(PriorSnr* prior);

/// Forget all frames.
REALTIME
void
prior_snr_reset(PriorSnr* prior);

/**
   Follow one frame.

   @param level_db Level per band, dB, [n_bands].
   @param noise_db That of the noise, dB, [n_bands].
   @param add_db Added to every level of the noise.
   @return ξ per band, dB, [n_bands], owned by `prior`, valid until the next call.
*/
REALTIME
const float*
prior_snr_track(PriorSnr* prior, const float* level_db, const float* noise_db, float add_db);

/**
   Wiener's gain, when a network knows better: what it says multiplies the odds of sound against
   noise, ξ, by those of `share`, so that 1/2 leaves the gain as it is, 0 closes it and 1 opens it.

   @param share 0…1.
   @param prior_db ξ, dB.
   @return The gain, 0…1.
*/
REALTIME
float
prior_snr_gain(float share, float prior_db);

#endif
