// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_ENVELOPE_H
#define LAMINA_DSP_SPECTRUM_ENVELOPE_H

#include "dsp/attributes.h"
#include "dsp/spectrum/stft.h"

#include <stdint.h>

/// Bands of an envelope.
#define ENVELOPE_BANDS 64u

/// An envelope never falls further below the loudest bin of its frame, dB.
#define ENVELOPE_RANGE_DB 60.0f

/// Every frame is heard above this, dB re a full-scale sine: silence is flat and reads this level.
#define ENVELOPE_SILENCE_DB (-120.0f)

/**
   What of a spectrum is timbre and neither pitch nor level.

   The true envelope: a smooth curve through the peaks of the log spectrum, by iterated cepstral
   smoothing (Röbel & Rodet, "Efficient spectral envelope estimation and its application to pitch
   shifting and envelope preservation", 2005).  It is as fine as the harmonics of the frame sample
   it, half a period of the sound in quefrency, and of a fixed fineness where there is no period.

   Bands lie equally spaced on the ERB-rate scale of Glasberg & Moore (1990) from 40 Hz to 20 kHz.
   Frequencies above the Nyquist frequency read as the lowest level.  A sound has one envelope at
   all rates.  Every frame costs the same.  One thread at a time.
*/
typedef struct Envelope Envelope;

/// Centre of a band, in hertz.
double
envelope_centre(uint32_t band);

/**
   @param stft Of the spectra; its frame should be of about 40 ms.
   @return Owned by the caller, or NULL when memory is short.
*/
Envelope*
envelope_new(StftConfig stft, double rate_hz);

/// Free; NULL is allowed.
void
envelope_free(Envelope* envelope);

/**
   One frame.

   @param bin_power |X|², or its mean over the channels, [stft_bins].
   @param shape_db The envelope, dB, less its mean, [ENVELOPE_BANDS], written.
   @return That mean, the level of the frame, dB re a full-scale sine.
*/
REALTIME
float
envelope_from_power(Envelope* envelope, const float* bin_power, float* shape_db);

/// The same of what became of the last such frame: its period is that of the frame, so that the two
/// envelopes are of one fineness.
REALTIME
float
envelope_from_filtered(Envelope* envelope, const float* bin_power, float* shape_db);

/**
   Interpolate decibels per band to decibels per bin.  Bins below the first centre follow the first
   band, those above the last the last.

   @param band_db [ENVELOPE_BANDS].
   @param bin_db [stft_bins], written.
*/
REALTIME
void
envelope_to_bins(const Envelope* envelope, const float* band_db, float* bin_db);

#endif
