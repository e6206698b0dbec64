// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/bands.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdbool.h>

static const BandLayout layout = { .step_hz   = 50.0f,
                                   .linear_hz = 5000.0f,
                                   .top_hz    = 20000.0f,
                                   .n_erb     = 28 };

enum { N_BANDS = 129, MAX_BINS = 2000 };

static void
test_layout(void** const state)
{
  (void)state;
  assert_int_equal(band_layout_count(&layout), N_BANDS);
  assert_float_equal((float)band_layout_centre(&layout, 0), 0.0f, 0.0f);
  assert_float_equal((float)band_layout_centre(&layout, 20), 1000.0f, 1e-3f);
  assert_float_equal((float)band_layout_centre(&layout, 128), 20000.0f, 0.1f);
  // Half-way in ERB rate: 1 + 0.00437·f = √(22.85 · 88.4) = 44.944.
  assert_float_equal((float)band_layout_centre(&layout, 114), 10055.8f, 1.0f);
}

static void
check_constant_gain(const double rate_hz)
{
  const StftConfig stft  = stft_config(0.02, 0.01, rate_hz);
  Bands* const     bands = bands_new(&layout, stft, rate_hz);
  float            gain[N_BANDS];
  float            bin_gain[MAX_BINS];
  assert_non_null(bands);
  for (uint32_t i = 0; i < N_BANDS; ++i) {
    gain[i] = 0.7f;
  }
  bands_gain(bands, gain, bin_gain);
  for (uint32_t k = 0; k < stft_bins(stft); ++k) {
    assert_float_equal(bin_gain[k], 0.7f, 1e-6f);
  }
  bands_free(bands);
}

static void
test_equal_gains_stay_equal(void** const state)
{
  (void)state;
  check_constant_gain(8000.0);
  check_constant_gain(11025.0);
  check_constant_gain(44100.0);
  check_constant_gain(48000.0);
  check_constant_gain(192000.0);
}

/// White power reads the same in every band that has bins, and 0 in those that have none.
static void
check_white_power(const double rate_hz)
{
  const StftConfig stft  = stft_config(0.02, 0.01, rate_hz);
  Bands* const     bands = bands_new(&layout, stft, rate_hz);
  float            power[N_BANDS];
  float            bin_power[MAX_BINS];
  for (uint32_t k = 0; k < stft_bins(stft); ++k) {
    bin_power[k] = 3.0f;
  }
  bands_power(bands, bin_power, power);
  for (uint32_t i = 0; i < N_BANDS; ++i) {
    const bool below = band_layout_centre(&layout, i) <= rate_hz / 2.0;
    if (below) {
      assert_float_equal(power[i], 3.0f, 1e-5f);
    } else {
      assert_true(power[i] == 0.0f || fabsf(power[i] - 3.0f) < 1e-5f);
    }
  }
  assert_true(rate_hz > 40000.0 || power[N_BANDS - 1] == 0.0f);
  bands_free(bands);
}

static void
test_white_power_is_flat(void** const state)
{
  (void)state;
  check_white_power(8000.0);
  check_white_power(44100.0);
  check_white_power(48000.0);
  check_white_power(96000.0);
}

static void
test_linear_bands_are_bins(void** const state)
{
  (void)state;
  const StftConfig stft  = stft_config(0.02, 0.01, 48000.0);
  Bands* const     bands = bands_new(&layout, stft, 48000.0);
  float            bin_power[MAX_BINS];
  float            power[N_BANDS];
  signal_fill_noise(1, 1.0f, stft_bins(stft), bin_power);
  bands_power(bands, bin_power, power);
  for (uint32_t k = 0; k < 100; ++k) {
    float upper = 1.0f;
    assert_int_equal(bands_of_bin(bands, k, &upper), k);
    assert_true(upper == 0.0f);
    assert_true(power[k] == bin_power[k]);
  }
  bands_free(bands);
}

static void
test_bins_above_follow_the_top_band(void** const state)
{
  (void)state;
  const StftConfig stft          = stft_config(0.02, 0.01, 96000.0);
  Bands* const     bands         = bands_new(&layout, stft, 96000.0);
  float            gain[N_BANDS] = { 0 };
  float            bin_gain[MAX_BINS];
  gain[N_BANDS - 1] = 0.25f;
  bands_gain(bands, gain, bin_gain);
  for (uint32_t k = 400; k < stft_bins(stft); ++k) {
    assert_true(bin_gain[k] == 0.25f);
  }
  bands_free(bands);
}

/// Against all centres.
static void
test_nearest(void** const state)
{
  (void)state;
  for (float hz = 0.0f; hz < 30000.0f; hz += 13.7f) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < band_layout_count(&layout); ++i) {
      if (fabs(band_layout_centre(&layout, i) - (double)hz) <
          fabs(band_layout_centre(&layout, best) - (double)hz)) {
        best = i;
      }
    }
    assert_int_equal(band_layout_nearest(&layout, hz), best);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_layout),
    cmocka_unit_test(test_equal_gains_stay_equal),
    cmocka_unit_test(test_white_power_is_flat),
    cmocka_unit_test(test_linear_bands_are_bins),
    cmocka_unit_test(test_bins_above_follow_the_top_band),
    cmocka_unit_test(test_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
