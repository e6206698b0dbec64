// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/delay.h"

#include "tests/support/test.h"

static void
check_delay(const uint32_t n_samples)
{
  Delay* const delay = delay_new(n_samples, 5);
  assert_non_null(delay);
  delay_set(delay, n_samples);
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
  Delay* const delay = delay_new(1, 5);
  float        x     = 1.0f;
  delay_set(delay, 1);
  delay_run(delay, 1, &x, &x);
  delay_reset(delay);
  delay_run(delay, 1, &x, &x);
  assert_true(x == 0.0f);
  delay_free(delay);
}

/// From 20 samples to 3 and, as that is under way, to 11: of a ramp, the difference of both delays.
static void
test_changes_fade(void** const state)
{
  (void)state;
  enum { N = 100, N_FADE = 8 };
  Delay* const delay = delay_new(20, N_FADE);
  float        out[N];
  delay_set(delay, 20);
  for (uint32_t i = 0; i < N; ++i) {
    const float x = (float)i;
    if (i == 40) {
      delay_set(delay, 3);
    } else if (i == 42) {
      delay_set(delay, 11);
    }
    delay_run(delay, 1, &x, out + i);
  }
  for (uint32_t i = 20; i < N; ++i) {
    const float late = (float)i - out[i];
    if (i <= 40) {
      assert_true(late == 20.0f);
    } else if (i < 40 + N_FADE) {
      assert_true(late < 20.0f && late > 3.0f && out[i] > out[i - 1]);
    } else if (i == 40 + N_FADE) {
      assert_true(late == 3.0f);
    } else if (i > 41 + 2 * N_FADE) {
      assert_true(late == 11.0f);
    }
  }
  assert_float_equal((float)(40 + N_FADE / 2) - out[40 + N_FADE / 2], 11.5f, 1e-4f);
  delay_free(delay);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_delays_exactly),
    cmocka_unit_test(test_reset_forgets),
    cmocka_unit_test(test_changes_fade),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
