// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_TEXT_H
#define LAMINA_TRAINING_PRESET_TEXT_H

#include "dsp/network/model.h"
#include "dsp/sha256.h"
#include "training/preset/effects.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/// What the files of a packed preset tell; nothing is owned.
typedef struct {
  const PresetEffect* effect;
  const char*         label;   ///< What hosts call it; preset_text_is_plain()
  const char*         comment; ///< A sentence or two; preset_text_is_plain(), NULL for none
  const char*         licence; ///< SPDX expression
  const char*         bundle;  ///< Name of its folder
  const char*         file;    ///< Name of the model file in it; letters, digits, "-", "_", "."
  const Model*        model;
  uint64_t            model_size;                   ///< Bytes
  char                model_hash[SHA256_TEXT_SIZE]; ///< Of the model file
  double              values[EFFECT_MAX_SETTINGS];  ///< [effect->n_settings]
} PresetText;

/// Whether a text is not empty, UTF-8 and without control characters.
bool
preset_text_is_plain(const char* text);

/// manifest.ttl: a preset for each plugin of the effect.
void
preset_text_manifest(const PresetText* text, FILE* stream);

/// presets.ttl: what they set.
void
preset_text_presets(const PresetText* text, FILE* stream);

/// README.md: what it is, what it learned from, and how to install it.
void
preset_text_card(const PresetText* text, FILE* stream);

/// LICENSE: who may use it.
void
preset_text_licence(const PresetText* text, FILE* stream);

#endif
