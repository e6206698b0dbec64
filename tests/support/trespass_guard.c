// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/guard.h"
#include "tests/support/trespass.h"

bool
trespass_works(void)
{
  return guard_works();
}

void
trespass_arm(void)
{
  guard_arm();
}

void
trespass_disarm(void)
{
  guard_disarm();
}

uint32_t
trespass_count(void)
{
  const GuardCounts counts = guard_counts();
  return counts.n_allocations + counts.n_locks + counts.n_calls;
}

bool
trespass_is_seen(void (*const deed)(void))
{
  const uint32_t before = trespass_count();
  guard_arm();
  deed();
  guard_disarm();
  return trespass_count() > before;
}
