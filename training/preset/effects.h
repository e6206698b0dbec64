// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_EFFECTS_H
#define LAMINA_TRAINING_PRESET_EFFECTS_H

#include "dsp/attributes.h"
#include "dsp/network/model.h"
#include "dsp/status.h"

#include <stdint.h>

/// What a preset needs to know of the plugins; a test compares it with their Turtle.

/// Plugins of one effect: mono and stereo.
#define EFFECT_N_PLUGINS 2u

/// Most settings of an effect.
#define EFFECT_MAX_SETTINGS 24u

/// A control port that says how an effect sounds.
typedef struct {
  const char* symbol;
  double      low;
  double      high;
  double      value; ///< Where it stands at first
} EffectSetting;

typedef struct {
  const char*          name;                   ///< What commands call it
  const char*          title;                  ///< What hosts call it
  ModelKind            kind;                   ///< Of the models that it runs
  const char*          uris[EFFECT_N_PLUGINS]; ///< Mono, stereo
  uint32_t             n_settings;
  const EffectSetting* settings; ///< [n_settings]
} PresetEffect;

/// "mono", "stereo".
const char*
effect_width_name(uint32_t width);

/// The effect of a name.  @return NULL when there is none.
const PresetEffect*
effect_named(const char* name);

/// The effect that one of the plugins is of.  @param width Written: index of `uri` in its uris.
const PresetEffect*
effect_of_plugin(const char* uri, uint32_t* width);

/// The effect that runs models of a kind.  @return NULL when there is none.
const PresetEffect*
effect_of_kind(ModelKind kind);

/// Put all settings where they stand at first.  @param values [n_settings], written.
void
effect_reset(const PresetEffect* effect, double* values);

/**
   Take a setting.

   @param setting "SYMBOL=VALUE".
   @param values [n_settings], one of them written on success.
   @param why One line that begins with the setting.
   @return STATUS_BAD_OPTION when there is no such setting or it cannot have that value.
*/
NODISCARD
Status
effect_set(const PresetEffect* effect, const char* setting, double* values, Diagnostic* why);

#endif
