// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/matching.h"

#include "tests/support/test.h"

#include <complex.h>
#include <math.h>

enum { FRAME = 2048, N_BINS = FRAME / 2 + 1, PITCH_HZ = 370 };

static const StftConfig stft    = { FRAME, 512, WINDOW_HANN };
static const double     rate_hz = 48000.0;

typedef struct {
  Envelope* envelope;
  Matching* matching;
  float     power[N_BINS]; ///< Of a note
  float     shape_db[ENVELOPE_BANDS];
} Setting;

/// A note like a clarinet's: every second harmonic is 25 dB weaker than its neighbors.
static Setting
open_setting(void)
{
  Setting setting = { .envelope = envelope_new(stft, rate_hz) };
  assert_non_null(setting.envelope);
  setting.matching = matching_new(setting.envelope, stft);
  assert_non_null(setting.matching);
  Analysis* const analysis = analysis_new(stft);
  float           x[FRAME] = { 0.0f };
  assert_non_null(analysis);
  for (uint32_t h = 1; h * PITCH_HZ < 20000; ++h) {
    const double level_db = -12.0 * log2(h) - (h % 2 ? 0.0 : 25.0);
    for (uint32_t i = 0; i < FRAME; ++i) {
      const double phase = 2.0 * M_PI * h * PITCH_HZ * i / rate_hz + (double)h * h;
      x[i] += (float)(0.1 * pow(10.0, 0.05 * level_db) * sin(phase));
    }
  }
  for (uint32_t at = 0; at < FRAME;) {
    at += analysis_write(analysis, FRAME - at, x + at);
  }
  const float complex* const spectrum = analysis_spectrum(analysis);
  for (uint32_t k = 0; k < N_BINS; ++k) {
    setting.power[k] = crealf(spectrum[k]) * crealf(spectrum[k]) +
                       cimagf(spectrum[k]) * cimagf(spectrum[k]);
  }
  analysis_free(analysis);
  envelope_from_power(setting.envelope, setting.power, setting.shape_db);
  return setting;
}

static void
close_setting(const Setting* const setting)
{
  matching_free(setting->matching);
  envelope_free(setting->envelope);
}

/// Distance of the frame's envelope with gains from another, rms over the bands.
static double
distance(const Setting* const setting, const float* const gain_db, const float* const wanted_db)
{
  float  gain[N_BINS];
  float  power[N_BINS];
  float  heard[ENVELOPE_BANDS];
  double mean   = 0.0;
  double square = 0.0;
  envelope_to_bins(setting->envelope, gain_db, gain);
  for (uint32_t k = 0; k < N_BINS; ++k) {
    power[k] = setting->power[k] * powf(10.0f, 0.1f * gain[k]);
  }
  envelope_from_filtered(setting->envelope, power, heard);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    mean += (double)wanted_db[b] / ENVELOPE_BANDS;
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const double d = (double)wanted_db[b] - mean - (double)heard[b];
    square += d * d;
  }
  return sqrt(square / ENVELOPE_BANDS);
}

/// An envelope that weak harmonics lie below is met better by far, at any level, within ten frames.
static void
test_weak_harmonics_are_lifted(void** const state)
{
  (void)state;
  const Setting setting = open_setting();
  const float*  missing = NULL;
  float         wanted[ENVELOPE_BANDS];
  float         gain[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    wanted[b] = 17.0f - 0.3f * (float)b;
    gain[b]   = wanted[b] - setting.shape_db[b];
  }
  const double before = distance(&setting, gain, wanted);
  for (uint32_t i = 0; i < 10; ++i) {
    missing = matching_find(setting.matching, setting.power, wanted, gain);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    gain[b] += missing[b];
  }
  assert_true(before > 2.0);
  assert_true(distance(&setting, gain, wanted) < 0.6 * before);
  close_setting(&setting);
}

/// Where the frame has the envelope already, nothing is missing.
static void
test_nothing_is_missing_from_what_is_there(void** const state)
{
  (void)state;
  const Setting      setting              = open_setting();
  const float        gain[ENVELOPE_BANDS] = { 0.0f };
  const float* const missing = matching_find(setting.matching, setting.power, setting.shape_db,
                                             gain);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    assert_float_equal(missing[b], 0.0f, 1e-4f); // Means are taken anew
  }
  close_setting(&setting);
}

/// What cannot be had, in silence, stays within bounds, and is forgotten when it is not wanted.
static void
test_what_cannot_be_had_is_bounded(void** const state)
{
  (void)state;
  const Setting      setting              = open_setting();
  static const float nothing[N_BINS]      = { 0.0f };
  static const float flat[ENVELOPE_BANDS] = { 0.0f };
  float              wanted[ENVELOPE_BANDS];
  const float*       missing = NULL;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    wanted[b] = b % 8 < 4 ? 200.0f : -200.0f;
  }
  for (uint32_t i = 0; i < 100; ++i) {
    missing = matching_find(setting.matching, nothing, wanted, flat);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    assert_true(fabsf(missing[b]) <= 20.0f);
  }
  for (uint32_t i = 0; i < 30; ++i) {
    missing = matching_find(setting.matching, setting.power, setting.shape_db, flat);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    assert_float_equal(missing[b], 0.0f, 0.5f);
  }
  matching_reset(setting.matching);
  close_setting(&setting);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_weak_harmonics_are_lifted),
    cmocka_unit_test(test_nothing_is_missing_from_what_is_there),
    cmocka_unit_test(test_what_cannot_be_had_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
