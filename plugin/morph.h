// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_MORPH_H
#define LAMINA_PLUGIN_MORPH_H

#include "plugin/effect.h"

#define MORPH_MONO_URI   "urn:lamina:morph-mono"
#define MORPH_STEREO_URI "urn:lamina:morph-stereo"

/// Lamina Morph's own control ports, in order.
typedef enum {
  MORPH_AMOUNT,     ///< %
  MORPH_X,          ///< %
  MORPH_Y,          ///< %
  MORPH_EXPRESSION, ///< %
  MORPH_INERTIA,    ///< s
  MORPH_FREEZE,     ///< Toggle
  MORPH_WALK,       ///< %
  MORPH_WET,        ///< %
  MORPH_TIMBRE_A,   ///< Number of a timbre of the model, and those of the other corners after it
  MORPH_TIMBRE_B,
  MORPH_TIMBRE_C,
  MORPH_TIMBRE_D,
  MORPH_LEARN_A, ///< Toggle, and those of the other corners after it
  MORPH_LEARN_B,
  MORPH_LEARN_C,
  MORPH_LEARN_D,
  MORPH_LEARN_SIDE, ///< Toggle
  MORPH_CLEAR,      ///< Trigger
  MORPH_OFFSET_1,   ///< Standard deviations, and those of seven more numbers of the code after it
  MORPH_FREEWHEEL = MORPH_OFFSET_1 + 8, ///< Toggle, the host's
  MORPH_MODE,                           ///< A MorpherMode
  MORPH_OUTPUT,                         ///< A MorpherOutput
  MORPH_FILE_CORNER,                    ///< Corner that sound files are learned for, 0…3
  MORPH_N_CONTROLS,
} MorphControl;

extern const Effect morph_mono;
extern const Effect morph_stereo;

#endif
