// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_PRESET_BUNDLE_H
#define LAMINA_TRAINING_PRESET_BUNDLE_H

#include "dsp/status.h"
#include "training/preset/effects.h"

#include <stdbool.h>
#include <stdint.h>

/// Most presets of one bundle that are looked at.
#define BUNDLE_MAX_PRESETS 64u

/// Absolute URIs of presets begin with this, then comes a hash of what they hold.
#define BUNDLE_PRESET_URI "urn:lamina:preset:"

/// One preset, as a bundle's Turtle tells.
typedef struct {
  char*               uri;    ///< Absolute, or the file of the bundle that stands for it; owned
  char*               label;  ///< What hosts call it; owned
  char*               file;   ///< Turtle file that tells the rest, NULL: the manifest; owned
  char*               model;  ///< Path below the bundle; owned
  char*               state;  ///< Blank node of its state in the file being read; owned
  const PresetEffect* effect; ///< What it is for
  uint32_t            width;  ///< Which of the effect's plugins
  bool                typed;  ///< Said to be a preset
} Preset;

/// An LV2 bundle's presets for our plugins.
typedef struct {
  uint32_t n;
  Preset   presets[BUNDLE_MAX_PRESETS];
} Bundle;

/// How a bundle is read.
typedef enum {
  BUNDLE_STRICT, ///< It may say nothing that is not part of a preset for our plugins
  BUNDLE_ANY,    ///< Whatever is not of interest is passed over
} BundleReading;

/**
   Read manifest.ttl and the files that it refers presets to.

   Strictly read, a bundle can do nothing to a host but offer presets: it may not describe plugins,
   name libraries, say anything of what others made, or name a file that is not below it.

   @param folder The bundle.
   @param bundle Written on success; bundle_clear() it.
   @param why One line that begins with the path of the file.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_NO_MEMORY; STATUS_BAD_FILE when the Turtle cannot be
   parsed or, strictly, has a fault, or there is no preset.
*/
NODISCARD
Status
bundle_read(const char* folder, BundleReading reading, Bundle* bundle, Diagnostic* why);

/// Release the words; the struct becomes all zeros.
void
bundle_clear(Bundle* bundle);

#endif
