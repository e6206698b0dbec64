// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_PLUGINS_H
#define LAMINA_TESTS_SUPPORT_PLUGINS_H

#include "plugin/denoise.h"
#include "plugin/morph.h"
#include "tests/support/models.h"

#include <stdbool.h>

/// A plugin of the bundle in one of its modes, and a small model for it.
typedef struct {
  const char* uri;
  Model* (*make_model)(uint64_t seed);
  struct {
    const char* symbol; ///< NULL: none
    float       value;
  } settings[3]; ///< What makes it be heard
  bool one_rate; ///< What depends on the rate is tried with another mode
} PluginUnderTest;

/// All of them: tests of what every plugin has to do go through this list.
static const PluginUnderTest plugins_under_test[] = {
  { DENOISE_MONO_URI, models_random, { { NULL, 0.0f } }, false },
  { DENOISE_STEREO_URI, models_random, { { NULL, 0.0f } }, false },
  { MORPH_MONO_URI, models_random_morph, { { "amount", 100.0f }, { "expression", 0.0f } }, false },
  { MORPH_STEREO_URI,
    models_random_morph,
    { { "amount", 100.0f }, { "expression", 0.0f } },
    false },
  { MORPH_MONO_URI,
    models_random_morph,
    { { "amount", 100.0f }, { "expression", 0.0f }, { "mode", 1.0f } },
    true },
  { MORPH_STEREO_URI,
    models_random_morph,
    { { "amount", 100.0f }, { "expression", 0.0f }, { "mode", 2.0f } },
    true },
};

#define N_PLUGINS_UNDER_TEST (sizeof(plugins_under_test) / sizeof(plugins_under_test[0]))

#endif
