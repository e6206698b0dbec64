// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_STOI_H
#define LAMINA_TRAINING_TOOL_STOI_H

#include "dsp/status.h"

#include <stdint.h>

/// How well speech is understood, by two measures of one decomposition.
typedef struct {
  double stoi;  ///< Taal et al. 2011; 1 is the clean sound, NaN when there is too little of it
  double estoi; ///< Jensen & Taal 2016; as above
} Intelligibility;

/**
   Short-time objective intelligibility.

   Too little is less than 31 frames of 25.6 ms, half overlapping, within 40 dB of the loudest:
   about 0.41 s of sound.

   @param rate_hz Of both; they are resampled to 10 kHz.
   @param clean [n].
   @param out [n], what is judged, in time with `clean`.
   @param result Written on success.
   @return STATUS_NO_MEMORY, or as resample().
*/
NODISCARD
Status
stoi_measure(double rate_hz, uint32_t n, const float* clean, const float* out,
             Intelligibility* result, Diagnostic* why);

#endif
