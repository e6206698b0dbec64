// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/fine_tune.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"

static const Watcher nobody = { 0 };

/// On files never trained on the loss falls by more than 3 dB of energy's worth.
static void
check_learning(void* const* const state, const OptimizerKind optimizer)
{
  SmallRun small                = small_run_open(state);
  small.recipe->loss            = (RecipeLoss){ .compression = 0.3, .energy = 1.0 };
  small.recipe->fine_tune.steps = 1;
  small_run_begin(&small, NULL);
  FineTune* const untrained = fine_tune_new(small.run);
  assert_int_equal(fine_tune_train(untrained, &nobody, NULL), STATUS_SUCCESS);
  const double before = fine_tune_descent(untrained)->best_loss;
  fine_tune_free(untrained);

  small.recipe->fine_tune.steps     = 200;
  small.recipe->fine_tune.optimizer = optimizer;
  FineTune* const trained           = fine_tune_new(small.run);
  assert_int_equal(fine_tune_train(trained, &nobody, NULL), STATUS_SUCCESS);
  assert_true(fine_tune_descent(trained)->best_loss < before - 0.3);
  fine_tune_free(trained);
  small_run_close(&small);
}

static void
test_the_mask_learns(void** const state)
{
  check_learning(state, OPTIMIZER_ADAM);
}

static void
test_the_mask_learns_by_muon(void** const state)
{
  check_learning(state, OPTIMIZER_MUON);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_mask_learns),
    cmocka_unit_test(test_the_mask_learns_by_muon),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
