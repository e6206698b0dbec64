// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_EQUALIZER_H
#define LAMINA_TRAINING_CORPUS_EQUALIZER_H

#include "training/engine/random.h"

#include <stdint.h>

/**
   Another microphone, another distance: a low shelf, a high shelf and, half of the time, a peak,
   of random places and gains.

   @param random As many numbers of it are used whatever the gain.
   @param greatest_db Each section has a gain in ±`greatest_db`; 0 changes nothing.
   @param x [n], changed in place.
*/
void
equalizer_apply(Random* random, double greatest_db, double rate_hz, uint32_t n, float* x);

#endif
