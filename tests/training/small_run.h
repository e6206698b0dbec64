// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TRAINING_SMALL_RUN_H
#define LAMINA_TESTS_TRAINING_SMALL_RUN_H

#include "training/corpus/corpus.h"
#include "training/method/recipe.h"
#include "training/method/training_run.h"

/**
   A training small enough for a test: chords that come and go, white noise, 8 kHz, two layers.

   Lies in the folder of folder_setup().
*/
typedef struct {
  Recipe*      recipe; ///< May be changed before small_run_begin()
  Corpus*      sound;
  Corpus*      noise;
  Examples*    examples; ///< NULL before small_run_begin()
  TrainingRun* run;      ///< NULL before small_run_begin()
} SmallRun;

/// Write the corpora, if they are not there yet, and a recipe, and read them.
SmallRun
small_run_open(void* const* state);

/// Draw the first weights.  @param team May be NULL.
void
small_run_begin(SmallRun* small, Team* team);

void
small_run_close(SmallRun* small);

#endif
