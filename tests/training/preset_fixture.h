// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TRAINING_PRESET_FIXTURE_H
#define LAMINA_TESTS_TRAINING_PRESET_FIXTURE_H

#include "training/preset/pack.h"

#include <stdbool.h>

/// cmocka set-up: folder_setup(), and there room.safetensors, called "Room", under CC0-1.0.
int
preset_setup(void** state);

/// A cmocka test with such a folder.
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, preset_setup, folder_teardown)

/// Write a model of constant gain.  @param licence May be NULL, as may the name.
void
preset_write_model(void* const* state, const char* file, const char* name, const char* licence);

/// Options that pack room.safetensors as `out` below the folder of the test.
PackOptions
preset_options(void* const* state, const char* out);

/// Pack it.  @return Its path, of folder_path().
const char*
preset_make(void* const* state, const char* out);

/// How many entries a folder below the folder has, hidden ones too.
unsigned
preset_count(void* const* state, const char* folder);

/// Whether there is a file.
bool
preset_exists(void* const* state, const char* name);

/// The text of a file, until the next call.
const char*
preset_read_text(void* const* state, const char* name);

#endif
