// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/preset_fixture.h"
#include "tests/training/program.h"

#include <stdlib.h>
#include <string.h>

static int
preset(void* const* state, const char* const arguments)
{
  return program_lamina(state, "preset", arguments);
}

static void
expect_failure(void* const* state, const char* const arguments, const char* const words)
{
  assert_int_not_equal(preset(state, arguments), 0);
  program_expect_complaint(words);
}

static void
expect_output(const char* const words)
{
  if (!strstr(program_output, words)) {
    fail_msg("\"%s\" has nothing of \"%s\"", program_output, words);
  }
}

static void
test_from_one_person_to_another(void** state)
{
  setenv("HOME", *state, 1);
  unsetenv("LV2_PATH");
  unsetenv("XDG_DATA_HOME");
  assert_int_equal(preset(state, "pack room.safetensors --name 'My room' --comment 'A fan.' "
                                 "--set reduction=18 -o my.zip"),
                   0);
  assert_string_equal(program_output, "Packed as my.zip\n");
  assert_int_equal(preset(state, "install my.zip"), 0);
  expect_output("My room  denoise, mono, stereo  Room   CC0-1.0");
  assert_null(strstr(program_output, "LV2_PATH"));
  assert_int_equal(preset(state, "check .lv2/my.lv2"), 0);
  expect_output("My room  denoise, mono, stereo  Room   CC0-1.0");
  assert_int_equal(preset(state, "list"), 0);
  expect_output("/.lv2/my.lv2\n");
  assert_non_null(strstr(preset_read_text(state, ".lv2/my.lv2/presets.ttl"), "18.0"));
  expect_failure(state, "install my.zip", "is there already; --replace");
  assert_int_equal(preset(state, "install --replace my.zip"), 0);
}

static void
test_installing_elsewhere(void** state)
{
  setenv("LV2_PATH", "/usr/lib/lv2", 1);
  preset_make(state, "a.lv2");
  assert_int_equal(preset(state, "install a.lv2 --to here"), 0);
  expect_output("Hosts will not find it there: LV2_PATH has to name here\n");
  assert_true(preset_exists(state, "here/a.lv2/manifest.ttl"));
  setenv("LV2_PATH", folder_path(state, "here"), 1);
  assert_int_equal(preset(state, "install a.lv2 --to here --replace"), 0);
  assert_null(strstr(program_output, "LV2_PATH"));
  unsetenv("HOME");
  expect_failure(state, "install a.lv2", "HOME is not set; --to DIR");
}

static void
test_options_of_pack(void** state)
{
  folder_write(state, "CREDITS", 6, "thanks");
  preset_write_model(state, "room.safetensors", "Room", NULL);
  expect_failure(state, "pack room.safetensors", "has no licence");
  assert_int_equal(preset(state,
                          "pack --licence MIT --plugin denoise --add CREDITS --set strength=50 "
                          "--set smoothing=3 --output a.lv2 room.safetensors"),
                   0);
  assert_true(preset_exists(state, "a.lv2/CREDITS"));
  assert_int_equal(preset(state, "pack --licence MIT room.safetensors -o a.lv2 --replace"), 0);
  assert_false(preset_exists(state, "a.lv2/CREDITS"));
  expect_failure(state, "pack room.safetensors --plugin nonsense",
                 "--plugin nonsense: there is none");
  expect_failure(state, "pack room.safetensors --licence MIT --set a=1", "a=1: SYMBOL=VALUE");
}

static void
test_wrong_words(void** state)
{
  setenv("HOME", *state, 1);
  expect_failure(state, "", "pack, check, install or list is needed");
  expect_failure(state, "send", "preset send: pack, check, install or list is needed");
  expect_failure(state, "pack", "preset pack: one MODEL is needed");
  expect_failure(state, "pack a b", "preset pack: one MODEL is needed");
  expect_failure(state, "check", "preset check: one BUNDLE is needed");
  expect_failure(state, "list x", "preset list: nothing more is needed");
  expect_failure(state, "list --to x", "--to: unknown");
  expect_failure(state, "check --name", "--name: unknown");
  expect_failure(state, "pack --name", "--name: unknown, or without its value");
  expect_failure(state, "check none.lv2", "none.lv2: No such file");
  expect_failure(state, "install none.zip", "none.zip: No such file");
}

static void
test_help(void** state)
{
  static const char* const arguments[] = { "--help", "-h", "pack --help", "list -h",
                                           "install -h x" };
  for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); ++i) {
    assert_int_equal(preset(state, arguments[i]), 0);
    assert_memory_equal(program_output, "Usage: lamina preset pack", 25);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_MODEL(test_from_one_person_to_another),
    WITH_MODEL(test_installing_elsewhere),
    WITH_MODEL(test_options_of_pack),
    WITH_MODEL(test_wrong_words),
    WITH_MODEL(test_help),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
