// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/noise_floor.h"

#include "tests/support/test.h"

#include <math.h>

/// 100 frames a second, as the denoiser has; the window is 1.6 s.
static NoiseFloor*
new_floor(void)
{
  NoiseFloor* const floor = noise_floor_new(2, 100.0, 0.05, 1.6);
  assert_non_null(floor);
  return floor;
}

/// A band that is 20 dB too soft by chance begins near its neighbors.
static void
test_first_frame_is_the_floor(void** const state)
{
  (void)state;
  enum { N = 20 };
  NoiseFloor* const floor = noise_floor_new(N, 100.0, 0.05, 1.6);
  float             level[N];
  for (uint32_t i = 0; i < N; ++i) {
    level[i] = i == 10 ? -50.0f : -30.0f;
  }
  const float* const f = noise_floor_track(floor, level);
  assert_true(f[0] == -30.0f && f[N - 1] == -30.0f);
  assert_float_equal(f[8], -30.0f - 20.0f / 9.0f, 1e-4f);
  // The smoothed level has gone from there towards the frame's by 1 − e^(−0.01 / 0.05).
  const float begun = -30.0f - 20.0f / 9.0f;
  assert_float_equal(f[10], begun + 0.18127f * (-50.0f - begun), 1e-3f);
  noise_floor_free(floor);
}

/// Words of 0.5 s at −20 dB, pauses of 0.3 s at −60 dB: the floor stays near the pauses' level.
static void
test_words_do_not_lift_the_floor(void** const state)
{
  (void)state;
  NoiseFloor* const floor = new_floor();
  for (uint32_t t = 0; t < 1000; ++t) {
    const float  word     = t % 80 < 50 ? -20.0f : -60.0f;
    const float  level[2] = { word, -45.0f };
    const float* f        = noise_floor_track(floor, level);
    if (t > 80) {
      assert_float_equal(f[0], -60.0f, 0.5f);
      assert_float_equal(f[1], -45.0f, 1e-3f);
    }
  }
  noise_floor_free(floor);
}

/// A louder noise is the floor once the window has forgotten the softer one, and not before.
static void
test_rises_after_the_window(void** const state)
{
  (void)state;
  NoiseFloor* const floor    = new_floor();
  const float       soft[2]  = { -60.0f, -60.0f };
  const float       loud[2]  = { -30.0f, -30.0f };
  const float*      f        = NULL;
  uint32_t          n_frames = 0;
  for (uint32_t t = 0; t < 300; ++t) {
    f = noise_floor_track(floor, soft);
  }
  while (f[0] < -31.0f) {
    f = noise_floor_track(floor, loud);
    assert_true(++n_frames < 200);
  }
  assert_true(n_frames >= 140);
  noise_floor_free(floor);
}

static void
test_reset_starts_anew(void** const state)
{
  (void)state;
  NoiseFloor* const floor   = new_floor();
  const float       soft[2] = { -60.0f, -60.0f };
  const float       loud[2] = { -30.0f, -30.0f };
  noise_floor_track(floor, soft);
  noise_floor_reset(floor);
  assert_true(noise_floor_track(floor, loud)[1] == -30.0f);
  noise_floor_free(floor);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_first_frame_is_the_floor),
    cmocka_unit_test(test_words_do_not_lift_the_floor),
    cmocka_unit_test(test_rises_after_the_window),
    cmocka_unit_test(test_reset_starts_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
