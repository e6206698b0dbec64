// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_LOW_PASS_H
#define LAMINA_TRAINING_CORPUS_LOW_PASS_H

#include <stdint.h>

/**
   Take away what is above a frequency, as old recorders, telephones and codecs do: Chebyshev's
   filter of the first kind, of order 8.

   Up to the frequency gains lie between −0.5 dB and 0; above it they fall at once, and are 70 dB
   down after 0.9 octaves, or less near half the rate.  So steep that hardly a band is left where
   there is sound, but too little of it to learn from.

   @param frequency_hz Between 0 and half the rate.
   @param x [n], changed in place; the filter starts from rest.
*/
void
low_pass_apply(double rate_hz, double frequency_hz, uint32_t n, float* x);

#endif
