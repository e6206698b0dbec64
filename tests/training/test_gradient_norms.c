// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/gradient_norms.h"

#include "tests/support/test.h"

#include <math.h>

static void
assert_near(const double x, const double expected, const double tolerance)
{
  if (!(fabs(x - expected) <= tolerance)) {
    fail_msg("%.9g is not %.9g ± %g", x, expected, tolerance);
  }
}

/// 1 → 1 → 1: two layers of a weight and a bias each.
static UnrolledShape
tiny_shape(void)
{
  UnrolledShape shape = { .n_encoder = 1, .n_decoder = 1 };
  for (int l = 0; l < 2; ++l) {
    shape.layers[l] = (LayerShape){ .n_in = 1, .n_out = 1, .n_taps = 1 };
  }
  return shape;
}

static void
norms_are_averaged_by_layer_and_epoch(void** const state)
{
  (void)state;
  const UnrolledShape shape         = tiny_shape();
  const real          gradient[][4] = { { 3, 4, 0, 1 }, { 5, 12, 0, 3 }, { 8, 15, 2, 0 } };
  GradientNorms       norms;
  assert_true(gradient_norms_make(&norms, 2, 3));
  assert_int_equal(gradient_norms_end(&norms), 0);
  gradient_norms_measure(&norms, 0, &shape, gradient[0]);
  gradient_norms_measure(&norms, 0, &shape, gradient[1]);
  gradient_norms_measure(&norms, 1, &shape, gradient[2]);

  assert_near(gradient_norms_mean(&norms, 0, 0), (5 + 13) / 2.0, 1e-12);
  assert_near(gradient_norms_mean(&norms, 0, 1), (1 + 3) / 2.0, 1e-12);
  assert_near(gradient_norms_mean(&norms, 1, 0), 17.0, 1e-12);
  assert_near(gradient_norms_mean(&norms, 1, 1), 2.0, 1e-12);
  assert_true(isnan(gradient_norms_mean(&norms, 2, 0)));
  assert_int_equal(gradient_norms_end(&norms), 2);
  gradient_norms_clear(&norms);
}

static void
trainings_add_up_by_their_mini_batches(void** const state)
{
  (void)state;
  const UnrolledShape shape     = tiny_shape();
  const real          loud[]    = { 3, 4, 0, 1 };
  const real          silent[4] = { 0 };
  GradientNorms       norms[2];
  assert_true(gradient_norms_make(&norms[0], 2, 1));
  assert_true(gradient_norms_make(&norms[1], 2, 1));
  gradient_norms_measure(&norms[0], 0, &shape, loud);
  for (int i = 0; i < 4; ++i) {
    gradient_norms_measure(&norms[1], 0, &shape, silent);
  }
  gradient_norms_add(&norms[0], &norms[1]);
  assert_null(norms[1].sum);
  assert_near(gradient_norms_mean(&norms[0], 0, 0), 5.0 / 5.0, 1e-12);
  assert_near(gradient_norms_mean(&norms[0], 0, 1), 1.0 / 5.0, 1e-12);
  gradient_norms_clear(&norms[0]);
}

static void
what_is_not_finite_does_not_count(void** const state)
{
  (void)state;
  const UnrolledShape shape  = tiny_shape();
  const real          good[] = { 3, 4, 0, 1 };
  const real          bad[]  = { 100, 0, (real)NAN, 0 };
  GradientNorms       norms;
  assert_true(gradient_norms_make(&norms, 2, 1));
  gradient_norms_measure(&norms, 0, &shape, bad);
  gradient_norms_measure(&norms, 0, &shape, good);
  assert_near(gradient_norms_mean(&norms, 0, 0), 5.0, 1e-12);
  assert_int_equal(norms.n[0], 1);
  gradient_norms_clear(&norms);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(norms_are_averaged_by_layer_and_epoch),
    cmocka_unit_test(trainings_add_up_by_their_mini_batches),
    cmocka_unit_test(what_is_not_finite_does_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
