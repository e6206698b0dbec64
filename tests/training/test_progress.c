// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/progress.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The clock of the tests.
static double now_s;

static double
test_clock(void)
{
  return now_s;
}

/// A progress that prints into memory.
typedef struct {
  Progress* progress;
  FILE*     stream;
  char*     text;
  size_t    size;
} Fixture;

static Fixture*
fixture_new(bool terminal)
{
  Fixture* const fixture = calloc(1, sizeof(*fixture));
  assert_non_null(fixture);
  fixture->stream = open_memstream(&fixture->text, &fixture->size);
  assert_non_null(fixture->stream);
  fixture->progress = progress_new(fixture->stream, terminal, test_clock);
  assert_non_null(fixture->progress);
  now_s = 100.0;
  return fixture;
}

/// Frees the progress, compares all that was printed, and frees the rest.
static void
fixture_expect(Fixture* fixture, const char* text)
{
  progress_free(fixture->progress);
  assert_int_equal(fclose(fixture->stream), 0);
  assert_string_equal(fixture->text, text);
  free(fixture->text);
  free(fixture);
}

static void
test_plain_lines_now_and_then(void** state)
{
  (void)state;
  Fixture* const fixture = fixture_new(false);
  for (uint64_t step = 1; step <= 41; ++step) {
    progress_step(fixture->progress, "layer 1", step, 41, 4096, 1.0 / (double)step, NULL);
    now_s += 0.5;
  }
  // Two steps a second; 20 steps from one line to the next
  fixture_expect(fixture, "layer 1  1/41  loss 1\n"
                          "layer 1  21/41  loss 0.047619  8192 frames/s  0:10 left\n"
                          "layer 1  41/41  loss 0.02439  8192 frames/s  0:00 left\n");
}

static void
test_terminal_rewrites_one_line(void** state)
{
  (void)state;
  Fixture* const fixture = fixture_new(true);
  progress_step(fixture->progress, "tune", 1, 4, 10, 2.0, NULL);
  now_s += 0.1;
  progress_step(fixture->progress, "tune", 2, 4, 10, 1.5, NULL); // Too soon
  now_s += 0.9;
  progress_step(fixture->progress, "tune", 3, 4, 10, 1.25, "best 1.2");
  now_s += 1.0;
  progress_step(fixture->progress, "tune", 4, 4, 10, 1.0, NULL);
  fixture_expect(fixture, "\r\033[Ktune  1/4  loss 2"
                          "\r\033[Ktune  3/4  loss 1.25  20 frames/s  0:01 left  best 1.2"
                          "\r\033[Ktune  4/4  loss 1  15 frames/s  0:00 left\n");
}

static void
test_a_stage_that_stops_early_is_ended(void** state)
{
  (void)state;
  Fixture* const fixture = fixture_new(false);
  progress_step(fixture->progress, "a", 1, 100, 1, 3.0, NULL);
  now_s += 1.0;
  progress_step(fixture->progress, "a", 2, 100, 1, 2.0, NULL);
  now_s += 1.0;
  progress_step(fixture->progress, "b", 1, 100, 1, 9.0, NULL);
  now_s += 1.0;
  progress_step(fixture->progress, "b", 2, 100, 1, 8.0, NULL);
  fixture_expect(fixture, "a  1/100  loss 3\n"
                          "a  2/100  loss 2  1 frames/s  1:38 left\n"
                          "b  1/100  loss 9\n"
                          "b  2/100  loss 8  1 frames/s  1:38 left\n");
}

static void
test_a_resumed_stage_counts_its_own_steps(void** state)
{
  (void)state;
  Fixture* const fixture = fixture_new(false);
  progress_step(fixture->progress, "tune", 5001, 12001, 4096, 0.5, NULL);
  now_s += 20.0;
  progress_step(fixture->progress, "tune", 5011, 12001, 4096, 0.5, NULL);
  // Half a step a second, 6990 to go: 13980 s
  fixture_expect(fixture, "tune  5001/12001  loss 0.5\n"
                          "tune  5011/12001  loss 0.5  2048 frames/s  3:53:00 left\n");
}

static void
test_lines_stand_above(void** state)
{
  (void)state;
  Fixture* const terminal = fixture_new(true);
  progress_line(terminal->progress, "before");
  progress_step(terminal->progress, "a", 1, 2, 1, 3.0, NULL);
  progress_line(terminal->progress, "note");
  progress_step(terminal->progress, "a", 2, 2, 1, 3.0, NULL);
  progress_line(terminal->progress, "after");
  fixture_expect(terminal, "before\n"
                           "\r\033[Ka  1/2  loss 3"
                           "\r\033[Knote\n\r\033[Ka  1/2  loss 3"
                           "\r\033[Ka  2/2  loss 3\n"
                           "after\n");

  Fixture* const plain = fixture_new(false);
  progress_step(plain->progress, "a", 1, 9, 1, 3.0, NULL);
  progress_line(plain->progress, "note");
  fixture_expect(plain, "a  1/9  loss 3\nnote\n");
}

static void
test_long_words_are_cut(void** state)
{
  (void)state;
  char word[400];
  memset(word, 'x', sizeof(word) - 1);
  word[sizeof(word) - 1] = '\0';
  Fixture* const fixture = fixture_new(false);
  progress_step(fixture->progress, word, 1, 3, 1, -1e-300, word);
  progress_step(fixture->progress, word, 2, 3, 1, -1e-300, word); // The same stage, too soon
  progress_line(fixture->progress, "");
  (void)fflush(fixture->stream);
  assert_null(strchr(strchr(fixture->text, '\n') + 2, '\n'));
  progress_free(fixture->progress);
  assert_int_equal(fclose(fixture->stream), 0);
  assert_in_range(strcspn(fixture->text, "\n"), 100, 256);
  assert_non_null(strstr(fixture->text, "xx  1/3  loss -1e-300  xx"));
  free(fixture->text);
  free(fixture);
}

static void
test_the_systems_clock_and_null(void** state)
{
  (void)state;
  Progress* const progress = progress_new(stdout, false, NULL);
  assert_non_null(progress);
  progress_step(progress, "stage", 1, 2, 1, 1.0, NULL);
  progress_step(progress, "stage", 2, 2, 1, 1.0, NULL);
  progress_free(progress);
  progress_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_plain_lines_now_and_then),
    cmocka_unit_test(test_terminal_rewrites_one_line),
    cmocka_unit_test(test_a_stage_that_stops_early_is_ended),
    cmocka_unit_test(test_a_resumed_stage_counts_its_own_steps),
    cmocka_unit_test(test_lines_stand_above),
    cmocka_unit_test(test_long_words_are_cut),
    cmocka_unit_test(test_the_systems_clock_and_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
