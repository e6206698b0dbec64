// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/delay.h"

#include "tests/support/test.h"

static void
check_delay(const uint32_t n_samples)
{
  Delay* const delay = delay_new(n_samples);
  assert_non_null(delay);
  for (uint32_t at = 0; at < 100; at += 10) {
    float x[10];
    for (uint32_t i = 0; i < 10; ++i) {
      x[i] = (float)(at + i + 1);
    }
    delay_run(delay, 10, x, x);
    for (uint32_t i = 0; i < 10; ++i) {
      const uint32_t n = at + i;
      assert_true(x[i] == (n >= n_samples ? (float)(n - n_samples + 1) : 0.0f));
    }
  }
  delay_free(delay);
}

static void
test_delays_exactly(void** const state)
{
  (void)state;
  check_delay(0);
  check_delay(1);
  check_delay(7);
  check_delay(33);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  Delay* const delay = delay_new(1);
  float        x     = 1.0f;
  delay_run(delay, 1, &x, &x);
  delay_reset(delay);
  delay_run(delay, 1, &x, &x);
  assert_true(x == 0.0f);
  delay_free(delay);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_delays_exactly),
    cmocka_unit_test(test_reset_forgets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
