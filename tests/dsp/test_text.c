// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/text.h"

#include "tests/support/test.h"

#include <string.h>

static void
controls_are_those_of_unicode(void** state)
{
  (void)state;
  // The general category Cc: U+0000…U+001F and U+007F…U+009F.
  for (int c = 1; c < 0x80; ++c) {
    const char text[] = { (char)c, '\0' };
    assert_int_equal(text_control(text), c < 0x20 || c == 0x7f ? 1 : 0);
  }
  for (int c = 0x80; c < 0x100; ++c) {
    const char text[] = { (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)), '\0' };
    assert_int_equal(text_control(text), c < 0xa0 ? 2 : 0);
  }
  assert_int_equal(text_control(""), 0);
  assert_int_equal(text_control("\xc2"), 0);
}

static void
only_controls_are_masked(void** state)
{
  (void)state;
  // The ends of É and ğ are bytes of U+0080…U+009F.
  char text[] = "a\nb\x1b[2J \xc2\x9b"
                "2J É ğ € \xc2\xa0\x7f\xc2";
  text_mask(text);
  assert_string_equal(text, "a?b?[2J ?2J É ğ € \xc2\xa0?\xc2");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(controls_are_those_of_unicode),
    cmocka_unit_test(only_controls_are_masked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
