// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_CLICK_H
#define LAMINA_TESTS_SUPPORT_CLICK_H

#include <math.h>
#include <stdint.h>

/// Samples on each side of the high-pass filter.
enum { CLICK_REACH = 96 };

/**
   How loud a click is: the peak of what lies above 8 kHz, over the rms of the whole, dB.

   The programme must end below 6 kHz, so that nothing but a click is there.  The filter is a sinc
   under a Blackman window: 74 dB down below 6.6 kHz at 48 kHz.

   @param from, to Samples between which the click may be.  There must be CLICK_REACH more on both
   sides of them.
*/
static inline double
click_db(const float* const x, const uint32_t from, const uint32_t to, const double rate_hz)
{
  double low[2 * CLICK_REACH + 1];
  for (int32_t k = -CLICK_REACH; k <= CLICK_REACH; ++k) {
    const double t     = M_PI * k / (CLICK_REACH + 1);
    const double turn  = 2.0 * M_PI * 8000.0 / rate_hz;
    const double sinc  = k ? sin(turn * k) / (M_PI * k) : turn / M_PI;
    const double taper = 0.42 + 0.5 * cos(t) + 0.08 * cos(2.0 * t);

    low[k + CLICK_REACH] = sinc * taper;
  }

  double square = 0.0;
  double peak   = 0.0;
  for (uint32_t i = from; i < to; ++i) {
    double high = (double)x[i];
    for (uint32_t k = 0; k <= 2 * CLICK_REACH; ++k) {
      high -= low[k] * (double)x[i + k - CLICK_REACH];
    }
    square += (double)x[i] * (double)x[i];
    peak = fmax(peak, fabs(high));
  }
  return 20.0 * log10(peak / sqrt(square / (to - from)));
}

#endif
