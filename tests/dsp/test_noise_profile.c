// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/noise_profile.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// A profile of 100 Hz steps to 1 kHz, then two bands to 4 kHz, and two tones; at 16 kHz all is
/// known.
static NoiseProfile
small_profile(void)
{
  NoiseProfile profile = { .bands    = { 100.0f, 1000.0f, 4000.0f, 2 },
                           .window_s = 0.02,
                           .rate_hz  = 16000.0,
                           .tones    = { 2, { 50.0f, 150.25f }, { -20.0f, -30.5f } } };
  for (uint32_t i = 0; i < 13; ++i) {
    profile.level_db[i] = -40.0f - (float)i;
  }
  return profile;
}

/// A band reaches from the centre below it: at 620 Hz the band at 400 Hz is wholly unknown.
static void
test_known_bands(void** const state)
{
  (void)state;
  NoiseProfile profile = small_profile();
  assert_int_equal(noise_profile_known(&profile), 13);
  profile.rate_hz = 620.0; // Half of it is 310
  assert_int_equal(noise_profile_known(&profile), 5);
  profile.rate_hz = 600.0;
  assert_int_equal(noise_profile_known(&profile), 4);
}

static void
test_same_layout_is_a_copy(void** const state)
{
  (void)state;
  const NoiseProfile from = small_profile();
  NoiseProfile       to   = { .bands = from.bands, .window_s = 0.02, .rate_hz = 48000.0 };
  noise_profile_convert(&from, &to);
  assert_memory_equal(to.level_db, from.level_db, 13 * sizeof(float));
  assert_memory_equal(&to.tones, &from.tones, sizeof(to.tones));
  assert_true(to.rate_hz == 48000.0);
}

/// Steps of 50 Hz lie on and half-way between those of 100 Hz; a window of twice the length takes
/// 3.01 dB.
static void
test_levels_are_interpolated(void** const state)
{
  (void)state;
  const NoiseProfile from = small_profile();
  NoiseProfile       to   = { .bands    = { 50.0f, 1000.0f, 8000.0f, 1 },
                              .window_s = 0.04,
                              .rate_hz  = 16000.0 };
  noise_profile_convert(&from, &to);
  for (uint32_t i = 0; i <= 20; ++i) {
    assert_float_equal(to.level_db[i], -40.0f - 0.5f * (float)i - 3.0103f, 1e-3f);
  }
  assert_float_equal(to.level_db[21], -52.0f - 3.0103f, 1e-3f); // The last level goes on
}

/// What was learned at 620 Hz ends with the band at 400 Hz.
static void
test_the_last_known_level_goes_on(void** const state)
{
  (void)state;
  NoiseProfile from = small_profile();
  from.rate_hz      = 620.0;
  NoiseProfile same = { .bands = from.bands, .window_s = 0.02, .rate_hz = 16000.0 };
  NoiseProfile wide = { .bands    = { 200.0f, 1000.0f, 0.0f, 0 },
                        .window_s = 0.02,
                        .rate_hz  = 16000.0 };
  noise_profile_convert(&from, &same);
  noise_profile_convert(&from, &wide);
  for (uint32_t i = 0; i < 13; ++i) {
    assert_float_equal(same.level_db[i], -40.0f - fminf((float)i, 4.0f), 0.0f);
  }
  for (uint32_t i = 0; i < 6; ++i) {
    assert_float_equal(wide.level_db[i], -40.0f - fminf(2.0f * (float)i, 4.0f), 1e-4f);
  }
}

/// One band, all there is.
static void
test_one_band(void** const state)
{
  (void)state;
  const NoiseProfile one = {
    .bands = { 100.0f, 0.0f, 0.0f, 0 }, .window_s = 0.02, .rate_hz = 16000.0, .level_db = { -30.0f }
  };
  NoiseProfile to = small_profile();
  noise_profile_convert(&one, &to);
  for (uint32_t i = 0; i < 13; ++i) {
    assert_float_equal(to.level_db[i], -30.0f, 0.0f);
  }
}

static void
test_packed_and_unpacked(void** const state)
{
  (void)state;
  const NoiseProfile from = small_profile();
  NoiseProfile       to   = { .rate_hz = 0.0 };
  float              packed[NOISE_PROFILE_MAX_PACKED];
  const float        head[] = { 2.0f, 16000.0f, 20.0f, 100.0f, 1000.0f, 4000.0f, 2.0f, -40.0f };
  const float        tail[] = { -52.0f, 2.0f, 50.0f, 150.25f, -20.0f, -30.5f };
  assert_int_equal(noise_profile_pack(&from, packed), 25);
  assert_memory_equal(packed, head, sizeof(head));
  assert_memory_equal(packed + 19, tail, sizeof(tail));
  assert_true(noise_profile_unpack(25, packed, &to));
  assert_memory_equal(&to.tones, &from.tones, sizeof(to.tones));
  assert_true(to.rate_hz == 16000.0 && to.window_s == 0.02);
  assert_memory_equal(&to.bands, &from.bands, sizeof(to.bands));
  assert_memory_equal(to.level_db, from.level_db, 13 * sizeof(float));
}

/// What was kept before there were tones ends with the levels, and has none.
static void
test_the_first_version_is_read(void** const state)
{
  (void)state;
  const NoiseProfile from = small_profile();
  NoiseProfile       to   = { .tones = { 1, { 60.0f }, { 0.0f } } };
  float              packed[NOISE_PROFILE_MAX_PACKED];
  noise_profile_pack(&from, packed);
  packed[0] = 1.0f;
  assert_true(noise_profile_unpack(20, packed, &to));
  assert_memory_equal(to.level_db, from.level_db, 13 * sizeof(float));
  assert_int_equal(to.tones.n, 0);
}

/// The largest layout that there is fits, to the number.
static void
test_the_largest_fits(void** const state)
{
  (void)state;
  static NoiseProfile from = { .bands    = { 10.0f, 10.0f * (BANDS_MAX - 1), 0.0f, 0 },
                               .window_s = 0.1,
                               .rate_hz  = 48000.0,
                               .tones    = { .n = TONES_MAX } };
  static NoiseProfile to;
  float               packed[NOISE_PROFILE_MAX_PACKED];
  for (uint32_t i = 0; i < TONES_MAX; ++i) {
    from.tones.hz[i] = 50.0f * (float)(i + 1);
  }
  assert_int_equal(noise_profile_pack(&from, packed), NOISE_PROFILE_MAX_PACKED);
  assert_true(noise_profile_unpack(NOISE_PROFILE_MAX_PACKED, packed, &to));
  from.bands.step_hz = 20.0f; // So that it is converted, not copied
  from.bands.linear_hz *= 2.0f;
  noise_profile_convert(&from, &to);
  assert_float_equal(to.level_db[BANDS_MAX - 1], 0.0f, 0.0f);
}

static void
test_strange_numbers_are_refused(void** const state)
{
  (void)state;
  static const struct {
    uint32_t at;
    float    number;
  } strange[] = {
    { 0, 0.0f },       { 0, 1.0f },      { 0, 3.0f },     { 0, NAN },     { 1, NAN },
    { 1, 0.0f },       { 1, -48000.0f }, { 1, INFINITY }, { 2, 0.0f },    { 2, NAN },
    { 2, 1e9f },       { 3, 0.0f },      { 3, -1.0f },    { 3, NAN },     { 3, 1.0f },
    { 4, -1.0f },      { 4, NAN },       { 4, 1e30f },    { 4, 1100.0f }, { 5, 1000.0f },
    { 5, NAN },        { 5, INFINITY },  { 6, -1.0f },    { 6, 1.5f },    { 6, 1.0f },
    { 6, 3.0f },       { 6, NAN },       { 6, 1e9f },     { 7, NAN },     { 7, 301.0f },
    { 19, -INFINITY }, { 19, -300.5f },  { 20, 1.0f },    { 20, 3.0f },   { 20, NAN },
    { 20, -2.0f },     { 21, 0.0f },     { 21, -50.0f },  { 21, NAN },    { 22, 50.0f },
    { 22, 3000.0f },   { 22, INFINITY }, { 23, NAN },     { 24, 301.0f },
  };
  const NoiseProfile from = small_profile();
  const NoiseProfile none = { .rate_hz = 0.0 };
  NoiseProfile       to   = none;
  float              good[NOISE_PROFILE_MAX_PACKED];
  float              packed[NOISE_PROFILE_MAX_PACKED];
  const uint32_t     n = noise_profile_pack(&from, good);
  for (uint32_t i = 0; i < sizeof(strange) / sizeof(*strange); ++i) {
    memcpy(packed, good, sizeof(packed));
    packed[strange[i].at] = strange[i].number;
    if (noise_profile_unpack(n, packed, &to)) {
      fail_msg("number %u: %g is taken", strange[i].at, (double)strange[i].number);
    }
  }
  for (uint32_t i = 0; i < NOISE_PROFILE_MAX_PACKED; ++i) {
    assert_true(noise_profile_unpack(i, good, &to) == (i == n));
    to = i == n ? none : to;
  }
  assert_memory_equal(&to, &none, sizeof(to));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_known_bands),
    cmocka_unit_test(test_same_layout_is_a_copy),
    cmocka_unit_test(test_levels_are_interpolated),
    cmocka_unit_test(test_the_last_known_level_goes_on),
    cmocka_unit_test(test_one_band),
    cmocka_unit_test(test_packed_and_unpacked),
    cmocka_unit_test(test_the_first_version_is_read),
    cmocka_unit_test(test_the_largest_fits),
    cmocka_unit_test(test_strange_numbers_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
