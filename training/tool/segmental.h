// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_SEGMENTAL_H
#define LAMINA_TRAINING_TOOL_SEGMENTAL_H

#include "dsp/status.h"

#include <stdint.h>

/// Where segmental_measure() clamps the ratio of a frame, dB.
#define SEGMENTAL_MIN_DB (-10.0)
#define SEGMENTAL_MAX_DB 35.0

/// The least residual that is told from silence, dB.
#define RESIDUAL_MIN_DB (-100.0)

/// What is heard frame by frame.
typedef struct {
  double snr_db;      ///< Mean over the active frames of the sound's energy over the error's, each
                      ///< clamped; NaN when the sound is silent
  double level_db;    ///< Energy of what is judged over that of the sound, active frames; NaN too
  double residual_db; ///< Energy of what is judged over that of the mixture, in the pauses; NaN
                      ///< when there are none, or no mixture sounds in them
} Segmental;

/**
   Measure what is left of a mixture, in frames of 20 ms, half overlapping.

   A frame is active when the sound in it is within 40 dB of its loudest frame.  A pause is a frame
   that is not, between two that are not.

   @param clean The sound, [n], as loud as it is in `mixture`.
   @param mixture [n].
   @param out What is judged, [n], in time with the others.
   @param result Written on success.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
segmental_measure(double rate_hz, uint32_t n, const float* clean, const float* mixture,
                  const float* out, Segmental* result, Diagnostic* why);

#endif
