// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TRAINING_PERIODOGRAM_H
#define LAMINA_TESTS_TRAINING_PERIODOGRAM_H

#include "tests/support/test.h"

#include <math.h>
#include <stdint.h>

/// Of all sounds that are looked at, Hz.
#define RATE 48000.0

static inline void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static inline double
rms(uint32_t n, const float* x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sqrt(sum / n);
}

/// Power at one frequency, dB: the squared sums of overlapping pieces under a Hann window, which a
/// wave of power 1 makes 0 dB (Welch 1967).
static inline double
power_db(uint32_t n, const float* x, double frequency_hz)
{
  enum { PIECE = 2048, HOP = 1024 };
  static double window[PIECE][2];
  for (uint32_t i = 0; i < PIECE; ++i) {
    const double hann = 1.0 - cos(2.0 * M_PI * i / PIECE);
    window[i][0]      = hann * cos(2.0 * M_PI * frequency_hz / RATE * i);
    window[i][1]      = hann * sin(2.0 * M_PI * frequency_hz / RATE * i);
  }

  double   sum      = 0.0;
  uint32_t n_pieces = 0;
  for (uint32_t at = 0; at + PIECE <= n; at += HOP, ++n_pieces) {
    double a = 0.0;
    double b = 0.0;
    for (uint32_t i = 0; i < PIECE; ++i) {
      a += (double)x[at + i] * window[i][0];
      b += (double)x[at + i] * window[i][1];
    }
    sum += a * a + b * b;
  }
  return 10.0 * log10(2.0 * sum / n_pieces / PIECE / PIECE);
}

/// The mean of nine frequencies, a fifth of an octave to each side.
static inline double
band_db(uint32_t n, const float* x, double middle_hz)
{
  double sum = 0.0;
  for (int i = -4; i <= 4; ++i) {
    sum += pow(10.0, power_db(n, x, middle_hz * pow(2.0, i / 20.0)) / 10.0);
  }
  return 10.0 * log10(sum / 9.0);
}

#endif
