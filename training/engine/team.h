// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_TEAM_H
#define LAMINA_TRAINING_ENGINE_TEAM_H

#include <stdint.h>

/**
   A few threads that share out numbered tasks.

   How work is cut into tasks never depends on the number of threads, and no two tasks write to
   the same place, so the results are the same bits with any number.
*/
typedef struct Team Team;

/// One piece of work.  @param task 0…n_tasks − 1.
typedef void (*TeamTask)(void* context, uint32_t task);

/// @param n_threads The caller included, at least 1.  @return Owned by the caller, or NULL.
Team*
team_new(uint32_t n_threads);

/// Stop the threads and free; NULL is allowed.
void
team_free(Team* team);

/// Do all tasks and return when the last is done.  The caller works too.  @param team NULL: alone.
void
team_run(Team* team, uint32_t n_tasks, TeamTask task, void* context);

#endif
