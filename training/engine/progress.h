// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_PROGRESS_H
#define LAMINA_TRAINING_ENGINE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
   One line that says how far long work has come and when it will be done.

   On a terminal the line is rewritten, a few times a second; elsewhere a plain line is printed now
   and then, and always at a stage's end.  One thread at a time.
*/
typedef struct Progress Progress;

/// @param stream Where to print; must outlive the result.  @param now Seconds, monotonic; NULL: the
/// system's.
Progress*
progress_new(FILE* stream, bool terminal, double (*now)(void));

/// End the line and free; NULL is allowed.
void
progress_free(Progress* progress);

/**
   Say where the work is.

   @param stage Its name; a new name begins a new stage with its own clock.
   @param step Steps done, 1…n_steps.
   @param rows Frames in a step, for the speed.
   @param loss Printed as it is.
   @param note Added at the end; may be NULL.
*/
void
progress_step(Progress* progress, const char* stage, uint64_t step, uint64_t n_steps, uint32_t rows,
              double loss, const char* note);

/// Print a whole line of its own above the progress line.
void
progress_line(Progress* progress, const char* line);

#endif
