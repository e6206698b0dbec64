// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_TIMBRES_H
#define LAMINA_TRAINING_CORPUS_TIMBRES_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/corpus.h"

#include <stdint.h>

/// The place of a file of none of the timbres.
#define TIMBRES_NONE UINT32_MAX

/// The timbres of a corpus that get names.
typedef struct {
  uint32_t  n;
  uint32_t  n_found; ///< With those that there was no room for, or that were not asked for
  char      names[MODEL_MAX_ANCHORS][MODEL_NAME_SIZE];  ///< In order
  char      groups[MODEL_MAX_ANCHORS][MODEL_NAME_SIZE]; ///< What their files are called
  uint32_t* of_file[2]; ///< By Split: each file's place among the names, or TIMBRES_NONE
} Timbres;

/**
   Name the timbres of a corpus: its groups; where all files are of one group, what their names have
   in common up to the first digit, dot, space, "-" or "_".

   @param wanted Names with commas between them, "NAME = OTHER" for one that is to be called
   otherwise; "": all, or the MODEL_MAX_ANCHORS with most files.
   @param timbres Written on success; release it with timbres_clear().
   @return STATUS_BAD_OPTION for a name that is not there, or too many; STATUS_NO_MEMORY.
*/
NODISCARD
Status
timbres_find(const Corpus* corpus, const char* wanted, Timbres* timbres, Diagnostic* why);

/// Release what timbres_find() allocated; the struct becomes all zeros.
void
timbres_clear(Timbres* timbres);

#endif
