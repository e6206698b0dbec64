// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/trespass.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Of LLVM's library, which any compiler can link.
extern void
__rtsan_realtime_enter(void);
extern void
__rtsan_realtime_exit(void);

bool
trespass_works(void)
{
  return true;
}

void
trespass_arm(void)
{
  __rtsan_realtime_enter();
}

void
trespass_disarm(void)
{
  __rtsan_realtime_exit();
}

/// The first ends the program.
uint32_t
trespass_count(void)
{
  return 0;
}

bool
trespass_is_seen(void (*const deed)(void))
{
  const pid_t child = fork();
  if (!child) {
    (void)close(STDERR_FILENO); // Its report
    __rtsan_realtime_enter();
    deed();
    __rtsan_realtime_exit();
    _exit(EXIT_SUCCESS);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}
