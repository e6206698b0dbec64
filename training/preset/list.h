// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_LIST_H
#define LAMINA_TRAINING_PRESET_LIST_H

#include "dsp/status.h"
#include "training/preset/bundle.h"
#include "training/preset/folders.h"

#include <stdio.h>

/**
   Print the presets of all bundles in the folders, and the models in a folder, as a table: name,
   plugin, model, licence, size, place.

   What is broken is listed with what is wrong with it.  Bundles without our presets are passed
   over.

   @param models Folder of models that belong to no bundle; need not be there.  May be NULL.
*/
NODISCARD
Status
preset_list(const Folders* folders, const char* models, FILE* stream, Diagnostic* why);

/// The same for one bundle that has been read.
NODISCARD
Status
preset_list_bundle(const char* folder, const Bundle* bundle, FILE* stream, Diagnostic* why);

#endif
