// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_MEMBER_H
#define LAMINA_TRAINING_PRESET_MEMBER_H

#include "dsp/status.h"

#include <stddef.h>
#include <stdint.h>

/**
   What may be in a preset bundle.

   Bundles come from strangers, in archives that may say anything, and land where hosts look for
   code to load.  So what is not known to be harmless is refused.
*/

/// Most files, and folders of an archive.
#define MEMBER_MAX_COUNT 256u

/// Longest path below the bundle, bytes.
#define MEMBER_MAX_PATH 240u

/// Most folders above a file, within the bundle.
#define MEMBER_MAX_DEPTH 3u

/// Longest file, bytes: the longest model and some.
#define MEMBER_MAX_SIZE (((uint64_t)1 << 28) + ((uint64_t)1 << 20))

/// Most bytes of all files.
#define MEMBER_MAX_TOTAL ((uint64_t)1 << 29)

/// Longest text: Turtle and what people read.
#define MEMBER_MAX_TEXT ((size_t)1 << 20)

/**
   Check the name of a folder that is to be a bundle: "NAME.lv2", visible, no path.

   @param why One line that begins with the name.
   @return STATUS_BAD_FILE when it must not be used.
*/
NODISCARD
Status
member_check_bundle_name(const char* name, Diagnostic* why);

/**
   Check a path of a folder below a bundle: relative, not leading out of it, UTF-8, nothing hidden
   and no backslash or control character in it.

   @param why One line that begins with the path.
   @return STATUS_BAD_FILE when it must not be used.
*/
NODISCARD
Status
member_check_folder(const char* path, Diagnostic* why);

/**
   Check a path of a file below a bundle, as member_check_folder(), and that it is of a kind that
   belongs there: Turtle, a model, or what a person reads.  A library is none.
*/
NODISCARD
Status
member_check_file(const char* path, Diagnostic* why);

#endif
