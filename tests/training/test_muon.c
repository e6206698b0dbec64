// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/muon.h"

#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 12, COLUMNS = 5, NUMBERS = ROWS * COLUMNS };

/// Columns of length 1, each at right angles to those before (Gram & Schmidt).  @param q [n × k].
static void
draw_frame(Random* random, const uint32_t n, const uint32_t k, double* q)
{
  for (uint32_t c = 0; c < k; ++c) {
    double sum = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
      q[i * k + c] = random_normal(random);
    }
    for (uint32_t d = 0; d < c; ++d) {
      double along = 0.0;
      for (uint32_t i = 0; i < n; ++i) {
        along += q[i * k + c] * q[i * k + d];
      }
      for (uint32_t i = 0; i < n; ++i) {
        q[i * k + c] -= along * q[i * k + d];
      }
    }
    for (uint32_t i = 0; i < n; ++i) {
      sum += q[i * k + c] * q[i * k + c];
    }
    for (uint32_t i = 0; i < n; ++i) {
      q[i * k + c] /= sqrt(sum);
    }
  }
}

/// A matrix whose decomposition is known.
typedef struct {
  double u[ROWS * COLUMNS];
  double v[COLUMNS * COLUMNS];
  real   x[NUMBERS]; ///< U diag(values) Vᵀ
} Known;

static void
make_known(Known* known, const double* values)
{
  Random random = random_at(5, RANDOM_WEIGHTS, 0);
  draw_frame(&random, ROWS, COLUMNS, known->u);
  draw_frame(&random, COLUMNS, COLUMNS, known->v);
  for (uint32_t r = 0; r < ROWS; ++r) {
    for (uint32_t c = 0; c < COLUMNS; ++c) {
      double sum = 0.0;
      for (uint32_t k = 0; k < COLUMNS; ++k) {
        sum += known->u[r * COLUMNS + k] * values[k] * known->v[c * COLUMNS + k];
      }
      known->x[r * COLUMNS + c] = (real)sum;
    }
  }
}

/// u_iᵀ X v_j
static double
between(const Known* known, const real* x, const uint32_t i, const uint32_t j)
{
  double sum = 0.0;
  for (uint32_t r = 0; r < ROWS; ++r) {
    for (uint32_t c = 0; c < COLUMNS; ++c) {
      sum += known->u[r * COLUMNS + i] * (double)x[r * COLUMNS + c] * known->v[c * COLUMNS + j];
    }
  }
  return sum;
}

/// The directions stay, and however far they went they all go about as far.
static void
test_orthogonalize(void** state)
{
  (void)state;
  static const double values[COLUMNS] = { 300.0, 60.0, 9.0, 3.0, 0.7 };
  Known               known;
  real                work[NUMBERS + 2 * COLUMNS * COLUMNS];
  make_known(&known, values);
  const real* const way = muon_orthogonalize(ROWS, COLUMNS, known.x, work);
  for (uint32_t i = 0; i < COLUMNS; ++i) {
    for (uint32_t j = 0; j < COLUMNS; ++j) {
      const double found = between(&known, way, i, j);
      if (i == j) {
        assert_in_range((int)(100.0 * found), 65, 125);
      } else {
        assert_float_equal((float)found, 0.0f, 1e-3f);
      }
    }
  }
}

/// The polynomial of one number, five times: a matrix of one column has one singular value.
static void
test_one_column(void** state)
{
  (void)state;
  real              x[3]        = { 3, 0, -4 };
  real              work[3 + 2] = { 0 };
  double            size        = 1.0;
  const real* const orthogonal  = muon_orthogonalize(3, 1, x, work);
  for (uint32_t i = 0; i < 5; ++i) {
    size = 3.4445 * size - 4.7750 * pow(size, 3.0) + 2.0315 * pow(size, 5.0);
  }
  assert_float_equal((float)orthogonal[0], (float)(0.6 * size), 1e-4f);
  assert_float_equal((float)orthogonal[1], 0.0f, 1e-6f);
  assert_float_equal((float)orthogonal[2], (float)(-0.8 * size), 1e-4f);
}

/// Nothing to go down: nothing moves.
static void
test_no_gradient(void** state)
{
  (void)state;
  const MatrixBlock block         = { 0, ROWS, COLUMNS, 1 };
  const real        none[NUMBERS] = { 0 };
  real              mean[NUMBERS] = { 0 };
  real              value[NUMBERS];
  Muon* const       muon = muon_new(1, &block);
  for (uint32_t i = 0; i < NUMBERS; ++i) {
    value[i] = (real)i;
  }
  muon_step(muon, NULL, 1.0, 0.95, none, mean, value);
  for (uint32_t i = 0; i < NUMBERS; ++i) {
    assert_float_equal((float)value[i], (float)i, 0.0f);
  }
  muon_free(muon);
}

/// Two matrices side by side after one other number; each goes as if it were alone.
static void
test_side_by_side(void** state)
{
  (void)state;
  enum { WIDE = 2 * COLUMNS, N = 1 + ROWS * WIDE };
  const MatrixBlock both               = { 1, ROWS, COLUMNS, 2 };
  const MatrixBlock one                = { 0, ROWS, COLUMNS, 1 };
  real              gradient[N]        = { 7 };
  real              mean[N]            = { 0 };
  real              value[N]           = { 0 };
  real              alone[NUMBERS]     = { 0 };
  real              its_mean[NUMBERS]  = { 0 };
  real              its_value[NUMBERS] = { 0 };
  Random            random             = random_at(3, RANDOM_WEIGHTS, 0);
  for (uint32_t i = 1; i < N; ++i) {
    gradient[i] = (real)random_normal(&random);
  }
  for (uint32_t r = 0; r < ROWS; ++r) {
    memcpy(alone + r * COLUMNS, gradient + 1 + r * WIDE + COLUMNS, COLUMNS * sizeof(real));
  }

  Team* const team  = team_new(2);
  Muon* const muon  = muon_new(1, &both);
  Muon* const other = muon_new(1, &one);
  for (uint32_t step = 0; step < 3; ++step) {
    muon_step(muon, team, 0.01, 0.5, gradient, mean, value);
    muon_step(other, NULL, 0.01, 0.5, alone, its_mean, its_value);
  }
  assert_float_equal((float)value[0], 0.0f, 0.0f);
  for (uint32_t r = 0; r < ROWS; ++r) {
    for (uint32_t c = 0; c < COLUMNS; ++c) {
      const size_t at = 1 + (size_t)r * WIDE + COLUMNS + c;
      assert_float_equal((float)value[at], (float)its_value[r * COLUMNS + c], 1e-6f);
      // 1 − ½³ of the gradient
      assert_float_equal((float)mean[at], 0.875f * (float)gradient[at], 1e-5f);
    }
  }
  muon_free(muon);
  muon_free(other);
  team_free(team);
}

/// The numbers of a step are as large as Adam's are said to be, 0.2 rates in the root mean square.
static void
test_size(void** state)
{
  (void)state;
  enum { TALL = 400, NARROW = 40, N = TALL * NARROW };
  static real       gradient[N];
  static real       mean[N];
  static real       value[N];
  const MatrixBlock block  = { 0, TALL, NARROW, 1 };
  Random            random = random_at(4, RANDOM_WEIGHTS, 0);
  double            sum    = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    gradient[i] = (real)(1e-6 * random_normal(&random));
  }
  Muon* const muon = muon_new(1, &block);
  muon_step(muon, NULL, 1.0, 0.95, gradient, mean, value);
  for (uint32_t i = 0; i < N; ++i) {
    sum += (double)value[i] * (double)value[i];
  }
  assert_float_equal((float)sqrt(sum / N), 0.2f, 0.05f);
  muon_free(muon);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_orthogonalize), cmocka_unit_test(test_one_column),
    cmocka_unit_test(test_no_gradient),   cmocka_unit_test(test_side_by_side),
    cmocka_unit_test(test_size),
  };

  return cmocka_run_group_tests_name("training muon", tests, NULL, NULL);
}
