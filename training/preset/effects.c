// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/effects.h"

#include <stddef.h>
#include <string.h>

static const EffectSetting denoise_settings[] = {
  { "reduction", 0.0, 60.0, 24.0 },
  { "strength", 0.0, 200.0, 100.0 },
  { "smoothing", 0.0, 500.0, 0.0 },
  { "residual", 0.0, 1.0, 0.0 },
};

static const PresetEffect effects[] = {
  { "denoise",
    "Lamina Denoise",
    MODEL_DENOISE,
    { "urn:lamina:denoise-mono", "urn:lamina:denoise-stereo" },
    sizeof(denoise_settings) / sizeof(*denoise_settings),
    denoise_settings },
};

enum { N_EFFECTS = sizeof(effects) / sizeof(*effects) };

const char*
effect_width_name(const uint32_t width)
{
  return width ? "stereo" : "mono";
}

const PresetEffect*
effect_named(const char* const name)
{
  for (unsigned i = 0; i < N_EFFECTS; ++i) {
    if (!strcmp(effects[i].name, name)) {
      return &effects[i];
    }
  }
  return NULL;
}

const PresetEffect*
effect_of_plugin(const char* const uri, uint32_t* const width)
{
  for (unsigned i = 0; i < N_EFFECTS * EFFECT_N_PLUGINS; ++i) {
    const PresetEffect* const effect = &effects[i / EFFECT_N_PLUGINS];
    if (!strcmp(effect->uris[i % EFFECT_N_PLUGINS], uri)) {
      *width = i % EFFECT_N_PLUGINS;
      return effect;
    }
  }
  return NULL;
}

const PresetEffect*
effect_of_kind(const ModelKind kind)
{
  for (unsigned i = 0; i < N_EFFECTS; ++i) {
    if (effects[i].kind == kind) {
      return &effects[i];
    }
  }
  return NULL;
}
