// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/envelope.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>

static const double rates[] = { 44100.0, 48000.0, 96000.0 };

enum { N_RATES = sizeof(rates) / sizeof(*rates), MAX_FRAME = 8192 };

static StftConfig
config_at(const double rate_hz)
{
  return stft_config(2048.0 / 48000.0, 512.0 / 48000.0, rate_hz);
}

/// A timbre, dB: two broad formants on a slope.
static double
timbre(const double hz)
{
  const double low  = (hz - 900.0) / 700.0;
  const double high = (hz - 4000.0) / 1500.0;
  return 15.0 * exp(-low * low) + 10.0 * exp(-high * high) - 20.0 * hz / 10000.0;
}

/// A note of that timbre up to `top_hz`, every harmonic with a phase of its own.
static void
play(const double rate_hz, const double pitch_hz, const double top_hz, const double gain,
     const uint32_t n, float* const x)
{
  for (uint32_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (uint32_t h = 1; h * pitch_hz < top_hz; ++h) {
      const double phase = 2.0 * M_PI * h * pitch_hz * i / rate_hz + (double)(h * h);
      sum += pow(10.0, timbre(h * pitch_hz) / 20.0) * sin(phase);
    }
    x[i] = (float)(gain * sum);
  }
}

/// The envelope of one frame.  @return Its level.
static float
measure(const double rate_hz, const float* const x, float* const shape)
{
  const StftConfig stft     = config_at(rate_hz);
  const uint32_t   n_bins   = stft_bins(stft);
  Analysis* const  analysis = analysis_new(stft);
  Envelope* const  envelope = envelope_new(stft, rate_hz);
  static float     power[MAX_FRAME];
  assert_true(analysis && envelope && n_bins <= MAX_FRAME);
  for (uint32_t at = 0; at < stft.frame;) {
    at += analysis_write(analysis, stft.frame - at, x + at);
  }
  const float complex* const spectrum = analysis_spectrum(analysis);
  for (uint32_t k = 0; k < n_bins; ++k) {
    power[k] = cabsf(spectrum[k]) * cabsf(spectrum[k]);
  }
  const float level = envelope_from_power(envelope, power, shape);
  envelope_free(envelope);
  analysis_free(analysis);
  return level;
}

static float
measure_note(const double rate_hz, const double pitch_hz, const double gain, float* const shape)
{
  static float x[MAX_FRAME];
  play(rate_hz, pitch_hz, 20000.0, gain, config_at(rate_hz).frame, x);
  return measure(rate_hz, x, shape);
}

/// rms of the difference of two shapes from a band on, dB, whatever their levels.
static double
difference(const uint32_t first, const float* const a, const float* const b)
{
  double sum    = 0.0;
  double square = 0.0;
  for (uint32_t i = first; i < ENVELOPE_BANDS; ++i) {
    const double d = (double)a[i] - (double)b[i];
    sum += d;
    square += d * d;
  }
  const double n = ENVELOPE_BANDS - first;
  return sqrt(square / n - (sum / n) * (sum / n));
}

static void
test_bands_are_spaced_by_ear(void** const state)
{
  (void)state;
  assert_float_equal((float)envelope_centre(0), 40.0f, 1e-4f);
  assert_float_equal((float)envelope_centre(ENVELOPE_BANDS - 1), 20000.0f, 0.1f);
  // A third of the way, 21 steps of 63: 1 + 0.00437·f = 1.1748^(2/3) · 88.4^(1/3) = 4.9594.
  assert_float_equal((float)envelope_centre(21), 906.0f, 2.0f);
}

/// The curve that the harmonics were drawn from is found again, at every pitch.
static void
test_the_timbre_is_found(void** const state)
{
  (void)state;
  const double pitches_hz[] = { 110.0, 196.0, 262.0, 350.0, 523.0 };
  for (uint32_t p = 0; p < sizeof(pitches_hz) / sizeof(*pitches_hz); ++p) {
    float    expected[ENVELOPE_BANDS];
    float    found[ENVELOPE_BANDS];
    uint32_t first = 0;
    measure_note(48000.0, pitches_hz[p], 0.01, found);
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      expected[b] = (float)timbre(envelope_centre(b));
      first += envelope_centre(b) < pitches_hz[p];
    }
    const double error_db = difference(first, expected, found);
    if (!(error_db < 1.1)) {
      fail_msg("%g Hz: %.2f dB", pitches_hz[p], error_db);
    }
  }
}

static void
test_the_rate_does_not_matter(void** const state)
{
  (void)state;
  const double pitches_hz[] = { 131.0, 262.0, 440.0, 600.0 };
  for (uint32_t p = 0; p < sizeof(pitches_hz) / sizeof(*pitches_hz); ++p) {
    float       shape[N_RATES][ENVELOPE_BANDS];
    const float level = measure_note(rates[0], pitches_hz[p], 0.01, shape[0]);
    for (uint32_t r = 1; r < N_RATES; ++r) {
      assert_float_equal(measure_note(rates[r], pitches_hz[p], 0.01, shape[r]), level, 0.5f);
      const double error_db = difference(0, shape[0], shape[r]);
      if (!(error_db < 0.5)) {
        fail_msg("%g Hz at %g Hz: %.2f dB", pitches_hz[p], rates[r], error_db);
      }
    }
  }
}

static void
test_level_and_shape_are_apart(void** const state)
{
  (void)state;
  float       loud[ENVELOPE_BANDS];
  float       soft[ENVELOPE_BANDS];
  float       sum        = 0.0f;
  const float loud_level = measure_note(48000.0, 220.0, 0.01, loud);
  const float soft_level = measure_note(48000.0, 220.0, 0.001, soft);
  assert_float_equal(loud_level - soft_level, 20.0f, 0.01f);
  assert_true(difference(0, loud, soft) < 0.01);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    sum += loud[b];
  }
  assert_float_equal(sum, 0.0f, 1e-3f);
}

/// A full-scale sine at the centre of a bin reads 0 dB at its peak, and 60 dB less far from it.
static void
test_range(void** const state)
{
  (void)state;
  static float x[MAX_FRAME];
  float        shape[ENVELOPE_BANDS];
  for (uint32_t i = 0; i < 2048; ++i) {
    x[i] = sinf((float)(2.0 * M_PI * 64.0 * i / 2048.0));
  }
  const float level = measure(48000.0, x, shape);
  float       top   = shape[0];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    top = fmaxf(top, shape[b]);
  }
  assert_float_equal(top + level, 0.0f, 1.5f);
  assert_float_equal(shape[ENVELOPE_BANDS - 2] + level, -ENVELOPE_RANGE_DB, 3.0f);
}

/// A tone of any frequency, even one that a period is not looked for, has its loudest band there.
static void
test_any_tone(void** const state)
{
  (void)state;
  static float x[MAX_FRAME];
  float        shape[ENVELOPE_BANDS];
  for (double hz = 30.0; hz < 20000.0; hz *= 1.4) {
    for (uint32_t i = 0; i < 2048; ++i) {
      x[i] = 0.1f * (float)sin(2.0 * M_PI * hz * i / 48000.0);
    }
    measure(48000.0, x, shape);
    float top  = shape[0];
    float here = shape[0];
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      top  = fmaxf(top, shape[b]);
      here = envelope_centre(b) < hz ? shape[b] : here;
      assert_true(isfinite(shape[b]));
    }
    assert_true(top - here < 6.0f);
  }
}

static void
test_silence_is_flat(void** const state)
{
  (void)state;
  static const float x[MAX_FRAME];
  float              shape[ENVELOPE_BANDS];
  assert_float_equal(measure(48000.0, x, shape), ENVELOPE_SILENCE_DB, 0.01f);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    assert_float_equal(shape[b], 0.0f, 0.01f);
  }
}

/// What a low rate cannot have reads as the lowest level.
static void
test_low_rates(void** const state)
{
  (void)state;
  static float x[MAX_FRAME];
  float        shape[ENVELOPE_BANDS];
  play(8000.0, 262.0, 3600.0, 0.01, config_at(8000.0).frame, x);
  measure(8000.0, x, shape);
  float top = shape[0];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    top = fmaxf(top, shape[b]);
    if (envelope_centre(b) > 6000.0) {
      assert_true(shape[b] < top - 50.0f);
    }
  }
}

/// Noise has no harmonics to be sampled by: its envelope is level.
static void
test_noise(void** const state)
{
  (void)state;
  static float x[MAX_FRAME];
  float        shape[ENVELOPE_BANDS];
  double       square = 0.0;
  signal_fill_noise(3, 0.5f, MAX_FRAME, x);
  measure(48000.0, x, shape);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    square += (double)(shape[b] * shape[b]);
  }
  assert_true(sqrt(square / ENVELOPE_BANDS) < 2.5);
}

static void
test_decibels_go_to_bins(void** const state)
{
  (void)state;
  const StftConfig stft     = config_at(48000.0);
  Envelope* const  envelope = envelope_new(stft, 48000.0);
  float            band[ENVELOPE_BANDS];
  static float     bin[MAX_FRAME];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    band[b] = 1e-3f * (float)envelope_centre(b);
  }
  envelope_to_bins(envelope, band, bin);
  for (uint32_t k = 0; k < stft_bins(stft); ++k) {
    const float khz = fminf(fmaxf((float)k * 48.0f / 2048.0f, 0.04f), 20.0f);
    assert_float_equal(bin[k], khz, 1e-4f);
  }
  envelope_free(envelope);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bands_are_spaced_by_ear),
    cmocka_unit_test(test_the_timbre_is_found),
    cmocka_unit_test(test_the_rate_does_not_matter),
    cmocka_unit_test(test_level_and_shape_are_apart),
    cmocka_unit_test(test_range),
    cmocka_unit_test(test_any_tone),
    cmocka_unit_test(test_silence_is_flat),
    cmocka_unit_test(test_low_rates),
    cmocka_unit_test(test_noise),
    cmocka_unit_test(test_decibels_go_to_bins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
