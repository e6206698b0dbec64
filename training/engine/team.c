// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/team.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct Team {
  pthread_mutex_t lock;
  pthread_cond_t  work; ///< There are tasks, or it is over
  pthread_cond_t  done; ///< The last task is done
  uint32_t        n_workers;
  pthread_t*      workers;
  bool            over;
  TeamTask        task;
  void*           context;
  uint32_t        n_tasks;
  uint32_t        n_taken;
  uint32_t        n_done;
};

/// Do tasks until none is left.  Called and left with the lock held.
static void
do_tasks(Team* const team)
{
  while (team->n_taken < team->n_tasks) {
    const uint32_t task = team->n_taken++;
    pthread_mutex_unlock(&team->lock);
    team->task(team->context, task);
    pthread_mutex_lock(&team->lock);
    if (++team->n_done == team->n_tasks) {
      pthread_cond_signal(&team->done);
    }
  }
}

static void*
work_along(void* const handle)
{
  Team* const team = (Team*)handle;
  pthread_mutex_lock(&team->lock);
  while (!team->over) {
    do_tasks(team);
    if (!team->over) {
      pthread_cond_wait(&team->work, &team->lock);
    }
  }
  pthread_mutex_unlock(&team->lock);
  return NULL;
}

Team*
team_new(const uint32_t n_threads)
{
  Team* const team = calloc(1, sizeof(Team));
  if (!team) {
    return NULL;
  }

  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->work, NULL);
  pthread_cond_init(&team->done, NULL);
  team->workers = calloc(n_threads, sizeof(pthread_t));
  while (team->workers && team->n_workers + 1 < n_threads) {
    if (pthread_create(&team->workers[team->n_workers], NULL, work_along, team)) {
      break; // A smaller team does the same work
    }
    ++team->n_workers;
  }
  return team;
}

void
team_free(Team* const team)
{
  if (!team) {
    return;
  }

  pthread_mutex_lock(&team->lock);
  team->over = true;
  pthread_cond_broadcast(&team->work);
  pthread_mutex_unlock(&team->lock);
  for (uint32_t i = 0; i < team->n_workers; ++i) {
    pthread_join(team->workers[i], NULL);
  }
  pthread_cond_destroy(&team->done);
  pthread_cond_destroy(&team->work);
  pthread_mutex_destroy(&team->lock);
  free(team->workers);
  free(team);
}

void
team_run(Team* const team, const uint32_t n_tasks, const TeamTask task, void* const context)
{
  if (!team || !team->n_workers || n_tasks < 2) {
    for (uint32_t i = 0; i < n_tasks; ++i) {
      task(context, i);
    }
    return;
  }

  pthread_mutex_lock(&team->lock);
  team->task    = task;
  team->context = context;
  team->n_tasks = n_tasks;
  team->n_taken = 0;
  team->n_done  = 0;
  pthread_cond_broadcast(&team->work);
  do_tasks(team);
  while (team->n_done < n_tasks) {
    pthread_cond_wait(&team->done, &team->lock);
  }
  team->n_tasks = 0;
  pthread_mutex_unlock(&team->lock);
}
