// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_ALIGNMENT_H
#define LAMINA_TRAINING_TOOL_ALIGNMENT_H

#include "dsp/status.h"

#include <stdint.h>

/**
   How much later a sound comes out than it went in: where the two correlate best.

   @param in [n_in].
   @param out [n_out].
   @param most Greatest delay that is looked for, samples, either way.
   @param delay Written on success: samples, negative when `out` is early; 0 for silence.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
alignment_find(uint32_t n_in, const float* in, uint32_t n_out, const float* out, uint32_t most,
               int32_t* delay, Diagnostic* why);

/**
   Take a delay out.

   @param in [n_in].
   @param out [n_out], written: `in` from sample `delay` on, zeros before its first and after its
   last.  May not overlap `in`.
*/
void
alignment_shift(uint32_t n_in, const float* in, int32_t delay, uint32_t n_out, float* out);

#endif
