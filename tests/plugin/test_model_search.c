// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/model_search.h"

#include "dsp/network/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// "abc", the first example of FIPS 180-4's SHA-256.
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/3";

static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  char path[4096];
  snprintf(path, sizeof(path), "~/.lv2::/nowhere:%s", folder_path(state, "a[b]*"));
  folder_make(state, "home");
  assert_int_equal(setenv("HOME", folder_path(state, "home"), 1), 0);
  assert_int_equal(setenv("LV2_PATH", path, 1), 0);
  assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);
  return 0;
}

#define WITH_HOME(test) cmocka_unit_test_setup_teardown(test, set_up, folder_teardown)

/// Make the folders of a path one after the other.
static void
make_all(void* const* state, const char* const path)
{
  for (const char* at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
    char* const folder = strndup(path, (size_t)(at - path));
    folder_make(state, folder);
    free(folder);
  }
}

static void
expect(void* const* state, const char* const identity, const char* const name)
{
  char* const found = model_search(identity);
  if (name) {
    assert_non_null(found);
    assert_string_equal(found, folder_path(state, name));
  } else {
    assert_null(found);
  }
  free(found);
}

static void
test_identity(void** const state)
{
  char identity[MODEL_IDENTITY_SIZE];
  folder_write(state, "x", 3, "abc");
  assert_true(model_identity(folder_path(state, "x"), identity));
  assert_string_equal(identity, abc);
  assert_false(model_identity(folder_path(state, "y"), identity));
  assert_string_equal(identity, "");
  assert_false(model_identity(folder_path(state, "home"), identity));
}

static void
test_places(void** const state)
{
  static const char* const places[] = { "a[b]*/x.lv2/models/m", "a[b]*/x.lv2/m",
                                        "home/.lv2/y.lv2/m",
                                        "home/.local/share/lamina/models/any" };
  folder_make(state, "home/.lv2");
  folder_make(state, "home/.local");
  folder_make(state, "home/.local/share");
  folder_make(state, "home/.local/share/lamina");
  folder_make(state, "home/.local/share/lamina/models");
  folder_make(state, "home/.lv2/y.lv2");
  make_all(state, places[0]);
  expect(state, abc, NULL);
  // Later ones are found first.
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); ++i) {
    folder_write(state, places[i], 3, "abc");
    expect(state, abc, places[i]);
  }

  make_all(state, "data/lamina/models/m");
  folder_write(state, "data/lamina/models/m", 3, "abc");
  assert_int_equal(setenv("XDG_DATA_HOME", folder_path(state, "data"), 1), 0);
  expect(state, abc, "data/lamina/models/m");
}

/// Neither what is as long, nor what is not in a bundle, nor a link that leads nowhere.
static void
test_others(void** const state)
{
  make_all(state, "a[b]*/x.lv2/m");
  folder_write(state, "a[b]*/x.lv2/m", 3, "abd");
  folder_write(state, "a[b]*/abc", 3, "abc");
  expect(state, abc, NULL);
  expect(state, "", NULL);
  expect(state, "/3", NULL);
  expect(state, "ba7816bf", NULL);
}

/// A session may name a disk's image: it is not read, which would take a host minutes.
static void
test_too_long(void** const state)
{
  char identity[MODEL_IDENTITY_SIZE];
  folder_write(state, "long", 3, "abc");
  assert_int_equal(truncate(folder_path(state, "long"), (off_t)MODEL_MAX_FILE + 1), 0); // a hole
  assert_false(model_identity(folder_path(state, "long"), identity));
  assert_string_equal(identity, "");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_HOME(test_identity),
    WITH_HOME(test_places),
    WITH_HOME(test_others),
    WITH_HOME(test_too_long),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
