// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/color_map.h"

#include "tests/support/test.h"

#include <math.h>

/// One sRGB byte to linear light (IEC 61966-2-1).
static double
linear(const uint32_t byte)
{
  const double v = byte / 255.0;
  return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/// CIE 1976 lightness, 0…100, from the luminance of an sRGB color.
static double
lightness(const uint32_t color)
{
  const double y = 0.2126 * linear(color >> 16) + 0.7152 * linear(color >> 8 & 0xff) +
                   0.0722 * linear(color & 0xff);
  return y > 216.0 / 24389.0 ? 116.0 * cbrt(y) - 16.0 : y * 24389.0 / 27.0;
}

static void
ends_are_black_and_white(void** const state)
{
  (void)state;
  assert_int_equal(color_map(0.0), 0x000000);
  assert_int_equal(color_map(1.0), 0xffffff);
  assert_int_equal(color_map(-3.0), 0x000000);
  assert_int_equal(color_map(7.0), 0xffffff);
}

static void
equal_steps_look_equal(void** const state)
{
  (void)state;
  for (int i = 0; i <= 100; ++i) {
    assert_true(fabs(lightness(color_map(i / 100.0)) - i) < 1.0);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ends_are_black_and_white),
    cmocka_unit_test(equal_steps_look_equal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
