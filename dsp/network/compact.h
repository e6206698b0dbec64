// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_COMPACT_H
#define LAMINA_DSP_NETWORK_COMPACT_H

#include "dsp/attributes.h"

#include <stdint.h>

/// Inputs that share a scale.
#define COMPACT_BLOCK 64u

/**
   A layer's weights in 8 bits: a quarter of the memory, which is what inference waits for.

   The inputs are cut into blocks of COMPACT_BLOCK.  In each, a weight is a whole number in ±127
   times the scale of its output, and an input, rounded as it comes, one in ±32767 times the scale
   of the block.  Their products are added without rounding, so every processor makes the same
   sums.  Inputs that are zero, such as those after rectifiers, cost little.

   Const once built: streams on any number of threads may share it.
*/
typedef struct Compact Compact;

/**
   @param w Finite weights, [n_taps × n_in × n_out]; read here and no more.
   @return Owned by the caller, or NULL when memory is short.
*/
Compact*
compact_new(uint32_t n_taps, uint32_t n_in, uint32_t n_out, const float* w);

/// Free; NULL is allowed.
void
compact_free(Compact* compact);

/**
   y += Σ_k x_k W_k

   @param x One input frame per tap, [n_taps][n_in].  A block with a number in it that is not finite
   is read as zeros.
   @param y [n_out], added to.  May not overlap any input.
*/
REALTIME
void
compact_add(const Compact* compact, const float* const* x, float* y);

/// The same by the code for processors that nothing is known of: equal to the bit.
REALTIME
void
compact_add_plain(const Compact* compact, const float* const* x, float* y);

#endif
