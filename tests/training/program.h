// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TRAINING_PROGRAM_H
#define LAMINA_TESTS_TRAINING_PROGRAM_H

#include "dsp/attributes.h"

/// What the last run printed, both streams.
extern char program_output[16384];

/// Run a shell command.  @return Its exit status.
int
program_run(const char* format, ...) PRINTF_FORMAT(1, 2);

/// Run `lamina` in the folder of the test.  @return Its exit status.
int
program_lamina(void* const* state, const char* command, const char* arguments);

/// Fail unless the last run printed one line, "lamina: " and `words` in it.
void
program_expect_complaint(const char* words);

#endif
