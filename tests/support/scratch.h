// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_SCRATCH_H
#define LAMINA_TESTS_SUPPORT_SCRATCH_H

#include "dsp/network/model.h"

#include <stddef.h>

/// Longest path in the scratch folder.
#define SCRATCH_PATH 512u

/// A path in a folder of this program's own, which is deleted when it exits.
typedef struct {
  char text[SCRATCH_PATH];
} ScratchPath;

ScratchPath
scratch_path(const char* name);

/// Write a model there and free it.  Aborts when it cannot.
ScratchPath
scratch_model(const char* name, Model* model);

/// Write bytes there.  Aborts when it cannot.
ScratchPath
scratch_file(const char* name, size_t size, const void* bytes);

#endif
