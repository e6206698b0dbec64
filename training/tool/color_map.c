// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

/*
   The path is drawn in CIE L*C*h: lightness rises evenly from 0 to 100, hue turns from violet to
   yellow, and chroma rises from gray and falls back to it.  Then by way of L*a*b* and XYZ, both
   with the D65 white of sRGB (CIE 15:2004; IEC 61966-2-1), to sRGB.
*/

#include "training/tool/color_map.h"

#include <math.h>

/// The inverse of the cube-root-like function of L*a*b*.
static double
lab_inverse(const double t)
{
  return t > 6.0 / 29.0 ? t * t * t : (t - 4.0 / 29.0) * 108.0 / 841.0;
}

/// Linear light to one sRGB byte.
static uint32_t
srgb_byte(const double light)
{
  const double x = fmin(fmax(light, 0.0), 1.0);
  const double v = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1.0 / 2.4) - 0.055;

  return (uint32_t)lround(255.0 * v);
}

static uint32_t
srgb_of_lab(const double lightness, const double a, const double b)
{
  const double fy = (lightness + 16.0) / 116.0;
  const double x  = 0.95047 * lab_inverse(fy + a / 500.0);
  const double y  = lab_inverse(fy);
  const double z  = 1.08883 * lab_inverse(fy - b / 200.0);

  const uint32_t red   = srgb_byte(3.2406 * x - 1.5372 * y - 0.4986 * z);
  const uint32_t green = srgb_byte(-0.9689 * x + 1.8758 * y + 0.0415 * z);
  const uint32_t blue  = srgb_byte(0.0557 * x - 0.2040 * y + 1.0570 * z);

  return red << 16 | green << 8 | blue;
}

uint32_t
color_map(const double x)
{
  const double level = fmin(fmax(x, 0.0), 1.0);
  // Violet at -65°, yellow at 100°.  Chroma stays inside what sRGB can show, or lightness would go
  // astray.
  const double hue    = (-65.0 + 165.0 * level) * M_PI / 180.0;
  const double chroma = 66.0 * pow(sin(M_PI * level), 0.8);

  return srgb_of_lab(100.0 * level, chroma * cos(hue), chroma * sin(hue));
}
