// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/loss.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/random.h"

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_ROWS = 4, N_COLUMNS = 3, N = N_ROWS * N_COLUMNS };

typedef struct {
  double x_hat[N];
  double x[N];
  double slope[N];
} Fixture;

static double
squared_error(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  return loss_squared_error(N_ROWS, N_COLUMNS, fixture->x_hat, fixture->x, fixture->slope);
}

static void
test_squared_error_gradient(void** const state)
{
  (void)state;
  Random  random = random_at(1, RANDOM_TEST, 0);
  Fixture fixture;
  double  gradient[N];
  for (uint32_t i = 0; i < N; ++i) {
    fixture.x_hat[i] = random_normal(&random);
    fixture.x[i]     = random_normal(&random);
  }
  squared_error(&fixture);
  for (uint32_t i = 0; i < N; ++i) {
    gradient[i] = fixture.slope[i];
  }
  assert_true(numeric_gradient_error(squared_error, &fixture, N, fixture.x_hat, gradient) < 1e-7);
}

/// Two rows: (1, 2) for (0, 0) and (3, 0) for (0, 0): (1 + 4 + 9) / 2.
static void
test_squared_error_by_hand(void** const state)
{
  (void)state;
  const double x_hat[4] = { 1.0, 2.0, 3.0, 0.0 };
  const double x[4]     = { 0.0, 0.0, 0.0, 0.0 };
  assert_true(loss_squared_error(2, 2, x_hat, x, NULL) == 7.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_squared_error_gradient),
    cmocka_unit_test(test_squared_error_by_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
