// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_LOG_SPECTRUM_H
#define LAMINA_DSP_SPECTRUM_LOG_SPECTRUM_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdbool.h>
#include <stdint.h>

/**
   A spectrum in decibels, as autoencoders of whole frames learn it.

   One number per bin: its level, held within `range_db` below `top_db`, and mapped from there to
   −1…1 or 0…1 (Roche et al., "Autoencoders for music sound modeling", 2019).
*/
typedef struct {
  float top_db;   ///< dB re a full-scale sine; the loudest bin of the training frames
  float range_db; ///< dB, positive
  bool  unit;     ///< Numbers lie in 0…1 and not in −1…1, as binary units want them
} LogSpectrumConfig;

/**
   @param n_bins Bins.
   @param window_sum stft_window_sum() of the spectra.
   @param bin_power |X|², [n_bins].
   @param x [n_bins], written.  May be `bin_power`.
*/
REALTIME
void
log_spectrum_from_power(const LogSpectrumConfig* config, uint32_t n_bins, double window_sum,
                        const float* bin_power, float* x);

/// The inverse, to magnitudes |X|.  Numbers beyond an end of the range read as that end, and what
/// is at the lower end becomes 0.
REALTIME
void
log_spectrum_to_magnitude(const LogSpectrumConfig* config, uint32_t n_bins, double window_sum,
                          const float* x, float* magnitude);

#endif
