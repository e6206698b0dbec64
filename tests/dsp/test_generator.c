// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/generator.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const StftConfig stft = { .frame = 2048, .hop = 512, .window = WINDOW_HANN };

/// A second; a period is 240 samples, and TOP partials end at 3 kHz, which is bin 128.
enum { N = 48000, FRAME = 2048, N_BINS = 1025, PERIOD = 240, TOP = 15 };

typedef float Sound[N];

/// Partials 1…TOP, each an octave 6 dB softer, from a sample on.
static void
make_tone(const uint32_t from, float* const x)
{
  memset(x, 0, N * sizeof(float));
  for (uint32_t i = from; i < N; ++i) {
    for (uint32_t h = 1; h <= TOP; ++h) {
      x[i] += (float)(0.1 / h * sin(2.0 * M_PI * h * (i % PERIOD) / PERIOD + h * h));
    }
  }
}

/// @param gain [N_BINS].
static void
generate(const float* const gain, const float* const x, float* const y)
{
  const GeneratorParams params    = { .gain = gain, .wet = 1.0f };
  Generator* const      generator = generator_new(stft, 1);
  assert_non_null(generator);
  generator_run(generator, &params, N, &x, &y);
  generator_free(generator);
}

/// Energy of a partial over whole periods, by its Fourier series.
static double
partial_energy(const uint32_t n, const uint32_t h, const float* const x)
{
  double re = 0.0;
  double im = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double angle = 2.0 * M_PI * h * (i % PERIOD) / PERIOD;
    re += (double)x[i] * cos(angle);
    im += (double)x[i] * sin(angle);
  }
  return 2.0 * (re * re + im * im) / n;
}

/// Gains that rise steeply where the sound ends do not make its last partial tremble: what is
/// beside the partials is less than a 3000th of the power.
static void
test_partials_stand_still_under_steep_gains(void** const state)
{
  (void)state;
  enum { FROM = 24000, LENGTH = 80 * PERIOD };
  static Sound x, y;
  float        gain[N_BINS];
  for (uint32_t k = 0; k < N_BINS; ++k) {
    gain[k] = k < 120 ? 1.0f : powf(10.0f, 0.1f * fminf((float)(k - 120), 30.0f)); // 2 dB a bin
  }
  make_tone(0, x);
  generate(gain, x, y);

  const double all    = signal_energy(LENGTH, y + FROM);
  double       beside = all;
  for (uint32_t h = 1; h <= TOP; ++h) {
    beside -= partial_energy(LENGTH, h, y + FROM);
  }
  print_message("beside the partials: %.1f dB\n", 10.0 * log10(beside / all));
  assert_true(beside < all / 3000.0);
  assert_true(partial_energy(LENGTH, TOP, y + FROM) > 0.05 * all); // The gains were heard
}

/// The window of the attack is not filled before it.
static void
test_attacks_keep_their_place(void** const state)
{
  (void)state;
  enum { ATTACK = 10000, BEFORE = 240 };
  static Sound x, y;
  float        gain[N_BINS];
  for (uint32_t k = 0; k < N_BINS; ++k) {
    gain[k] = 1.0f;
  }
  make_tone(ATTACK, x);
  generate(gain, x, y);

  const double early = signal_energy(ATTACK + FRAME - BEFORE, y);
  const double after = signal_energy(FRAME, y + ATTACK + FRAME);
  print_message("before the attack: %.1f dB\n", 10.0 * log10(early / after));
  assert_true(early < 1e-3 * after);
  assert_true(after > 0.8 * signal_energy(FRAME, x + ATTACK));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_partials_stand_still_under_steep_gains),
    cmocka_unit_test(test_attacks_keep_their_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
