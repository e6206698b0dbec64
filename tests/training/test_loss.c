// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/loss.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/random.h"

#include <float.h>
#include <math.h>

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

static double
rms_error(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  return loss_rms_error(N_ROWS, N_COLUMNS, fixture->x_hat, fixture->x, fixture->slope);
}

static void
test_rms_error_gradient(void** const state)
{
  (void)state;
  Random  random = random_at(3, RANDOM_TEST, 0);
  Fixture fixture;
  double  gradient[N];
  for (uint32_t i = 0; i < N; ++i) {
    fixture.x_hat[i] = random_normal(&random);
    fixture.x[i]     = random_normal(&random);
  }
  rms_error(&fixture);
  for (uint32_t i = 0; i < N; ++i) {
    gradient[i] = fixture.slope[i];
  }
  assert_true(numeric_gradient_error(rms_error, &fixture, N, fixture.x_hat, gradient) < 1e-7);
}

/// Rows (3, 4) for (0, 0), √(25/2), and (7, 7) for itself, whose slope is 0 and not NaN.
static void
test_rms_error_by_hand(void** const state)
{
  (void)state;
  const double x_hat[4] = { 3.0, 4.0, 7.0, 7.0 };
  const double x[4]     = { 0.0, 0.0, 7.0, 7.0 };
  double       slope[4];
  assert_float_equal(loss_rms_error(2, 2, x_hat, x, slope), (0.5 * sqrt(12.5)), 1e-12);
  assert_float_equal(slope[0], (3.0 / (4.0 * sqrt(12.5))), 1e-12);
  assert_true(slope[2] == 0.0 && slope[3] == 0.0);
}

typedef struct {
  double   logits[N];
  double   x[N];           ///< Targets of the binary cross-entropy
  uint32_t labels[N_ROWS]; ///< Of the softmax
  double   slope[N];
} Classes;

static void
draw_classes(Classes* const classes)
{
  Random random = random_at(2, RANDOM_TEST, 0);
  for (uint32_t i = 0; i < N; ++i) {
    classes->logits[i] = 2.0 * random_normal(&random);
    classes->x[i]      = random_uniform(&random);
  }
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    classes->labels[r] = random_below(&random, N_COLUMNS);
  }
}

static double
cross_entropy(void* const handle)
{
  Classes* const classes = (Classes*)handle;
  return loss_cross_entropy(N_ROWS, N_COLUMNS, classes->logits, classes->x, NULL);
}

static double
softmax(void* const handle)
{
  Classes* const classes = (Classes*)handle;
  return loss_softmax(N_ROWS, N_COLUMNS, classes->logits, classes->labels, NULL, NULL);
}

static void
test_cross_entropy_gradient(void** const state)
{
  (void)state;
  Classes classes;
  draw_classes(&classes);
  loss_cross_entropy(N_ROWS, N_COLUMNS, classes.logits, classes.x, classes.slope);
  assert_true(numeric_gradient_error(cross_entropy, &classes, N, classes.logits, classes.slope) <
              1e-7);
}

/// Against the definition, from chances.
static void
test_cross_entropy_of_chances(void** const state)
{
  (void)state;
  Classes classes;
  double  naive = 0.0;
  draw_classes(&classes);
  for (uint32_t i = 0; i < N; ++i) {
    const double chance = 1.0 / (1.0 + exp(-classes.logits[i]));
    naive -= classes.x[i] * log(chance) + (1.0 - classes.x[i]) * log(1.0 - chance);
  }
  assert_true(fabs(cross_entropy(&classes) - naive / N_ROWS) < 1e-12);
}

/// A chance of one half costs log 2 whatever the target; log 3 is a chance of 3/4.
static void
test_cross_entropy_by_hand(void** const state)
{
  (void)state;
  const double logits[4] = { 0.0, 0.0, log(3.0), log(3.0) };
  const double x[4]      = { 0.25, 1.0, 1.0, 0.0 };
  const double bits      = loss_cross_entropy(2, 2, logits, x, NULL) / log(2.0);
  const double expected  = (1.0 + 1.0 + log2(4.0 / 3.0) + 2.0) / 2.0;
  assert_true(fabs(bits - expected) < 1e-12);
}

/// A logit that is right costs nothing and one that is wrong its own size, however large.
static void
test_cross_entropy_of_huge_logits(void** const state)
{
  (void)state;
  const double logits[4] = { 1e4, -1e4, 1e300, -1e4 };
  const double x[4]      = { 1.0, 0.0, 1.0, 1.0 };
  double       slope[4];
  assert_true(loss_cross_entropy(1, 4, logits, x, slope) == 1e4);
  assert_true(slope[0] == 0.0 && slope[1] == 0.0 && slope[2] == 0.0 && slope[3] == -1.0);
}

static void
test_softmax_gradient(void** const state)
{
  (void)state;
  Classes classes;
  draw_classes(&classes);
  loss_softmax(N_ROWS, N_COLUMNS, classes.logits, classes.labels, classes.slope, NULL);
  assert_true(numeric_gradient_error(softmax, &classes, N, classes.logits, classes.slope) < 1e-7);
}

/// Against the definition, and the number of wrong guesses by looking.
static void
test_softmax_of_chances(void** const state)
{
  (void)state;
  Classes  classes;
  uint32_t n_wrong = 0;
  uint32_t wrong   = 0;
  double   naive   = 0.0;
  draw_classes(&classes);
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    const double* const a    = classes.logits + (size_t)r * N_COLUMNS;
    const double        own  = a[classes.labels[r]];
    const double        most = fmax(a[0], fmax(a[1], a[2]));
    naive -= log(exp(own) / (exp(a[0]) + exp(a[1]) + exp(a[2])));
    wrong += own < most;
  }
  const double loss = loss_softmax(N_ROWS, N_COLUMNS, classes.logits, classes.labels, NULL,
                                   &n_wrong);
  assert_true(fabs(loss - naive / N_ROWS) < 1e-12);
  assert_true(wrong > 0 && wrong < N_ROWS);
  assert_int_equal(n_wrong, wrong);
}

/// Chances of 1/2, 1/4, 1/4 in one row, and in the other equal ones, where the first is guessed.
static void
test_softmax_by_hand(void** const state)
{
  (void)state;
  const double   logits[6] = { log(2.0), 0.0, 0.0, 5.0, 5.0, 5.0 };
  const uint32_t labels[2] = { 1, 2 };
  uint32_t       n_wrong   = 0;
  const double   loss      = loss_softmax(2, 3, logits, labels, NULL, &n_wrong);
  assert_true(fabs(loss - log(12.0) / 2.0) < 1e-12);
  assert_int_equal(n_wrong, 2);
}

static void
test_softmax_of_huge_logits(void** const state)
{
  (void)state;
  const double   logits[6] = { 1e4, -1e4, 0.0, -DBL_MAX, 0.0, -DBL_MAX };
  const uint32_t labels[2] = { 1, 1 };
  const double   right[6]  = { 0.5, -0.5, 0.0, 0.0, 0.0, 0.0 };
  uint32_t       n_wrong   = 0;
  double         slope[6];
  assert_true(loss_softmax(2, 3, logits, labels, slope, &n_wrong) == 1e4);
  assert_memory_equal(slope, right, sizeof(right));
  assert_int_equal(n_wrong, 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_squared_error_gradient),
    cmocka_unit_test(test_squared_error_by_hand),
    cmocka_unit_test(test_rms_error_gradient),
    cmocka_unit_test(test_rms_error_by_hand),
    cmocka_unit_test(test_cross_entropy_gradient),
    cmocka_unit_test(test_cross_entropy_of_chances),
    cmocka_unit_test(test_cross_entropy_by_hand),
    cmocka_unit_test(test_cross_entropy_of_huge_logits),
    cmocka_unit_test(test_softmax_gradient),
    cmocka_unit_test(test_softmax_of_chances),
    cmocka_unit_test(test_softmax_by_hand),
    cmocka_unit_test(test_softmax_of_huge_logits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
