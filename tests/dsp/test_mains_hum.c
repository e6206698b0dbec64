// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/mains_hum.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { RATE = 16000, LONGEST = 192000 * 3 };

static float x[LONGEST];

/// Harmonics of a steady sound, every `each`th from the `first`.
static void
add_harmonics(const double hz, const uint32_t first, const uint32_t each, const double amplitude,
              const double rate_hz, const uint32_t n)
{
  for (uint32_t k = first; k * hz < 2000.0; k += each) {
    for (uint32_t i = 0; i < n; ++i) {
      x[i] += (float)(amplitude / k * cos(2.0 * M_PI * hz * k * i / rate_hz + k));
    }
  }
}

/// A sung vowel: a pitch that sways by a semitone around 130 Hz, and a rhythm of syllables.
static void
add_voice(const double amplitude, const double rate_hz, const uint32_t n)
{
  double phase = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double t = i / rate_hz;
    phase += 2.0 * M_PI * 130.0 * exp2(sin(2.0 * M_PI * 1.3 * t) / 12.0) / rate_hz;
    const double level = amplitude * (0.55 - 0.45 * cos(2.0 * M_PI * 3.1 * t));
    for (uint32_t k = 1; k <= 12; ++k) {
      x[i] += (float)(level / k * cos(k * phase));
    }
  }
}

/// Hear `n` samples in blocks; 0 means random sizes.
static void
hear(MainsHum* const hum, const uint32_t block, const uint32_t n)
{
  uint64_t random = 3;
  for (uint32_t at = 0; at < n;) {
    const uint32_t     wanted = signal_block(block, &random);
    const uint32_t     m      = n - at < wanted ? n - at : wanted;
    const float* const in[]   = { x + at, x + at };
    mains_hum_write(hum, 2, m, in);
    at += m;
  }
}

/// Whether a hum is found in so much of `x`.
static bool
is_hum(const double rate_hz, const uint32_t n)
{
  MainsHum* const hum = mains_hum_new(rate_hz);
  hear(hum, 256, n);
  const bool found = mains_hum_tones(hum)->n > 0;
  mains_hum_free(hum);
  return found;
}

/// A hum that is softer than a voice is found within three seconds at every rate, in any blocks,
/// and its tones are the multiples that it has: of a square wave, of all, of what a rectifier
/// leaves.
static void
test_a_hum_is_found_under_a_voice(void** const state)
{
  (void)state;
  static const struct {
    double   rate_hz;
    double   hz;
    uint32_t first;
    uint32_t each;
  } hums[] = { { 8000.0, 50.02, 1, 2 }, { 44100.0, 59.97, 1, 1 }, { 192000.0, 49.9, 2, 2 } };
  for (uint32_t h = 0; h < sizeof(hums) / sizeof(*hums); ++h) {
    const double   rate_hz = hums[h].rate_hz;
    const double   hz      = hums[h].hz;
    const uint32_t n       = (uint32_t)(3.0 * rate_hz);
    signal_fill_noise(h, 0.01f, n, x);
    add_voice(0.2, rate_hz, n);
    add_harmonics(hz, hums[h].first, hums[h].each, 0.06 * hums[h].first, rate_hz, n);
    for (uint32_t b = 0; b < 2; ++b) {
      MainsHum* const hum = mains_hum_new(rate_hz);
      hear(hum, b ? 0 : 64, n);
      const Tones* const tones = mains_hum_tones(hum);
      assert_true(tones->n >= 4);
      for (uint32_t i = 0; i < tones->n; ++i) {
        const uint32_t k = (uint32_t)lround((double)tones->hz[i] / hz);
        assert_int_equal((k - hums[h].first) % hums[h].each, 0);
        assert_float_equal(tones->hz[i], (float)(hz * k), 0.1f + 0.01f * (float)k);
      }
      mains_hum_free(hum);
    }
  }
}

/// No note of the tempered scale is a hum, as steady and as rich as it may be, at concert pitch, a
/// little higher, or a lower one; nor is a chord.
static void
test_no_note_is_a_hum(void** const state)
{
  (void)state;
  const uint32_t n = 2 * RATE;
  for (uint32_t p = 0; p < 3; ++p) {
    const double a4_hz = (const double[]){ 440.0, 443.0, 432.0 }[p];
    for (int note = -48; note < 24; ++note) {
      memset(x, 0, n * sizeof(float));
      add_harmonics(a4_hz * exp2(note / 12.0), 1, 1, 0.2, RATE, n);
      assert_false(is_hum(RATE, n));
    }
  }
  memset(x, 0, n * sizeof(float));
  for (int third = -48; third < 0; third += 4) {
    add_harmonics(440.0 * exp2(third / 12.0), 1, 1, 0.05, RATE, n);
  }
  assert_false(is_hum(RATE, n));
}

/// What is off by more than mains are, single tones, noise and a voice are none.
static void
test_other_sounds_are_none(void** const state)
{
  (void)state;
  const uint32_t n = 3 * RATE;
  memset(x, 0, n * sizeof(float));
  add_harmonics(50.15, 1, 1, 0.1, RATE, n);
  assert_true(is_hum(RATE, n));
  memset(x, 0, n * sizeof(float));
  add_harmonics(50.6, 1, 1, 0.1, RATE, n);
  assert_false(is_hum(RATE, n));
  signal_fill_noise(1, 0.01f, n, x);
  add_harmonics(1000.0, 1, 1, 0.1, RATE, n);
  assert_false(is_hum(RATE, n));
  signal_fill_noise(2, 0.5f, n, x);
  assert_false(is_hum(RATE, n));
  memset(x, 0, n * sizeof(float));
  add_voice(0.2, RATE, n);
  assert_false(is_hum(RATE, n));
}

/// A hum is remembered under sound that covers it, given up after 20 s, and forgotten by a reset.
static void
test_a_hum_is_given_up(void** const state)
{
  (void)state;
  const uint32_t  n   = 3 * RATE;
  MainsHum* const hum = mains_hum_new(RATE);
  memset(x, 0, n * sizeof(float));
  add_harmonics(60.0, 1, 1, 0.1, RATE, n);
  hear(hum, 256, n);
  assert_true(mains_hum_tones(hum)->n > 0);
  signal_fill_noise(1, 0.9f, n, x);
  for (uint32_t i = 0; i < 6; ++i) {
    hear(hum, 256, n);
  }
  assert_true(mains_hum_tones(hum)->n > 0);
  hear(hum, 256, n);
  assert_int_equal(mains_hum_tones(hum)->n, 0);

  memset(x, 0, n * sizeof(float));
  add_harmonics(50.0, 1, 1, 0.1, RATE, n);
  hear(hum, 256, n);
  assert_true(mains_hum_tones(hum)->n > 0);
  mains_hum_reset(hum);
  assert_int_equal(mains_hum_tones(hum)->n, 0);
  mains_hum_free(hum);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_hum_is_found_under_a_voice),
    cmocka_unit_test(test_no_note_is_a_hum),
    cmocka_unit_test(test_other_sounds_are_none),
    cmocka_unit_test(test_a_hum_is_given_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
