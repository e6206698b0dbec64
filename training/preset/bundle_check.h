// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_BUNDLE_CHECK_H
#define LAMINA_TRAINING_PRESET_BUNDLE_CHECK_H

#include "dsp/status.h"
#include "training/preset/bundle.h"

/**
   Check all that a host or another person could trip over.

   The files are of kinds that belong there, real, and not too large; bundle_read() takes the
   Turtle, strictly; every preset's model is in the bundle, can be read, is of the kind that the
   plugin runs, and says under which licence it may be used.

   @param folder The bundle.
   @param bundle Written on success; bundle_clear() it.
   @param why One line that begins with the path.
*/
NODISCARD
Status
bundle_check(const char* folder, Bundle* bundle, Diagnostic* why);

#endif
