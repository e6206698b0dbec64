// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_FINE_TUNE_H
#define LAMINA_TRAINING_METHOD_FINE_TUNE_H

#include "dsp/status.h"
#include "training/method/descent.h"
#include "training/method/training_run.h"

/// What the watcher hears this stage called.
#define FINE_TUNE_NAME "fine-tune"

/**
   All layers together, end to end: a mask on the clean target, an autoencoder on its own input, a
   classifier on its labels.
*/
typedef struct FineTune FineTune;

/// @return Owned by the caller, or NULL when memory is short.
FineTune*
fine_tune_new(TrainingRun* run);

/// Free; NULL is allowed.
void
fine_tune_free(FineTune* fine_tune);

/// The way down of this stage, owned by `fine_tune`.
Descent*
fine_tune_descent(FineTune* fine_tune);

/// Train the run's parameters; they end at their best.  @return As descent_run().
NODISCARD
Status
fine_tune_train(FineTune* fine_tune, const Watcher* watcher, Diagnostic* why);

#endif
