// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/matrix.h"

#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>
#include <string.h>

enum { M = 5, N = 7, K = 11 };

/// Element (i, j) of a matrix as it is seen.
static double
at(const Matrix matrix, const uint32_t i, const uint32_t j)
{
  return (double)(matrix.transposed ? matrix.at[j * matrix.stride + i]
                                    : matrix.at[i * matrix.stride + j]);
}

static void
check_product(const bool transpose_a, const bool transpose_b, const bool add)
{
  Random random = random_at(1, RANDOM_TEST, 0);
  real   a[K * K];
  real   b[K * K];
  real   c[M * K];
  real   before[M * K];
  for (uint32_t i = 0; i < K * K; ++i) {
    a[i] = (real)random_normal(&random);
    b[i] = (real)random_normal(&random);
  }
  for (uint32_t i = 0; i < M * K; ++i) {
    c[i] = (real)random_normal(&random);
  }
  memcpy(before, c, sizeof(c));

  const Matrix left  = { a, K, transpose_a };
  const Matrix right = { b, K, transpose_b };
  matrix_multiply(M, N, K, left, right, add, c, K);
  for (uint32_t i = 0; i < M; ++i) {
    for (uint32_t j = 0; j < K; ++j) {
      double sum = add || j >= N ? (double)before[i * K + j] : 0.0;
      for (uint32_t k = 0; k < K && j < N; ++k) {
        sum += at(left, i, k) * at(right, k, j);
      }
      assert_true(fabs((double)c[i * K + j] - sum) < 1e-4);
    }
  }
}

static void
test_equals_the_naive_sum(void** const state)
{
  (void)state;
  for (uint32_t which = 0; which < 8; ++which) {
    check_product(which & 1, which & 2, which & 4);
  }
}

static void
test_gram_equals_the_product(void** const state)
{
  (void)state;
  Random random = random_at(1, RANDOM_TEST, 1);
  real   x[K * N];
  real   gram[N * N];
  real   product[N * N];
  for (uint32_t i = 0; i < K * N; ++i) {
    x[i] = (real)random_normal(&random);
  }
  matrix_gram(K, N, x, gram);
  matrix_multiply(N, N, K, (Matrix){ x, N, true }, (Matrix){ x, N, false }, false, product, N);
  for (uint32_t i = 0; i < N * N; ++i) {
    assert_true(fabs((double)(gram[i] - product[i])) < 1e-5);
  }
}

static void
test_kernel_has_a_name(void** const state)
{
  (void)state;
  assert_true(strlen(matrix_kernel()) > 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_equals_the_naive_sum),
    cmocka_unit_test(test_gram_equals_the_product),
    cmocka_unit_test(test_kernel_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
