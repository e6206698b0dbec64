// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_TRESPASS_H
#define LAMINA_TESTS_SUPPORT_TRESPASS_H

#include <stdbool.h>
#include <stdint.h>

/// False where nothing is seen: in builds with other sanitizers.
bool
trespass_works(void);

/// From now on this thread must not do what a real-time thread must not.
void
trespass_arm(void);

void
trespass_disarm(void);

/// How often an armed thread did.  One that is fatal is not counted.
uint32_t
trespass_count(void);

/// Whether it is noticed, or fatal, when an armed thread does this.
bool
trespass_is_seen(void (*deed)(void));

#endif
