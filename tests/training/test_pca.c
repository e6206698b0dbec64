// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/pca.h"

#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>
#include <string.h>

enum { N_ROWS = 1100, N_COLUMNS = 70, N_USED = 5 };

static Pca*
pca_of(const Table* const table, const uint32_t n_components)
{
  Pca*       pca = NULL;
  Diagnostic why;
  assert_int_equal(pca_new(table, n_components, &pca, &why), STATUS_SUCCESS);
  return pca;
}

static Table*
table_of(const uint32_t n_rows, const uint32_t n_columns, const float* const x)
{
  Table* const table = table_new(n_rows, n_columns, 0);
  assert_non_null(table);
  memcpy(table->x, x, (size_t)n_rows * n_columns * sizeof(float));
  return table;
}

static void
assert_near(const double a, const double b, const double tolerance)
{
  if (!(fabs(a - b) <= tolerance)) {
    fail_msg("%.12g is not %.12g", a, b);
  }
}

/// Around (1, 2), by ±10 along (0.6, 0.8) and by ±5 across: variances 2·100/4 and 2·25/4.
static void
test_two_columns_by_hand(void** const state)
{
  (void)state;
  const float  rows[8]  = { 7.0f, 10.0f, -5.0f, -6.0f, -3.0f, 5.0f, 5.0f, -1.0f };
  Table* const table    = table_of(4, 2, rows);
  Pca* const   pca      = pca_of(table, 2);
  const double right[4] = { 0.6, 0.8, 0.8, -0.6 };
  assert_near(pca->mean[0], 1.0, 1e-12);
  assert_near(pca->mean[1], 2.0, 1e-12);
  assert_near(pca->variance[0], 50.0, 1e-12);
  assert_near(pca->variance[1], 12.5, 1e-12);
  for (uint32_t i = 0; i < 4; ++i) {
    assert_near(pca->components[i], right[i], 1e-12);
  }

  // (7, 13) is (6, 11) from the mean: 12.4 along.  With that alone it reads as (8.44, 11.92).
  const float x[2] = { 7.0f, 13.0f };
  float       z[2];
  float       x_hat[2];
  pca_encode(pca, 2, x, z);
  assert_near((double)z[0], 12.4, 1e-5);
  assert_near((double)z[1], -1.8, 1e-5);
  pca_decode(pca, 1, z, x_hat);
  assert_near((double)x_hat[0], 8.44, 1e-5);
  assert_near((double)x_hat[1], 11.92, 1e-5);
  pca_free(pca);
  table_free(table);
}

/// A plane in three dimensions: x₃ = x₁, and x₂ apart.  No variance is left for a third.
static void
test_plane_by_hand(void** const state)
{
  (void)state;
  const float rows[12] = {
    3.0f, 0.0f, 3.0f, -3.0f, 0.0f, -3.0f, 0.0f, 2.0f, 0.0f, 0.0f, -2.0f, 0.0f
  };
  Table* const table    = table_of(4, 3, rows);
  Pca* const   pca      = pca_of(table, 3);
  const double half     = sqrt(0.5);
  const double right[6] = { half, 0.0, half, 0.0, 1.0, 0.0 };
  assert_near(pca->variance[0], 9.0, 1e-12);
  assert_near(pca->variance[1], 2.0, 1e-12);
  assert_near(pca->variance[2], 0.0, 1e-12);
  assert_true(pca->variance[2] >= 0.0);
  for (uint32_t i = 0; i < 6; ++i) {
    assert_near(pca->components[i], right[i], 1e-12);
  }
  pca_free(pca);
  table_free(table);
}

/// Columns that depend on one another, far from 0.
static Table*
random_table(void)
{
  Random       random = random_at(4, RANDOM_TEST, 0);
  Table* const table  = table_new(N_ROWS, N_COLUMNS, 0);
  assert_non_null(table);
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    double held = 0.0;
    for (uint32_t j = 0; j < N_COLUMNS; ++j) {
      held                        = 0.8 * held + random_normal(&random);
      table->x[r * N_COLUMNS + j] = (float)(20.0 + held);
    }
  }
  return table;
}

static void
test_components_are_orthonormal_and_in_order(void** const state)
{
  (void)state;
  Table* const table = random_table();
  Pca* const   pca   = pca_of(table, N_COLUMNS);
  for (uint32_t a = 0; a < N_COLUMNS; ++a) {
    assert_true(a == 0 || pca->variance[a] < pca->variance[a - 1]);
    for (uint32_t b = 0; b <= a; ++b) {
      double product = 0.0;
      for (uint32_t j = 0; j < N_COLUMNS; ++j) {
        product += pca->components[a * N_COLUMNS + j] * pca->components[b * N_COLUMNS + j];
      }
      assert_near(product, a == b ? 1.0 : 0.0, 1e-12);
    }
  }
  pca_free(pca);
  table_free(table);
}

/// What some components lose of the rows is the variance of all others.
static void
test_residual_is_what_is_left_out(void** const state)
{
  (void)state;
  Table* const table = random_table();
  Pca* const   all   = pca_of(table, N_COLUMNS);
  Pca* const   some  = pca_of(table, N_USED);
  double       lost  = 0.0;
  double       left  = 0.0;
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    const float* const x = table->x + (size_t)r * N_COLUMNS;
    float              z[N_USED];
    float              x_hat[N_COLUMNS];
    pca_encode(some, N_USED, x, z);
    pca_decode(some, N_USED, z, x_hat);
    for (uint32_t j = 0; j < N_COLUMNS; ++j) {
      const double error = (double)x_hat[j] - (double)x[j];
      lost += error * error / N_ROWS;
    }
  }
  for (uint32_t k = N_USED; k < N_COLUMNS; ++k) {
    left += all->variance[k];
  }
  assert_near(lost / left, 1.0, 1e-6);

  for (uint32_t k = 0; k < N_USED; ++k) {
    assert_near(some->variance[k], all->variance[k], 1e-10);
    assert_near(some->components[k * N_COLUMNS], all->components[k * N_COLUMNS], 1e-10);
  }
  pca_free(all);
  pca_free(some);
  table_free(table);
}

static void
test_all_components_give_rows_back(void** const state)
{
  (void)state;
  Table* const table = random_table();
  Pca* const   pca   = pca_of(table, N_COLUMNS);
  float        z[N_COLUMNS];
  float        x_hat[N_COLUMNS];
  pca_encode(pca, N_COLUMNS, table->x, z);
  pca_decode(pca, N_COLUMNS, z, x_hat);
  for (uint32_t j = 0; j < N_COLUMNS; ++j) {
    assert_near((double)x_hat[j], (double)table->x[j], 1e-4);
  }
  pca_free(pca);
  table_free(table);
}

static void
check_refused(const float bad)
{
  Table* const table = random_table();
  Pca*         pca   = NULL;
  Diagnostic   why;
  table->x[7 * N_COLUMNS + 3] = bad;
  assert_int_equal(pca_new(table, N_USED, &pca, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "not finite"));
  assert_null(pca);
  table_free(table);
}

static void
test_not_finite(void** const state)
{
  (void)state;
  check_refused(NAN);
  check_refused(INFINITY);
}

static void
test_one_row(void** const state)
{
  (void)state;
  const float  row[3] = { 1.0f, 2.0f, 3.0f };
  Table* const table  = table_of(1, 3, row);
  Pca* const   pca    = pca_of(table, 2);
  assert_true(pca->variance[0] == 0.0 && pca->variance[1] == 0.0);
  assert_true(isfinite(pca->components[0]) && pca->mean[2] == 3.0);
  pca_free(pca);
  table_free(table);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_two_columns_by_hand),
    cmocka_unit_test(test_plane_by_hand),
    cmocka_unit_test(test_components_are_orthonormal_and_in_order),
    cmocka_unit_test(test_residual_is_what_is_left_out),
    cmocka_unit_test(test_all_components_give_rows_back),
    cmocka_unit_test(test_not_finite),
    cmocka_unit_test(test_one_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
