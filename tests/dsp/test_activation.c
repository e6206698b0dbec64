// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/activation.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// Values at −100, −2, 0, 0.5, 3, 100, worked out in double precision.
static const float  points[6]   = { -100.0f, -2.0f, 0.0f, 0.5f, 3.0f, 100.0f };
static const double values[][6] = {
  [ACTIVATION_IDENTITY] = { -100.0, -2.0, 0.0, 0.5, 3.0, 100.0 },
  [ACTIVATION_SIGMOID] = { 3.720075976e-44, 0.11920292202, 0.5, 0.62245933120, 0.95257412682, 1.0 },
  [ACTIVATION_TANH]    = { -1.0, -0.96402758008, 0.0, 0.46211715726, 0.99505475369, 1.0 },
  [ACTIVATION_RELU]    = { 0.0, 0.0, 0.0, 0.5, 3.0, 100.0 },
  [ACTIVATION_SOFTPLUS] = { 3.720075976e-44, 0.12692801104, 0.69314718056, 0.97407698418,
                            3.04858735157, 100.0 },
};

static void
test_apply_gives_worked_values(void** state)
{
  (void)state;
  for (int a = ACTIVATION_IDENTITY; a <= ACTIVATION_SOFTPLUS; ++a) {
    float x[6];
    memcpy(x, points, sizeof(x));
    activation_apply((Activation)a, 6, x);
    for (int i = 0; i < 6; ++i) {
      assert_true(fabs((double)x[i] - values[a][i]) <= 1e-6 * fmax(fabs(values[a][i]), 0.1));
    }
  }
}

static void
test_apply_leaves_the_rest(void** state)
{
  (void)state;
  float x[3] = { 1.0f, 2.0f, 3.0f };
  activation_apply(ACTIVATION_TANH, 2, x);
  assert_true(x[1] < 1.0f);
  assert_true(x[2] == 3.0f);
}

static void
test_names_invert(void** state)
{
  (void)state;
  for (int a = ACTIVATION_IDENTITY; a <= ACTIVATION_SOFTPLUS; ++a) {
    Activation found = ACTIVATION_IDENTITY;
    assert_true(activation_from_name(activation_name((Activation)a), &found));
    assert_int_equal(found, a);
  }
  assert_string_equal(activation_name(ACTIVATION_RELU), "relu");
}

static void
test_unknown_names_write_nothing(void** state)
{
  (void)state;
  Activation kept = ACTIVATION_TANH;
  assert_false(activation_from_name("", &kept));
  assert_false(activation_from_name("ReLU", &kept));
  assert_false(activation_from_name("relu ", &kept));
  assert_int_equal(kept, ACTIVATION_TANH);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_apply_gives_worked_values),
    cmocka_unit_test(test_apply_leaves_the_rest),
    cmocka_unit_test(test_names_invert),
    cmocka_unit_test(test_unknown_names_write_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
