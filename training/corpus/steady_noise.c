// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A spectrum that falls by any number of decibels per octave is drawn by zeros and poles on the
// real axis, equally spaced in octaves: with a ratio k between two poles and k^a from each pole to
// its zero, the power changes by a · 20 · log10(2) dB per octave, and ripples around that line.

#include "training/corpus/steady_noise.h"

#include "training/corpus/energy.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static const double pi = 3.141592653589793;

/// Pairs of a zero and a pole, two to a section, and the lowest frequency of the slope, Hz.
enum { SLOPE_SECTIONS = 3 };
static const double slope_from_hz = 20.0;

/// One period of a hum, a power of two: the 40th harmonic has 102 points, and lines between them
/// leave an error 66 dB below it.
enum { PERIOD = 4096, PERIOD_BITS = 12 };

/// Shares of the kinds of noise.
static const double hum_share   = 0.4;
static const double mains_share = 0.7;
static const double odd_share   = 0.3;
static const double swell_share = 0.3;
static const double fan_share   = 0.5;

static double
draw_fundamental(Random* random)
{
  const bool   is_mains = random_uniform(random) < mains_share;
  const double mains_hz = random_uniform(random) < 0.5 ? 50.0 : 60.0;
  const double drift    = random_between(random, -0.002, 0.002);
  const double other_hz = random_logarithmic(random, 40.0, 400.0);
  return is_mains ? mains_hz * (1.0 + drift) : other_hz;
}

static void
draw_hum(Random* random, SteadyNoise* noise)
{
  const bool   has_hum  = random_uniform(random) < hum_share;
  const bool   odd_only = random_uniform(random) < odd_share;
  const double level_db = random_between(random, -15.0, 25.0);
  const double decay_db = random_between(random, 0.0, 12.0); // Per octave
  noise->hum_hz         = draw_fundamental(random);
  noise->n_harmonics    = 1 + (uint32_t)(random_uniform(random) * STEADY_HARMONICS);
  noise->hum_db         = has_hum ? level_db : -(double)INFINITY;
  for (uint32_t k = 0; k < STEADY_HARMONICS; ++k) {
    // Every machine has harmonics that stand out, or are missing.
    const double own_db   = 6.0 * random_normal(random);
    const double gain_db  = own_db - decay_db * log2(k + 1.0);
    const bool   is_there = !odd_only || k % 2 == 0;
    noise->harmonics[k]   = is_there ? pow(10.0, gain_db / 20.0) : 0.0;
    noise->phases[k]      = random_uniform(random);
  }
}

/// Blades that pass, or gusts.
static void
draw_swell(Random* random, SteadyNoise* noise)
{
  const bool   has_swell = random_uniform(random) < swell_share;
  const bool   is_fan    = random_uniform(random) < fan_share;
  const double fan_hz    = random_between(random, 5.0, 30.0);
  const double fan       = random_between(random, 0.03, 0.3);
  const double wind_hz   = random_logarithmic(random, 0.05, 0.3);
  const double wind      = random_between(random, 0.2, 0.7);
  noise->swell_hz        = is_fan ? fan_hz : wind_hz;
  noise->swell_phase     = random_uniform(random);
  noise->swell           = !has_swell ? 0.0 : is_fan ? fan : wind;
}

SteadyNoise
steady_noise_draw(Random* random)
{
  SteadyNoise noise;
  noise.slope_db     = random_between(random, -9.0, 6.0);
  noise.bottom_hz    = random_logarithmic(random, 15.0, 150.0);
  noise.n_resonances = (uint32_t)(random_uniform(random) * (STEADY_RESONANCES + 1));
  for (uint32_t i = 0; i < STEADY_RESONANCES; ++i) {
    noise.resonances[i].frequency_hz = random_logarithmic(random, 60.0, 10000.0);
    noise.resonances[i].gain_db      = random_between(random, 6.0, 24.0);
    noise.resonances[i].q            = random_logarithmic(random, 1.0, 30.0);
  }
  draw_hum(random, &noise);
  draw_swell(random, &noise);
  return noise;
}

/// Where a frequency on the real axis of s lies on that of z.
static double
real_root(double rate_hz, double frequency_hz)
{
  const double place = tan(pi * fmin(frequency_hz, 0.49 * rate_hz) / rate_hz);
  return (1.0 - place) / (1.0 + place);
}

/// @param sections [SLOPE_SECTIONS], written.
static void
make_slope(double slope_db, double rate_hz, Biquad* sections)
{
  const uint32_t n_pairs = 2 * SLOPE_SECTIONS;
  const double   ratio   = pow(0.4 * rate_hz / slope_from_hz, 1.0 / n_pairs);
  const double   apart   = pow(ratio, slope_db / (20.0 * log10(2.0)) / 2.0);
  double         zeros[2 * SLOPE_SECTIONS];
  double         poles[2 * SLOPE_SECTIONS];
  for (uint32_t i = 0; i < n_pairs; ++i) {
    const double middle = slope_from_hz * pow(ratio, i + 0.5);
    zeros[i]            = real_root(rate_hz, middle / apart);
    poles[i]            = real_root(rate_hz, middle * apart);
  }
  for (uint32_t i = 0; i < SLOPE_SECTIONS; ++i) {
    const double* const z = zeros + 2 * (size_t)i;
    const double* const p = poles + 2 * (size_t)i;
    sections[i]           = (Biquad){ 1.0, -z[0] - z[1], z[0] * z[1], -p[0] - p[1], p[0] * p[1] };
  }
}

/// RMS 1.
static void
make_hiss(const SteadyNoise* noise, Random* random, double rate_hz, uint32_t n, float* out)
{
  Biquad sections[SLOPE_SECTIONS + 1 + STEADY_RESONANCES];
  make_slope(noise->slope_db, rate_hz, sections);
  uint32_t n_sections    = SLOPE_SECTIONS;
  sections[n_sections++] = biquad_high_pass(rate_hz, noise->bottom_hz, 0.7071);
  for (uint32_t i = 0; i < noise->n_resonances; ++i) {
    sections[n_sections++] = biquad_resonance(rate_hz, &noise->resonances[i]);
  }

  // Evenly distributed: of what a filter sums, the ear and the spectrum know the variance only.
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = (float)(int32_t)random_bits(random);
  }
  biquad_apply(n_sections, sections, n, out);
  const double energy = energy_sum(n, out);
  energy_scale(n, energy > 0.0 ? sqrt(n / energy) : 0.0, out);
}

/// One period, and its first point again.  @return Its RMS.
static double
make_period(const SteadyNoise* noise, double rate_hz, float period[PERIOD + 1])
{
  float  cosine[PERIOD];
  double power = 0.0;
  for (uint32_t i = 0; i < PERIOD; ++i) {
    cosine[i] = (float)cos(2.0 * pi * i / PERIOD);
    period[i] = 0.0f;
  }
  for (uint32_t k = 0; k < noise->n_harmonics && (k + 1) * noise->hum_hz < 0.45 * rate_hz; ++k) {
    const float amplitude = (float)noise->harmonics[k];
    uint32_t    at        = (uint32_t)(noise->phases[k] * PERIOD);
    for (uint32_t i = 0; i < PERIOD; ++i, at += k + 1) {
      period[i] += amplitude * cosine[at % PERIOD];
    }
    power += noise->harmonics[k] * noise->harmonics[k] / 2.0;
  }
  period[PERIOD] = period[0];
  return sqrt(power);
}

/// Bring the hiss, of RMS 1, and the hum to their ratio, and both to RMS 1.
static void
add_hum(const SteadyNoise* noise, double rate_hz, uint32_t n, float* out)
{
  float        period[PERIOD + 1];
  const double rms = make_period(noise, rate_hz, period);
  if (!(rms > 0.0)) {
    return;
  }

  const double power = pow(10.0, noise->hum_db / 10.0);
  const float  hiss  = (float)sqrt(1.0 / (1.0 + power));
  const float  hum   = (float)(sqrt(power / (1.0 + power)) / rms);
  // Turns in 32 bits: the upper ones are the place in the period, the others lie between two.
  const uint32_t step = (uint32_t)(noise->hum_hz / rate_hz * 0x1p32);
  const uint32_t rest = (1u << (32 - PERIOD_BITS)) - 1;
  uint32_t       turn = 0;
  for (uint32_t i = 0; i < n; ++i, turn += step) {
    const uint32_t at    = turn >> (32 - PERIOD_BITS);
    const float    share = (float)(turn & rest) / (float)(rest + 1);
    out[i] = hiss * out[i] + hum * (period[at] + share * (period[at + 1] - period[at]));
  }
}

/// Multiply by 1 + swell · cos, by a vector that turns.
static void
add_swell(const SteadyNoise* noise, double rate_hz, uint32_t n, float* out)
{
  const double turn = 2.0 * pi * noise->swell_hz / rate_hz;
  const double c    = cos(turn);
  const double s    = sin(turn);
  double       x    = noise->swell * cos(2.0 * pi * noise->swell_phase);
  double       y    = noise->swell * sin(2.0 * pi * noise->swell_phase);
  for (uint32_t i = 0; i < n; ++i) {
    const double next = c * x - s * y;
    out[i] *= (float)(1.0 + x);
    y = s * x + c * y;
    x = next;
  }
}

void
steady_noise_make(const SteadyNoise* noise, Random* random, double rate_hz, uint32_t n, float* out)
{
  make_hiss(noise, random, rate_hz, n, out);
  if (noise->hum_db > -(double)INFINITY) {
    add_hum(noise, rate_hz, n, out);
  }
  if (noise->swell > 0.0) {
    add_swell(noise, rate_hz, n, out);
  }
}
