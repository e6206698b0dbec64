// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_BABBLE_H
#define LAMINA_TRAINING_CORPUS_BABBLE_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/engine/random.h"

#include <stdint.h>

/// Voices that talk at once.
enum { BABBLE_LEAST = 3, BABBLE_MOST = 8 };

/**
   Draw the noise of a crowd: voices that talk at once, each within 6 dB of the loudest.

   @param voices Drawn from once for each voice.
   @param join How each voice goes on.
   @param out [n], written; the loudest voice has RMS 1.
   @param work [n], work area.
   @return As corpus_draw().
*/
NODISCARD
Status
babble_draw(const Corpus* voices, Split split, Random* random, const CorpusPlay* play, uint32_t n,
            float* out, float* work, Diagnostic* why);

#endif
