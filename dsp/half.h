// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_HALF_H
#define LAMINA_DSP_HALF_H

#include <stdint.h>

/**
   Numbers in 16 bits: IEEE 754 binary16, with 11 significant bits, to 65504.

   In integers, since not every compiler that builds this has the type.
*/

/// The same number.
float
half_to_float(uint16_t half);

/// The nearest, of two as near the even one; beyond 65504 infinity.
uint16_t
half_from_float(float number);

#endif
