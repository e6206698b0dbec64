// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/prior.h"

#include "tests/support/test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N_CODE = 4, N_STEPS = 20000 };

/// The code of every step.
static void
draw(const Prior* prior, float path[N_STEPS][N_CODE])
{
  float z[N_CODE] = { NAN, NAN, NAN, NAN };
  for (uint32_t t = 0; t < N_STEPS; ++t) {
    prior_next(prior, t, N_CODE, z);
    memcpy(path[t], z, sizeof z);
  }
}

/// Mean of z_t[i] · z_{t+lag}[j].
static double
correlation(float path[N_STEPS][N_CODE], uint32_t lag, uint32_t i, uint32_t j)
{
  double sum = 0.0;
  for (uint32_t t = 0; t + lag < N_STEPS; ++t) {
    sum += (double)path[t][i] * (double)path[t + lag][j];
  }
  return sum / (N_STEPS - lag);
}

static double
mean(float path[N_STEPS][N_CODE], uint32_t i)
{
  double sum = 0.0;
  for (uint32_t t = 0; t < N_STEPS; ++t) {
    sum += (double)path[t][i];
  }
  return sum / N_STEPS;
}

/// With a memory of 5 steps about 1/10 of the codes are independent: a deviation of a mean is
/// 0.022, of a product 0.022 to 0.032.
static void
test_it_is_normal_and_fades_by_1_over_e(void** state)
{
  (void)state;
  static float path[N_STEPS][N_CODE];
  const Prior  prior = prior_of(7, 0.05, 0.01);
  draw(&prior, path);
  for (uint32_t i = 0; i < N_CODE; ++i) {
    assert_float_equal((float)mean(path, i), 0.0f, 0.1f);
    assert_float_equal((float)correlation(path, 0, i, i), 1.0f, 0.13f);
    assert_float_equal((float)correlation(path, 5, i, i), 0.36788f, 0.13f);
    assert_float_equal((float)correlation(path, 50, i, i), 0.0f, 0.13f);
    assert_float_equal((float)correlation(path, 0, i, (i + 1) % N_CODE), 0.0f, 0.1f);
  }
}

static void
test_without_inertia_every_code_is_new(void** state)
{
  (void)state;
  static float path[N_STEPS][N_CODE];
  const Prior  prior = prior_of(7, 0.0, 0.01);
  draw(&prior, path);
  assert_float_equal((float)correlation(path, 0, 0, 0), 1.0f, 0.05f);
  assert_float_equal((float)correlation(path, 1, 0, 0), 0.0f, 0.04f);
}

/// Step 0 is standard normal at once, whatever the inertia: over seeds, not over time.
static void
test_it_begins_where_it_stays(void** state)
{
  (void)state;
  double square = 0.0;
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    const Prior prior = prior_of(seed, 1000.0, 0.01);
    float       z     = 3.0f;
    prior_next(&prior, 0, 1, &z);
    const float first = z;
    prior_next(&prior, 1, 1, &z);
    assert_true(fabsf(z - first) < 0.03f);
    square += (double)z * (double)z;
  }
  assert_float_equal((float)(square / 5000.0), 1.0f, 0.1f);
}

static void
test_the_seed_is_all(void** state)
{
  (void)state;
  static float paths[3][N_STEPS][N_CODE];
  const Prior  a = prior_of(1, 0.3, 0.01);
  const Prior  b = prior_of(2, 0.3, 0.01);
  draw(&a, paths[0]);
  draw(&a, paths[1]);
  draw(&b, paths[2]);
  assert_memory_equal(paths[0], paths[1], sizeof paths[0]);
  assert_memory_not_equal(paths[0], paths[2], sizeof paths[0]);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_it_is_normal_and_fades_by_1_over_e),
    cmocka_unit_test(test_without_inertia_every_code_is_new),
    cmocka_unit_test(test_it_begins_where_it_stays),
    cmocka_unit_test(test_the_seed_is_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
