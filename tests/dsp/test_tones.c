// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/tones.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>

enum { MOST = 192000 };

static const double rates[] = { 8000.0, 22050.0, 44100.0, 48000.0, 192000.0 };

/// Add a cosine.
static void
add_tone(const double hz, const double amplitude, const double rate_hz, const uint32_t n,
         float* const x)
{
  for (uint32_t i = 0; i < n; ++i) {
    x[i] += (float)(amplitude * cos(2.0 * M_PI * hz * i / rate_hz + 0.7 * hz));
  }
}

/// What a finder says of this, written in blocks.
static void
find(ToneFinder* const finder, const uint32_t block, const uint32_t n, const float* const x,
     Tones* const tones)
{
  uint64_t random = 3;
  for (uint32_t at = 0; at < n;) {
    const uint32_t     wanted = signal_block(block, &random);
    const uint32_t     m      = n - at < wanted ? n - at : wanted;
    const float* const in[]   = { x + at };
    tone_finder_write(finder, 1, m, in);
    at += m;
  }
  tone_finder_find(finder, tones);
}

/// The harmonics of a hum in noise are found to a twentieth of a hertz, at every rate and in any
/// blocks.
static void
test_a_hum_is_found(void** const state)
{
  (void)state;
  static float x[MOST];
  for (uint32_t r = 0; r < sizeof(rates) / sizeof(*rates); ++r) {
    const uint32_t    n      = (uint32_t)rates[r];
    const StftConfig  stft   = stft_config(0.02, 0.01, rates[r]);
    ToneFinder* const finder = tone_finder_new(rates[r], 1.0, stft);
    Tones             tones;
    signal_fill_noise(r, 0.05f, n, x);
    for (uint32_t k = 1; k <= 9; ++k) {
      add_tone(50.07 * k, 0.02, rates[r], n, x);
    }
    for (uint32_t b = 0; b < 3; ++b) {
      tone_finder_reset(finder);
      find(finder, (const uint32_t[]){ 64, 4096, 0 }[b], n, x, &tones);
      assert_int_equal(tones.n, 9);
      for (uint32_t k = 1; k <= 9; ++k) {
        assert_float_equal(tones.hz[k - 1], (float)(50.07 * k), 0.05f);
      }
    }
    tone_finder_free(finder);
  }
}

/// Noise has none, white or with a resonance, as often as one looks.
static void
test_noise_has_none(void** const state)
{
  (void)state;
  static float      x[48000];
  ToneFinder* const finder = tone_finder_new(48000.0, 1.0, stft_config(0.02, 0.01, 48000.0));
  const double      turn   = 2.0 * cos(2.0 * M_PI * 140.0 / 48000.0);
  uint32_t          n      = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    Tones tones;
    signal_fill_noise(seed, 0.5f, 48000, x);
    if (seed & 1) { // Poles at 140 Hz, about 30 Hz wide
      double last[2] = { 0.0, 0.0 };
      for (uint32_t i = 0; i < 48000; ++i) {
        const double y = (double)x[i] + 0.998 * turn * last[0] - 0.998 * 0.998 * last[1];
        last[1]        = last[0];
        last[0]        = y;
        x[i]           = (float)(1e-3 * y);
      }
    }
    tone_finder_reset(finder);
    find(finder, 4096, 48000, x, &tones);
    n += tones.n;
  }
  assert_true(n <= 1);
  tone_finder_free(finder);
}

/// Of more than there is room for, the strongest are kept, in order.
static void
test_the_strongest_are_kept(void** const state)
{
  (void)state;
  static float      x[48000];
  ToneFinder* const finder = tone_finder_new(48000.0, 1.0, stft_config(0.02, 0.01, 48000.0));
  Tones             tones;
  signal_fill_noise(1, 1e-3f, 48000, x);
  for (uint32_t k = 1; k <= TONES_MAX + 8; ++k) {
    add_tone(60.0 * k, k > 8 ? 0.02 : 0.01, 48000.0, 48000, x);
  }
  find(finder, 4096, 48000, x, &tones);
  assert_int_equal(tones.n, TONES_MAX);
  for (uint32_t i = 0; i < TONES_MAX; ++i) {
    assert_float_equal(tones.hz[i], 60.0f * (float)(i + 9), 0.05f);
  }
  tone_finder_free(finder);
}

/// Too little sound tells nothing, and neither does silence.
static void
test_little_tells_nothing(void** const state)
{
  (void)state;
  static float      x[48000];
  ToneFinder* const finder = tone_finder_new(48000.0, 1.0, stft_config(0.02, 0.01, 48000.0));
  Tones             tones;
  find(finder, 4096, 48000, x, &tones);
  assert_int_equal(tones.n, 0);
  assert_float_equal(tone_finder_change_db(finder, 100.0), 0.0f, 0.0f);
  tone_finder_reset(finder);
  add_tone(50.0, 0.1, 48000.0, 48000, x);
  find(finder, 4096, 20000, x, &tones);
  assert_int_equal(tones.n, 0);
  tone_finder_free(finder);
}

/// A tone of power P in white noise: a frame of the STFT loses 10·log10 of its share there, and
/// nothing far away.
static void
test_levels_without_tones(void** const state)
{
  (void)state;
  static float      x[48000];
  const StftConfig  stft   = stft_config(0.02, 0.01, 48000.0);
  ToneFinder* const finder = tone_finder_new(48000.0, 1.0, stft);
  const double      sum    = stft_window_sum(stft);
  Tones             tones;
  signal_fill_noise(1, 0.05f, 48000, x);
  add_tone(1000.0, 0.02, 48000.0, 48000, x);
  find(finder, 4096, 48000, x, &tones);

  // In a bin: A²/4 (Σw)² of the tone, and σ² Σw² = 0.05²/3 · N/2 of the noise
  const double tone  = 0.25 * 0.02 * 0.02 * sum * sum;
  const double noise = 0.05 * 0.05 / 3.0 * 0.5 * stft.frame;
  assert_float_equal(tone_finder_change_db(finder, 1000.0),
                     (float)(-10.0 * log10(1.0 + tone / noise)), 1.0f);
  assert_float_equal(tone_finder_change_db(finder, 2000.0), 0.0f, 0.1f);
  assert_float_equal(tones.level_db[0], 20.0f * log10f(0.02f), 0.3f);
  assert_float_equal(10.0f * log10f(tone_finder_power(finder, &tones, 1000.0)),
                     20.0f * log10f(0.02f), 0.3f);
  assert_float_equal(tone_finder_power(finder, &tones, 2000.0), 0.0f, 0.0f);
  tone_finder_free(finder);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_hum_is_found),         cmocka_unit_test(test_noise_has_none),
    cmocka_unit_test(test_the_strongest_are_kept), cmocka_unit_test(test_little_tells_nothing),
    cmocka_unit_test(test_levels_without_tones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
