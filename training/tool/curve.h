// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_CURVE_H
#define LAMINA_TRAINING_TOOL_CURVE_H

#include "dsp/status.h"

#include <stdint.h>

/// A number that moves in time: straight lines between points, and held before and after them.
typedef struct {
  uint32_t n;       ///< 1 or more
  double*  seconds; ///< [n], ascending; two alike are a jump
  double*  values;  ///< [n]
} Curve;

/**
   Read a curve: a point a line, "seconds value", of which those that are empty or begin with "#"
   are left out.

   @param min, max Range of the values.
   @param curve Written on success; release it with curve_clear().
   @param why "FILE:LINE: what is wrong".
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE or STATUS_NO_MEMORY.
*/
NODISCARD
Status
curve_read(const char* path, double min, double max, Curve* curve, Diagnostic* why);

/// Release what curve_read() allocated; the struct becomes all zeros.
void
curve_clear(Curve* curve);

/// The value at a moment; at a jump the one after it.
double
curve_at(const Curve* curve, double seconds);

#endif
