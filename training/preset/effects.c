// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/effects.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const EffectSetting denoise_settings[] = {
  { "reduction", 0.0, 60.0, 24.0 }, { "strength", 0.0, 200.0, 100.0 },
  { "smoothing", 0.0, 500.0, 0.0 }, { "residual", 0.0, 1.0, 0.0 },
  { "hum", 0.0, 1.0, 1.0 },
};

static const EffectSetting morph_settings[] = {
  { "amount", -30.0, 130.0, 0.0 }, { "x", 0.0, 100.0, 0.0 },
  { "y", 0.0, 100.0, 0.0 },        { "expression", 0.0, 100.0, 100.0 },
  { "inertia", 0.0, 10.0, 0.0 },   { "freeze", 0.0, 1.0, 0.0 },
  { "walk", 0.0, 100.0, 0.0 },     { "wet", 0.0, 100.0, 100.0 },
  { "timbre_a", 0.0, 32.0, 0.0 },  { "timbre_b", 0.0, 32.0, 0.0 },
  { "timbre_c", 0.0, 32.0, 0.0 },  { "timbre_d", 0.0, 32.0, 0.0 },
  { "offset_1", -3.0, 3.0, 0.0 },  { "offset_2", -3.0, 3.0, 0.0 },
  { "offset_3", -3.0, 3.0, 0.0 },  { "offset_4", -3.0, 3.0, 0.0 },
  { "offset_5", -3.0, 3.0, 0.0 },  { "offset_6", -3.0, 3.0, 0.0 },
  { "offset_7", -3.0, 3.0, 0.0 },  { "offset_8", -3.0, 3.0, 0.0 },
  { "mode", 0.0, 2.0, 0.0 },       { "output", 0.0, 1.0, 0.0 },
};

static const PresetEffect effects[] = {
  { "denoise",
    "Lamina Denoise",
    MODEL_DENOISE,
    { "urn:lamina:denoise-mono", "urn:lamina:denoise-stereo" },
    sizeof(denoise_settings) / sizeof(*denoise_settings),
    denoise_settings },
  { "morph",
    "Lamina Morph",
    MODEL_MORPH,
    { "urn:lamina:morph-mono", "urn:lamina:morph-stereo" },
    sizeof(morph_settings) / sizeof(*morph_settings),
    morph_settings },
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

void
effect_reset(const PresetEffect* const effect, double* const values)
{
  for (uint32_t i = 0; i < effect->n_settings; ++i) {
    values[i] = effect->settings[i].value;
  }
}

/// Complain of a setting that there is not, and tell those that there are.
static Status
fail_unknown(const PresetEffect* const effect, const char* const setting, Diagnostic* const why)
{
  char   known[256] = "";
  size_t length     = 0;
  for (uint32_t i = 0; i < effect->n_settings && length + 40 < sizeof(known); ++i) {
    length += (size_t)sprintf(known + length, " %.30s", effect->settings[i].symbol);
  }
  return diagnose(why, STATUS_BAD_OPTION, "%.80s: SYMBOL=VALUE is needed; %s has%s", setting,
                  effect->name, known);
}

Status
effect_set(const PresetEffect* const effect, const char* const setting, double* const values,
           Diagnostic* const why)
{
  const size_t length = strcspn(setting, "=");
  uint32_t     i      = 0;
  while (i < effect->n_settings && (strlen(effect->settings[i].symbol) != length ||
                                    memcmp(effect->settings[i].symbol, setting, length) != 0)) {
    ++i;
  }
  if (i == effect->n_settings || !setting[length]) {
    return fail_unknown(effect, setting, why);
  }
  const EffectSetting* const known = &effect->settings[i];
  const char* const          text  = setting + length + 1;
  char*                      end   = NULL;
  const double               value = strtod(text, &end);
  // False for NaN too
  if (end == text || *end || !(value >= known->low && value <= known->high)) {
    return diagnose(why, STATUS_BAD_OPTION, "%.80s: a number from %g to %g is needed", setting,
                    known->low, known->high);
  }
  values[i] = value;
  return STATUS_SUCCESS;
}
