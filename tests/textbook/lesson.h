// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_LESSON_H
#define LAMINA_TESTS_TEXTBOOK_LESSON_H

#include "dsp/status.h"
#include "training/corpus/table.h"
#include "training/engine/progress.h"
#include "training/engine/team.h"
#include "training/method/examples.h"
#include "training/method/recipe.h"
#include "training/method/training_run.h"

#include <stdint.h>

/// What is learned, and from which images.
typedef struct {
  const char*        recipe; ///< File
  uint32_t           n_settings;
  const char* const* settings; ///< Changes of the recipe, [n_settings]
  const Table*       train;    ///< To learn from
  const Table*       valid;    ///< To find the best step by; it may be a part of `train`
  Team*              team;
  Progress*          progress; ///< NULL: say nothing
} LessonConfig;

/// A network that learns images as its recipe says.
typedef struct {
  Recipe*      recipe;
  Examples*    examples;
  Progress*    progress;
  TrainingRun* run;
  double       cpu_s; ///< What lesson_learn() took of all processors
} Lesson;

/**
   Read the recipe and draw the first weights.

   @param config Its tables, team and progress must outlive the result.
   @param lesson Set on success, owned by the caller.
   @return As recipe_read(); STATUS_NO_MEMORY.
*/
NODISCARD
Status
lesson_new(const LessonConfig* config, Lesson** lesson, Diagnostic* why);

/// Free; NULL is allowed.
void
lesson_free(Lesson* lesson);

/// Take the encoder that another lesson of the same layers has learned.
void
lesson_take_encoder(Lesson* lesson, const Lesson* from);

/// Seconds of processor time that all threads have used.
double
lesson_clock(void);

/// Learn all stages of the recipe.  @return As stages_run().
NODISCARD
Status
lesson_learn(Lesson* lesson, Diagnostic* why);

#endif
