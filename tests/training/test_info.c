// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_file.h"
#include "tests/support/models.h"
#include "tests/support/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/lamina-test-info-XXXXXX";
static char path[sizeof(folder) + 32];
static char output[8192]; ///< Of the last run, both streams

static int
setup(void** state)
{
  (void)state;
  if (!mkdtemp(folder)) {
    return 1;
  }
  (void)snprintf(path, sizeof(path), "%s/m.safetensors", folder);
  return 0;
}

static int
teardown(void** state)
{
  (void)state;
  (void)unlink(path);
  return rmdir(folder);
}

/// Run `lamina info` with arguments.  @return Its exit status.
static int
run(const char* arguments)
{
  char command[512];
  (void)snprintf(command, sizeof(command), LAMINA " info %s 2>&1", arguments);
  FILE* const pipe = popen(command, "r");
  assert_non_null(pipe);
  output[fread(output, 1, sizeof(output) - 1, pipe)] = '\0';
  const int status                                   = pclose(pipe);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static int
run_on_model(const char* option)
{
  char arguments[200];
  (void)snprintf(arguments, sizeof(arguments), "%s %s", path, option);
  return run(arguments);
}

/// A failure is one line on the standard error and a status that is not zero.
static void
expect_failure(int status, const char* words)
{
  assert_int_not_equal(status, 0);
  assert_memory_equal(output, "lamina: ", 8);
  assert_non_null(strstr(output, words));
  assert_ptr_equal(strchr(output, '\n'), output + strlen(output) - 1);
}

static void
write_model(bool words)
{
  Model* const model = models_constant_gain(0.5);
  if (words) {
    model->card.name    = strdup("A name");
    model->card.licence = strdup("CC0-1.0");
    model->card.data    = strdup("three\x1b[2J rooms");
    model->card.scores  = strdup("0 dB  5.0\n5 dB  4.0\n");
    model->card.recipe  = strdup("task: denoise\nseed: 1\n");
    model->card.tool    = strdup("lamina 9.9");
  }
  Diagnostic why;
  assert_int_equal(model_write(model, path, &why), STATUS_SUCCESS);
  model_free(model);
}

static void
assert_line(const char* line)
{
  const char* const at = strstr(output, line);
  assert_non_null(at);
  assert_true(at == output || at[-1] == '\n');
}

static void
test_it_tells_what_a_model_is(void** state)
{
  (void)state;
  write_model(true);
  assert_int_equal(run_on_model(""), 0);
  assert_line("name      A name\n");
  assert_line("kind      denoise\n");
  assert_line("frames    20 ms every 10 ms\n");
  assert_line("latency   960 samples at 48000 Hz\n");
  assert_line("bands     129: 101 every 50 Hz to 5000 Hz, 28 on the ERB scale to 20000 Hz\n");
  assert_line("encoder   258 → 16 relu, taps 0 1 2\n          16 → 8 tanh, taps 0 4\n");
  assert_line("decoder   8 → 16 relu, taps 0\n          16 → 129 sigmoid, taps 0\n");
  assert_line("memory    6 frames, 0.06 s\n");
  assert_line("weights   15001 in ");
  assert_line("licence   CC0-1.0\n");
  assert_line("scores    0 dB  5.0\n          5 dB  4.0\n");
  assert_line("tool      lamina 9.9\n");
}

static void
test_strangers_words_cannot_command_the_terminal(void** state)
{
  (void)state;
  write_model(true);
  assert_int_equal(run_on_model(""), 0);
  assert_line("data      three?[2J rooms\n");
  assert_null(strchr(output, '\x1b'));
}

static void
test_words_may_be_missing(void** state)
{
  (void)state;
  write_model(false);
  assert_int_equal(run_on_model(""), 0);
  assert_line("kind      denoise\n");
  assert_null(strstr(output, "licence"));
}

static void
test_recipe(void** state)
{
  (void)state;
  write_model(true);
  assert_int_equal(run_on_model("--recipe"), 0);
  assert_string_equal(output, "task: denoise\nseed: 1\n");
  write_model(false);
  expect_failure(run_on_model("--recipe"), "m.safetensors: holds no recipe");
}

static void
test_failures(void** state)
{
  (void)state;
  expect_failure(run(""), "one MODEL is needed");
  expect_failure(run("a b"), "one MODEL is needed");
  expect_failure(run("--nonsense"), "--nonsense: no such option");
  expect_failure(run("/nonexistent.safetensors"), "/nonexistent.safetensors: ");
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs("not a model at all", file) >= 0);
  assert_int_equal(fclose(file), 0);
  expect_failure(run_on_model(""), "m.safetensors: not a safetensors file");
}

static void
test_help(void** state)
{
  (void)state;
  assert_int_equal(run("--help"), 0);
  assert_memory_equal(output, "Usage: lamina info MODEL", 24);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_it_tells_what_a_model_is),
    cmocka_unit_test(test_strangers_words_cannot_command_the_terminal),
    cmocka_unit_test(test_words_may_be_missing),
    cmocka_unit_test(test_recipe),
    cmocka_unit_test(test_failures),
    cmocka_unit_test(test_help),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
