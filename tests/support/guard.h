// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_GUARD_H
#define LAMINA_TESTS_SUPPORT_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/**
   Counts what a real-time thread must not do.

   The program's malloc, mutex and some system calls are replaced by ones that count when the
   thread that calls them is armed, and do what they always do.  Libraries and plugins that are
   loaded later are counted too.
*/
typedef struct {
  uint32_t n_allocations; ///< malloc, calloc, realloc, free, and the aligned ones
  uint32_t n_locks;       ///< pthread_mutex_lock
  uint32_t n_calls;       ///< open, read, write, mmap, sched_yield, nanosleep
} GuardCounts;

/// False in builds with sanitizers, which replace the same functions: then nothing is counted.
bool
guard_works(void);

/// Count what this thread does from now on.
void
guard_arm(void);

void
guard_disarm(void);

/// What armed threads did since the program began.
GuardCounts
guard_counts(void);

#endif
