// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_TEXTBOOK_H
#define LAMINA_TESTS_TEXTBOOK_TEXTBOOK_H

#include "dsp/status.h"
#include "tests/textbook/images.h"
#include "tests/textbook/lesson.h"
#include "training/engine/progress.h"
#include "training/engine/team.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/// Most settings of the command line.
#define TEXTBOOK_MAX_SETTINGS 32u

/// What all experiments are given, and what they found.
typedef struct {
  const Images* images;
  const char*   recipes; ///< Folder
  uint64_t      seed;
  uint32_t      n_settings;
  const char*   settings[TEXTBOOK_MAX_SETTINGS]; ///< Changes of all recipes; not owned
  Team*         team;
  Progress*     progress; ///< NULL: say nothing
  FILE*         table;    ///< Where rows go
  uint32_t      n_missed; ///< Figures that were not as expected
} Textbook;

/// What a figure should be.  All zeros where nothing is known.
typedef struct {
  double reference; ///< What was found elsewhere; 0: unknown
  double low;       ///< Least that is as expected; 0 for none
  double high;      ///< Greatest that is as expected; 0 for none
} Expected;

/// One row of the table.
typedef struct {
  const char* experiment;
  const char* setting;
  const char* figure;
  Expected    expected;
  double      result;
  double      interval; ///< Half of the 95 % interval around `result`; 0: it is one figure
  double      cpu_s;
  uint64_t    seed;
} TextbookRow;

/// Most settings of a lesson.
#define TEXTBOOK_LESSON_SETTINGS 4u

/// What one lesson of the textbook is.
typedef struct {
  const char*  recipe; ///< Its name in the folder
  uint64_t     seed;
  const char*  settings[TEXTBOOK_LESSON_SETTINGS]; ///< Changes of the recipe, up to a NULL
  const Table* train;
  const Table* valid; ///< May be a part of `train`
} TextbookLesson;

/// Print what stands above the rows.
void
textbook_print_head(const Textbook* textbook);

/// Print a row, and count it when it is not as expected.
void
textbook_print(Textbook* textbook, const TextbookRow* row);

/// Read the recipe of a lesson; its own settings overrule those of the command line.  @return As
/// lesson_new().
NODISCARD
Status
textbook_open(const Textbook* textbook, const TextbookLesson* lesson, Lesson** opened,
              Diagnostic* why);

#endif
