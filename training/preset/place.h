// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_PLACE_H
#define LAMINA_TRAINING_PRESET_PLACE_H

#include "dsp/status.h"

#include <stdbool.h>

/**
   Put a bundle, or an archive of one, in its place, in one step.

   @param replace Whether it may take the place of another preset bundle, or of another file; never
   of a folder that is something else, such as the bundle of a plugin.
   @param why One line that begins with `to`.
   @return STATUS_BAD_OPTION when something is there that may not go; STATUS_IO.  On failure what
   was there is still there.
*/
NODISCARD
Status
place_move(const char* from, const char* to, bool replace, Diagnostic* why);

#endif
