// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"
#include "tests/training/program.h"

#include <stdbool.h>
#include <string.h>

/// Run `lamina info` in the folder.  @return Its exit status.
static int
info(void* const* state, const char* arguments)
{
  return program_lamina(state, "info", arguments);
}

/// A failure is one line on the standard error and a status that is not zero.
static void
expect_failure(int status, const char* words)
{
  assert_int_not_equal(status, 0);
  program_expect_complaint(words);
}

static void
write_model(void* const* state, bool words)
{
  Model* const model = models_constant_gain(0.5);
  if (words) {
    model->card.name    = strdup("A name");
    model->card.licence = strdup("CC0-1.0");
    model->card.data    = strdup("three\x1b[2J rööms\xc2\x9b"
                                    "2J");
    model->card.scores  = strdup("0 dB  5.0\n5 dB  4.0\n");
    model->card.recipe  = strdup("task: denoise\nseed: 1\n");
    model->card.tool    = strdup("lamina 9.9");
  }
  models_write(state, "m.safetensors", model);
}

static void
assert_line(const char* line)
{
  const char* const at = strstr(program_output, line);
  assert_non_null(at);
  assert_true(at == program_output || at[-1] == '\n');
}

static void
test_it_tells_what_a_model_is(void** state)
{
  write_model(state, true);
  assert_int_equal(info(state, "m.safetensors"), 0);
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
test_it_tells_what_an_autoencoder_is(void** state)
{
  const ModelShape shape = models_tiny_autoencoder_shape();
  models_write(state, "m.safetensors", models_of(&shape));
  assert_int_equal(info(state, "m.safetensors"), 0);
  assert_line("kind      autoencoder, variational\n");
  assert_line("rate      8000 Hz; sound of another rate is resampled\n");
  assert_line("frames    32 samples every 16\n");
  assert_line("spectrum  17 bins, 80 dB below -12.3 dB as −1…1\n");
  assert_line("encoder   17 → 4 relu, taps 0 3\n          4 → 2 identity, taps 0\n"
              "          17 → 2 identity, around all of these\n");
  assert_line("decoder   2 → 4 softplus, taps 0\n          4 → 17 identity, taps 0\n"
              "          2 → 17 identity, around all of these\n");
  assert_null(strstr(program_output, "bands"));
  assert_null(strstr(program_output, "classes"));
}

static void
test_it_tells_what_a_classifier_is(void** state)
{
  const ModelShape shape = models_tiny_classifier_shape();
  models_write(state, "m.safetensors", models_of(&shape));
  assert_int_equal(info(state, "m.safetensors"), 0);
  assert_line("kind      classify\n");
  assert_line("spectrum  17 bins, 80 dB below -12.3 dB as 0…1\n");
  assert_line("classes   flute\n          Geige\n          виола\n");
  assert_line("decoder   2 → 3 identity, taps 0\n");
}

static void
test_it_tells_what_a_morph_model_is(void** state)
{
  const ModelShape shape = models_tiny_morph_shape();
  Model* const     model = models_of(&shape);
  model->morph.low[0]    = -1.234f;
  model->morph.high[0]   = 12.5f;
  models_write(state, "m.safetensors", model);
  assert_int_equal(info(state, "m.safetensors"), 0);
  assert_line("kind      morph, variational\n");
  assert_line("rate      48000 Hz in training; runs at any\n");
  assert_line("frames    42.6667 ms every 10.6667 ms in training\n");
  assert_line("envelope  64 bands, 20 dB are 1\n");
  assert_line("axes       1   -1.23 … 12.50  brightness\n           2    0.00 …  0.00\n");
  assert_line("anchors   flute\n          Geige\n");
  assert_line("encoder   64 → 6 relu, taps 0\n");
  assert_null(strstr(program_output, "spectrum"));
}

static void
test_strangers_words_cannot_command_the_terminal(void** state)
{
  write_model(state, true);
  assert_int_equal(info(state, "m.safetensors"), 0);
  assert_line("data      three?[2J rööms?2J\n");
  assert_null(strchr(program_output, '\x1b'));
}

static void
test_words_may_be_missing(void** state)
{
  write_model(state, false);
  assert_int_equal(info(state, "m.safetensors"), 0);
  assert_line("kind      denoise\n");
  assert_null(strstr(program_output, "licence"));
}

static void
test_recipe(void** state)
{
  write_model(state, true);
  assert_int_equal(info(state, "m.safetensors --recipe"), 0);
  assert_string_equal(program_output, "task: denoise\nseed: 1\n");
  write_model(state, false);
  expect_failure(info(state, "m.safetensors --recipe"), "m.safetensors: holds no recipe");
}

static void
test_failures(void** state)
{
  expect_failure(info(state, ""), "one MODEL is needed");
  expect_failure(info(state, "a b"), "one MODEL is needed");
  expect_failure(info(state, "--nonsense"), "--nonsense: no such option");
  expect_failure(info(state, "/nonexistent.safetensors"), "/nonexistent.safetensors: ");
  folder_write(state, "m.safetensors", 18, "not a model at all");
  expect_failure(info(state, "m.safetensors"), "m.safetensors: not a safetensors file");
}

static void
test_help(void** state)
{
  assert_int_equal(info(state, "--help"), 0);
  assert_memory_equal(program_output, "Usage: lamina info MODEL", 24);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_it_tells_what_a_model_is),
    cmocka_unit_test(test_it_tells_what_an_autoencoder_is),
    cmocka_unit_test(test_it_tells_what_a_classifier_is),
    cmocka_unit_test(test_it_tells_what_a_morph_model_is),
    cmocka_unit_test(test_strangers_words_cannot_command_the_terminal),
    cmocka_unit_test(test_words_may_be_missing),
    cmocka_unit_test(test_recipe),
    cmocka_unit_test(test_failures),
    cmocka_unit_test(test_help),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
