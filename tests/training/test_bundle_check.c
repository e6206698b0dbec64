// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/bundle_check.h"

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"
#include "tests/training/preset_fixture.h"

#include <string.h>
#include <unistd.h>

static void
expect_fault(void* const* state, const Status expected, const char* const words)
{
  Bundle     bundle;
  Diagnostic why = { "" };
  assert_int_equal(bundle_check(folder_path(state, "b.lv2"), &bundle, &why), expected);
  if (!strstr(why.text, words)) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

static void
test_a_good_bundle(void** state)
{
  Bundle bundle;
  assert_int_equal(bundle_check(preset_make(state, "b.lv2"), &bundle, NULL), STATUS_SUCCESS);
  assert_int_equal(bundle.n, 2);
  bundle_clear(&bundle);
}

static void
test_models(void** state)
{
  const ModelShape  shape = models_tiny_classifier_shape();
  const char* const model = "b.lv2/room.safetensors";
  preset_make(state, "b.lv2");
  preset_write_model(state, model, "Room", NULL);
  expect_fault(state, STATUS_BAD_FILE, "room.safetensors: without a licence");
  models_write(state, model, models_of(&shape));
  expect_fault(state, STATUS_BAD_FILE, "room.safetensors: ");
  folder_write(state, model, 5, "wrong");
  expect_fault(state, STATUS_BAD_FILE, "room.safetensors: ");
  unlink(folder_path(state, model));
  expect_fault(state, STATUS_NOT_FOUND, "b.lv2/room.safetensors: No such file");
}

/// As a preset that a host saved without copying the model.
static void
test_a_model_that_is_a_link(void** state)
{
  preset_make(state, "b.lv2");
  unlink(folder_path(state, "b.lv2/room.safetensors"));
  assert_int_equal(symlink("../room.safetensors", folder_path(state, "b.lv2/room.safetensors")), 0);
  expect_fault(state, STATUS_BAD_FILE, "b.lv2/room.safetensors: a link; a copy has to be here");
}

static void
test_the_rest(void** state)
{
  preset_make(state, "b.lv2");
  folder_write(state, "b.lv2/evil.so", 1, "x");
  expect_fault(state, STATUS_BAD_FILE, "evil.so: not a kind of file");
  unlink(folder_path(state, "b.lv2/evil.so"));
  folder_write(state, "b.lv2/presets.ttl", 3, "<a>");
  expect_fault(state, STATUS_BAD_FILE, "b.lv2/presets.ttl: line 1");
  unlink(folder_path(state, "b.lv2/presets.ttl"));
  expect_fault(state, STATUS_NOT_FOUND, "b.lv2/presets.ttl: No such file");
  unlink(folder_path(state, "b.lv2/manifest.ttl"));
  expect_fault(state, STATUS_NOT_FOUND, "b.lv2/manifest.ttl: No such file");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_MODEL(test_a_good_bundle),
    WITH_MODEL(test_models),
    WITH_MODEL(test_a_model_that_is_a_link),
    WITH_MODEL(test_the_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
