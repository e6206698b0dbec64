// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_BENCH_MORPH_WAYS_H
#define LAMINA_TESTS_BENCH_MORPH_WAYS_H

#include "dsp/effect/morpher.h"
#include "dsp/network/model.h"
#include "tests/bench/morph/clip.h"

#include <stdbool.h>

/// What the ways go by.
typedef struct {
  const Model* morph;  ///< Of MODEL_MORPH; NULL: none
  const Model* frames; ///< Of MODEL_AUTOENCODER; NULL: none
  const char*  csound; ///< An instrument file; NULL: none
  const char*  only;   ///< Name of the way to go; NULL: all that are possible
} WayTools;

typedef struct Way Way;

/// Render the way at an amount.
typedef void (*WayFunction)(const Way* way, const WayTools* tools, const Clip* from, const Clip* to,
                            double amount, Clip* out);

/// A way to get from one sound to another.
struct Way {
  const char*   name;
  WayFunction   go;
  float         expression;  ///< Of a morph
  MorpherMode   mode;        ///< Of a morph
  MorpherOutput output;      ///< Of a morph
  bool          model;       ///< Goes by WayTools.morph
  bool          frames;      ///< Goes by WayTools.frames
  bool          csound;      ///< Goes by WayTools.csound
  bool          unison_only; ///< Has no meaning where the pitches differ
};

enum { N_WAYS = 12 };

/// [N_WAYS]
extern const Way ways[N_WAYS];

/// Whether a way is to be gone, and the tools that it goes by are there.
bool
way_possible(const Way* way, const WayTools* tools);

#endif
