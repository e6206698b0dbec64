// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_MATERIAL_H
#define LAMINA_TRAINING_TOOL_MATERIAL_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/corpus/frames.h"
#include "training/corpus/timbres.h"
#include "training/engine/team.h"
#include "training/method/examples.h"
#include "training/method/recipe.h"
#include "training/method/training_run.h"
#include "training/tool/options.h"

#include <stdbool.h>

/// Envelopes that differ less are one timbre, dB.
#define MATERIAL_ONE_TIMBRE_DB 1.0

/// Where a recipe's material is, and who hears of its files.
typedef struct {
  const OptionList* data;
  const OptionList* music; ///< Of a denoiser; no folders: none
  const OptionList* noise; ///< Of a denoiser; no folders: noise is synthesized
  CorpusReport      report;
  void*             context;   ///< Handed to `report`
  bool              by_chance; ///< No MANIFEST.tsv splits the files
} MaterialConfig;

/// What a recipe is trained on.
typedef struct {
  Corpus*   sound;
  Corpus*   music;   ///< NULL: none
  Corpus*   noise;   ///< Of a denoiser; NULL: none
  Frames    frames;  ///< Of the other tasks; nothing for a denoiser
  Timbres   timbres; ///< Of a morph model; nothing for the others
  Examples* examples;
} Material;

/**
   Open the corpora of a recipe's task, say on the standard output how much there is and what is
   odd about it, and read what is to be in memory.

   @param recipe Must outlive the material.
   @param material Written on success, owned by the caller.
   @return As corpus_open(), frames_read(), timbres_find() and shapes_read(); STATUS_BAD_OPTION when
   one half would be empty.
*/
NODISCARD
Status
material_open(const Recipe* recipe, const MaterialConfig* config, Team* team, Material* material,
              Diagnostic* why);

/// Release what material_open() allocated; the struct becomes all zeros.
void
material_clear(Material* material);

/**
   A run on this material, at its first weights: drawn, with `skip: pca` principal components, with
   `from` those of another model.

   @param run Set on success, owned by the caller.
   @return STATUS_NO_MEMORY, or as pca_new() and model_read(); STATUS_BAD_OPTION when that model is
   of another shape.
*/
NODISCARD
Status
material_begin(const Material* material, const Recipe* recipe, Team* team, TrainingRun** run,
               Diagnostic* why);

#endif
