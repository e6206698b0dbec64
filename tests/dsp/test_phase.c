// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/phase.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const StftConfig config = { .frame = 2048, .hop = 512, .window = WINDOW_HANN };
static const double     rate   = 44100.0;

enum { N_FRAMES = 120, N = N_FRAMES * 512, N_BINS = 1025, LATE = 4, N_PARTIALS = 30 };

/// Add a plucked string: stretched partials, each decaying by itself, after an attack of 10 ms.
static void
add_note(const double f0_hz, const uint32_t from, float* const x)
{
  uint64_t random = (uint64_t)f0_hz;
  for (uint32_t p = 1; p <= N_PARTIALS; ++p) {
    const double f     = f0_hz * p * sqrt(1.0 + 1e-4 * p * p);
    const double start = M_PI * (double)signal_noise(&random);
    for (uint32_t i = from; i < N && f < 0.45 * rate; ++i) {
      const double t    = (i - from) / rate;
      const double peak = 0.3 / p * exp(-t * (1.0 + 0.2 * p) / 0.7) * fmin(1.0, t / 0.01);
      x[i] += (float)(peak * sin(2.0 * M_PI * f * t + start));
    }
  }
}

/// Magnitudes of all frames of a sound.  @param s [N_FRAMES][N_BINS].
static void
analyse(const float* const x, float (*const s)[N_BINS])
{
  Analysis* const analysis = analysis_new(config);
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    assert_int_equal(analysis_write(analysis, config.hop, x + (size_t)t * config.hop), config.hop);
    const float complex* const spectrum = analysis_spectrum(analysis);
    for (uint32_t m = 0; m < N_BINS; ++m) {
      s[t][m] = cabsf(spectrum[m]);
    }
  }
  analysis_free(analysis);
}

static void
randomize(uint64_t* const random, const float* const magnitude, float complex* const spectrum)
{
  for (uint32_t m = 0; m < N_BINS; ++m) {
    const float angle = (float)M_PI * signal_noise(random);
    spectrum[m]       = magnitude[m] * (cosf(angle) + I * sinf(angle));
  }
}

/// Sound from magnitudes alone, LATE frames late.  @param phase NULL: random phases.
static void
rebuild(Phase* const phase, float (*const s)[N_BINS], float* const y)
{
  Synthesis* const synthesis = synthesis_new(config);
  uint64_t         random    = 1;
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    float complex spectrum[N_BINS];
    if (phase) {
      phase_next(phase, s[t], spectrum);
    } else {
      randomize(&random, s[t], spectrum);
    }
    synthesis_read(synthesis, config.hop, y + (size_t)t * config.hop);
    synthesis_add(synthesis, spectrum);
  }
  synthesis_free(synthesis);
}

/// Spectral convergence, 20 log₁₀(‖S − Ŝ‖ / ‖S‖).
static double
convergence_db(float (*const s)[N_BINS], const float* const y)
{
  float(*const again)[N_BINS] = malloc(N_FRAMES * sizeof(*again));
  double error                = 0.0;
  double energy               = 0.0;
  analyse(y, again);
  for (uint32_t t = LATE; t < N_FRAMES; ++t) {
    for (uint32_t m = 0; m < N_BINS; ++m) {
      const double expected = (double)s[t - LATE][m];
      error += pow(expected - (double)again[t][m], 2.0);
      energy += expected * expected;
    }
  }
  free(again);
  return 10.0 * log10(error / energy);
}

/// @param by_chance Set to what random phases reach.
static double
measure(const float* const x, double* const by_chance)
{
  float(*const s)[N_BINS] = malloc(N_FRAMES * sizeof(*s));
  float* const y          = malloc(N * sizeof(float));
  Phase* const phase      = phase_new(config);
  assert_non_null(phase);
  analyse(x, s);
  rebuild(NULL, s, y);
  *by_chance = convergence_db(s, y);
  rebuild(phase, s, y);
  const double reached = convergence_db(s, y);
  phase_free(phase);
  free(y);
  free(s);
  return reached;
}

static void
test_notes_are_rebuilt(void** const state)
{
  (void)state;
  static const double notes_hz[] = { 110.0, 220.0, 329.6, 440.0, 659.3, 880.0, 1318.5 };
  for (uint32_t i = 0; i < sizeof(notes_hz) / sizeof(*notes_hz); ++i) {
    float* const x = calloc(N, sizeof(float));
    double       by_chance;
    add_note(notes_hz[i], 5000, x);
    const double reached = measure(x, &by_chance);
    print_message("%.1f Hz: %.1f dB, by chance %.1f dB\n", notes_hz[i], reached, by_chance);
    assert_true(reached <= -31.0);
    assert_true(reached <= by_chance - 20.0);
    free(x);
  }
}

/// Partials of several notes beat within a bin, where magnitudes alone say less.
static void
test_chords_are_rebuilt(void** const state)
{
  (void)state;
  float* const x = calloc(N, sizeof(float));
  double       by_chance;
  add_note(220.0, 5000, x);
  add_note(277.2, 5000, x);
  add_note(329.6, 5000, x);
  const double reached = measure(x, &by_chance);
  print_message("A major: %.1f dB, by chance %.1f dB\n", reached, by_chance);
  assert_true(reached <= -16.0);
  assert_true(reached <= by_chance - 11.0);
  free(x);
}

/// The phase of a steady sine between two bins advances as its frequency says, within 0.01 Hz.
static void
test_a_sine_keeps_its_frequency(void** const state)
{
  (void)state;
  const double f_bins = 40.3;
  float        magnitude[N_BINS];
  float* const x          = malloc(N * sizeof(float));
  float(*const s)[N_BINS] = malloc(N_FRAMES * sizeof(*s));
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = (float)cos(2.0 * M_PI * f_bins * i / config.frame);
  }
  analyse(x, s);
  memcpy(magnitude, s[N_FRAMES - 1], sizeof(magnitude));
  Phase* const phase = phase_new(config);
  double       last  = 0.0;
  for (uint32_t t = 0; t < 20; ++t) {
    float complex spectrum[N_BINS];
    phase_next(phase, magnitude, spectrum);
    const double angle = carg((double complex)spectrum[40]);
    const double turns = (angle - last) / (2.0 * M_PI) - f_bins * config.hop / config.frame;
    assert_true(t == 0 || fabs(turns - rint(turns)) < 1e-4);
    last = angle;
  }
  phase_free(phase);
  free(s);
  free(x);
}

/// A steady sine goes on from the phases that were given, through the phases that it truly has.
static void
test_given_phases_go_on(void** const state)
{
  (void)state;
  enum { GIVEN = 20 };
  Phase* const    phase    = phase_new(config);
  Analysis* const analysis = analysis_new(config);
  for (uint32_t t = 0; t < 40; ++t) {
    float         x[512];
    float         magnitude[N_BINS];
    float complex spectrum[N_BINS];
    for (uint32_t i = 0; i < 512; ++i) {
      x[i] = (float)cos(2.0 * M_PI * 40.3 * (512 * t + i) / config.frame);
    }
    analysis_write(analysis, config.hop, x);
    const float complex* const known = analysis_spectrum(analysis);
    for (uint32_t m = 0; m < N_BINS; ++m) {
      magnitude[m] = cabsf(known[m]);
    }
    if (t == GIVEN) {
      phase_take(phase, magnitude, known, spectrum);
    } else {
      phase_next(phase, magnitude, spectrum);
    }
    assert_true(t < GIVEN || cabsf(spectrum[40] - known[40]) < 0.01f * magnitude[40]);
  }
  analysis_free(analysis);
  phase_free(phase);
}

/// Every other bin is silent, so each sounding one is an island; the rest are near the tolerance.
static void
fill_islands(const uint64_t seed, float* const magnitude)
{
  signal_fill_noise(seed, 1.0f, N_BINS, magnitude);
  for (uint32_t m = 0; m < N_BINS; ++m) {
    magnitude[m] = m % 2 ? 0.0f : fabsf(magnitude[m]) * (m % 3 ? 1.0f : 1e-6f);
  }
}

static void
test_magnitudes_are_kept(void** const state)
{
  (void)state;
  Phase* const phase = phase_new(config);
  for (uint32_t t = 0; t < 10; ++t) {
    float         magnitude[N_BINS];
    float complex spectrum[N_BINS];
    fill_islands(t, magnitude);
    if (t == 5) {
      memset(magnitude, 0, sizeof(magnitude));
    }
    phase_next(phase, magnitude, spectrum);
    for (uint32_t m = 0; m < N_BINS; ++m) {
      assert_float_equal(cabsf(spectrum[m]), magnitude[m], 1e-6f * magnitude[m]);
    }
  }
  phase_free(phase);
}

/// Also of the bins whose phases are random.
static void
test_reset_repeats_every_bit(void** const state)
{
  (void)state;
  Phase* const  phase = phase_new(config);
  float complex spectra[2][5][N_BINS];
  for (uint32_t run = 0; run < 2; ++run) {
    for (uint32_t t = 0; t < 5; ++t) {
      float magnitude[N_BINS];
      fill_islands(t, magnitude);
      phase_next(phase, magnitude, spectra[run][t]);
    }
    phase_reset(phase);
  }
  assert_memory_equal(spectra[0], spectra[1], sizeof(spectra[0]));
  phase_free(phase);
}

/// Bins below the tolerance do not buzz in step: their phases differ between frames and bins.
static void
test_soft_bins_are_random(void** const state)
{
  (void)state;
  Phase* const phase = phase_new(config);
  double       sum   = 0.0;
  uint32_t     n     = 0;
  for (uint32_t t = 0; t < 20; ++t) {
    float         magnitude[N_BINS];
    float complex spectrum[N_BINS];
    for (uint32_t m = 0; m < N_BINS; ++m) {
      magnitude[m] = m == 500 ? 1e7f : 1.0f;
    }
    phase_next(phase, magnitude, spectrum);
    for (uint32_t m = 0; m < N_BINS; ++m) {
      const double angle = carg((double complex)spectrum[m]);
      sum += m == 500 ? 0.0 : cos(2.0 * angle) + sin(angle);
      n += m != 500;
    }
  }
  // A sum of n terms of variance 1 is within five standard deviations of 0.
  assert_true(fabs(sum) < 5.0 * sqrt(n));
  phase_free(phase);
}

static void
test_small_frames(void** const state)
{
  (void)state;
  static const StftConfig small[] = { { 2, 1, WINDOW_HANN },
                                      { 4, 1, WINDOW_HANN },
                                      { 6, 3, WINDOW_HANN } };
  for (uint32_t i = 0; i < 3; ++i) {
    Phase* const phase = phase_new(small[i]);
    for (uint32_t t = 0; t < 5; ++t) {
      const float   magnitude[4] = { 1.0f, 2.0f, 0.0f, 3.0f };
      float complex spectrum[4];
      phase_next(phase, magnitude, spectrum);
      for (uint32_t m = 0; m < stft_bins(small[i]); ++m) {
        assert_float_equal(cabsf(spectrum[m]), magnitude[m], 1e-5f);
      }
    }
    phase_free(phase);
  }
  phase_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_notes_are_rebuilt),
    cmocka_unit_test(test_chords_are_rebuilt),
    cmocka_unit_test(test_a_sine_keeps_its_frequency),
    cmocka_unit_test(test_given_phases_go_on),
    cmocka_unit_test(test_magnitudes_are_kept),
    cmocka_unit_test(test_reset_repeats_every_bit),
    cmocka_unit_test(test_soft_bins_are_random),
    cmocka_unit_test(test_small_frames),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
