// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/optimizer.h"

#include "tests/support/test.h"

#include <math.h>

/// Two steps of Kingma & Ba's algorithm 1 for the gradients 3 and −1, in double by hand.
static void
test_adam_by_hand(void** const state)
{
  (void)state;
  Optimizer* const adam     = optimizer_new(OPTIMIZER_ADAM, 1);
  real             value    = 1;
  real             gradient = 3;
  optimizer_step(adam, NULL, 0.1, 0.0, &gradient, &value);
  // m̂ = 3, v̂ = 9: the first step is the rate, whatever the gradient.
  assert_float_equal((float)value, 0.9f, 1e-6f);

  gradient = -1;
  optimizer_step(adam, NULL, 0.1, 0.0, &gradient, &value);
  const double m = 0.9 * 0.3 - 0.1;               // 0.17
  const double v = 0.999 * 0.009 + 0.001;         // 0.009991
  const double d = m / 0.19 / sqrt(v / 0.001999); // bias-corrected
  assert_float_equal((float)value, (float)(0.9 - 0.1 * d), 1e-6f);
  optimizer_free(adam);
}

/// Blocks that are cut into several tasks: every number takes the first step, which is the rate.
static void
test_adam_on_a_large_block(void** const state)
{
  (void)state;
  enum { N = 200000 };
  static real      value[N];
  static real      gradient[N];
  Team* const      team = team_new(2);
  Optimizer* const adam = optimizer_new(OPTIMIZER_ADAM, N);
  for (uint32_t i = 0; i < N; ++i) {
    gradient[i] = i % 2 ? 1 : -2;
  }
  optimizer_step(adam, team, 0.25, 0.0, gradient, value);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal((float)value[i], (i % 2 ? -0.25f : 0.25f), 1e-5f);
  }
  optimizer_free(adam);
  team_free(team);
}

/// Rate 0.1, momentum 0.5, gradients 2, −1 and 2: v = −0.2, 0 and −0.2; then 0.9·v alone.
static void
test_momentum_by_hand(void** const state)
{
  (void)state;
  Optimizer* const optimizer = optimizer_new(OPTIMIZER_MOMENTUM, 1);
  real             value     = 1;
  real             gradient  = 2;
  optimizer_step(optimizer, NULL, 0.1, 0.5, &gradient, &value);
  assert_float_equal((float)value, 0.8f, 1e-6f);
  gradient = -1;
  optimizer_step(optimizer, NULL, 0.1, 0.5, &gradient, &value);
  assert_float_equal((float)value, 0.8f, 1e-6f);
  gradient = 2;
  optimizer_step(optimizer, NULL, 0.1, 0.5, &gradient, &value);
  gradient = 0;
  optimizer_step(optimizer, NULL, 0.1, 0.9, &gradient, &value);
  assert_float_equal((float)value, 0.6f - 0.18f, 1e-6f);
  assert_int_equal(optimizer->step, 4);
  optimizer_free(optimizer);
}

/// A matrix of 1 × 1 between two other numbers: it goes as muon_step() takes it, those as Adam.
static void
test_muon(void** const state)
{
  (void)state;
  const MatrixBlock block       = { 1, 1, 1, 1 };
  const real        gradient[3] = { 3, 5, -1 };
  real              value[3]    = { 0, 0, 0 };
  real              mean        = 0;
  real              alone       = 0;
  Optimizer* const  optimizer   = optimizer_new(OPTIMIZER_MUON, 3);
  const MatrixBlock itself      = { 0, 1, 1, 1 };
  Muon* const       muon        = muon_new(1, &itself);
  assert_true(optimizer_set_matrices(optimizer, 1, &block));
  optimizer_step(optimizer, NULL, 0.1, 0.95, gradient, value);
  muon_step(muon, NULL, 0.1, 0.95, gradient + 1, &mean, &alone);
  assert_float_equal((float)value[0], -0.1f, 1e-6f);
  assert_float_equal((float)value[1], (float)alone, 1e-7f);
  assert_true(alone < 0);
  assert_float_equal((float)value[2], 0.1f, 1e-6f);
  muon_free(muon);
  optimizer_free(optimizer);
}

static void
test_momentum_on_a_large_block(void** const state)
{
  (void)state;
  enum { N = 200000 };
  static real      value[N];
  static real      gradient[N];
  Team* const      team      = team_new(2);
  Optimizer* const optimizer = optimizer_new(OPTIMIZER_MOMENTUM, N);
  for (uint32_t i = 0; i < N; ++i) {
    gradient[i] = (real)(i % 7);
  }
  optimizer_step(optimizer, team, 0.5, 0.9, gradient, value);
  optimizer_step(optimizer, team, 0.5, 0.9, gradient, value);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal((float)value[i], -1.45f * (float)(i % 7), 1e-5f);
  }
  optimizer_free(optimizer);
  team_free(team);
}

static void
test_clip(void** const state)
{
  (void)state;
  real gradient[2] = { 3, 4 };
  assert_float_equal((float)gradient_clip(NULL, 2, 10.0, gradient), 5.0f, 1e-6f);
  assert_float_equal((float)gradient[1], 4.0f, 0.0f);
  assert_float_equal((float)gradient_clip(NULL, 2, 1.0, gradient), 5.0f, 1e-6f);
  assert_float_equal((float)gradient[0], 0.6f, 1e-6f);
  assert_float_equal((float)gradient[1], 0.8f, 1e-6f);
}

static void
test_clip_reports_what_is_not_finite(void** const state)
{
  (void)state;
  real gradient[2] = { (real)NAN, 4 };
  assert_true(!isfinite(gradient_clip(NULL, 2, 1.0, gradient)));
  assert_float_equal((float)gradient[1], 4.0f, 0.0f);
}

/// 10 steps up to 1, then half a cosine from 1 down to 0.1 in 100 steps.
static void
test_schedule(void** const state)
{
  (void)state;
  assert_float_equal((float)rate_at(0, 110, 10, 1.0, 0.1), 0.1f, 1e-6f);
  assert_float_equal((float)rate_at(9, 110, 10, 1.0, 0.1), 1.0f, 1e-6f);
  assert_float_equal((float)rate_at(10, 110, 10, 1.0, 0.1), 1.0f, 1e-6f);
  assert_float_equal((float)rate_at(60, 110, 10, 1.0, 0.1), 0.55f, 1e-6f);
  assert_float_equal((float)rate_at(110, 110, 10, 1.0, 0.1), 0.1f, 1e-6f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_adam_by_hand),
    cmocka_unit_test(test_adam_on_a_large_block),
    cmocka_unit_test(test_momentum_by_hand),
    cmocka_unit_test(test_muon),
    cmocka_unit_test(test_momentum_on_a_large_block),
    cmocka_unit_test(test_clip),
    cmocka_unit_test(test_clip_reports_what_is_not_finite),
    cmocka_unit_test(test_schedule),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
