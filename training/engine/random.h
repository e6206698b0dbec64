// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_RANDOM_H
#define LAMINA_TRAINING_ENGINE_RANDOM_H

#include <stdint.h>

/**
   Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy
   as 1, 2, 3", 2011).

   The numbers are a function of (seed, stream, step, index) and of nothing else, so noise and
   shuffles need no saved state: a run that is resumed draws what it would have drawn.  A plain
   value: copy it freely, one thread at a time each.
*/
typedef struct {
  uint32_t key[2];     ///< Seed
  uint32_t counter[4]; ///< Index, step (two words), stream
  uint32_t block[4];   ///< Numbers of the current counter
  uint32_t n_used;     ///< Of `block`, 4 when it is spent
} Random;

/// What the numbers of one stream are for; two uses never share one.  A value never changes: the
/// same seed is to draw the same numbers in every version.
typedef enum {
  RANDOM_WEIGHTS         = 1, ///< step: layer
  RANDOM_MIXTURE         = 2, ///< step: item
  RANDOM_VALIDATION      = 3, ///< step: item
  RANDOM_CORRUPTION      = 4, ///< step: batch
  RANDOM_EVALUATION      = 5, ///< step: item
  RANDOM_MACHINE         = 6, ///< step: batch; what a machine itself draws: hidden units, codes
  RANDOM_ORDER           = 7, ///< step: epoch
  RANDOM_FRAMES          = 8, ///< step: file
  RANDOM_MACHINE_WEIGHTS = 9, ///< step: layer
  RANDOM_TEST            = 10,
  RANDOM_HOLD_OUT        = 11, ///< step: 0
  RANDOM_SAMPLE          = 12, ///< step: frame
  RANDOM_SHIFT           = 13, ///< step: batch
  RANDOM_DROPOUT         = 14, ///< step: batch
} RandomStream;

/// The generator's block function, as published.  @param block [4], written.
void
philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t block[4]);

/// The first number of (seed, stream, step).
Random
random_at(uint64_t seed, RandomStream stream, uint64_t step);

/**
   The first number of a generator of its own, for a part of what `random` is for.

   Two numbers of `random` are used, so what the part draws, and how much, changes nothing else.
*/
Random
random_branch(Random* random);

/// Uniform on all 32 bits.
uint32_t
random_bits(Random* random);

/// Uniform in [0, 1).
double
random_uniform(Random* random);

/// Uniform in [low, high).
double
random_between(Random* random, double low, double high);

/// In [low, high), uniform on a logarithmic scale; `low` positive.
double
random_logarithmic(Random* random, double low, double high);

/// Uniform in 0…n − 1; n at least 1.
uint32_t
random_below(Random* random, uint32_t n);

/// Standard normal, by Box and Muller.
double
random_normal(Random* random);

#endif
