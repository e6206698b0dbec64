// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SHELF_H
#define LAMINA_TRAINING_CORPUS_SHELF_H

#include <stdint.h>

/**
   Tilt a spectrum by a first-order shelf.

   H(s) = (√g·s + ω)/(s/√g + ω): gain 1 at 0 Hz, √g at the pivot, g far above it; carried to
   samples by the bilinear transform, exact at the pivot.  The filter starts from rest.

   @param pivot_hz Between 0 and half the rate.
   @param gain_db g, positive or negative.
   @param x [n], changed in place.
*/
void
shelf_apply(double rate_hz, double pivot_hz, double gain_db, uint32_t n, float* x);

#endif
