// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_PERIODICITY_H
#define LAMINA_DSP_SPECTRUM_PERIODICITY_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <complex.h>
#include <stdint.h>

/// Ranges of lags, and bands.
#define PERIODICITY_RANGES 8u
#define PERIODICITY_BANDS  10u

/// Numbers that are told of a frame.
#define PERIODICITY_SIZE (PERIODICITY_RANGES + 2u + PERIODICITY_BANDS)

/// Shortest and longest lag, seconds: pitches from 500 down to 69 Hz.
#define PERIODICITY_MIN_S 0.002
#define PERIODICITY_MAX_S 0.0145

/**
   How periodic a sound is, at which pitch, and in which bands: what a voice is known by.

   By lag, the autocorrelation of the last frame and of the one before, and their correlation with
   each other, by which lags that are long for a frame are known; from spectra whose magnitudes are
   the square roots of what they were, so that the strongest partial does not say everything
   (Tolonen & Karjalainen 2000), over that of the windows (Boersma 1993).  So a periodic sound has
   about 1 at its period at any pitch.

   A frame's numbers are: the highest of the correlations up to 3.4 kHz in each of
   PERIODICITY_RANGES ranges of lags, equally wide in octaves, shortest first; the highest of all,
   where among like ones the shortest lag counts; this lag, −1 for the shortest to 1 for the longest
   in octaves; and at this lag the correlation of each of PERIODICITY_BANDS bands up to 5 kHz, in
   which a voice is voiced or not (Griffin & Lim 1988).  All are within ±1.5.

   One thread at a time.
*/
typedef struct Periodicity Periodicity;

/// @return Owned by the caller, or NULL when memory is short.
Periodicity*
periodicity_new(StftConfig stft, double rate_hz);

/// Free; NULL is allowed.
void
periodicity_free(Periodicity* periodicity);

/// Forget the frame before.
REALTIME
void
periodicity_reset(Periodicity* periodicity);

/**
   One frame.

   @param n_channels 1 or 2; their correlations are added.
   @param spectra [n_channels][stft_bins], finite.
   @param x [PERIODICITY_SIZE], written.
*/
REALTIME
void
periodicity_track(Periodicity* periodicity, uint32_t n_channels,
                  const float complex* const* spectra, float* x);

#endif
