// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_STAGES_H
#define LAMINA_TRAINING_METHOD_STAGES_H

#include "dsp/status.h"
#include "training/method/descent.h"
#include "training/method/training_run.h"

#include <stdbool.h>

/// Where a run is saved and what it is known by.
typedef struct {
  const char* path; ///< Checkpoint; written after every look at the validation files
  const char* key;  ///< What the run is: it goes on with its own checkpoint alone
  bool        resume;
} StagesConfig;

/**
   The whole of a training: every layer of the encoder greedily, from below, and then all of them
   together.  A stage of no steps is left out.

   A run that is resumed ends in the numbers that it would have ended in.

   @param config NULL: nothing is saved.
   @param watcher Its `save` is replaced by our own.
   @return As descent_run(), checkpoint_read() and checkpoint_write(); STATUS_BAD_OPTION when the
   checkpoint is of another run.
*/
NODISCARD
Status
stages_run(TrainingRun* run, const StagesConfig* config, const Watcher* watcher, Diagnostic* why);

#endif
