// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_INSTALL_H
#define LAMINA_TRAINING_PRESET_INSTALL_H

#include "dsp/status.h"
#include "training/preset/bundle.h"

#include <stdbool.h>

/**
   Install a stranger's preset bundle.

   It is copied or unfolded beside its place, checked by bundle_check(), and put there in one step:
   on failure what was there is still there, and nothing else is.

   @param source A bundle's folder, or an archive of one.
   @param folder Where hosts look for bundles; made when only its last part is missing.
   @param replace Whether a preset bundle of the same name may go.
   @param path Set on success: where the bundle is, owned by the caller.
   @param bundle Written on success: what was installed; bundle_clear() it.
   @param why One line.
   @return As bundle_check() or archive_extract(); STATUS_BAD_OPTION when a bundle of this name is
   there already, or one that holds the same preset.
*/
NODISCARD
Status
preset_install(const char* source, const char* folder, bool replace, char** path, Bundle* bundle,
               Diagnostic* why);

#endif
