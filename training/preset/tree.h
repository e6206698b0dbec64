// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_TREE_H
#define LAMINA_TRAINING_PRESET_TREE_H

#include "dsp/status.h"

#include <stdbool.h>
#include <stdint.h>

/// The files of a folder and of those below it.
typedef struct {
  uint32_t n;
  char**   paths; ///< [n], below the folder, sorted; owned
  uint64_t size;  ///< Bytes, of all
} Tree;

/**
   List a bundle's files.  No more is read of them than their names and sizes.

   @param folder The bundle.  It may be reached through a link; what is in it may not.
   @param tree Written on success; tree_clear() it.
   @param why One line that begins with the path.
   @return STATUS_NOT_FOUND, STATUS_IO or STATUS_NO_MEMORY; STATUS_BAD_FILE for a link, a device,
   what member_check_file() refuses, or too many or too long files.
*/
NODISCARD
Status
tree_list(const char* folder, Tree* tree, Diagnostic* why);

/// Release the names; the struct becomes all zeros.
void
tree_clear(Tree* tree);

/// "FOLDER/PATH", owned by the caller; NULL when memory is short.
char*
tree_join(const char* folder, const char* path);

/**
   Make the folders above a file that is to be written below `folder`.

   @param path Below `folder`, one that member_check_file() takes.
*/
NODISCARD
Status
tree_make_folders(const char* folder, const char* path, Diagnostic* why);

/// Copy a bundle that tree_list() takes.  @param to Is there and empty.
NODISCARD
Status
tree_copy(const char* from, const char* to, Diagnostic* why);

/// Remove a file or a folder with all that is in it, without following links.
void
tree_remove(const char* path);

/**
   Make a folder for what is not yet ready, where a rename can bring it to its place.

   Its name is hidden and holds no manifest, so that hosts do not take it for a bundle.

   @param folder Where it is made.
   @return Its path, owned by the caller, who removes it by tree_remove(); NULL on failure.
*/
char*
tree_stage(const char* folder, Diagnostic* why);

/**
   Move a file or folder to its place, in one step.

   @param from On the same file system.
   @param replace Whether what is there may go; it ends in the place of `from`, if anywhere.
   @return STATUS_BAD_OPTION when something is there and may not go; STATUS_IO.  On failure all is
   as it was.
*/
NODISCARD
Status
tree_move(const char* from, const char* to, bool replace, Diagnostic* why);

#endif
