// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/descent.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// The bowl (x − 3)², whose validation loss has its lowest point at 2.
typedef struct {
  Parameters* parameters;
  uint64_t    bad_from; ///< First step whose gradient is NaN
  uint64_t    bad_to;
  uint32_t    n_looks;
  uint64_t    stop_at; ///< Step before which the user wants to stop
  Descent*    descent;
} Bowl;

static Status
learn(void* const handle, const uint64_t step, double* const loss, Diagnostic* const why)
{
  (void)why;
  const Bowl* const bowl        = (const Bowl*)handle;
  const double      x           = (double)bowl->parameters->value[0];
  const bool        bad         = step >= bowl->bad_from && step < bowl->bad_to;
  bowl->parameters->gradient[0] = bad ? (real)NAN : (real)(2.0 * (x - 3.0));
  *loss                         = (x - 3.0) * (x - 3.0);
  return STATUS_SUCCESS;
}

static Status
validate(void* const handle, double* const loss, Diagnostic* const why)
{
  (void)why;
  Bowl* const  bowl = (Bowl*)handle;
  const double x    = (double)bowl->parameters->value[0];
  *loss             = (x - 2.0) * (x - 2.0);
  ++bowl->n_looks;
  return STATUS_SUCCESS;
}

static bool
stop(void* const handle)
{
  const Bowl* const bowl = (const Bowl*)handle;
  return bowl->descent->step == bowl->stop_at;
}

static const RecipeStage stage = { .steps          = 2000,
                                   .rate           = 0.01,
                                   .warmup         = 10,
                                   .final_rate     = 0.5,
                                   .clip           = 1.0,
                                   .validate_every = 10 };

static Status
descend(Bowl* const bowl, const RecipeStage* const how, Diagnostic* const why)
{
  const Objective objective = {
    .name = "bowl", .learn = learn, .validate = validate, .context = bowl
  };
  const Watcher watcher = { .stop = stop, .context = bowl };
  return descent_run(bowl->descent, NULL, how, &objective, &watcher, why);
}

static Bowl
new_bowl_for(const OptimizerKind kind)
{
  Bowl bowl       = { .bad_from = UINT64_MAX, .stop_at = UINT64_MAX };
  bowl.parameters = parameters_new(1);
  bowl.descent    = descent_new(bowl.parameters, kind);
  assert_non_null(bowl.descent);
  return bowl;
}

static Bowl
new_bowl(void)
{
  return new_bowl_for(OPTIMIZER_ADAM);
}

static void
free_bowl(Bowl* const bowl)
{
  descent_free(bowl->descent);
  parameters_free(bowl->parameters);
}

/// It ends where validation was best, not where training was.
static void
test_best_is_kept(void** const state)
{
  (void)state;
  Bowl bowl = new_bowl();
  assert_int_equal(descend(&bowl, &stage, NULL), STATUS_SUCCESS);
  assert_true(fabs((double)bowl.parameters->value[0] - 2.0) < 0.1);
  assert_int_equal(bowl.n_looks, 200);
  free_bowl(&bowl);
}

static void
test_patience_ends_it(void** const state)
{
  (void)state;
  Bowl        bowl    = new_bowl();
  RecipeStage patient = stage;
  patient.patience    = 3;
  assert_int_equal(descend(&bowl, &patient, NULL), STATUS_SUCCESS);
  assert_true(bowl.n_looks < 60);
  assert_true(fabs((double)bowl.parameters->value[0] - 2.0) < 0.1);
  free_bowl(&bowl);
}

static void
test_a_bad_step_is_left_out(void** const state)
{
  (void)state;
  Bowl bowl     = new_bowl();
  bowl.bad_from = 50;
  bowl.bad_to   = 55;
  assert_int_equal(descend(&bowl, &stage, NULL), STATUS_SUCCESS);
  assert_true(fabs((double)bowl.parameters->value[0] - 2.0) < 0.1);
  free_bowl(&bowl);
}

static void
test_many_bad_steps_are_an_error(void** const state)
{
  (void)state;
  Bowl       bowl = new_bowl();
  Diagnostic why;
  bowl.bad_from = 50;
  bowl.bad_to   = 70;
  assert_int_equal(descend(&bowl, &stage, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "bowl"));
  assert_true(isfinite(bowl.parameters->value[0]));
  free_bowl(&bowl);
}

/// Stopping and going on ends where an undisturbed run ends, to the bit.
static void
test_stopping_changes_nothing(void** const state)
{
  (void)state;
  Bowl whole = new_bowl();
  Bowl parts = new_bowl();
  assert_int_equal(descend(&whole, &stage, NULL), STATUS_SUCCESS);
  parts.stop_at = 777;
  assert_int_equal(descend(&parts, &stage, NULL), STATUS_INTERRUPTED);
  parts.stop_at = UINT64_MAX;
  assert_int_equal(descend(&parts, &stage, NULL), STATUS_SUCCESS);
  assert_true(whole.parameters->value[0] == parts.parameters->value[0]);
  free_bowl(&whole);
  free_bowl(&parts);
}

/**
   Rates 0.05, 0.1 and 0.1, momentum 0.4, 0.4 and 0.8:
   v = 0.3 at x = 0; 0.12 + 0.54 at 0.3; 0.528 + 0.408 at 0.96.
*/
static void
test_momentum_is_half_while_warming_up(void** const state)
{
  (void)state;
  const RecipeStage how  = { .steps          = 3,
                             .optimizer      = OPTIMIZER_MOMENTUM,
                             .momentum       = 0.8,
                             .rate           = 0.1,
                             .warmup         = 2,
                             .final_rate     = 1.0,
                             .validate_every = 10 };
  Bowl              bowl = new_bowl_for(how.optimizer);
  assert_int_equal(descend(&bowl, &how, NULL), STATUS_SUCCESS);
  assert_float_equal((float)bowl.parameters->value[0], 1.896f, 1e-5f);
  free_bowl(&bowl);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_best_is_kept),
    cmocka_unit_test(test_patience_ends_it),
    cmocka_unit_test(test_a_bad_step_is_left_out),
    cmocka_unit_test(test_many_bad_steps_are_an_error),
    cmocka_unit_test(test_stopping_changes_nothing),
    cmocka_unit_test(test_momentum_is_half_while_warming_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
