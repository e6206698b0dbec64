// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/periodicity.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { LONGEST = 19200, BEST = PERIODICITY_RANGES, LAG = BEST + 1, BANDS = LAG + 1 };

static float sound[2][LONGEST];

/// Partials of a pitch from one frequency to another, in some phase.
static void
add_partials(const double hz, const double from_hz, const double to_hz, const double rate_hz,
             float* const x)
{
  for (uint32_t k = 1; k * hz < to_hz; ++k) {
    for (uint32_t i = 0; k * hz >= from_hz && i < LONGEST; ++i) {
      x[i] += (float)(0.05 * cos(2.0 * M_PI * hz * k * i / rate_hz + k * k));
    }
  }
}

/// What is told of the last frame of a tenth of a second.
static void
track(const double rate_hz, const uint32_t n_channels, float* const x)
{
  const StftConfig   stft        = stft_config(0.02, 0.01, rate_hz);
  Periodicity* const periodicity = periodicity_new(stft, rate_hz);
  Analysis* const    analyses[]  = { analysis_new(stft), analysis_new(stft) };
  assert_non_null(periodicity);
  for (uint32_t t = 0; t < 10; ++t) {
    const float complex* spectra[2];
    for (uint32_t c = 0; c < 2; ++c) {
      analysis_write(analyses[c], stft.hop, sound[c] + (size_t)t * stft.hop);
      spectra[c] = analysis_spectrum(analyses[c]);
    }
    periodicity_track(periodicity, n_channels, spectra, x);
  }
  analysis_free(analyses[0]);
  analysis_free(analyses[1]);
  periodicity_free(periodicity);
}

/// The pitch that a lag is of, Hz.
static double
pitch_hz(const float lag)
{
  const double octaves = log2(PERIODICITY_MAX_S / PERIODICITY_MIN_S);
  return exp2(-0.5 * ((double)lag + 1.0) * octaves) / PERIODICITY_MIN_S;
}

/// Deep voices and high ones have a correlation of about 1 at their period, at every rate.
static void
test_the_period_is_found(void** const state)
{
  (void)state;
  static const double rates[]   = { 16000.0, 44100.0, 48000.0, 192000.0 };
  static const double pitches[] = { 80.0, 103.0, 131.0, 190.0, 247.0, 390.0 };
  for (uint32_t r = 0; r < sizeof(rates) / sizeof(*rates); ++r) {
    for (uint32_t p = 0; p < sizeof(pitches) / sizeof(*pitches); ++p) {
      float x[PERIODICITY_SIZE];
      memset(sound, 0, sizeof(sound));
      add_partials(pitches[p], 60.0, 5200.0, rates[r], sound[0]);
      track(rates[r], 1, x);
      const double periods = pitches[p] / pitch_hz(x[LAG]); // Two are a period as well
      assert_true(fabs(periods - 1.0) < 0.02 || fabs(periods - 2.0) < 0.04);
      assert_true(x[BEST] > 0.75f && x[BEST] < 1.25f);
      float voiced = 0.0f;
      for (uint32_t b = 0; b < PERIODICITY_BANDS; ++b) {
        voiced += x[BANDS + b] / (float)PERIODICITY_BANDS;
      }
      assert_true(voiced > 0.6f);
      const uint32_t range = (uint32_t)(0.5f * (x[LAG] + 1.0f) * PERIODICITY_RANGES);
      assert_float_equal(x[range], x[BEST], 0.0f);
    }
  }
}

/// Noise has little at any lag.
static void
test_noise_is_not_periodic(void** const state)
{
  (void)state;
  float sum = 0.0f;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    float x[PERIODICITY_SIZE];
    signal_fill_noise(seed, 0.5f, LONGEST, sound[0]);
    track(48000.0, 1, x);
    assert_true(x[BEST] < 0.5f);
    sum += x[BANDS + 5] / 40.0f;
  }
  assert_float_equal(sum, 0.25f, 0.25f);
}

/// A sound that is periodic below 1.2 kHz and noise above is told so.
static void
test_bands_are_told_apart(void** const state)
{
  (void)state;
  float low  = 0.0f;
  float high = 0.0f;
  for (uint32_t seed = 0; seed < 20; ++seed) {
    float x[PERIODICITY_SIZE];
    float past = 0.0f;
    signal_fill_noise(seed, 0.02f, LONGEST, sound[0]);
    for (uint32_t i = 0; i < LONGEST; ++i) { // A difference, so that there is little below
      const float now = sound[0][i];
      sound[0][i]     = now - past;
      past            = now;
    }
    add_partials(120.0, 60.0, 1200.0, 48000.0, sound[0]);
    track(48000.0, 1, x);
    for (uint32_t b = 0; b < 4; ++b) {
      low += x[BANDS + b] / 80.0f;
      high += x[BANDS + 6 + b] / 80.0f;
    }
  }
  assert_true(low > 0.8f);
  assert_true(high < 0.3f);
}

/// It does not matter how loud a sound is; two like channels are one; silence is none.
static void
test_levels_and_channels(void** const state)
{
  (void)state;
  float x[3][PERIODICITY_SIZE];
  memset(sound, 0, sizeof(sound));
  track(48000.0, 2, x[0]);
  for (uint32_t i = 0; i < PERIODICITY_SIZE; ++i) {
    assert_true(isfinite(x[0][i]));
  }
  add_partials(140.0, 60.0, 5200.0, 48000.0, sound[0]);
  track(48000.0, 1, x[0]);
  memcpy(sound[1], sound[0], sizeof(sound[0]));
  track(48000.0, 2, x[1]);
  for (uint32_t i = 0; i < LONGEST; ++i) {
    sound[0][i] *= 0.01f;
  }
  track(48000.0, 1, x[2]);
  for (uint32_t i = 0; i < PERIODICITY_SIZE; ++i) {
    assert_float_equal(x[1][i], x[0][i], 1e-3f);
    assert_float_equal(x[2][i], x[0][i], 2e-2f);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_period_is_found),
    cmocka_unit_test(test_noise_is_not_periodic),
    cmocka_unit_test(test_bands_are_told_apart),
    cmocka_unit_test(test_levels_and_channels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
