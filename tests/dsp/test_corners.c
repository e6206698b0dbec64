// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/corners.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// A timbre whose bands are all `db`, of `n` frames.
static Anchor
flat(const float db, const uint32_t n)
{
  Anchor anchor = { 0 };
  float  shape[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape[b] = db;
  }
  for (uint32_t i = 0; i < n; ++i) {
    anchor_add(&anchor, -30.0f, shape);
  }
  return anchor;
}

static void
hear(Corners* const corners, const float db, const uint32_t n)
{
  float shape[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape[b] = db;
  }
  for (uint32_t i = 0; i < n; ++i) {
    corners_hear(corners, -30.0f, shape);
  }
}

static void
test_places_blend_what_is_there(void** const state)
{
  (void)state;
  bool  there[CORNERS_COUNT] = { false };
  float w[CORNERS_COUNT];
  assert_false(corners_weights(there, 0.3f, 0.3f, w));

  there[3] = true;
  assert_true(corners_weights(there, 0.0f, 0.0f, w)); // alone, however far away
  assert_true(w[3] == 1.0f && w[0] == 0.0f);
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    there[i] = true;
  }
  assert_true(corners_weights(there, 0.25f, 0.5f, w));
  const float expected[] = { 0.375f, 0.125f, 0.375f, 0.125f };
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    assert_float_equal(w[i], expected[i], 1e-5f);
  }
  there[0] = false;
  assert_true(corners_weights(there, 0.25f, 0.5f, w));
  assert_float_equal(w[2], 0.6f, 1e-5f);
  assert_float_equal(w[0] + w[1] + w[2] + w[3], 1.0f, 1e-6f);
}

static void
test_learning_takes_the_place_when_it_is_enough(void** const state)
{
  (void)state;
  static const bool none[CORNERS_COUNT] = { false };
  static const bool b[CORNERS_COUNT]    = { false, true };
  const Anchor      before              = flat(-5.0f, ANCHOR_MIN_FRAMES);
  Corners           corners             = { 0 };
  corners_set(&corners, 1, &before);
  corners_learn(&corners, b);
  hear(&corners, 7.0f, ANCHOR_MIN_FRAMES - 1);
  assert_true(corners_at(&corners, 1)->shape_db[0] == -5.0);
  corners_learn(&corners, none); // too short: nothing has happened
  assert_true(corners_at(&corners, 1)->shape_db[0] == -5.0 && corners.n_learned == 0);

  corners_learn(&corners, b);
  hear(&corners, 7.0f, ANCHOR_MIN_FRAMES);
  assert_true(corners_at(&corners, 1)->shape_db[0] == 7.0); // heard at once
  corners_learn(&corners, b);
  hear(&corners, 9.0f, ANCHOR_MIN_FRAMES);
  corners_learn(&corners, none);
  assert_true(fabs(corners_at(&corners, 1)->shape_db[0] - 8.0) < 1e-9);
  assert_int_equal(corners.n_learned, 1);
  assert_null(corners_at(&corners, 0));
}

static void
test_packed_anchors_are_the_same(void** const state)
{
  (void)state;
  const Anchor anchor = flat(-12.25f, 40);
  Anchor       again;
  float        packed[ANCHOR_PACKED];
  anchor_pack(&anchor, packed);
  assert_true(anchor_unpack(packed, &again));
  assert_int_equal(again.n_frames, 40);
  assert_true(anchor_ready(&again) && again.shape_db[63] == -12.25);

  const float wrong[][2] = {
    { 0, 2.0f }, { 0, NAN },   { 1, 3.0f },     { 1, NAN }, { 1, 1e20f },
    { 2, 0.0f }, { 2, -1.0f }, { 2, INFINITY }, { 3, NAN }, { 66, 301.0f }
  };
  for (uint32_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i) {
    float broken[ANCHOR_PACKED];
    memcpy(broken, packed, sizeof(broken));
    broken[(uint32_t)wrong[i][0]] = wrong[i][1];
    assert_false(anchor_unpack(broken, &again));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_places_blend_what_is_there),
    cmocka_unit_test(test_learning_takes_the_place_when_it_is_enough),
    cmocka_unit_test(test_packed_anchors_are_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
