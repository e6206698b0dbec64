// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// |H|² = 1 / (1 + ε²·T²(ω)), T the Chebyshev polynomial of order N, 1 + ε² the ripple's power.
// With v = asinh(1/ε)/N its poles are −sinh v·sin θ ± i·cosh v·cos θ, θ = π(2k + 1)/(2N); a pair of
// them is a section whose frequency is their magnitude, and whose Q half of that over the real
// part.

#include "training/corpus/low_pass.h"

#include "training/corpus/biquad.h"

#include <math.h>

enum { ORDER = 8, SECTIONS = ORDER / 2 };

static const double ripple_db = 0.5;

void
low_pass_apply(double rate_hz, double frequency_hz, uint32_t n, float* x)
{
  const double pi      = 3.141592653589793;
  const double epsilon = sqrt(pow(10.0, ripple_db / 10.0) - 1.0);
  const double v       = asinh(1.0 / epsilon) / ORDER;
  const double edge    = tan(pi * frequency_hz / rate_hz);

  Biquad sections[SECTIONS];
  for (uint32_t k = 0; k < SECTIONS; ++k) {
    const double theta     = pi * (2.0 * k + 1.0) / (2.0 * ORDER);
    const double down      = sinh(v) * sin(theta);
    const double magnitude = hypot(down, cosh(v) * cos(theta));
    // The bilinear transform puts a frequency of the prototype there.
    const double section_hz = atan(edge * magnitude) * rate_hz / pi;
    sections[k]             = biquad_low_pass(rate_hz, section_hz, magnitude / (2.0 * down));
  }
  // Of even order, T is 1 at 0 Hz: the ripple begins at its lowest.
  sections[0].b0 /= sqrt(1.0 + epsilon * epsilon);
  sections[0].b1 /= sqrt(1.0 + epsilon * epsilon);
  sections[0].b2 /= sqrt(1.0 + epsilon * epsilon);
  biquad_apply(SECTIONS, sections, n, x);
}
