// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SHOT_NOISE_H
#define LAMINA_TRAINING_CORPUS_SHOT_NOISE_H

#include "training/corpus/biquad.h"
#include "training/engine/random.h"

#include <stdint.h>

/// Most sorts of events in one noise, and most resonances of a sort.
enum { SHOT_SORTS = 3, SHOT_RESONANCES = 3 };

/// Events that sound alike: the burst of a blow, and the body that it rings.
typedef struct {
  double    rate_hz;    ///< Events a second
  double    regularity; ///< 0: each at any moment (Poisson)…1: as a clock
  double    spread_db;  ///< Standard deviation of their levels
  double    attack_s;   ///< The burst's amplitude is exp(−t/decay) − exp(−t/attack)
  double    decay_s;    ///< Longer than `attack_s`
  double    low_hz;     ///< Below it the burst falls by 12 dB per octave
  double    high_hz;    ///< And above it
  uint32_t  n_resonances;
  Resonance resonances[SHOT_RESONANCES];
  double    level_db; ///< Energy over that of other sorts
} ShotSort;

/**
   A noise of separate events, shot noise (Rice, "Mathematical analysis of random noise", 1944):
   keys, steps, knocks, rustling, drops, crackling.
*/
typedef struct {
  uint32_t n_sorts;
  ShotSort sorts[SHOT_SORTS];
} ShotNoise;

/// Draw one of an endless variety.  As many numbers are used for each.
ShotNoise
shot_noise_draw(Random* random);

/**
   Synthesise.

   What does not fit below half the rate is turned down to where it does.

   @param random Of the moments, levels and bursts.
   @param out [n], written; RMS 1, or silence where no event fell into the n samples.
   @param work [n], work area.
*/
void
shot_noise_make(const ShotNoise* noise, Random* random, double rate_hz, uint32_t n, float* out,
                float* work);

#endif
