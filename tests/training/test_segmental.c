// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/segmental.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// At 1 kHz a frame is 20 samples and the next begins 10 later.
enum { RATE = 1000, N = 400 };

typedef struct {
  float clean[N];
  float mixture[N];
  float out[N];
} Take;

/// Samples `from`…`to` − 1 become ±`level`, which has energy `level`² whatever the frame.
static void
fill(float* x, uint32_t from, uint32_t to, float level)
{
  for (uint32_t i = from; i < to; ++i) {
    x[i] = i % 2 ? level : -level;
  }
}

/// Sound in the first half, a hum of a tenth everywhere in the mixture.
static Take
take_half(void)
{
  Take take = { { 0 }, { 0 }, { 0 } };
  fill(take.clean, 0, N / 2, 1.0f);
  for (uint32_t i = 0; i < N; ++i) {
    take.mixture[i] = take.out[i] = take.clean[i] + 0.1f;
  }
  return take;
}

static Segmental
measure(const Take* take)
{
  Segmental result = { 0 };
  assert_int_equal(segmental_measure(RATE, N, take->clean, take->mixture, take->out, &result, NULL),
                   STATUS_SUCCESS);
  return result;
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static void
what_is_not_touched_is_as_it_was(void** state)
{
  (void)state;
  const Take      take  = take_half();
  const Segmental found = measure(&take);
  // Frames begin at 0…180, all sound, and at 190, of which half is.
  assert_near(found.snr_db, (19.0 * 20.0 + 10.0 * log10(0.5 / 0.01)) / 20.0, 1e-4);
  assert_near(found.level_db, 10.0 * log10((19.5 * 1.01 + 0.5 * 0.01) / 19.5), 1e-4);
  assert_near(found.residual_db, 0.0, 1e-12);
}

static void
levels_and_residuals_are_told_apart(void** state)
{
  (void)state;
  Take take = take_half();
  for (uint32_t i = 0; i < N; ++i) {
    take.out[i] = i < N / 2 ? 0.5f * take.clean[i] : 0.01f * take.mixture[i];
  }
  Segmental found = measure(&take);
  // Half of the sound is missing: 6 dB of ratio, and of level.
  assert_near(found.snr_db, 20.0 * log10(2.0), 1e-3);
  assert_near(found.level_db, -20.0 * log10(2.0), 1e-3);
  assert_near(found.residual_db, -40.0, 1e-3);

  fill(take.out, N / 2, N, 0.0f);
  found = measure(&take);
  assert_near(found.residual_db, RESIDUAL_MIN_DB, 0.0);
}

static void
frames_are_clamped(void** state)
{
  (void)state;
  Take take = take_half();
  memcpy(take.out, take.clean, sizeof take.out);
  assert_near(measure(&take).snr_db, 35.0, 0.0);
  fill(take.out, 0, N, 100.0f);
  assert_near(measure(&take).snr_db, -10.0, 0.0);
}

static void
a_soft_sound_is_active_and_a_pause_needs_room(void** state)
{
  (void)state;
  Take take = take_half();
  // 39 dB below is sound yet: no pauses.
  fill(take.clean, N / 2, N, (float)pow(10.0, -39.0 / 20.0));
  assert_true(isnan(measure(&take).residual_db));
  // 41 dB below is not.
  fill(take.clean, N / 2, N, (float)pow(10.0, -41.0 / 20.0));
  assert_near(measure(&take).residual_db, 0.0, 1e-12);
  // Silence from 200 to 239 holds whole frames at 200, 210 and 220: one between two others.
  fill(take.clean, 240, N, 1.0f);
  fill(take.out, 200, 240, 0.0f);
  fill(take.out, 210, 230, 0.3f);
  fill(take.mixture, 200, 240, 3.0f);
  assert_near(measure(&take).residual_db, -20.0, 1e-4);
  fill(take.clean, 239, N, 1.0f);
  assert_true(isnan(measure(&take).residual_db));
}

static void
nothing_is_measured_of_silence(void** state)
{
  (void)state;
  Take take = take_half();
  fill(take.clean, 0, N, 0.0f);
  const Segmental found = measure(&take);
  assert_true(isnan(found.snr_db) && isnan(found.level_db));
  assert_near(found.residual_db, 0.0, 1e-12);

  Segmental none = { 0 };
  assert_int_equal(segmental_measure(RATE, 0, NULL, NULL, NULL, &none, NULL), STATUS_SUCCESS);
  assert_true(isnan(none.snr_db) && isnan(none.level_db) && isnan(none.residual_db));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_touched_is_as_it_was),
    cmocka_unit_test(levels_and_residuals_are_told_apart),
    cmocka_unit_test(frames_are_clamped),
    cmocka_unit_test(a_soft_sound_is_active_and_a_pause_needs_room),
    cmocka_unit_test(nothing_is_measured_of_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
