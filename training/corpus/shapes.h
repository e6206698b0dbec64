// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SHAPES_H
#define LAMINA_TRAINING_CORPUS_SHAPES_H

#include "dsp/spectrum/stft.h"
#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/corpus/frames.h"
#include "training/engine/team.h"

#include <stdint.h>

/// Which envelopes of a corpus, and in which unit.
typedef struct {
  StftConfig stft;
  uint32_t   per_file; ///< Frames drawn of each file, without repetition; 0: all
  uint64_t   seed;     ///< Of the draw
  double     scale_db; ///< Decibels that are 1
} ShapesConfig;

/**
   Read every file, and keep the shapes of some of its envelopes (see envelope.h).

   Frames in silence are left out: more than 60 dB below the loudest frame of their file, or below
   −90 dB re a full-scale sine.  A file with fewer samples than a frame is one frame, padded by
   zeros.

   @param frames Tables of ENVELOPE_BANDS columns and loudnesses, written on success, owned by the
   caller: see frames_clear().
   @return As corpus_read(); STATUS_NO_MEMORY; STATUS_BAD_OPTION when a half is all silence.
*/
NODISCARD
Status
shapes_read(const ShapesConfig* config, const Corpus* corpus, Team* team, Frames* frames,
            Diagnostic* why);

/// How far the shapes of a table are from their mean: the root of the mean square, in its unit.
double
shapes_deviation(const Table* table);

#endif
