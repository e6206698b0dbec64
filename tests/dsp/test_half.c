// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/half.h"

#include "tests/support/test.h"

#include <math.h>

/// Examples of IEEE 754-2008: the ends of every range, and the halfway cases.
static void
test_known_numbers(void** const state)
{
  (void)state;
  const struct {
    float    number;
    uint16_t half;
  } known[] = {
    { 0.0f, 0x0000 },        { -0.0f, 0x8000 },
    { 1.0f, 0x3c00 },        { -2.0f, 0xc000 },
    { 65504.0f, 0x7bff },    { 0x1p-14f, 0x0400 },
    { 0x1p-24f, 0x0001 },    { 0x3ffp-24f, 0x03ff },
    { 1.0f / 3.0f, 0x3555 }, { 0.0999755859375f, 0x2e66 },
    { INFINITY, 0x7c00 },    { -INFINITY, 0xfc00 },
  };
  for (uint32_t i = 0; i < sizeof(known) / sizeof(known[0]); ++i) {
    assert_int_equal(half_from_float(known[i].number), known[i].half);
  }
  assert_true(half_to_float(0x3555) == 0.333251953125f);
  assert_true(isnan(half_to_float(half_from_float(NAN))));
}

static void
test_rounds_to_nearest_even(void** const state)
{
  (void)state;
  assert_int_equal(half_from_float(1.0f + 0x1p-11f), 0x3c00);
  assert_int_equal(half_from_float(1.0f + 0x1.8p-10f), 0x3c02);
  assert_int_equal(half_from_float(1.0f + 0x1.1p-11f), 0x3c01);
  assert_int_equal(half_from_float(0x1p-25f), 0x0000);
  assert_int_equal(half_from_float(0x1.8p-24f), 0x0002);
  assert_int_equal(half_from_float(0x7ff.8p-25f), 0x0400); // Up into the normal ones
  assert_int_equal(half_from_float(1.9999f), 0x4000);
  assert_int_equal(half_from_float(65519.0f), 0x7bff);
  assert_int_equal(half_from_float(65520.0f), 0x7c00);
  assert_int_equal(half_from_float(-1e30f), 0xfc00);
}

/// Every half that is a number comes back, and is as far from its neighbors as it should be.
static void
test_all_come_back(void** const state)
{
  (void)state;
  for (uint32_t half = 0; half < 0x7c00; ++half) {
    const float number = half_to_float((uint16_t)half);
    assert_int_equal(half_from_float(number), half);
    assert_int_equal(half_from_float(-number), half | 0x8000u);
    assert_true(!half || number > half_to_float((uint16_t)(half - 1)));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_known_numbers),
    cmocka_unit_test(test_rounds_to_nearest_even),
    cmocka_unit_test(test_all_come_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
