// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_TURTLE_H
#define LAMINA_TRAINING_PRESET_TURTLE_H

#include "dsp/status.h"

#include <stdbool.h>

/// Most brackets that are opened in a file: parsers, also those of hosts, call themselves for each.
#define TURTLE_MAX_BRACKETS 4096u

typedef enum {
  TERM_URI,     ///< With prefixes written out; relative as it stands in the file
  TERM_BLANK,   ///< A name within the file
  TERM_LITERAL, ///< What stands between the quotes
} TermKind;

/// Subject or object of a statement; valid during the call.
typedef struct {
  TermKind    kind;
  const char* text;
  const char* type; ///< URI of a literal's datatype, or NULL
} Term;

/// Who is told the statements of a file.
typedef struct {
  /// @return Not STATUS_SUCCESS to stop.
  Status (*statement)(void* context, const Term* subject, const char* predicate, const Term* object,
                      Diagnostic* why);
  void* context;
  bool  plain; ///< Refuse @base and prefixes that are places: relative URIs are all that leads on
} TurtleVisitor;

/**
   Read a Turtle file of a stranger.

   @param why One line that begins with the path.
   @return What a statement was answered with, STATUS_NOT_FOUND, STATUS_IO, STATUS_NO_MEMORY or
   STATUS_BAD_FILE.
*/
NODISCARD
Status
turtle_read(const char* path, const TurtleVisitor* visitor, Diagnostic* why);

/// Whether a URI is absolute.
bool
turtle_is_absolute(const char* uri);

/// Whether a URI is absolute and a name, rather than a place in this machine.
bool
turtle_is_name(const char* uri);

#endif
