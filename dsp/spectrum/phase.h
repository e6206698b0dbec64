// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_PHASE_H
#define LAMINA_DSP_SPECTRUM_PHASE_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <complex.h>

/**
   Phases for spectra of which only the magnitudes are known.

   Real-time phase gradient heap integration, without a frame of look-ahead (Průša & Søndergaard,
   "Real-time spectrogram inversion using phase gradient heap integration", 2016).  One thread at
   a time.
*/
typedef struct Phase Phase;

/**
   @param config Of the spectra, with WINDOW_HANN.
   @return Owned by the caller, or NULL when memory is short.
*/
Phase*
phase_new(StftConfig config);

/// Free; NULL is allowed.
void
phase_free(Phase* phase);

/// Forget all frames: the next is taken for the middle of a steady sound.  After it the same
/// magnitudes give the same phases.
REALTIME
void
phase_reset(Phase* phase);

/**
   One frame, `hop` samples after the last.

   Bins 120 dB below the loudest of this frame and the last get a phase at random.

   @param magnitude |X|, not negative, [stft_bins].
   @param spectrum X for synthesis_add(), [stft_bins], written.
*/
REALTIME
void
phase_next(Phase* phase, const float* magnitude, float complex* spectrum);

/**
   One frame whose phases are known, as those of an attack, of which the frames before tell nothing;
   the next frames go on from them.

   @param magnitude As for phase_next().
   @param known Spectrum that has the phases, [stft_bins].
   @param spectrum As for phase_next().
*/
REALTIME
void
phase_take(Phase* phase, const float* magnitude, const float complex* known,
           float complex* spectrum);

#endif
