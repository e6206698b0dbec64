// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_FOLDERS_H
#define LAMINA_TRAINING_PRESET_FOLDERS_H

#include "dsp/status.h"

#include <stdint.h>

/// Most folders that are searched.
#define FOLDERS_MAX 32u

/// Folders; the paths are owned.
typedef struct {
  uint32_t n;
  char*    paths[FOLDERS_MAX];
} Folders;

/**
   Where hosts look for bundles: LV2_PATH, or else ~/.lv2 and the system's folders.

   @param system Folder that the plugins were installed to, the last of those without LV2_PATH.
   @param folders Written on success; folders_clear() them.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
folders_of_bundles(const char* system, Folders* folders, Diagnostic* why);

/// Where a user keeps models: $XDG_DATA_HOME/lamina/models.  @return Owned; NULL: no home, no
/// memory.
char*
folders_of_models(void);

/// A user's own folder of bundles, ~/.lv2.  @return Owned; NULL: no home, no memory.
char*
folders_home(void);

/// Release the paths; the struct becomes all zeros.
void
folders_clear(Folders* folders);

#endif
