// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/log_spectrum.h"

#include "tests/support/test.h"

#include <math.h>

/// Power that reads `level_db` with a window of sum 2, where a full-scale sine has a power of 1.
static float
power_of(const double level_db)
{
  return (float)pow(10.0, 0.1 * level_db);
}

static void
test_full_scale_sine_reads_0_db(void** const state)
{
  (void)state;
  static const Window windows[] = { WINDOW_VORBIS, WINDOW_HANN };
  for (uint32_t w = 0; w < 2; ++w) {
    const StftConfig stft     = { .frame = 64, .hop = 32, .window = windows[w] };
    Analysis* const  analysis = analysis_new(stft);
    for (uint32_t i = 0; i < 64; i += 32) {
      float in[32];
      for (uint32_t j = 0; j < 32; ++j) {
        in[j] = (float)sin(2.0 * M_PI * 9.0 * (i + j) / 64.0);
      }
      analysis_write(analysis, 32, in);
    }
    const float complex peak  = analysis_spectrum(analysis)[9];
    const float         power = crealf(peak) * crealf(peak) + cimagf(peak) * cimagf(peak);

    // 0 dB lies at four fifths of a range from −40 to 10 dB.
    const LogSpectrumConfig config = { .top_db = 10.0f, .range_db = 50.0f, .unit = true };
    float                   x      = -1.0f;
    log_spectrum_from_power(&config, 1, stft_window_sum(stft), &power, &x);
    assert_float_equal(x, 0.8f, 1e-6f);
    analysis_free(analysis);
  }
}

static void
test_levels_are_mapped_and_held(void** const state)
{
  (void)state;
  const float power[] = { power_of(-10.0),
                          power_of(-60.0),
                          power_of(-110.0),
                          power_of(-35.0),
                          power_of(-9.0),
                          power_of(-120.0),
                          0.0f,
                          INFINITY,
                          NAN };
  const float both[]  = { 1.0f, 0.0f, -1.0f, 0.5f, 1.0f, -1.0f, -1.0f, 1.0f, -1.0f };

  enum { N = sizeof(both) / sizeof(*both) };
  float             x[N];
  LogSpectrumConfig config = { .top_db = -10.0f, .range_db = 100.0f };
  log_spectrum_from_power(&config, N, 2.0, power, x);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal(x[i], both[i], 1e-5f);
  }
  config.unit = true;
  log_spectrum_from_power(&config, N, 2.0, power, x);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal(x[i], 0.5f * (both[i] + 1.0f), 1e-5f);
  }
}

/// A window of sum 2 reads a sine of amplitude A as a magnitude of A.
static void
test_numbers_become_magnitudes(void** const state)
{
  (void)state;
  const float both[]      = { 1.0f, 0.0f, 0.5f, -1.0f, -1.5f, 7.0f, NAN, -0.8f };
  const float magnitude[] = { 10.0f, 0.1f, 1.0f, 0.0f, 0.0f, 10.0f, 0.0f, 10e-4f * 2.5118864f };

  enum { N = sizeof(both) / sizeof(*both) };
  float             unit[N];
  float             found[N];
  LogSpectrumConfig config = { .top_db = 20.0f, .range_db = 80.0f };
  log_spectrum_to_magnitude(&config, N, 2.0, both, found);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal(found[i], magnitude[i], 1e-5f * magnitude[i]);
    unit[i] = 0.5f * (both[i] + 1.0f);
  }
  config.unit = true;
  log_spectrum_to_magnitude(&config, N, 2.0, unit, found);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal(found[i], magnitude[i], 1e-5f * magnitude[i]);
  }
}

static void
test_back_again(void** const state)
{
  (void)state;
  const double sums[] = { 2.0, 512.0, 1000.5 };
  for (uint32_t s = 0; s < 3; ++s) {
    for (uint32_t db = 1; db < 100; ++db) {
      const LogSpectrumConfig config    = { .top_db = 0.0f, .range_db = 100.0f, .unit = db % 2 };
      const float             magnitude = (float)(0.5 * sums[s] * pow(10.0, -0.05 * db));
      const float             power     = magnitude * magnitude;
      float                   x         = 0.0f;
      float                   again     = 0.0f;
      log_spectrum_from_power(&config, 1, sums[s], &power, &x);
      log_spectrum_to_magnitude(&config, 1, sums[s], &x, &again);
      assert_float_equal(again, magnitude, 1e-4f * magnitude);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_full_scale_sine_reads_0_db),
    cmocka_unit_test(test_levels_are_mapped_and_held),
    cmocka_unit_test(test_numbers_become_magnitudes),
    cmocka_unit_test(test_back_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
