// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_MANIFEST_H
#define LAMINA_TRAINING_CORPUS_MANIFEST_H

#include "dsp/status.h"

/// The name of the list that a folder of sound may hold.
#define MANIFEST_NAME "MANIFEST.tsv"

/// The splits of the files that a MANIFEST.tsv lists: a table with tabs between its columns, whose
/// first line names them, `file` and `split` among them.
typedef struct Manifest Manifest;

/**
   Read a list.

   @param path The file.
   @param manifest Set on success, owned by the caller.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_NO_MEMORY, or STATUS_BAD_FILE without the columns.
*/
NODISCARD
Status
manifest_read(const char* path, Manifest** manifest, Diagnostic* why);

/// Free; NULL is allowed.
void
manifest_free(Manifest* manifest);

/// What a list says of a file.
typedef enum {
  MANIFEST_NOTHING,
  MANIFEST_TRAIN,
  MANIFEST_VALID,
  MANIFEST_OTHER ///< Of another split, as "test": neither to learn from nor to judge by
} ManifestSplit;

/// Look up a file.  @param file Path below the list's folder, as it is written in the list.
ManifestSplit
manifest_split(const Manifest* manifest, const char* file);

#endif
