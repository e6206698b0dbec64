// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/effects.h"

#include "tests/support/test.h"

#include <string.h>

static const PresetEffect*
denoise(void)
{
  const PresetEffect* const effect = effect_named("denoise");
  assert_non_null(effect);
  return effect;
}

static void
test_finding_an_effect(void** state)
{
  (void)state;
  uint32_t width = 7;
  assert_ptr_equal(effect_of_plugin("urn:lamina:denoise-stereo", &width), denoise());
  assert_int_equal(width, 1);
  assert_ptr_equal(effect_of_plugin("urn:lamina:denoise-mono", &width), denoise());
  assert_int_equal(width, 0);
  assert_ptr_equal(effect_of_kind(MODEL_DENOISE), denoise());
  assert_null(effect_of_kind(MODEL_CLASSIFY));
  assert_null(effect_of_plugin("urn:lamina:denoise", &width));
  assert_null(effect_named("nonsense"));
}

static void
test_settings(void** state)
{
  (void)state;
  double values[EFFECT_MAX_SETTINGS];
  effect_reset(denoise(), values);
  assert_true(values[0] == 24.0 && values[1] == 100.0 && values[2] == 0.0 && values[3] == 0.0);
  assert_int_equal(effect_set(denoise(), "smoothing=12.5", values, NULL), STATUS_SUCCESS);
  assert_true(values[0] == 24.0 && values[2] == 12.5);
  assert_int_equal(effect_set(denoise(), "reduction=60", values, NULL), STATUS_SUCCESS);
  assert_true(values[0] == 60.0);
}

/// A preset can be of a mode with less delay, or make new sound.
static void
test_settings_of_morph(void** state)
{
  (void)state;
  const PresetEffect* const effect = effect_named("morph");
  double                    values[EFFECT_MAX_SETTINGS];
  effect_reset(effect, values);
  assert_int_equal(effect_set(effect, "offset_8=-2.5", values, NULL), STATUS_SUCCESS);
  assert_int_equal(effect_set(effect, "mode=2", values, NULL), STATUS_SUCCESS);
  assert_int_equal(effect_set(effect, "output=1", values, NULL), STATUS_SUCCESS);
  assert_int_equal(effect_set(effect, "offset_1=3.5", values, NULL), STATUS_BAD_OPTION);
  assert_true(values[12] == 0.0 && values[19] == -2.5 && values[20] == 2.0 && values[21] == 1.0);
}

static void
expect_fault(const char* const setting, const char* const words)
{
  double     values[EFFECT_MAX_SETTINGS] = { 0.0 };
  Diagnostic why                         = { "" };
  assert_int_equal(effect_set(denoise(), setting, values, &why), STATUS_BAD_OPTION);
  if (!strstr(why.text, words)) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
  assert_true(values[0] == 0.0 && values[1] == 0.0 && values[2] == 0.0 && values[3] == 0.0);
}

static void
test_settings_that_there_are_not(void** state)
{
  (void)state;
  expect_fault("volume=1", "volume=1: SYMBOL=VALUE is needed; denoise has reduction strength");
  expect_fault("reduction", "SYMBOL=VALUE is needed");
  expect_fault("reductio=1", "SYMBOL=VALUE is needed");
  expect_fault("=1", "SYMBOL=VALUE is needed");
  expect_fault("enabled=0", "SYMBOL=VALUE is needed");
  expect_fault("reduction=", "a number from 0 to 60 is needed");
  expect_fault("reduction=60.1", "a number from 0 to 60 is needed");
  expect_fault("reduction=-1", "a number from 0 to 60 is needed");
  expect_fault("reduction=nan", "a number from 0 to 60 is needed");
  expect_fault("reduction=1dB", "a number from 0 to 60 is needed");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_finding_an_effect),
    cmocka_unit_test(test_settings),
    cmocka_unit_test(test_settings_of_morph),
    cmocka_unit_test(test_settings_that_there_are_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
