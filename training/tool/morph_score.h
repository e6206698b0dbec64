// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_MORPH_SCORE_H
#define LAMINA_TRAINING_TOOL_MORPH_SCORE_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/frames.h"
#include "training/method/training_run.h"

/**
   What a morph model reaches, in words: score_text(), what its axes follow, and whether there was
   anything to learn.

   @param model Of `run`.
   @param rho As morph_model_new() wrote them.
   @param text Set on success; the caller frees it.
   @return As score_text().
*/
NODISCARD
Status
morph_score_text(const TrainingRun* run, const Frames* frames, const Model* model,
                 const double* rho, char** text, Diagnostic* why);

#endif
