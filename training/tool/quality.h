// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_QUALITY_H
#define LAMINA_TRAINING_TOOL_QUALITY_H

#include "dsp/status.h"

#include <stdint.h>

/// What is measured of a sound that noise was taken out of.
typedef enum {
  QUALITY_SI_SDR,    ///< measure_si_sdr(), dB
  QUALITY_SEGMENTAL, ///< Segmental.snr_db
  QUALITY_STOI,      ///< Intelligibility.stoi
  QUALITY_ESTOI,     ///< Intelligibility.estoi
  QUALITY_LSD,       ///< spectral_distance_measure(), dB
  QUALITY_LEVEL,     ///< Segmental.level_db
  QUALITY_RESIDUAL,  ///< Segmental.residual_db
  N_QUALITIES
} QualityMeasure;

/// All measures of one sound; NaN where there is nothing to measure.
typedef struct {
  double of[N_QUALITIES];
} Quality;

/// How one measure is written.
typedef struct {
  const char* title;    ///< Of a column of a table
  const char* key;      ///< Of a column of comma-separated values
  uint32_t    n_digits; ///< After the point, in a table
} QualityWords;

/// The words of a measure.
const QualityWords*
quality_words(QualityMeasure measure);

/// NaN in all places.
Quality
quality_none(void);

/**
   Measure what is left of a mixture.

   @param clean The sound, [n], as loud as it is in `mixture`.
   @param mixture [n].
   @param out What is left, [n], in time with the others.
   @param quality Written on success.
   @return STATUS_NO_MEMORY, or as resample().
*/
NODISCARD
Status
quality_measure(double rate_hz, uint32_t n, const float* clean, const float* mixture,
                const float* out, Quality* quality, Diagnostic* why);

#endif
