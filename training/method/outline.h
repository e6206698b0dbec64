// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_OUTLINE_H
#define LAMINA_TRAINING_METHOD_OUTLINE_H

#include "dsp/status.h"

#include <stdint.h>

/// Most entries of an outline: a recipe has about a hundred.
#define OUTLINE_MAX_ENTRIES 4096u

/// What stands at a path.
typedef enum {
  OUTLINE_VALUE,   ///< A scalar
  OUTLINE_SECTION, ///< Keys and what they hold: a YAML mapping
  OUTLINE_LIST,    ///< Items: a YAML sequence
} OutlineKind;

/// One thing of a YAML file.
typedef struct {
  char*       path; ///< Dotted, items by number from 0: "layers.0.units"
  OutlineKind kind;
  char*       value;  ///< Of an OUTLINE_VALUE, as written; otherwise NULL
  char*       where;  ///< For a person: "FILE:LINE", or the setting it came from
  Status      status; ///< What a fault in it is: STATUS_BAD_FILE or STATUS_BAD_OPTION
} OutlineEntry;

/**
   A YAML file as a flat list: what stands at every path, and where that was said.

   One document, whose root is a section.  Aliases and keys that are given twice are faults.
*/
typedef struct {
  uint32_t      n;
  OutlineEntry* entries; ///< [n]
} Outline;

/**
   Read a file and lay settings over it.

   @param n_settings Changes, each "path=value", where the value is YAML: "layers.0.taps=[0, 1]".
   A section that is not in the file is made; an item of a list must be there.
   @param settings [n_settings].
   @param outline Set on success, owned by the caller.
   @param why "FILE:LINE: what is wrong", or the setting in the place of file and line.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE, STATUS_BAD_OPTION or STATUS_NO_MEMORY.
*/
NODISCARD
Status
outline_read(const char* path, uint32_t n_settings, const char* const* settings, Outline** outline,
             Diagnostic* why);

/// Free; NULL is allowed.
void
outline_free(Outline* outline);

/// What stands at `path`, owned by `outline`, or NULL.
const OutlineEntry*
outline_find(const Outline* outline, const char* path);

#endif
