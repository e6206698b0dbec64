// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_DYNAMICS_H
#define LAMINA_TRAINING_CORPUS_DYNAMICS_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"

#include <stdint.h>

/**
   How far the softest moments of a signal lie below its loudest: the 5th percentile of the levels
   of its frames of 20 ms below the 95th.

   @param x [n], at least one frame; the first 6 s count.
   @return Decibels, 0…120; more counts as that, and silence as well.
*/
double
dynamics_of(double rate_hz, uint32_t n, const float* x);

/**
   The same of a corpus: the median of 16 recordings of a second or more, spread over all files, of
   which the first 6 s are looked at.

   Voices that were recorded well pause for breath in silence, 40 dB below and more.

   @param below_db Written; 120 where no recording is so long, or can be read.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
dynamics_measure(const Corpus* corpus, Split split, double* below_db, Diagnostic* why);

#endif
