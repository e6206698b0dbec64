// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/shot_noise.h"

#include "tests/training/periodogram.h"

#include <stdbool.h>

#define N 96000

/// Clicks, four a second, all alike.
static const ShotNoise clock_of_clicks = {
  .n_sorts = 1,
  .sorts   = { { .rate_hz    = 4.0,
                 .regularity = 1.0,
                 .attack_s   = 0.0001,
                 .decay_s    = 0.001,
                 .low_hz     = 200.0,
                 .high_hz    = 20000.0 } },
};

static const float*
make(const ShotNoise* noise, uint64_t step)
{
  static float x[N];
  static float work[N];
  Random       random = random_at(1, RANDOM_TEST, step);
  shot_noise_make(noise, &random, RATE, N, x, work);
  return x;
}

/// Moments where sound begins after 20 ms of silence.  @param onsets [greatest], written.
static uint32_t
find_onsets(const float* x, uint32_t greatest, uint32_t* onsets)
{
  const uint32_t pause = (uint32_t)(0.02 * RATE);
  uint32_t       n     = 0;
  uint32_t       quiet = pause;
  for (uint32_t i = 0; i < N && n < greatest; ++i) {
    const bool sounds = fabsf(x[i]) > 1e-3f;
    if (sounds && quiet >= pause) {
      onsets[n++] = i;
    }
    quiet = sounds ? 0 : quiet + 1;
  }
  return n;
}

static void
a_clock_beats_evenly(void** state)
{
  (void)state;
  uint32_t       onsets[16];
  const uint32_t n = find_onsets(make(&clock_of_clicks, 1), 16, onsets);
  assert_int_equal(n, 8);
  for (uint32_t i = 1; i < n; ++i) {
    assert_near((onsets[i] - onsets[i - 1]) / RATE, 0.25, 0.0005);
  }
}

/// Their number in two seconds has mean and variance 8, but for those that come too close.
static void
irregular_events_are_poisson(void** state)
{
  (void)state;
  enum { N_DRAWN = 200 };
  ShotNoise noise           = clock_of_clicks;
  noise.sorts[0].regularity = 0.0;
  double sum                = 0.0;
  double squares            = 0.0;
  for (uint32_t i = 0; i < N_DRAWN; ++i) {
    uint32_t       onsets[64];
    const uint32_t n = find_onsets(make(&noise, i), 64, onsets);
    sum += n;
    squares += (double)n * n;
  }
  const double mean = sum / N_DRAWN;
  assert_near(mean, 8.0 * exp(-4.0 * 0.025), 5.0 * sqrt(8.0 / N_DRAWN));
  assert_near((squares / N_DRAWN - mean * mean) / mean, 0.85, 0.4);
}

static void
levels_spread(void** state)
{
  (void)state;
  ShotNoise noise          = clock_of_clicks;
  noise.sorts[0].rate_hz   = 20.0;
  noise.sorts[0].spread_db = 6.0;
  double n_levels          = 0.0;
  double sum               = 0.0;
  double squares           = 0.0;
  for (uint32_t i = 0; i < 10; ++i) {
    const float* const x = make(&noise, i);
    uint32_t           onsets[64];
    const uint32_t     n = find_onsets(x, 64, onsets);
    for (uint32_t k = 0; k + 1 < n; ++k, ++n_levels) {
      const double level_db = 20.0 * log10(rms(240, x + onsets[k]));
      sum += level_db;
      squares += level_db * level_db;
    }
  }
  const double mean = sum / n_levels;
  assert_true(n_levels > 300.0);
  assert_near(sqrt(squares / n_levels - mean * mean), 6.0, 1.0);
}

/// Amplitude falls by e in a decay: 8.69 dB.
static void
a_burst_decays(void** state)
{
  (void)state;
  ShotNoise noise        = clock_of_clicks;
  noise.sorts[0].rate_hz = 2.0;
  noise.sorts[0].decay_s = 0.04;
  double early           = 0.0;
  double late            = 0.0;
  for (uint32_t i = 0; i < 10; ++i) {
    const float* const x = make(&noise, i);
    uint32_t           onsets[16];
    const uint32_t     n = find_onsets(x, 16, onsets);
    for (uint32_t k = 0; k + 1 < n; ++k) {
      early += pow(rms(480, x + onsets[k] + 960), 2.0);
      late += pow(rms(480, x + onsets[k] + 2880), 2.0);
    }
  }
  assert_near(10.0 * log10(early / late), 8.69, 1.0);
}

static void
a_burst_has_its_band(void** state)
{
  (void)state;
  ShotNoise noise        = clock_of_clicks;
  noise.sorts[0].rate_hz = 50.0;
  noise.sorts[0].low_hz  = 1000.0;
  noise.sorts[0].high_hz = 4000.0;
  const float* x         = make(&noise, 1);
  assert_near(band_db(N, x, 250.0) - band_db(N, x, 125.0), 12.0, 2.0);
  assert_near(band_db(N, x, 250.0) - band_db(N, x, 2000.0), -24.0, 3.0);
  assert_true(band_db(N, x, 16000.0) - band_db(N, x, 2000.0) < -24.0);
}

static void
a_body_rings(void** state)
{
  (void)state;
  ShotNoise noise              = clock_of_clicks;
  noise.sorts[0].rate_hz       = 50.0;
  noise.sorts[0].n_resonances  = 1;
  noise.sorts[0].resonances[0] = (Resonance){ 1500.0, 18.0, 3.0 };
  const float* x               = make(&noise, 1);
  assert_near(power_db(N, x, 1500.0) - band_db(N, x, 8000.0), 18.0, 3.0);
}

/// Extremes at every rate stay finite, and at RMS 1 where there is an event.
static void
all_rates_are_stable(void** state)
{
  (void)state;
  const double rates[] = { 8000.0, 44100.0, 192000.0 };
  static float x[N];
  static float work[N];
  for (uint32_t i = 0; i < 60; ++i) {
    Random          random = random_at(1, RANDOM_TEST, i);
    const ShotNoise noise  = shot_noise_draw(&random);
    assert_in_range(noise.n_sorts, 1, SHOT_SORTS);
    assert_true(noise.sorts[0].attack_s < noise.sorts[0].decay_s);
    shot_noise_make(&noise, &random, rates[i % 3], N, x, work);
    const double level = rms(N, x);
    assert_true(level == 0.0 || fabs(level - 1.0) < 1e-3);
  }
}

/// What is drawn after a noise does not depend on the noise.
static void
draws_use_as_many_numbers(void** state)
{
  (void)state;
  Random random = random_at(1, RANDOM_TEST, 1);
  shot_noise_draw(&random);
  const uint32_t used = 4 * random.counter[0] + random.n_used;
  for (uint32_t i = 2; i < 100; ++i) {
    random = random_at(1, RANDOM_TEST, i);
    shot_noise_draw(&random);
    assert_int_equal(4 * random.counter[0] + random.n_used, used);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_clock_beats_evenly), cmocka_unit_test(irregular_events_are_poisson),
    cmocka_unit_test(levels_spread),        cmocka_unit_test(a_burst_decays),
    cmocka_unit_test(a_burst_has_its_band), cmocka_unit_test(a_body_rings),
    cmocka_unit_test(all_rates_are_stable), cmocka_unit_test(draws_use_as_many_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
