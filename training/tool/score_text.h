// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_SCORE_TEXT_H
#define LAMINA_TRAINING_TOOL_SCORE_TEXT_H

#include "dsp/status.h"
#include "training/corpus/frames.h"
#include "training/method/training_run.h"

/**
   What a network of whole spectra reaches on files never trained on, in words: an autoencoder's
   error in dB beside that of as many principal components, a classifier's share of errors.

   @param text Set on success; the caller frees it.
   @return As score_reconstruction(), pca_new() and score_classes().
*/
NODISCARD
Status
score_text(const TrainingRun* run, const Frames* frames, char** text, Diagnostic* why);

#endif
