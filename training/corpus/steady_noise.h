// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_STEADY_NOISE_H
#define LAMINA_TRAINING_CORPUS_STEADY_NOISE_H

#include "training/corpus/biquad.h"
#include "training/engine/random.h"

#include <stdint.h>

/// Most resonances and harmonics of one noise.
enum { STEADY_RESONANCES = 4, STEADY_HARMONICS = 40 };

/// A noise that goes on and on: hiss, a fan, a ventilation, a transformer, wind.
typedef struct {
  double    slope_db;  ///< Of the hiss's spectrum, per octave, −9…6
  double    bottom_hz; ///< Below it the hiss falls by 12 dB per octave
  uint32_t  n_resonances;
  Resonance resonances[STEADY_RESONANCES];
  double    hum_db; ///< Energy of the hum over that of the hiss; −INFINITY: none
  double    hum_hz; ///< Its fundamental
  uint32_t  n_harmonics;
  double    harmonics[STEADY_HARMONICS]; ///< Amplitudes, from the fundamental on
  double    phases[STEADY_HARMONICS];    ///< Turns, 0…1
  double    swell_hz;                    ///< How often all of it grows louder and softer
  double    swell_phase;                 ///< Where that begins, turns
  double    swell;                       ///< By which share of its amplitude, 0…1
} SteadyNoise;

/// Draw one of an endless variety.  As many numbers are used for each.
SteadyNoise
steady_noise_draw(Random* random);

/**
   Synthesise.

   What does not fit below half the rate is left out: harmonics, or turned down to where it does:
   resonances.

   @param random Of the hiss.
   @param out [n], written; hiss and hum together have RMS 1 before they swell.
*/
void
steady_noise_make(const SteadyNoise* noise, Random* random, double rate_hz, uint32_t n, float* out);

#endif
