// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/stages.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/// Counts mini-batches over all stages, and wants to stop before one of them.
typedef struct {
  uint64_t n_steps;
  uint64_t stop_at;
} Clock;

static void
count(void* const handle, const char* const stage, const Descent* const descent,
      const uint32_t n_steps)
{
  (void)stage;
  (void)descent;
  (void)n_steps;
  ++((Clock*)handle)->n_steps;
}

static bool
stop(void* const handle)
{
  const Clock* const clock = (const Clock*)handle;
  return clock->n_steps == clock->stop_at;
}

static Status
run_stages(SmallRun* const small, void* const* const state, const bool resume, Clock* const clock,
           Diagnostic* const why)
{
  const StagesConfig config  = { .path   = folder_path(state, "checkpoint"),
                                 .key    = "a test",
                                 .resume = resume };
  const Watcher      watcher = { .stepped = count, .stop = stop, .context = clock };
  return stages_run(small->run, &config, &watcher, why);
}

/// A run of 30 + 30 + 60 mini-batches that is stopped, and taken up by another process's memory.
static void
check_resume(void** const state, const uint64_t stop_at, const real* const expected)
{
  SmallRun first  = small_run_open(state);
  SmallRun second = small_run_open(state);
  Clock    early  = { .stop_at = stop_at };
  Clock    late   = { .stop_at = UINT64_MAX };
  small_run_begin(&first, NULL);
  small_run_begin(&second, NULL);
  assert_int_equal(run_stages(&first, state, false, &early, NULL), STATUS_INTERRUPTED);
  assert_int_equal(run_stages(&second, state, true, &late, NULL), STATUS_SUCCESS);
  assert_int_equal(early.n_steps + late.n_steps, 120);
  assert_memory_equal(second.run->parameters->value, expected,
                      second.run->parameters->n * sizeof(real));
  small_run_close(&first);
  small_run_close(&second);
}

static void
test_a_resumed_run_ends_in_the_same_bytes(void** const state)
{
  SmallRun    whole = small_run_open(state);
  Team* const team  = team_new(2);
  Clock       clock = { .stop_at = UINT64_MAX };
  small_run_begin(&whole, team);
  assert_int_equal(run_stages(&whole, state, false, &clock, NULL), STATUS_SUCCESS);
  assert_int_equal(clock.n_steps, 120);
  check_resume(state, 0, whole.run->parameters->value);
  check_resume(state, 17, whole.run->parameters->value);
  check_resume(state, 30, whole.run->parameters->value);
  check_resume(state, 41, whole.run->parameters->value);
  check_resume(state, 99, whole.run->parameters->value);
  small_run_close(&whole);
  team_free(team);
}

/// The draw of the examples, without what follows.
static Status (*draw_good)(Examples* examples, Team* team, Split split, uint64_t batch,
                           Batch* drawn, Diagnostic* why);

/// One NaN in a mini-batch of the first stage, and two soon after each other in the last.
static Status
draw_bad(Examples* const examples, Team* const team, const Split split, const uint64_t batch,
         Batch* const drawn, Diagnostic* const why)
{
  const Status status = draw_good(examples, team, split, batch, drawn, why);
  const bool   bad    = batch == 18 || batch == 105 || batch == 112;
  if (!status && split == SPLIT_TRAIN && bad) {
    ((real*)(uintptr_t)drawn->x)[0] = (real)NAN;
  }
  return status;
}

/// What was told of falls.
typedef struct {
  Clock    clock; ///< First: count() and stop() take it
  uint32_t n_falls;
  char     words[512];
} Diary;

static void
note_fall(void* const handle, const char* const stage, const Descent* const descent,
          const char* const fault)
{
  Diary* const diary = (Diary*)handle;
  const size_t used  = strlen(diary->words);
  ++diary->n_falls;
  snprintf(diary->words + used, sizeof(diary->words) - used, "%s %u back to %u: %s\n", stage,
           (unsigned)descent->step, (unsigned)descent->foothold.step, fault);
}

static Status
run_with_falls(SmallRun* const small, void* const* const state, const bool resume,
               Diary* const diary)
{
  const StagesConfig config  = { .path   = folder_path(state, "checkpoint"),
                                 .key    = "a test",
                                 .resume = resume };
  const Watcher      watcher = {
         .stepped = count, .recovered = note_fall, .stop = stop, .context = diary
  };
  small_run_begin(small, NULL);
  draw_good             = small->run->examples->draw;
  small->examples->draw = draw_bad;
  return stages_run(small->run, &config, &watcher, NULL);
}

/// Stopped where the state to go back to is not the present one, and the next fall is to come.
static void
test_falls_of_a_resumed_run_are_the_same(void** const state)
{
  SmallRun whole  = small_run_open(state);
  SmallRun first  = small_run_open(state);
  SmallRun second = small_run_open(state);
  Diary    diary  = { .clock = { .stop_at = UINT64_MAX } };
  Diary    early  = { .clock = { .stop_at = 109 } };
  Diary    late   = { .clock = { .stop_at = UINT64_MAX } };
  assert_int_equal(run_with_falls(&whole, state, false, &diary), STATUS_SUCCESS);
  assert_string_equal(diary.words,
                      "layer 1 18 back to 10: the gradient is not finite\n"
                      "fine-tune 45 back to 40: the gradient of layer 1 of the encoder is not "
                      "finite\n"
                      "fine-tune 52 back to 40: the gradient of layer 1 of the encoder is not "
                      "finite\n");
  assert_int_equal(run_with_falls(&first, state, false, &early), STATUS_INTERRUPTED);
  assert_int_equal(run_with_falls(&second, state, true, &late), STATUS_SUCCESS);
  assert_int_equal(early.n_falls, 2);
  assert_int_equal(late.n_falls, 1);
  assert_memory_equal(second.run->parameters->value, whole.run->parameters->value,
                      second.run->parameters->n * sizeof(real));
  small_run_close(&whole);
  small_run_close(&first);
  small_run_close(&second);
}

static void
test_another_run_is_refused(void** const state)
{
  SmallRun   small = small_run_open(state);
  Clock      clock = { .stop_at = 5 };
  Diagnostic why;
  small_run_begin(&small, NULL);
  assert_int_equal(run_stages(&small, state, false, &clock, NULL), STATUS_INTERRUPTED);

  const StagesConfig other  = { .path   = folder_path(state, "checkpoint"),
                                .key    = "another",
                                .resume = true };
  const Watcher      nobody = { 0 };
  assert_int_equal(stages_run(small.run, &other, &nobody, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "another recipe"));
  unlink(folder_path(state, "checkpoint"));
  assert_int_equal(stages_run(small.run, &other, &nobody, &why), STATUS_NOT_FOUND);
  small_run_close(&small);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_resumed_run_ends_in_the_same_bytes),
    cmocka_unit_test(test_falls_of_a_resumed_run_are_the_same),
    cmocka_unit_test(test_another_run_is_refused),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
