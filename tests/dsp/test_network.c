// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/network.h"

#include "tests/support/test.h"

/// One unit that adds its input of now and of three frames ago.
static const float ones[2]  = { 1.0f, 1.0f };
static const float zeros[2] = { 0.0f, 0.0f };

static Layer
echo(const uint32_t delay)
{
  return (Layer){ .shape = { .n_in       = 1,
                             .n_out      = 1,
                             .n_taps     = 2,
                             .taps       = { 0, delay },
                             .activation = ACTIVATION_IDENTITY },
                  .w     = ones,
                  .b     = zeros };
}

/// Echoes of 3 and of 2 frames in a row: an impulse comes back at 0, 2, 3 and 5.
static void
test_taps_reach_back(void** const state)
{
  (void)state;
  const Network  network     = { .n_layers = 2, .layers = { echo(3), echo(2) } };
  const float    expected[8] = { 1, 0, 1, 1, 0, 1, 0, 0 };
  Scratch* const scratch     = scratch_new(&network);
  assert_non_null(scratch);
  for (uint32_t run = 0; run < 2; ++run) {
    for (uint32_t t = 0; t < 8; ++t) {
      const float x = t == 0 ? 1.0f : 0.0f;
      float       y = -1.0f;
      network_forward(&network, scratch, &x, &y);
      assert_true(y == expected[t]);
    }
  }
  scratch_free(scratch);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  const Network  network = { .n_layers = 1, .layers = { echo(1) } };
  Scratch* const scratch = scratch_new(&network);
  float          x       = 1.0f;
  network_forward(&network, scratch, &x, &x);
  scratch_reset(scratch);
  x = 0.0f;
  network_forward(&network, scratch, &x, &x);
  assert_true(x == 0.0f);
  scratch_free(scratch);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_taps_reach_back),
    cmocka_unit_test(test_reset_forgets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
