// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_EFFECT_RETIMING_H
#define LAMINA_DSP_EFFECT_RETIMING_H

#include "dsp/attributes.h"

/// Steps of the way in the table.
#define RETIMING_STEPS 32u

/**
   From the position of a control to a share of the way between two envelopes, so that equal steps
   of the one are equal steps in dB of what is heard.

   The way is straight in dB, but what falls far below the loudest band is no longer heard, and the
   rest of its way is no step.
*/
typedef struct {
  float reached[RETIMING_STEPS + 1]; ///< Position at which so many steps of the way are done, 0…1
} Retiming;

/// The table of two envelopes, dB, [ENVELOPE_BANDS].
REALTIME
void
retiming_set(Retiming* retiming, const float* from_db, const float* to_db);

/// The share of the way at a position of the control.  Outside 0…1 both are the same.
REALTIME
float
retiming_share(const Retiming* retiming, float position);

#endif
