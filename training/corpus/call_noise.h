// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_CALL_NOISE_H
#define LAMINA_TRAINING_CORPUS_CALL_NOISE_H

#include "training/engine/random.h"

#include <stdint.h>

/// Most callers in one noise.
enum { CALLERS = 4 };

/// Somebody whose calls sound alike: a call is a series of notes, each a swept tone.
typedef struct {
  double   call_rate_hz;   ///< Calls a second, each at any moment (Poisson)
  uint32_t n_notes;        ///< In a call
  double   gap_s;          ///< From the begin of a note to that of the next
  double   note_s;         ///< Length of a note, before it dies away
  double   decay_s;        ///< Of its amplitude afterwards, by e, on its last pitch
  double   pitch_hz;       ///< At the middle of a note
  double   sweep_octaves;  ///< From its begin to its end
  double   arch_octaves;   ///< Its middle over its ends
  double   wander_octaves; ///< Standard deviation of a call's pitch
  double   pulse_hz;       ///< Chirring: so many pulses a second, sin² in shape
  double   pulse_depth;    ///< 0: not at all…1: down to silence
  uint32_t n_harmonics;    ///< At least 1
  double   harmonic_db;    ///< Each over the one before, ≤ 0
  double   spread_db;      ///< Standard deviation of the levels of calls
  double   level_db;       ///< Energy over that of other callers
} Caller;

/**
   A noise of calls: birds, insects, frogs; and what beeps, rings and chirps as they do.

   Notes are chirps with harmonics, as bird song is modelled (Stowell & Plumbley, "Large-scale
   analysis of frequency modulation in birdsong data bases", 2014).
*/
typedef struct {
  uint32_t n_callers;
  Caller   callers[CALLERS];
} CallNoise;

/// Draw one of an endless variety.  As many numbers are used for each.
CallNoise
call_noise_draw(Random* random);

/**
   Synthesise.

   Harmonics above 0.45 of the rate are left out.

   @param random Of the moments, pitches and levels.
   @param out [n], written; RMS 1, or silence where no call fell into the n samples.
   @param work [n], work area.
*/
void
call_noise_make(const CallNoise* noise, Random* random, double rate_hz, uint32_t n, float* out,
                float* work);

#endif
