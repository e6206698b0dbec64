// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/call_noise.h"

#include "tests/training/periodogram.h"

#include <stdbool.h>

#define N 96000

/// A quarter of a second of 1500 Hz, once a second in the mean.
static const CallNoise whistle = {
  .n_callers = 1,
  .callers   = { { .call_rate_hz = 1.0,
                   .n_notes      = 1,
                   .gap_s        = 0.25,
                   .note_s       = 0.25,
                   .decay_s      = 0.002,
                   .pitch_hz     = 1500.0,
                   .n_harmonics  = 1 } },
};

static const float*
make(const CallNoise* noise, uint64_t step)
{
  static float x[N];
  static float work[N];
  Random       random = random_at(1, RANDOM_TEST, step);
  call_noise_make(noise, &random, RATE, N, x, work);
  return x;
}

/// RMS of 10 ms from a sample on.
static double
level_at(const float* x, uint32_t at)
{
  return rms(480, x + at);
}

/// The first sample after `from` of a note that begins after 30 ms of silence and is whole; N if
/// there is none.
static uint32_t
find_note(const float* x, uint32_t from, double length_s)
{
  const uint32_t pause = (uint32_t)(0.03 * RATE);
  uint32_t       quiet = 0;
  for (uint32_t i = from; i + length_s * RATE < N; ++i) {
    if (fabsf(x[i]) > 1e-3f) {
      if (quiet >= pause) {
        return i;
      }
      quiet = 0;
    } else {
      ++quiet;
    }
  }
  return N;
}

/// Frequency by zero crossings, Hz.
static double
pitch_of(const float* x, uint32_t n)
{
  uint32_t n_up  = 0;
  double   first = 0.0;
  double   last  = 0.0;
  for (uint32_t i = 1; i < n; ++i) {
    if (x[i - 1] < 0.0f && x[i] >= 0.0f) {
      last = i - (double)(x[i] / (x[i] - x[i - 1]));
      if (!n_up++) {
        first = last;
      }
    }
  }
  return (n_up - 1) * RATE / (last - first);
}

/// A noise that has a whole note after silence.  @param at Where that begins, written.
static const float*
find_one(const CallNoise* noise, double length_s, uint32_t* at)
{
  for (uint64_t step = 1; step < 50; ++step) {
    const float* const x = make(noise, step);
    *at                  = find_note(x, 0, length_s);
    if (*at < N) {
      return x;
    }
  }
  fail_msg("no note");
  return NULL;
}

static void
a_note_has_its_pitch_and_length(void** state)
{
  (void)state;
  uint32_t           at = 0;
  const float* const x  = find_one(&whistle, 0.4, &at);
  assert_near(pitch_of(x + at + 4800, 4800), 1500.0, 1.0);
  assert_near(level_at(x, at + 10800) / level_at(x, at + 5000), 1.0, 0.02);
  assert_true(level_at(x, at + 13000) < 1e-3 * level_at(x, at + 5000));
}

/// Half an octave below at its begin, and as much above at its end.
static void
a_note_sweeps(void** state)
{
  (void)state;
  CallNoise noise                = whistle;
  noise.callers[0].sweep_octaves = 1.0;
  uint32_t           at          = 0;
  const float* const x           = find_one(&noise, 0.4, &at);
  const uint32_t     length      = (uint32_t)(0.25 * RATE);
  assert_near(log2(pitch_of(x + at + length / 4 - 240, 480) / 1500.0), -0.25, 0.02);
  assert_near(log2(pitch_of(x + at + length / 2 - 240, 480) / 1500.0), 0.0, 0.02);
  assert_near(log2(pitch_of(x + at + length * 3 / 4 - 240, 480) / 1500.0), 0.25, 0.02);
}

/// An arch of an octave is a quarter of one down halfway to its ends.
static void
a_note_is_an_arch(void** state)
{
  (void)state;
  CallNoise noise               = whistle;
  noise.callers[0].arch_octaves = 1.0;
  uint32_t           at         = 0;
  const float* const x          = find_one(&noise, 0.4, &at);
  const uint32_t     length     = (uint32_t)(0.25 * RATE);
  assert_near(log2(pitch_of(x + at + length / 4 - 240, 480) / 1500.0), -0.25, 0.02);
  assert_near(log2(pitch_of(x + at + length / 2 - 240, 480) / 1500.0), 0.0, 0.02);
  assert_near(log2(pitch_of(x + at + length * 3 / 4 - 240, 480) / 1500.0), -0.25, 0.02);
}

/// Amplitude falls by e in a decay: 8.69 dB.
static void
a_note_dies_away(void** state)
{
  (void)state;
  CallNoise noise           = whistle;
  noise.callers[0].decay_s  = 0.05;
  uint32_t           at     = 0;
  const float* const x      = find_one(&noise, 0.7, &at);
  const uint32_t     length = (uint32_t)(0.25 * RATE);
  const double       early  = level_at(x, at + length + 1000);
  const double       late   = level_at(x, at + length + 3400);
  assert_near(20.0 * log10(early / late), 8.69, 0.2);
}

static void
harmonics_stand_in_line(void** state)
{
  (void)state;
  CallNoise noise              = whistle;
  noise.callers[0].n_harmonics = 3;
  noise.callers[0].harmonic_db = -9.0;
  const float* const x         = make(&noise, 3);
  const double       first     = power_db(N, x, 1500.0);
  assert_near(power_db(N, x, 3000.0) - first, -9.0, 0.3);
  assert_near(power_db(N, x, 4500.0) - first, -18.0, 0.3);
  assert_true(power_db(N, x, 6000.0) - first < -50.0);
}

/// Those that would fold back are left out.
static void
harmonics_end_below_half_the_rate(void** state)
{
  (void)state;
  CallNoise noise              = whistle;
  noise.callers[0].pitch_hz    = 9000.0;
  noise.callers[0].n_harmonics = 6;
  const float* const x         = make(&noise, 3);
  const double       first     = power_db(N, x, 9000.0);
  assert_near(power_db(N, x, 18000.0) - first, 0.0, 0.3);
  assert_true(power_db(N, x, 21000.0) - first < -50.0); // 27 kHz, folded
}

static void
a_call_chirrs(void** state)
{
  (void)state;
  CallNoise noise              = whistle;
  noise.callers[0].pulse_hz    = 20.0;
  noise.callers[0].pulse_depth = 1.0;
  uint32_t           at        = 0;
  const float* const x         = find_one(&noise, 0.4, &at);
  uint32_t           n_gaps    = 0;
  bool               in_gap    = false;
  for (uint32_t i = at + 2400; i < at + 12000 - 24; i += 24) {
    const bool soft = rms(24, x + i) < 0.05;
    n_gaps += soft && !in_gap;
    in_gap = soft;
  }
  assert_in_range(n_gaps, 3, 4);
}

/// Their mean number in two seconds, of those that begin there; calls do not overlap.
static void
calls_come_at_their_rate(void** state)
{
  (void)state;
  enum { N_DRAWN = 200 };
  CallNoise noise          = whistle;
  noise.callers[0].note_s  = 0.02;
  noise.callers[0].gap_s   = 0.04;
  noise.callers[0].n_notes = 2;
  double n_notes           = 0.0;
  for (uint64_t step = 0; step < N_DRAWN; ++step) {
    const float* const x      = make(&noise, step);
    double             loud_s = 0.0;
    for (uint32_t i = 0; i + 48 <= N; i += 48) {
      loud_s += rms(48, x + i) > 1e-3 ? 0.001 : 0.0;
    }
    n_notes += loud_s / 0.032; // With what is left of it while it dies away
  }
  // In a cycle of 0.08 s and a waiting time of 1 s, two notes.
  assert_near(n_notes / N_DRAWN, 2.0 * 2.0 / 1.08, 0.6);
}

/// Extremes at every rate stay finite, and at RMS 1 where there is a call.
static void
all_rates_are_stable(void** state)
{
  (void)state;
  const double rates[] = { 8000.0, 44100.0, 192000.0 };
  static float x[N];
  static float work[N];
  for (uint32_t i = 0; i < 60; ++i) {
    Random          random = random_at(1, RANDOM_TEST, i);
    const CallNoise noise  = call_noise_draw(&random);
    assert_in_range(noise.n_callers, 1, CALLERS);
    call_noise_make(&noise, &random, rates[i % 3], N, x, work);
    const double level = rms(N, x);
    assert_true(level == 0.0 || fabs(level - 1.0) < 1e-3);
  }
}

/// What is drawn after a noise does not depend on the noise.
static void
draws_use_as_many_numbers(void** state)
{
  (void)state;
  Random random = random_at(1, RANDOM_TEST, 1);
  call_noise_draw(&random);
  const uint32_t used = 4 * random.counter[0] + random.n_used;
  for (uint32_t i = 2; i < 100; ++i) {
    random = random_at(1, RANDOM_TEST, i);
    call_noise_draw(&random);
    assert_int_equal(4 * random.counter[0] + random.n_used, used);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_note_has_its_pitch_and_length),
    cmocka_unit_test(a_note_sweeps),
    cmocka_unit_test(a_note_is_an_arch),
    cmocka_unit_test(a_note_dies_away),
    cmocka_unit_test(harmonics_stand_in_line),
    cmocka_unit_test(harmonics_end_below_half_the_rate),
    cmocka_unit_test(a_call_chirrs),
    cmocka_unit_test(calls_come_at_their_rate),
    cmocka_unit_test(all_rates_are_stable),
    cmocka_unit_test(draws_use_as_many_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
