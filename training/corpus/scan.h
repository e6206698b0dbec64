// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SCAN_H
#define LAMINA_TRAINING_CORPUS_SCAN_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"

#include <stdbool.h>
#include <stdint.h>

/// A file that may be sound.
typedef struct {
  const char* path;     ///< To open it by
  const char* below;    ///< The end of `path`: below the folder that was given
  const char* group;    ///< Last part of its folder's path
  uint32_t    folder;   ///< Number of its folder; files of one folder follow each other
  bool        listed;   ///< A MANIFEST.tsv counts for it
  bool        reserved; ///< For another split than ours, says that
  Split       split;    ///< What that says; SPLIT_TRAIN where it says nothing
} ScanFile;

/// Who is told what a scan finds.
typedef struct {
  /// A file that is there, is regular, is not empty and is not named like something else.
  Status (*file)(void* context, const ScanFile* file, Diagnostic* why);
  /// A file or folder that is not for us, and why not.
  void (*left_out)(void* context, const char* path, const char* reason);
  void* context;
} ScanVisitor;

/// Memory of one scan or several: what was seen is not visited again.
typedef struct Scan Scan;

/// @param visitor Copied.  @return Owned by the caller, or NULL when memory is short.
Scan*
scan_new(const ScanVisitor* visitor);

/// Free; NULL is allowed.
void
scan_free(Scan* scan);

/**
   Visit the files in and below a folder, or one file.

   A folder's files come first, by name, then its folders, by name.  Links are followed, and what
   is reached a second time, by its device and inode, is left out: so loops end, and no file is
   counted twice.  Hidden files are left out.

   The MANIFEST.tsv that counts for a file is the one in its folder or else in the nearest folder
   above, beyond `path` too: a split that was made for a whole corpus holds for a part of it.

   @return What `file` returned, STATUS_NOT_FOUND when there is no `path`, or STATUS_NO_MEMORY.
*/
NODISCARD
Status
scan_run(Scan* scan, const char* path, Diagnostic* why);

#endif
