// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// With s = (1 − z⁻¹) / (1 + z⁻¹) / tan(w/2), w = 2πf/rate, a prototype
//   (B2·s² + B1·s + B0) / (A2·s² + A1·s + A0)
// becomes a section whose coefficients are, times 2·sin²(w/2) and up to a common factor,
//   b0, b2 = B2·(1 + cos w) + B0·(1 − cos w) ± B1·sin w,  b1 = 2·(B0·(1 − cos w) − B2·(1 + cos w)),
// and the a from the A in the same way.

#include "training/corpus/biquad.h"

#include <assert.h>
#include <math.h>

/// A polynomial in s, highest power first.
typedef struct {
  double square, linear, constant;
} Quadratic;

static Biquad
transform(double rate_hz, double frequency_hz, Quadratic above, Quadratic below)
{
  assert(frequency_hz > 0.0 && frequency_hz < rate_hz / 2.0);

  const double w     = 2.0 * 3.141592653589793 * frequency_hz / rate_hz;
  const double high  = 1.0 + cos(w);
  const double low   = 1.0 - cos(w);
  const double scale = 1.0 / (below.square * high + below.constant * low + below.linear * sin(w));

  const double b_even = above.square * high + above.constant * low;
  const double a_even = below.square * high + below.constant * low;
  return (Biquad){ .b0 = scale * (b_even + above.linear * sin(w)),
                   .b1 = scale * 2.0 * (above.constant * low - above.square * high),
                   .b2 = scale * (b_even - above.linear * sin(w)),
                   .a1 = scale * 2.0 * (below.constant * low - below.square * high),
                   .a2 = scale * (a_even - below.linear * sin(w)) };
}

Biquad
biquad_low_pass(double rate_hz, double frequency_hz, double q)
{
  return transform(rate_hz, frequency_hz, (Quadratic){ 0.0, 0.0, 1.0 },
                   (Quadratic){ 1.0, 1.0 / q, 1.0 });
}

Biquad
biquad_high_pass(double rate_hz, double frequency_hz, double q)
{
  return transform(rate_hz, frequency_hz, (Quadratic){ 1.0, 0.0, 0.0 },
                   (Quadratic){ 1.0, 1.0 / q, 1.0 });
}

Biquad
biquad_peak(double rate_hz, double frequency_hz, double gain_db, double q)
{
  const double root = pow(10.0, gain_db / 40.0);
  return transform(rate_hz, frequency_hz, (Quadratic){ 1.0, root / q, 1.0 },
                   (Quadratic){ 1.0, 1.0 / (root * q), 1.0 });
}

Biquad
biquad_resonance(double rate_hz, const Resonance* resonance)
{
  const double place_hz = fmin(resonance->frequency_hz, 0.45 * rate_hz);
  return biquad_peak(rate_hz, place_hz, resonance->gain_db, resonance->q);
}

Biquad
biquad_low_shelf(double rate_hz, double frequency_hz, double gain_db, double q)
{
  const double root   = pow(10.0, gain_db / 40.0);
  const double linear = sqrt(root) / q;
  return transform(rate_hz, frequency_hz, (Quadratic){ root, root * linear, root * root },
                   (Quadratic){ root, linear, 1.0 });
}

Biquad
biquad_high_shelf(double rate_hz, double frequency_hz, double gain_db, double q)
{
  const double root   = pow(10.0, gain_db / 40.0);
  const double linear = sqrt(root) / q;
  return transform(rate_hz, frequency_hz, (Quadratic){ root * root, root * linear, root },
                   (Quadratic){ 1.0, linear, root });
}

/// What a section remembers, transposed direct form II.
typedef struct {
  double one, two;
} Memory;

static inline double
filter(Biquad h, Memory* memory, double in)
{
  const double out = h.b0 * in + memory->one;
  memory->one      = (h.b1 * in + memory->two) - h.a1 * out;
  memory->two      = h.b2 * in - h.a2 * out;
  return out;
}

/// Two sections in one pass: a processor works on both, where one alone would make it wait.
static void
apply_two(Biquad first, Biquad second, uint32_t n, float* x)
{
  Memory memories[2] = { { 0.0, 0.0 }, { 0.0, 0.0 } };
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = (float)filter(second, &memories[1], filter(first, &memories[0], (double)x[i]));
  }
}

static const Biquad unity = { 1.0, 0.0, 0.0, 0.0, 0.0 };

void
biquad_apply(uint32_t n_sections, const Biquad* sections, uint32_t n, float* x)
{
  for (uint32_t i = 0; i < n_sections; i += 2) {
    apply_two(sections[i], i + 1 < n_sections ? sections[i + 1] : unity, n, x);
  }
}
