// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/status.h"

#include "dsp/text.h"

#include <stdarg.h>
#include <stdio.h>

const char*
status_string(Status status)
{
  switch (status) {
    case STATUS_SUCCESS:
      return "success";
    case STATUS_NO_MEMORY:
      return "not enough memory";
    case STATUS_NOT_FOUND:
      return "not found";
    case STATUS_IO:
      return "reading or writing failed";
    case STATUS_BAD_FILE:
      return "not a file of the right kind";
    case STATUS_BAD_OPTION:
      return "an option cannot be carried out";
    case STATUS_INTERRUPTED:
      return "interrupted";
  }
  return "unknown status";
}

Status
diagnose(Diagnostic* why, Status status, const char* format, ...)
{
  if (why) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    // Names and texts of strangers' files may hold line breaks and terminal commands.
    text_mask(why->text);
  }
  return status;
}
