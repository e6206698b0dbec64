// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_ARCHIVE_H
#define LAMINA_TRAINING_PRESET_ARCHIVE_H

#include "dsp/status.h"

#include <stdbool.h>
#include <stdint.h>

/// Bytes that an archive may always unfold to; more only when it is not a bomb.
#define ARCHIVE_FREE_SIZE ((uint64_t)1 << 24)

/// Beyond them, at most so many times its own size.
#define ARCHIVE_MAX_RATIO 64u

/// Whether a name ends like an archive's: ".zip", ".tar.gz", ".tgz".
bool
archive_is_named(const char* path);

/**
   Write a bundle as an archive.  The same bundle makes the same bytes.

   @param folder A bundle that tree_list() takes.
   @param name What its folder is called in the archive.
   @param path Of the archive; its ending tells the kind.  Must not be there.
*/
NODISCARD
Status
archive_write(const char* folder, const char* name, const char* path, Diagnostic* why);

/**
   Unfold an archive of a stranger: one folder NAME.lv2 with regular files in it.

   Whatever the archive says, nothing is written outside the new folder, and no links, devices,
   rights or owners are taken over.  It is given up at the first entry with a name or of a kind
   that tree_list() would refuse, at a name that is there twice, and when it unfolds to more than
   its size can account for.

   @param path Archive: zip or tar, by gzip or not.
   @param folder Empty folder to unfold it into.  After a failure a part may be there.
   @param name Set on success: NAME.lv2, owned by the caller.
   @param why One line that begins with the path.
*/
NODISCARD
Status
archive_extract(const char* path, const char* folder, char** name, Diagnostic* why);

#endif
