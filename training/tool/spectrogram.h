// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_SPECTROGRAM_H
#define LAMINA_TRAINING_TOOL_SPECTROGRAM_H

#include "dsp/status.h"
#include "training/corpus/sound_file.h"

#include <stdint.h>

/// Level over time and frequency, for drawing.
typedef struct {
  uint32_t n_columns;
  uint32_t n_bins;
  double   bin_hz;   ///< From one bin to the next
  float*   level_db; ///< [n_columns × n_bins], owned; a full-scale sine reads 0
} Spectrogram;

/**
   The mean power of a sound's channels in `n_columns` equal parts of `length_s` seconds.

   Windows are 43 ms long, and steps short enough that every column has one.  After the end of the
   sound it is silent.

   @param n_columns At least 1.
   @param length_s Positive.
   @param spectrogram Written on success; release it with spectrogram_clear().
   @return STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
spectrogram_measure(const Sound* sound, uint32_t n_columns, double length_s,
                    Spectrogram* spectrogram, Diagnostic* why);

/// Release the levels; the struct becomes all zeros.
void
spectrogram_clear(Spectrogram* spectrogram);

/**
   The greatest level of a column between two frequencies, read between the bins where they are
   closer to each other than the bins.

   @return Decibels; SPECTROGRAM_SILENCE_DB above the sound's highest frequency.
*/
float
spectrogram_level(const Spectrogram* spectrogram, uint32_t column, double from_hz, double to_hz);

/// What silence reads.
#define SPECTROGRAM_SILENCE_DB (-200.0f)

#endif
