// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_MORPH_MODEL_H
#define LAMINA_TRAINING_METHOD_MORPH_MODEL_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/frames.h"
#include "training/corpus/timbres.h"
#include "training/method/training_run.h"

/**
   The morph model of a run: its network with the code on axes that follow what has a name, where
   they can, and principal ones, signed and labelled, with its percentiles and its anchors.

   See axes.h, bearings.h and labels.h.  Percentiles and labels are those of the half to learn from;
   anchors are means over both halves, weighted by loudness as those that are learned live.  An
   anchor without a frame of sound is left out.

   @param run Of a recipe with MODEL_MORPH.
   @param frames As shapes_read() wrote them.
   @param rho Correlations of the axes with the labels that they follow best, [MODEL_MAX_CODE],
   written.
   @param model Set on success, owned by the caller, without words.
   @return STATUS_NO_MEMORY, or as pca_new().
*/
NODISCARD
Status
morph_model_new(const TrainingRun* run, const Frames* frames, const Timbres* timbres, double* rho,
                Model** model, Diagnostic* why);

#endif
