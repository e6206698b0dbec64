// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_STATUS_H
#define LAMINA_DSP_STATUS_H

#include "dsp/attributes.h"

/// What the outside world can get wrong.  Success is zero.
typedef enum {
  STATUS_SUCCESS = 0,
  STATUS_NO_MEMORY,   ///< An allocation failed
  STATUS_NOT_FOUND,   ///< A file or folder is not there
  STATUS_IO,          ///< Reading or writing failed: permission, space, a device
  STATUS_BAD_FILE,    ///< A file is there and is not what it should be
  STATUS_BAD_OPTION,  ///< An option or recipe cannot be carried out
  STATUS_INTERRUPTED, ///< The user asked to stop
} Status;

/// One line for a person: what went wrong, with which file, and what to do.  No newline.
typedef struct {
  char text[512];
} Diagnostic;

/// A few English words for `status`, lower case, no period.
const char*
status_string(Status status);

/**
   Write one line for a person and pass the status on.

   Control characters are written as "?": names and texts come from strangers' files.

   @param why Written, truncated to its size.  May be NULL.
   @return `status`, so that a function can end with `return diagnose(why, …)`.
*/
Status
diagnose(Diagnostic* why, Status status, const char* format, ...) PRINTF_FORMAT(3, 4);

#endif
