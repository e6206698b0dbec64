// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_SPECTRAL_DISTANCE_H
#define LAMINA_TRAINING_TOOL_SPECTRAL_DISTANCE_H

#include "dsp/status.h"

#include <stdint.h>

/// Below the strongest bin of the clean sound, dB: both spectra are taken to be no lower.
#define SPECTRAL_RANGE_DB 50.0

/**
   Log-spectral distance, dB: how far apart two sounds are in the eyes of a spectrogram.

       mean over frames of √(mean over bins of (10·log10(max(|S|², δ) / max(|Ŝ|², δ)))²)

   with δ = SPECTRAL_RANGE_DB below the greatest |S|² of all (Cohen & Gannot, "Spectral enhancement
   methods", 2008).  Frames of 32 ms, half overlapping, by Hann's window; pauses count.

   @param clean s, [n].
   @param out ŝ, [n], as loud and in time.
   @param distance_db Written on success; NaN for less than a frame, or a silent s.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
spectral_distance_measure(double rate_hz, uint32_t n, const float* clean, const float* out,
                          double* distance_db, Diagnostic* why);

#endif
