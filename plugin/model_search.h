// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_MODEL_SEARCH_H
#define LAMINA_PLUGIN_MODEL_SEARCH_H

#include <stdbool.h>

/// Room for an identity as text.
#define MODEL_IDENTITY_SIZE 96u

/**
   What a file is, wherever it lies: "SHA-256/LENGTH".

   Reads all of it; any thread but the audio thread.  A file that is too long for a model has none:
   a stranger's session may name any file.

   @param identity [MODEL_IDENTITY_SIZE], written; "" on failure.
   @return False when it cannot be read, or is no file that could be a model.
*/
bool
model_identity(const char* path, char* identity);

/**
   Look for a file by its identity where models are kept: in $XDG_DATA_HOME/lamina/models and in the
   bundles of LV2_PATH, or of the folders that hosts search without it.

   Sessions lead to their files by links, which break when a session is moved to another place.

   @return Its path, owned by the caller; NULL when it is not found.
*/
char*
model_search(const char* identity);

#endif
