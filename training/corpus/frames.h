// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_FRAMES_H
#define LAMINA_TRAINING_CORPUS_FRAMES_H

#include "dsp/spectrum/log_spectrum.h"
#include "dsp/spectrum/stft.h"
#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/corpus/table.h"
#include "training/engine/team.h"

#include <stdbool.h>
#include <stdint.h>

/// Which frames of a corpus, and as what.
typedef struct {
  StftConfig stft;
  uint32_t   per_file; ///< Frames drawn of each file, without repetition; 0: all
  uint64_t   seed;     ///< Of the draw
  bool       classes;  ///< Label every row with the group of its file
} FramesConfig;

/// Both halves of a corpus as logarithmic spectra, or as envelopes: see shapes.h.
typedef struct {
  LogSpectrumConfig spectrum;    ///< `top_db` is that of the half to learn from
  Table*            split[2];    ///< By Split
  char*             classes;     ///< Names of the groups, cleaned, one a line, in order; or NULL
  float*            loudness[2]; ///< Of envelopes: power to 0.3 of each row, by Split; or NULL
} Frames;

/**
   Read every file, and keep the logarithmic spectra of some of its frames.

   A file with fewer samples than a frame is one frame, padded by zeros.  Silent frames, with no
   bin within the range, are kept: they are sound as well.

   @param spectrum `range_db` and `unit`; `top_db` is found here.
   @param frames Written on success, owned by the caller.
   @return As corpus_read(); STATUS_NO_MEMORY; STATUS_BAD_OPTION when all is silence, when a group
   to judge by is not in the half to learn from, or when there are more frames than memory should
   be taken for, 4 GiB.
*/
NODISCARD
Status
frames_read(const FramesConfig* config, const LogSpectrumConfig* spectrum, const Corpus* corpus,
            Team* team, Frames* frames, Diagnostic* why);

/// Release what frames_read() or shapes_read() allocated; the struct becomes all zeros.
void
frames_clear(Frames* frames);

#endif
