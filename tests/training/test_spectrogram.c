// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/spectrogram.h"

#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>

enum { N_COLUMNS = 50 };

/// A sound of one second whose first channel is a sine from `start_s` on; others are silent.
static Sound
sine(const double rate_hz, const uint32_t n_channels, const double hz, const double amplitude,
     const double start_s)
{
  const uint64_t n     = (uint64_t)rate_hz;
  Sound          sound = { rate_hz, n_channels, n, calloc(n * n_channels, sizeof(float)) };
  assert_non_null(sound.samples);
  for (uint64_t i = (uint64_t)(start_s * rate_hz); i < n; ++i) {
    sound.samples[i] = (float)(amplitude * sin(2.0 * M_PI * hz * (double)i / rate_hz));
  }
  return sound;
}

/// Level of a sound around a frequency, in the middle of one column.
static double
level(const Sound* const sound, const double length_s, const uint32_t column, const double hz)
{
  Spectrogram spectrogram;
  assert_int_equal(spectrogram_measure(sound, N_COLUMNS, length_s, &spectrogram, NULL), 0);
  assert_int_equal(spectrogram.n_columns, N_COLUMNS);
  const float result = spectrogram_level(&spectrogram, column, 0.99 * hz, 1.01 * hz);
  spectrogram_clear(&spectrogram);
  assert_null(spectrogram.level_db);
  return (double)result;
}

static void
sine_reads_its_amplitude(void** const state)
{
  (void)state;
  static const double rates[] = { 8000.0, 44100.0, 48000.0, 192000.0 };
  for (int i = 0; i < 4; ++i) {
    // Half of full scale is 6.02 dB down; a sine between two bins reads up to 1.1 dB less.
    Sound sound = sine(rates[i], 1, 1000.0, 0.5, 0.0);
    assert_in_range((int)lround(-100.0 * level(&sound, 1.0, 25, 1000.0)), 595, 720);
    assert_true(level(&sound, 1.0, 25, 3000.0) < -80.0);
    free(sound.samples);
  }
}

static void
silent_channel_halves_the_power(void** const state)
{
  (void)state;
  Sound        mono   = sine(48000.0, 1, 1000.0, 0.5, 0.0);
  Sound        stereo = sine(48000.0, 2, 1000.0, 0.5, 0.0);
  const double drop   = level(&mono, 1.0, 25, 1000.0) - level(&stereo, 1.0, 25, 1000.0);
  assert_true(fabs(drop - 3.01) < 0.01);
  free(mono.samples);
  free(stereo.samples);
}

static void
columns_are_moments(void** const state)
{
  (void)state;
  // Half a second of silence, then half a second of sine, on an axis of two seconds.
  Sound sound = sine(48000.0, 1, 1000.0, 1.0, 0.5);
  assert_true(level(&sound, 2.0, 10, 1000.0) < -100.0);
  assert_true(level(&sound, 2.0, 14, 1000.0) > -1.2);
  assert_true(level(&sound, 2.0, 23, 1000.0) > -1.2);
  assert_true(level(&sound, 2.0, 27, 1000.0) < -100.0);
  free(sound.samples);
}

static void
nothing_is_above_half_the_rate(void** const state)
{
  (void)state;
  Sound sound = sine(8000.0, 1, 1000.0, 1.0, 0.0);
  assert_true(level(&sound, 1.0, 25, 4500.0) == (double)SPECTROGRAM_SILENCE_DB);
  free(sound.samples);
}

static void
the_shortest_sound_has_a_spectrogram(void** const state)
{
  (void)state;
  float       samples[48] = { 1.0f };
  const Sound one         = { 48000.0, 1, 1, samples };
  const Sound forty_eight = { 48000.0, 1, 48, samples };

  // A click that is as loud at all frequencies, against a sine in some 2000 samples: -50…-60 dB.
  const double low_db  = level(&one, 1.0 / 48000.0, 0, 1000.0);
  const double high_db = level(&one, 1.0 / 48000.0, 0, 9000.0);
  assert_true(fabs(low_db - high_db) < 0.1);
  assert_true(low_db > -60.0 && low_db < -50.0);
  assert_true(fabs(level(&forty_eight, 0.001, 0, 1000.0) - low_db) < 0.1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sine_reads_its_amplitude),
    cmocka_unit_test(silent_channel_halves_the_power),
    cmocka_unit_test(columns_are_moments),
    cmocka_unit_test(nothing_is_above_half_the_rate),
    cmocka_unit_test(the_shortest_sound_has_a_spectrogram),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
