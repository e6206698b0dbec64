// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/equalizer.h"

#include "training/corpus/biquad.h"

#include <math.h>

/// Places of the shelves and the peak, Hz: body, brilliance and what is between them.
static const double low_hz[2]  = { 60.0, 500.0 };
static const double high_hz[2] = { 2000.0, 12000.0 };
static const double peak_hz[2] = { 150.0, 8000.0 };

/// Widths of a peak: from three octaves to one.
static const double peak_q[2] = { 0.4, 1.4 };

/// Of the shelves: no hump.
static const double shelf_q = 0.7071;

/// Evenly on a logarithmic scale, below half the rate.
static double
draw_place(Random* random, const double range[2], double rate_hz)
{
  const double place = random_logarithmic(random, range[0], range[1]);
  return fmin(place, 0.45 * rate_hz);
}

void
equalizer_apply(Random* random, double greatest_db, double rate_hz, uint32_t n, float* x)
{
  double gains_db[3];
  for (uint32_t i = 0; i < 3; ++i) {
    gains_db[i] = random_between(random, -greatest_db, greatest_db);
  }
  const uint32_t n_sections = random_uniform(random) < 0.5 ? 2 : 3;
  const double   low        = draw_place(random, low_hz, rate_hz);
  const double   high       = draw_place(random, high_hz, rate_hz);
  const double   peak       = draw_place(random, peak_hz, rate_hz);
  const double   q          = random_between(random, peak_q[0], peak_q[1]);

  if (greatest_db > 0.0) {
    const Biquad sections[3] = { biquad_low_shelf(rate_hz, low, gains_db[0], shelf_q),
                                 biquad_high_shelf(rate_hz, high, gains_db[1], shelf_q),
                                 biquad_peak(rate_hz, peak, gains_db[2], q) };
    biquad_apply(n_sections, sections, n, x);
  }
}
