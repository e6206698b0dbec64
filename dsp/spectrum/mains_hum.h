// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_MAINS_HUM_H
#define LAMINA_DSP_SPECTRUM_MAINS_HUM_H

#include "dsp/attributes.h"
#include "dsp/spectrum/tones.h"

#include <stdint.h>

/// Furthest that the mains, and the clocks of recorders, are off 50 or 60 Hz, as a share.
#define MAINS_DEVIATION 0.004f

/**
   Finds the hum of the mains under any sound, while that sounds.

   Hum has what no other sound has: lines at whole multiples of 50 or 60 Hz as steady as a clock,
   one of the first three among them, four or more in all, and no more than 2 as their common
   factor.  A voice does not hold a pitch so still for a second and a half, and the scale has no
   note there: the nearest to 50, 60, 100, 120, 150 and 180 Hz are 2 % and more away where A is
   440 Hz.

   Long spectra by a ToneFinder are looked at twice in a second, and a hum counts once two in a row
   agree.  A look is cut into small steps, so that no block has much more to do than another.

   It begins with the first sound: when it looks does not depend on how long the digital silence
   before was, so that two exports of a session are the same.

   One thread at a time.
*/
typedef struct MainsHum MainsHum;

/// @param rate_hz Of the sound, any from 1000 up.
/// @return Owned by the caller, or NULL when memory is short.
MainsHum*
mains_hum_new(double rate_hz);

/// Free; NULL is allowed.
void
mains_hum_free(MainsHum* hum);

/// Forget all sound, and the hum.
REALTIME
void
mains_hum_reset(MainsHum* hum);

/// Samples until what mains_hum_tones() says may change, at least 1: the next step.
REALTIME
uint32_t
mains_hum_left(const MainsHum* hum);

/// Hear sound.  @param in The channels, whose mean counts, [n_channels][n], finite.
REALTIME
void
mains_hum_write(MainsHum* hum, uint32_t n_channels, uint32_t n, const float* const* in);

/// The hum's tones, owned by `hum`; none without one.  It is given up 20 s after it was heard last.
REALTIME
const Tones*
mains_hum_tones(const MainsHum* hum);

#endif
