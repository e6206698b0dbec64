// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_EXPERIMENTS_H
#define LAMINA_TESTS_TEXTBOOK_EXPERIMENTS_H

#include "dsp/status.h"
#include "tests/textbook/textbook.h"

#include <stdint.h>

/// The name of an experiment, in the order of the table; NULL after the last.
const char*
experiment_name(uint32_t index);

/// What an experiment is, in a few words.
const char*
experiment_purpose(uint32_t index);

/// Do an experiment and print its rows.  @return As recipe_read(), pca_new() and stages_run().
NODISCARD
Status
experiment_run(uint32_t index, Textbook* textbook, Diagnostic* why);

#endif
