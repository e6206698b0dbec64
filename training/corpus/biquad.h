// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_BIQUAD_H
#define LAMINA_TRAINING_CORPUS_BIQUAD_H

#include <stdint.h>

/**
   A second-order section: (b0 + b1·z⁻¹ + b2·z⁻²) / (1 + a1·z⁻¹ + a2·z⁻²).

   The kinds below are the analog prototypes of R. Bristow-Johnson's "Cookbook formulae for audio
   equalizer biquad filter coefficients", carried to samples by the bilinear transform, exact at
   the frequency that is given.  It must lie between 0 and half the rate; `q` is above 0, and
   √½ makes the smoothest slope.
*/
typedef struct {
  double b0, b1, b2;
  double a1, a2;
} Biquad;

/// H(s) = 1 / (s² + s/Q + 1): gain Q at the frequency.
Biquad
biquad_low_pass(double rate_hz, double frequency_hz, double q);

/// H(s) = s² / (s² + s/Q + 1).
Biquad
biquad_high_pass(double rate_hz, double frequency_hz, double q);

/// Gain 1 at 0 Hz and half the rate, `gain_db` at the frequency.
Biquad
biquad_peak(double rate_hz, double frequency_hz, double gain_db, double q);

/// A resonance of a housing, a pipe or a body.
typedef struct {
  double frequency_hz;
  double gain_db;
  double q;
} Resonance;

/// The peak of a resonance, turned down to where it fits below half the rate.
Biquad
biquad_resonance(double rate_hz, const Resonance* resonance);

/// Gain `gain_db` at 0 Hz, half of it at the frequency, 1 at half the rate.
Biquad
biquad_low_shelf(double rate_hz, double frequency_hz, double gain_db, double q);

/// Gain 1 at 0 Hz, half of `gain_db` at the frequency, all of it at half the rate.
Biquad
biquad_high_shelf(double rate_hz, double frequency_hz, double gain_db, double q);

/**
   Filter by sections, one after the other, from rest.

   In double: frequencies far below the rate put the poles next to 1.

   @param sections [n_sections].
   @param x [n], changed in place.
*/
void
biquad_apply(uint32_t n_sections, const Biquad* sections, uint32_t n, float* x);

#endif
