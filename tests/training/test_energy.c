// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/energy.h"

#include "tests/support/test.h"

static void
sums_and_peaks_of_any_length(void** state)
{
  (void)state;
  float x[40];
  for (uint32_t n = 0; n <= 40; ++n) {
    // 1² + 2² + … + n² = n(n + 1)(2n + 1)/6
    for (uint32_t i = 0; i < n; ++i) {
      x[i] = i % 2 ? (float)(i + 1) : -(float)(i + 1);
    }
    assert_true(energy_sum(n, x) == n * (n + 1) * (2 * n + 1) / 6.0);
    assert_true(energy_peak(n, x) == n);
  }
}

static void
scale_multiplies(void** state)
{
  (void)state;
  float x[3] = { 1.0f, -2.0f, 0.0f };
  energy_scale(3, 2.5, x);
  assert_true(x[0] == 2.5f && x[1] == -5.0f && x[2] == 0.0f);
}

/// An RMS of 1e-6 is −120 dB.
static void
what_nobody_hears_is_silent(void** state)
{
  (void)state;
  const float silence[2] = { 0.0f, 0.0f };
  const float below[2]   = { 0.0f, 1.3e-6f };
  const float above[2]   = { 0.0f, -1.5e-6f };
  assert_true(energy_silent(2, silence) && energy_silent(2, below));
  assert_false(energy_silent(2, above));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sums_and_peaks_of_any_length),
    cmocka_unit_test(scale_multiplies),
    cmocka_unit_test(what_nobody_hears_is_silent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
