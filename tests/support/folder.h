// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_FOLDER_H
#define LAMINA_TESTS_SUPPORT_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/// A cmocka test with an empty folder of its own.
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

/// For folder_limit().
#define FOLDER_NO_LIMIT UINT64_MAX

/// cmocka set-up: an empty folder to test in; `*state` is its path.
int
folder_setup(void** state);

/// cmocka tear-down: remove it with all that is in it.
int
folder_teardown(void** state);

/// A path below the folder, valid until the tear-down.
const char*
folder_path(void* const* state, const char* name);

/// Make a folder below the folder.
void
folder_make(void* const* state, const char* name);

/// Write bytes.
void
folder_write(void* const* state, const char* name, size_t size, const void* bytes);

/// Read a file of any length.  @return Bytes read, `size` at most.
size_t
folder_read(void* const* state, const char* name, size_t size, void* bytes);

/// Files and folders in the folder, but for those whose names begin with a dot.
uint32_t
folder_count(void* const* state);

/// Let no file of this process grow beyond so many bytes, as if the disk were full.
void
folder_limit(uint64_t size);

#endif
