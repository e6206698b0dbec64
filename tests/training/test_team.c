// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/team.h"

#include "tests/support/test.h"

enum { N_TASKS = 1000 };

static void
count(void* const handle, const uint32_t task)
{
  uint32_t* const counts = (uint32_t*)handle;
  ++counts[task];
}

static void
check_team(const uint32_t n_threads)
{
  Team* const team = team_new(n_threads);
  assert_non_null(team);
  uint32_t counts[N_TASKS] = { 0 };
  for (uint32_t run = 0; run < 50; ++run) {
    team_run(team, N_TASKS, count, counts);
  }
  for (uint32_t i = 0; i < N_TASKS; ++i) {
    assert_int_equal(counts[i], 50);
  }
  team_free(team);
}

static void
test_every_task_is_done_once(void** const state)
{
  (void)state;
  check_team(1);
  check_team(2);
  check_team(5);
}

static void
test_no_team_works_alone(void** const state)
{
  (void)state;
  uint32_t counts[N_TASKS] = { 0 };
  team_run(NULL, N_TASKS, count, counts);
  team_run(NULL, 0, count, counts);
  assert_int_equal(counts[0], 1);
  assert_int_equal(counts[N_TASKS - 1], 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_task_is_done_once),
    cmocka_unit_test(test_no_team_works_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
