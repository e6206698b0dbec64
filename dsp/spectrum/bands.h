// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_BANDS_H
#define LAMINA_DSP_SPECTRUM_BANDS_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdint.h>

/// Most bands that a layout may have.
#define BANDS_MAX 1024u

/**
   Where the bands of a model lie, in hertz.

   Centres are equally spaced from 0 to `linear_hz`, then equally spaced on the ERB-rate scale of
   Glasberg & Moore (1990), 21.4·log10(1 + 0.00437 f), up to `top_hz`.
*/
typedef struct {
  float    step_hz;   ///< Spacing of the linear centres, positive
  float    linear_hz; ///< Last linear centre; a multiple of `step_hz`
  float    top_hz;    ///< Last centre, above `linear_hz` when `n_erb` is not 0
  uint32_t n_erb;     ///< Centres above `linear_hz`
} BandLayout;

/// Number of bands of a layout: the linear ones, 0 Hz included, and the ERB ones.
uint32_t
band_layout_count(const BandLayout* layout);

/// Centre of band `index`, in hertz.
double
band_layout_centre(const BandLayout* layout, uint32_t index);

/// The band whose centre is nearest to a frequency; the last one for all above.
REALTIME
uint32_t
band_layout_nearest(const BandLayout* layout, float hz);

/**
   A layout at one sample rate: triangles between neighbouring centres.

   Every bin belongs to at most two bands, with weights that add to one, so gains that are the
   same in every band are the same in every bin.  Const after _new; any number of threads.
*/
typedef struct Bands Bands;

/// @return Owned by the caller, or NULL when memory is short.
Bands*
bands_new(const BandLayout* layout, StftConfig stft, double rate_hz);

/// Free; NULL is allowed.
void
bands_free(Bands* bands);

/**
   Mean power of the bins in every band.

   A band with no bins, above the Nyquist frequency, reads 0.

   @param bin_power [stft_bins].
   @param power [n_bands], written.
*/
REALTIME
void
bands_power(const Bands* bands, const float* bin_power, float* power);

/**
   Interpolate a gain per band to a gain per bin.  Bins above the last centre follow the last band.

   @param gain [n_bands].
   @param bin_gain [stft_bins], written.
*/
REALTIME
void
bands_gain(const Bands* bands, const float* gain, float* bin_gain);

/**
   Where a bin lies: its gain is that of `band` plus `upper` of the step to the band above.

   @param bin Below stft_bins.
   @param upper Share of the band above, 0…1, written; 0 in the last band.
   @return Index of the band.
*/
REALTIME
uint32_t
bands_of_bin(const Bands* bands, uint32_t bin, float* upper);

#endif
