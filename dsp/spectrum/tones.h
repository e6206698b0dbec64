// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_TONES_H
#define LAMINA_DSP_SPECTRUM_TONES_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdbool.h>
#include <stdint.h>

/// Most tones that are found.
#define TONES_MAX 32u

/// Highest tone that is looked for, Hz.
#define TONES_MAX_HZ 2800.0f

/// Least sound that tones are found in, seconds.
#define TONES_MIN_S 0.5

/// Steady tones in a noise: the harmonics of a hum, a whistle.
typedef struct {
  uint32_t n;
  float    hz[TONES_MAX];       ///< [n], ascending, at most TONES_MAX_HZ
  float    level_db[TONES_MAX]; ///< [n], dB re a full-scale sine
} Tones;

/**
   Finds the steady tones of a noise.

   The last seconds of what is heard, at a low rate, are one long spectrum by Hann's window; a tone
   is a peak of it that stands out from the median of the bins around by more than chance lets noise
   do, and its place is that of the parabola through the logarithms of its three bins.

   One thread at a time.
*/
typedef struct ToneFinder ToneFinder;

/**
   @param rate_hz Of the sound, any from 1000 up.
   @param heard_s Sound that counts, seconds, at least TONES_MIN_S; up to twice as much does.
   @param stft Of the frames that tone_finder_change_db() is about.
   @return Owned by the caller, or NULL when memory is short.
*/
ToneFinder*
tone_finder_new(double rate_hz, double heard_s, StftConfig stft);

/// Free; NULL is allowed.
void
tone_finder_free(ToneFinder* finder);

/// Forget all sound.
REALTIME
void
tone_finder_reset(ToneFinder* finder);

/// Hear noise.  @param in The channels, whose mean counts, [n_channels][n].
REALTIME
void
tone_finder_write(ToneFinder* finder, uint32_t n_channels, uint32_t n, const float* const* in);

/// Take the long spectrum of what was heard.  @return False after less than TONES_MIN_S.
REALTIME
bool
tone_finder_look(ToneFinder* finder);

/**
   The strongest peak around a frequency in the spectrum that was taken last.

   @param reach_hz How far around.
   @param over Its power at least, over the median of the bins around it.
   @param level_db Written where there is one.
   @return Where it is, Hz; 0: there is none.
*/
REALTIME
float
tone_finder_peak(const ToneFinder* finder, float hz, float reach_hz, float over, float* level_db);

/// The strongest tones of what was heard; none after less than TONES_MIN_S.
REALTIME
void
tone_finder_find(ToneFinder* finder, Tones* tones);

/**
   What a frame of the noise lacks at a frequency without the tones that were found last, dB, 0 or
   less: their power in the window's main lobe and side lobes there.
*/
REALTIME
float
tone_finder_change_db(const ToneFinder* finder, double hz);

/// What tones add to a frame at a frequency, as power over that of a full-scale sine.
REALTIME
float
tone_finder_power(const ToneFinder* finder, const Tones* tones, double hz);

#endif
