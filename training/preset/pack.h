// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_PACK_H
#define LAMINA_TRAINING_PRESET_PACK_H

#include "dsp/status.h"
#include "training/preset/effects.h"

#include <stdbool.h>
#include <stdint.h>

/// Most texts that may be added.
#define PACK_MAX_TEXTS 16u

/// What is to be packed; nothing is owned.
typedef struct {
  const char*         model;   ///< Path
  const char*         out;     ///< NAME.lv2, NAME.zip, NAME.tar.gz; NULL: "lamina-NAME.lv2"
  const char*         name;    ///< What hosts call it; NULL: what the model is called
  const char*         comment; ///< A sentence or two, or NULL
  const char*         licence; ///< SPDX expression for a model that has none, or NULL
  const PresetEffect* effect;  ///< NULL: the one that runs such models
  uint32_t            n_settings;
  const char* settings[EFFECT_MAX_SETTINGS]; ///< "SYMBOL=VALUE"; others as they are at first
  uint32_t    n_texts;
  const char* texts[PACK_MAX_TEXTS]; ///< Files to add: credits, texts of licences
  bool        replace;               ///< Whether what is at `out` may go
} PackOptions;

/**
   Make a preset bundle, or an archive of one, that holds all it needs.

   It is built beside `out`, checked by bundle_check(), and put in its place in one step.

   @param path Set on success: where it is, owned by the caller.
   @param why One line.
   @return STATUS_BAD_FILE for a model that cannot be read or is of another kind, or a text that
   does not belong in a bundle; STATUS_BAD_OPTION for a model without a licence, a setting that
   there is not, words that are not plain text, or an `out` that is there already; STATUS_NOT_FOUND,
   STATUS_IO, STATUS_NO_MEMORY.
*/
NODISCARD
Status
preset_pack(const PackOptions* options, char** path, Diagnostic* why);

#endif
