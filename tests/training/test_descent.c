// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/descent.h"

#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// x, and two more numbers that nothing depends on.
enum { N = 3 };

/// Looks that are remembered.
enum { N_LOOKS = 64 };

/// The bowl (x − 3)², whose validation loss has its lowest point at 2.
typedef struct {
  Parameters* parameters;
  uint64_t    bad_from; ///< First step whose gradient is `bad`
  uint64_t    bad_to;
  double      bad;
  size_t      bad_number; ///< Of the gradient
  double      bad_loss;   ///< Of the same steps, added
  uint32_t    n_looks;
  uint32_t    bad_look; ///< Looks whose loss is NaN, the last
  uint32_t    n_saves;
  uint64_t    stop_at;    ///< Step before which the user wants to stop
  double      x[N_LOOKS]; ///< At the looks, from the first as 1
  uint32_t    n_falls;    ///< That the watcher was told of
  uint64_t    fallen_at;
  uint64_t    back_at;
  double      back_x;
  char        fault[128];
  Descent*    descent;
} Bowl;

static Status
learn(void* const handle, const uint64_t step, double* const loss, Diagnostic* const why)
{
  (void)why;
  const Bowl* const bowl     = (const Bowl*)handle;
  const double      x        = (double)bowl->parameters->value[0];
  real* const       gradient = bowl->parameters->gradient;
  const bool        bad      = step >= bowl->bad_from && step < bowl->bad_to;
  memset(gradient, 0, N * sizeof(real));
  gradient[0] = (real)(2.0 * (x - 3.0));
  if (bad) {
    gradient[bowl->bad_number] = (real)bowl->bad;
  }
  *loss = (x - 3.0) * (x - 3.0) + (bad ? bowl->bad_loss : 0.0);
  return STATUS_SUCCESS;
}

static Status
validate(void* const handle, double* const loss, Diagnostic* const why)
{
  (void)why;
  Bowl* const  bowl = (Bowl*)handle;
  const double x    = (double)bowl->parameters->value[0];
  *loss             = ++bowl->n_looks > bowl->bad_look ? (x - 2.0) * (x - 2.0) : (double)NAN;
  if (bowl->n_looks < N_LOOKS) {
    bowl->x[bowl->n_looks] = x;
  }
  return STATUS_SUCCESS;
}

static void
recovered(void* const handle, const char* const name, const Descent* const descent,
          const char* const fault)
{
  Bowl* const bowl = (Bowl*)handle;
  assert_string_equal(name, "bowl");
  ++bowl->n_falls;
  bowl->fallen_at = descent->step;
  bowl->back_at   = descent->foothold.step;
  bowl->back_x    = (double)bowl->parameters->value[0];
  snprintf(bowl->fault, sizeof(bowl->fault), "%s", fault);
}

static bool
stop(void* const handle)
{
  const Bowl* const bowl = (const Bowl*)handle;
  return bowl->descent->step == bowl->stop_at;
}

static Status
save(void* const handle, Diagnostic* const why)
{
  (void)why;
  ++((Bowl*)handle)->n_saves;
  return STATUS_SUCCESS;
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
  static const DescentPart parts[]   = { { 0, "the rim" }, { 1, "the wall" } };
  const Objective          objective = { .name     = "bowl",
                                         .n_parts  = 2,
                                         .parts    = parts,
                                         .learn    = learn,
                                         .validate = validate,
                                         .context  = bowl };
  const Watcher            watcher   = {
                 .recovered = recovered, .stop = stop, .context = bowl, .save = save, .save_context = bowl
  };
  return descent_run(bowl->descent, NULL, how, &objective, &watcher, why);
}

static Bowl
new_bowl_for(const RecipeStage* const how)
{
  Bowl bowl       = { .bad_from = UINT64_MAX, .bad = (double)NAN, .stop_at = UINT64_MAX };
  bowl.parameters = parameters_new(N);
  bowl.descent    = descent_new(bowl.parameters, how);
  assert_non_null(bowl.descent);
  return bowl;
}

static Bowl
new_bowl(void)
{
  return new_bowl_for(&stage);
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

/// Plain gradient descent at a constant rate, so that every step can be told.
static const RecipeStage plain = { .steps          = 400,
                                   .optimizer      = OPTIMIZER_MOMENTUM,
                                   .rate           = 0.001,
                                   .final_rate     = 1.0,
                                   .clip           = 1e6,
                                   .validate_every = 10 };

/// What is left of the way to 3 by plain steps: each goes 2·rate of it.
static double
left_after(const uint32_t n_steps, const uint32_t n_half_steps)
{
  return 3.0 * pow(1.0 - 2.0 * 0.001, n_steps) * pow(1.0 - 0.001, n_half_steps);
}

static Bowl
new_plain_bowl(void)
{
  return new_bowl_for(&plain);
}

/// The running mean of x after plain steps, by its definition.  @param n_half_steps Of the last.
static double
mean_after(const uint32_t n_steps, const uint32_t n_half_steps, const double keep)
{
  double mean = 0.0;
  for (uint32_t t = 1; t <= n_steps + n_half_steps; ++t) {
    const uint32_t n_whole = t < n_steps ? t : n_steps;
    const double   x       = 3.0 - left_after(n_whole, t - n_whole);
    const double   k       = fmin(keep, (1.0 + t) / (10.0 + t));
    mean                   = k * mean + (1.0 - k) * x;
  }
  return mean;
}

/// What is looked at, and kept, is the mean; the way goes on from where it is, also after a fall.
static void
test_the_mean_is_looked_at(void** const state)
{
  (void)state;
  RecipeStage averaged = plain;
  averaged.average     = 0.95;
  Bowl bowl            = new_bowl_for(&averaged);
  bowl.bad_from        = 55;
  bowl.bad_to          = 56;
  assert_int_equal(descend(&bowl, &averaged, NULL), STATUS_SUCCESS);
  assert_int_equal(bowl.n_falls, 1);
  assert_true(fabs(bowl.x[1] - mean_after(10, 0, 0.95)) < 1e-5);
  assert_true(fabs(bowl.x[5] - mean_after(50, 0, 0.95)) < 1e-5);
  assert_true(fabs(bowl.x[6] - mean_after(50, 4, 0.95)) < 1e-5);
  assert_true(fabs(bowl.x[40] - mean_after(50, 344, 0.95)) < 1e-5);
  assert_true((double)bowl.parameters->value[0] == bowl.x[40]);
  free_bowl(&bowl);
}

/// The fifth step after a look is bad: back to it, and half as far from then on.
static void
test_a_fall_is_recovered_from(void** const state)
{
  (void)state;
  Bowl bowl       = new_plain_bowl();
  bowl.bad_from   = 55;
  bowl.bad_to     = 56;
  bowl.bad_number = 2;
  assert_int_equal(descend(&bowl, &plain, NULL), STATUS_SUCCESS);
  assert_int_equal(bowl.n_falls, 1);
  assert_string_equal(bowl.fault, "the gradient of the wall is not finite");
  assert_int_equal(bowl.fallen_at, 55);
  assert_int_equal(bowl.back_at, 50);
  assert_true(bowl.back_x == bowl.x[5]);
  assert_true(fabs(3.0 - bowl.x[5] - left_after(50, 0)) < 1e-5);
  assert_true(fabs(3.0 - bowl.x[6] - left_after(50, 4)) < 1e-5);
  assert_true(fabs(3.0 - bowl.x[40] - left_after(50, 344)) < 1e-5);
  free_bowl(&bowl);
}

/// With Adam as well, whose memory goes back too, it ends where validation is best.
static void
test_a_fall_of_adam_is_recovered_from(void** const state)
{
  (void)state;
  Bowl bowl     = new_bowl();
  bowl.bad_from = 55;
  bowl.bad_to   = 56;
  assert_int_equal(descend(&bowl, &stage, NULL), STATUS_SUCCESS);
  assert_int_equal(bowl.n_falls, 1);
  assert_string_equal(bowl.fault, "the gradient of the rim is not finite");
  assert_true(bowl.back_x == bowl.x[5]);
  assert_true(fabs((double)bowl.parameters->value[0] - 2.0) < 0.1);
  free_bowl(&bowl);
}

static void
test_a_loss_that_is_not_finite_is_a_fall(void** const state)
{
  (void)state;
  Bowl bowl     = new_plain_bowl();
  bowl.bad_from = 7;
  bowl.bad_to   = 8;
  bowl.bad      = 0.0;
  bowl.bad_loss = HUGE_VAL;
  assert_int_equal(descend(&bowl, &plain, NULL), STATUS_SUCCESS);
  assert_int_equal(bowl.n_falls, 1);
  assert_string_equal(bowl.fault, "the loss is not finite");
  assert_int_equal(bowl.back_at, 0);
  assert_true(bowl.back_x == 0.0);
  free_bowl(&bowl);
}

static void
test_many_falls_are_an_error(void** const state)
{
  (void)state;
  Bowl       bowl = new_plain_bowl();
  Diagnostic why;
  bowl.bad_from = 50;
  bowl.bad_to   = UINT64_MAX;
  assert_int_equal(descend(&bowl, &plain, &why), STATUS_BAD_OPTION);
  assert_int_equal(bowl.n_falls, 10);
  assert_string_equal(why.text, "bowl, step 60: the gradient of the rim is not finite, after going "
                                "back 10 times; try a lower rate");
  assert_true(isfinite(bowl.parameters->value[0]));
  free_bowl(&bowl);
}

/// Run with one gradient of another length.  @return Falls.
static uint32_t
falls_of(const uint64_t step, const double gradient, const double clip)
{
  Bowl        bowl = new_plain_bowl();
  RecipeStage how  = plain;
  bowl.bad_from    = step;
  bowl.bad_to      = step + 1;
  bowl.bad         = gradient;
  bowl.bad_number  = 1;
  how.clip         = clip;
  assert_int_equal(descend(&bowl, &how, NULL), STATUS_SUCCESS);
  const uint32_t n = bowl.n_falls;
  if (n) {
    assert_memory_equal(bowl.fault, "the gradient of the wall explodes, to ", 38);
  }
  free_bowl(&bowl);
  return n;
}

/// The gradient is 6 at the start and 4 at step 200.
static void
test_an_exploding_gradient_is_a_fall(void** const state)
{
  (void)state;
  assert_int_equal(falls_of(200, 10000.0, 1.0), 1);
  assert_int_equal(falls_of(1, 10000.0, 1.0), 1);
  assert_int_equal(falls_of(0, 10000.0, 1.0), 0);       // Nothing to expect yet
  assert_int_equal(falls_of(200, 2000.0, 1.0), 0);      // Not so much greater
  assert_int_equal(falls_of(200, 10000.0, 20000.0), 0); // Allowed
}

/// A rate of 2 triples the gradient at every step: 6, 18, 54… 13122.
static void
test_a_slow_explosion_is_a_fall(void** const state)
{
  (void)state;
  Bowl        bowl = new_plain_bowl();
  RecipeStage fast = plain;
  fast.rate        = 2.0;
  fast.clip        = 5000.0;
  assert_int_equal(descend(&bowl, &fast, NULL), STATUS_SUCCESS);
  assert_int_equal(bowl.n_falls, 1);
  assert_string_equal(bowl.fault, "the gradient of the rim explodes, to 1.31e+04 from 6");
  assert_int_equal(bowl.fallen_at, 7);
  assert_int_equal(bowl.back_at, 0);
  assert_true(bowl.back_x == 0.0);
  free_bowl(&bowl);
}

static void
test_a_look_that_is_not_finite_is_a_fall(void** const state)
{
  (void)state;
  Bowl       once  = new_plain_bowl();
  Bowl       never = new_plain_bowl();
  Diagnostic why;
  once.bad_look  = 1;
  never.bad_look = 1000;
  assert_int_equal(descend(&once, &plain, NULL), STATUS_SUCCESS);
  assert_int_equal(once.n_falls, 1);
  assert_string_equal(once.fault, "the loss on unseen files is not finite");
  assert_true(fabs(3.0 - once.x[2] - left_after(0, 10)) < 1e-5);

  RecipeStage brief = plain;
  brief.steps       = 30;
  assert_int_equal(descend(&never, &brief, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "bowl: the loss on unseen files was never finite");
  free_bowl(&once);
  free_bowl(&never);
}

/// Looks may be rare: what is lost by a fall, or without power, is 500 mini-batches all the same.
static void
test_what_is_saved_between_looks_is_gone_back_to(void** const state)
{
  (void)state;
  RecipeStage rare    = stage;
  rare.validate_every = 2000;
  Bowl bowl           = new_bowl_for(&rare);
  bowl.bad_from       = 720;
  bowl.bad_to         = 721;
  assert_int_equal(descend(&bowl, &rare, NULL), STATUS_SUCCESS);
  assert_int_equal(bowl.n_falls, 1);
  assert_int_equal(bowl.back_at, 500);
  assert_int_equal(bowl.n_saves, 4); // At 500, 1000, 1500 and the look
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
  Bowl              bowl = new_bowl_for(&how);
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
    cmocka_unit_test(test_the_mean_is_looked_at),
    cmocka_unit_test(test_a_fall_is_recovered_from),
    cmocka_unit_test(test_a_fall_of_adam_is_recovered_from),
    cmocka_unit_test(test_a_loss_that_is_not_finite_is_a_fall),
    cmocka_unit_test(test_many_falls_are_an_error),
    cmocka_unit_test(test_an_exploding_gradient_is_a_fall),
    cmocka_unit_test(test_a_slow_explosion_is_a_fall),
    cmocka_unit_test(test_a_look_that_is_not_finite_is_a_fall),
    cmocka_unit_test(test_what_is_saved_between_looks_is_gone_back_to),
    cmocka_unit_test(test_stopping_changes_nothing),
    cmocka_unit_test(test_momentum_is_half_while_warming_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
