// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_PRIOR_H
#define LAMINA_TRAINING_TOOL_PRIOR_H

#include <stdint.h>

/**
   A code that moves through the prior of a variational autoencoder.

   At every moment it is standard normal; from one to the next it keeps part of where it was: the
   stationary Ornstein–Uhlenbeck process, z' = κ z + √(1 − κ²) ε.  The path is a function of the
   seed and κ alone.
*/
typedef struct {
  uint64_t seed;
  double   keep; ///< κ: 0 draws every code anew, towards 1 it hardly moves
} Prior;

/// The prior whose memory fades by 1/e in `inertia_s`, 0 for none.  @param step_s Between two
/// codes.
Prior
prior_of(uint64_t seed, double inertia_s, double step_s);

/**
   The next code.

   @param step From 0 on, one by one.
   @param n Numbers of a code.
   @param z The code of the step before, changed to that of this one; overwritten at step 0.
*/
void
prior_next(const Prior* prior, uint64_t step, uint32_t n, float* z);

#endif
