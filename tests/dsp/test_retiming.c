// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/retiming.h"

#include "dsp/spectrum/envelope.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>

/// The upper half of the bands goes from `from` to `to`, the lower half stays at 0 dB.
static Retiming
of_upper_half(const float from, const float to)
{
  float    from_db[ENVELOPE_BANDS];
  float    to_db[ENVELOPE_BANDS];
  Retiming retiming;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    from_db[b] = b < ENVELOPE_BANDS / 2 ? 0.0f : from;
    to_db[b]   = b < ENVELOPE_BANDS / 2 ? 0.0f : to;
  }
  retiming_set(&retiming, from_db, to_db);
  return retiming;
}

/// Where all is heard, the way is even already.
static void
test_a_short_way_is_even(void** const state)
{
  (void)state;
  const Retiming retiming = of_upper_half(0.0f, -30.0f);
  for (float x = -0.3f; x < 1.3f; x += 0.01f) {
    assert_float_equal(retiming_share(&retiming, x), x, 1e-3f);
  }
}

/// From 0 to −90 dB the second half of the way is not heard: the control spends itself on the
/// first.
static void
test_what_is_not_heard_is_no_step(void** const state)
{
  (void)state;
  const Retiming down = of_upper_half(0.0f, -90.0f);
  assert_float_equal(retiming_share(&down, 0.5f), 0.25f, 0.01f);
  assert_float_equal(retiming_share(&down, 0.8f), 0.4f, 0.01f);
  assert_float_equal(retiming_share(&down, 1.0f), 1.0f, 0.0f);
  const Retiming up = of_upper_half(-90.0f, 0.0f);
  assert_float_equal(retiming_share(&up, 0.5f), 0.75f, 0.01f);
}

/// Any table rises from 0 to 1 and goes on beyond.
static void
test_tables_rise(void** const state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    float    from_db[ENVELOPE_BANDS];
    float    to_db[ENVELOPE_BANDS];
    Retiming retiming;
    signal_fill_noise(2 * seed, 60.0f, ENVELOPE_BANDS, from_db);
    signal_fill_noise(2 * seed + 1, 60.0f, ENVELOPE_BANDS, to_db);
    retiming_set(&retiming, from_db, to_db);
    float last = -0.31f;
    for (float x = -0.3f; x < 1.3f; x += 0.005f) {
      const float share = retiming_share(&retiming, x);
      assert_true(share > last && share < last + 0.1f);
      last = share;
    }
  }
}

/// No way at all is an even one.
static void
test_a_way_to_where_one_is(void** const state)
{
  (void)state;
  const Retiming retiming = of_upper_half(-10.0f, -10.0f);
  assert_float_equal(retiming_share(&retiming, 0.3f), 0.3f, 1e-4f);
  assert_true(isnan(retiming_share(&retiming, NAN)));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_short_way_is_even),
    cmocka_unit_test(test_what_is_not_heard_is_no_step),
    cmocka_unit_test(test_tables_rise),
    cmocka_unit_test(test_a_way_to_where_one_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
