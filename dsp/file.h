// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_FILE_H
#define LAMINA_DSP_FILE_H

#include "dsp/attributes.h"
#include "dsp/status.h"

#include <stdbool.h>
#include <stddef.h>

/**
   Read a whole file into memory.  Allocates and waits; not for the audio thread.

   @param path File; not a folder, pipe or device.
   @param max_size Longest file to take, bytes.
   @param size Set on success.
   @param bytes Set on success, [size] and a zero byte after it; the caller frees it.
   @param why One line that begins with the path.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE or STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
file_read(const char* path, size_t max_size, size_t* size, void** bytes, Diagnostic* why);

/**
   Put a whole file in the place of `path`, in one step.

   It is written beside `path`, flushed to the disk and renamed, so that after a failure or a power
   cut either the old file or the new one is there, and never a part of one.

   @param bytes [size].
   @param why One line that begins with the path.
   @return STATUS_IO or STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
file_replace(const char* path, size_t size, const void* bytes, Diagnostic* why);

/// A file that is written, whose place is another's.
typedef struct {
  char* path;
  char* beside; ///< The name that it has last, before `path`
  int   fd;     ///< Open to read and write, at its beginning
  bool  named;  ///< Whether it has a name already
} FileDraft;

/**
   Begin one.  Where the file system can, it has no name until it is finished, so that nothing is
   left when the program is killed.

   @param draft Written on success; end it by one of the two below.
   @param why One line that begins with the path.
   @return STATUS_IO or STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
file_draft_open(const char* path, FileDraft* draft, Diagnostic* why);

/// Let it take the place of `path`, as file_replace() does, with its failures; it is ended either
/// way.
NODISCARD
Status
file_draft_finish(FileDraft* draft, Diagnostic* why);

/// Take it away; what was at `path` is still there.
void
file_draft_discard(FileDraft* draft);

#endif
