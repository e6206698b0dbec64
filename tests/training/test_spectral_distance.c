// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/spectral_distance.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// At 500 Hz a frame is 16 samples.
enum { RATE = 500, FRAME = 16, BINS = FRAME / 2 + 1, N = 203 };

static double
distance(uint32_t n, const float* clean, const float* out)
{
  double found_db = 0.0;
  assert_int_equal(spectral_distance_measure(RATE, n, clean, out, &found_db, NULL), STATUS_SUCCESS);
  return found_db;
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static double
naive_power(const float* x, uint32_t bin)
{
  double real = 0.0;
  double imag = 0.0;
  for (uint32_t i = 0; i < FRAME; ++i) {
    const double windowed = pow(sin(M_PI * i / FRAME), 2.0) * (double)x[i];
    real += windowed * cos(2.0 * M_PI * bin * i / FRAME);
    imag += windowed * sin(2.0 * M_PI * bin * i / FRAME);
  }
  return real * real + imag * imag;
}

static void
it_is_the_sum_of_its_definition(void** state)
{
  (void)state;
  float clean[N];
  float out[N];
  signal_fill_noise(1, 1.0f, N, clean);
  signal_fill_noise(2, 0.2f, N, out);
  memset(clean + 100, 0, 50 * sizeof *clean);

  double most = 0.0;
  for (uint32_t at = 0; at + FRAME <= N; at += FRAME / 2) {
    for (uint32_t k = 0; k < BINS; ++k) {
      most = fmax(most, naive_power(clean + at, k));
    }
  }
  double   sum = 0.0;
  uint32_t n   = 0;
  for (uint32_t at = 0; at + FRAME <= N; at += FRAME / 2, ++n) {
    double squares = 0.0;
    for (uint32_t k = 0; k < BINS; ++k) {
      const double a = fmax(naive_power(clean + at, k), 1e-5 * most);
      const double b = fmax(naive_power(out + at, k), 1e-5 * most);
      squares += pow(10.0 * log10(a / b), 2.0);
    }
    sum += sqrt(squares / BINS);
  }
  assert_near(distance(N, clean, out), sum / n, 1e-3);
}

static void
a_gain_is_its_own_distance_down_to_the_floor(void** state)
{
  (void)state;
  float clean[N];
  float out[N];
  for (uint32_t i = 0; i < N; ++i) {
    // One pulse in every frame's hop: a flat spectrum.
    clean[i] = i % 8 ? 0.0f : 1.0f;
    out[i]   = 0.1f * clean[i];
  }
  assert_near(distance(N, clean, clean), 0.0, 0.0);
  // Two pulses in a frame leave every other bin; Hann's window spreads it to its neighbors.
  const double found_db = distance(N, clean, out);
  assert_true(found_db > 10.0 && found_db <= 20.0);

  for (uint32_t i = 0; i < N; ++i) {
    out[i] = 1e-9f * clean[i];
  }
  assert_true(distance(N, clean, out) <= SPECTRAL_RANGE_DB);
  assert_near(distance(N, clean, out), distance(N, clean, (const float[N]){ 0 }), 1e-5);
}

static void
nothing_is_measured_of_silence(void** state)
{
  (void)state;
  const float silence[N] = { 0 };
  float       sound[N];
  signal_fill_noise(1, 1.0f, N, sound);
  assert_true(isnan(distance(N, silence, sound)));
  assert_true(isnan(distance(FRAME - 1, sound, sound)));
  assert_near(distance(FRAME, sound, sound), 0.0, 0.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_the_sum_of_its_definition),
    cmocka_unit_test(a_gain_is_its_own_distance_down_to_the_floor),
    cmocka_unit_test(nothing_is_measured_of_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
