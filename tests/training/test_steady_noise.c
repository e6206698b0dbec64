// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/steady_noise.h"

#include "tests/training/periodogram.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N 96000

/// White noise and nothing else.
static const SteadyNoise hiss = { .bottom_hz = 0.01, .hum_db = -(double)INFINITY };

static const float*
make(const SteadyNoise* noise, uint64_t step)
{
  static float x[N];
  Random       random = random_at(1, RANDOM_TEST, step);
  steady_noise_make(noise, &random, RATE, N, x);
  return x;
}

static void
the_spectrum_has_its_slope(void** state)
{
  (void)state;
  const double slopes[] = { -9.0, -6.0, -2.5, 0.0, 3.0, 6.0 };
  for (uint32_t i = 0; i < 6; ++i) {
    SteadyNoise noise = hiss;
    noise.slope_db    = slopes[i];
    const float* x    = make(&noise, i);
    assert_near(rms(N, x), 1.0, 1e-4);
    assert_near((band_db(N, x, 8000.0) - band_db(N, x, 250.0)) / 5.0, slopes[i], 0.5);
    assert_near((band_db(N, x, 2000.0) - band_db(N, x, 250.0)) / 3.0, slopes[i], 0.6);
  }
}

static void
the_bottom_falls(void** state)
{
  (void)state;
  SteadyNoise noise = hiss;
  noise.bottom_hz   = 1000.0;
  const float* x    = make(&noise, 1);
  assert_near(band_db(N, x, 250.0) - band_db(N, x, 8000.0), -24.0, 2.0);
  assert_near(band_db(N, x, 1000.0) - band_db(N, x, 8000.0), -3.0, 1.0);
}

static void
a_resonance_stands_out(void** state)
{
  (void)state;
  SteadyNoise noise   = hiss;
  noise.n_resonances  = 1;
  noise.resonances[0] = (Resonance){ 2000.0, 18.0, 3.0 };
  const float* x      = make(&noise, 1);
  assert_near(power_db(N, x, 2000.0) - band_db(N, x, 200.0), 18.0, 2.0);
  assert_near(band_db(N, x, 11000.0) - band_db(N, x, 200.0), 0.0, 1.5);
}

static void
a_hum_is_a_sum_of_cosines(void** state)
{
  (void)state;
  static double expected[N];
  SteadyNoise   noise = hiss;
  noise.hum_db        = 120.0; // As good as alone
  noise.hum_hz        = 59.9;
  noise.n_harmonics   = STEADY_HARMONICS;
  double power        = 0.0;
  memset(expected, 0, sizeof expected);
  for (uint32_t k = 0; k < STEADY_HARMONICS; k += 3) {
    // Phases on the points of the table: what is between would be rounded.
    noise.harmonics[k] = 1.0 / (k + 1.0);
    noise.phases[k]    = (k % 16) / 16.0;
    power += noise.harmonics[k] * noise.harmonics[k] / 2.0;
    for (uint32_t i = 0; i < N; ++i) {
      expected[i] += noise.harmonics[k] *
                     cos(2.0 * M_PI * ((k + 1.0) * noise.hum_hz / RATE * i + noise.phases[k]));
    }
  }

  const float* const x     = make(&noise, 1);
  double             worst = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    worst = fmax(worst, fabs((double)x[i] - expected[i] / sqrt(power)));
  }
  assert_true(worst < 1e-3);
}

static void
hum_and_hiss_have_their_ratio(void** state)
{
  (void)state;
  SteadyNoise noise  = hiss;
  noise.hum_db       = 6.0;
  noise.hum_hz       = 375.0;
  noise.n_harmonics  = 1;
  noise.harmonics[0] = 0.1;
  const float* x     = make(&noise, 1);
  assert_near(rms(N, x), 1.0, 0.01);
  assert_near(power_db(N, x, 375.0), 10.0 * log10(3.981 / 4.981), 0.1);
}

static void
harmonics_stay_below_half_the_rate(void** state)
{
  (void)state;
  SteadyNoise noise = hiss;
  noise.hum_db      = 40.0;
  noise.hum_hz      = 400.0;
  noise.n_harmonics = STEADY_HARMONICS;
  for (uint32_t k = 0; k < STEADY_HARMONICS; ++k) {
    noise.harmonics[k] = 1.0;
  }
  static float x[N];
  Random       random = random_at(1, RANDOM_TEST, 1);
  steady_noise_make(&noise, &random, 8000.0, N, x);
  // At 8 kHz there is room for eight: nothing lies at 3600 Hz, where the ninth was, nor elsewhere.
  for (double hz = 400.0; hz < 4000.0; hz += 200.0) {
    const bool   is_one   = fmod(hz, 400.0) == 0.0 && hz < 3500.0;
    const double level_db = power_db(N, x, hz * RATE / 8000.0);
    assert_true(is_one ? level_db > -12.0 : level_db < -50.0);
  }
}

static void
a_swell_comes_and_goes(void** state)
{
  (void)state;
  SteadyNoise noise = hiss;
  noise.swell_hz    = 1.0;
  noise.swell       = 0.5;
  const float* x    = make(&noise, 1);
  // Two seconds hold two loud and two soft moments: 1.5² and 0.5² of the power.
  for (uint32_t moment = 0; moment < 3; ++moment) {
    const uint32_t middle = 24000 * (moment + 1);
    double         sum    = 0.0;
    for (uint32_t i = middle - 1000; i < middle + 1000; ++i) {
      sum += (double)x[i] * (double)x[i] / 2000.0;
    }
    assert_near(sum, moment == 1 ? 2.25 : 0.25, moment == 1 ? 0.25 : 0.04);
  }
}

static void
draws_are_of_every_kind(void** state)
{
  (void)state;
  enum { N_DRAWN = 400 };
  double n_hum   = 0.0;
  double n_mains = 0.0;
  double n_swell = 0.0;
  Random random  = random_at(1, RANDOM_TEST, 1);
  for (uint32_t i = 0; i < N_DRAWN; ++i) {
    const SteadyNoise noise  = steady_noise_draw(&random);
    const bool        hums   = noise.hum_db > -(double)INFINITY;
    const bool        europe = fabs(noise.hum_hz - 50.0) <= 0.1;
    const bool        mains  = europe || fabs(noise.hum_hz - 60.0) <= 0.12;
    n_hum += hums;
    n_mains += hums && mains;
    n_swell += noise.swell > 0.0;
    assert_true(noise.slope_db >= -9.0 && noise.slope_db < 6.0);
    assert_in_range(noise.n_resonances, 0, STEADY_RESONANCES);
    assert_in_range(noise.n_harmonics, 1, STEADY_HARMONICS);
    assert_true(noise.hum_hz >= 40.0 && noise.hum_hz <= 400.0);
    assert_true(noise.swell <= 0.7);
  }
  assert_near(n_hum, 0.4 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.4 * 0.6));
  assert_near(n_mains, 0.7 * n_hum, 5.0 * sqrt(n_hum * 0.7 * 0.3));
  assert_near(n_swell, 0.3 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.3 * 0.7));
}

/// Extremes at every rate stay finite, and at RMS 1 up to a swell.
static void
all_rates_are_stable(void** state)
{
  (void)state;
  const double rates[] = { 8000.0, 44100.0, 192000.0 };
  static float x[N];
  for (uint32_t i = 0; i < 60; ++i) {
    Random            random = random_at(1, RANDOM_TEST, i);
    const SteadyNoise noise  = steady_noise_draw(&random);
    steady_noise_make(&noise, &random, rates[i % 3], N, x);
    assert_true(rms(N, x) > 0.2 && rms(N, x) < 2.0);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_spectrum_has_its_slope),
    cmocka_unit_test(the_bottom_falls),
    cmocka_unit_test(a_resonance_stands_out),
    cmocka_unit_test(a_hum_is_a_sum_of_cosines),
    cmocka_unit_test(hum_and_hiss_have_their_ratio),
    cmocka_unit_test(harmonics_stay_below_half_the_rate),
    cmocka_unit_test(a_swell_comes_and_goes),
    cmocka_unit_test(draws_are_of_every_kind),
    cmocka_unit_test(all_rates_are_stable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
