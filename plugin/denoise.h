// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_DENOISE_H
#define LAMINA_PLUGIN_DENOISE_H

#include "plugin/effect.h"

#define DENOISE_MONO_URI   "urn:lamina:denoise-mono"
#define DENOISE_STEREO_URI "urn:lamina:denoise-stereo"

/// Lamina Denoise's own control ports, in order.
typedef enum {
  DENOISE_REDUCTION, ///< dB
  DENOISE_STRENGTH,  ///< %
  DENOISE_SMOOTHING, ///< ms
  DENOISE_RESIDUAL,  ///< Toggle
  DENOISE_LEARN,     ///< Toggle
  DENOISE_PROFILE,   ///< Toggle
  DENOISE_CLEAR,     ///< Trigger
  DENOISE_FREEWHEEL, ///< Toggle, the host's
  DENOISE_HUM,       ///< Toggle
  DENOISE_N_CONTROLS,
} DenoiseControl;

extern const Effect denoise_mono;
extern const Effect denoise_stereo;

#endif
