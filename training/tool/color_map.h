// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_COLOR_MAP_H
#define LAMINA_TRAINING_TOOL_COLOR_MAP_H

#include <stdint.h>

/**
   A color for a level: black over violet, red and yellow to white.

   Equal steps of the level are equal steps of CIE 1976 lightness, so the picture reads the same
   in gray and to eyes that see few colors.

   @param x Level, 0…1; clamped.
   @return sRGB, 0xRRGGBB.
*/
uint32_t
color_map(double x);

#endif
