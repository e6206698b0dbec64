// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/reverberation.h"

#include "tests/support/test.h"
#include "training/corpus/biquad.h"

#include <math.h>
#include <string.h>

enum { RATE = 48000, N = 48000 };

/// What comes back of an impulse.
static const float*
measure(const Room* room)
{
  static float x[N];
  memset(x, 0, sizeof x);
  x[0] = 1.0f;
  assert_int_equal(room_apply(room, RATE, N, x, NULL), STATUS_SUCCESS);
  return x;
}

/**
   Time of a fall by 60 dB, after Schroeder's backward integration: twice that from −5 to −35 dB.

   @param low, high Band that is looked at, Hz.
*/
static double
measured_rt60_s(const float* response, double low, double high)
{
  static float  x[N];
  static double rest[N];
  memcpy(x, response, sizeof x);
  x[0]                  = 0.0f;
  const Biquad passes[] = { biquad_high_pass(RATE, low, 0.7), biquad_low_pass(RATE, high, 0.7) };
  biquad_apply(2, passes, N, x);

  double sum = 0.0;
  for (uint32_t i = N; i-- > 0;) {
    sum += (double)x[i] * (double)x[i];
    rest[i] = sum;
  }
  uint32_t begin = 0;
  uint32_t end   = 0;
  for (uint32_t i = 0; i < N; ++i) {
    const double level_db = 10.0 * log10(rest[i] / rest[0]);
    begin                 = level_db > -5.0 ? i : begin;
    end                   = level_db > -35.0 ? i : end;
  }
  return 2.0 * (end - begin) / RATE;
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static void
a_room_has_its_rt60(void** state)
{
  (void)state;
  Random random = random_at(1, RANDOM_TEST, 1);
  for (uint32_t i = 0; i < 12; ++i) {
    Room room               = room_draw(&random);
    room.rt60_s             = 0.1 + 0.4 * i / 11.0;
    room.highs              = 0.3;
    const float* const x    = measure(&room);
    const double       low  = measured_rt60_s(x, 100.0, 1000.0);
    const double       high = measured_rt60_s(x, 14000.0, 22000.0);
    assert_near(low, room.rt60_s, 0.2 * room.rt60_s);
    assert_true(high < 0.6 * low);
  }
}

static void
what_comes_straight_has_its_share(void** state)
{
  (void)state;
  Random random = random_at(1, RANDOM_TEST, 2);
  for (uint32_t i = 0; i < 12; ++i) {
    const Room   room  = room_draw(&random);
    const float* x     = measure(&room);
    double       walls = 0.0;
    for (uint32_t k = 1; k < N; ++k) {
      walls += (double)x[k] * (double)x[k];
    }
    assert_true(fabsf(x[0] - 1.0f) < 1e-6f);
    assert_near(-10.0 * log10(walls), room.direct_db, 0.01);
    // Nothing comes before the shortest way, 6 ms.
    for (uint32_t k = 1; k < 0.006 * RATE; ++k) {
      assert_true(fabsf(x[k]) < 1e-12f);
    }
  }
}

/// Many ways lead from the walls: soon the answer is as dense as noise.
static void
the_answer_grows_dense(void** state)
{
  (void)state;
  Random random = random_at(1, RANDOM_TEST, 3);
  for (uint32_t i = 0; i < 12; ++i) {
    Room room             = room_draw(&random);
    room.rt60_s           = 0.5;
    const float* const x  = measure(&room);
    double             m2 = 0.0;
    double             m4 = 0.0;
    for (uint32_t k = 9600; k < 14400; ++k) {
      m2 += pow((double)x[k], 2) / 4800.0;
      m4 += pow((double)x[k], 4) / 4800.0;
    }
    // 3 for normal noise, and 40 times as much for one echo in 120 samples.
    assert_true(m4 / (m2 * m2) < 8.0);
  }
}

static void
silence_stays(void** state)
{
  (void)state;
  float  x[1000] = { 0.0f };
  Random random  = random_at(1, RANDOM_TEST, 4);
  Room   room    = room_draw(&random);
  assert_int_equal(room_apply(&room, 8000.0, 1000, x, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 1000; ++i) {
    assert_true(x[i] == 0.0f);
  }
  assert_int_equal(room_apply(&room, 8000.0, 0, x, NULL), STATUS_SUCCESS);

  // Nor is there an answer to what has just begun.
  x[999] = 1.0f;
  assert_int_equal(room_apply(&room, 8000.0, 1000, x, NULL), STATUS_SUCCESS);
  assert_true(x[999] == 1.0f);
  for (uint32_t i = 0; i < 999; ++i) {
    assert_true(x[i] == 0.0f);
  }
}

static void
rooms_differ(void** state)
{
  (void)state;
  Random random   = random_at(1, RANDOM_TEST, 5);
  double least_s  = 9.0;
  double most_s   = 0.0;
  double least_db = 99.0;
  double most_db  = -99.0;
  for (uint32_t i = 0; i < 200; ++i) {
    const Room room = room_draw(&random);
    least_s         = fmin(least_s, room.rt60_s);
    most_s          = fmax(most_s, room.rt60_s);
    least_db        = fmin(least_db, room.direct_db);
    most_db         = fmax(most_db, room.direct_db);
  }
  assert_true(least_s >= 0.1 && least_s < 0.11 && most_s > 0.45 && most_s <= 0.5);
  assert_true(least_db >= 0.0 && least_db < 1.0 && most_db > 17.0 && most_db <= 18.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_room_has_its_rt60),    cmocka_unit_test(what_comes_straight_has_its_share),
    cmocka_unit_test(the_answer_grows_dense), cmocka_unit_test(silence_stays),
    cmocka_unit_test(rooms_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
