// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/folders.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
expect_folders(const uint32_t n, const char* const* const paths)
{
  Folders folders;
  assert_int_equal(folders_of_bundles("/opt/lib/lv2", &folders, NULL), STATUS_SUCCESS);
  assert_int_equal(folders.n, n);
  for (uint32_t i = 0; i < n; ++i) {
    assert_string_equal(folders.paths[i], paths[i]);
  }
  folders_clear(&folders);
}

static void
test_without_a_path(void** state)
{
  (void)state;
  setenv("HOME", "/home/me", 1);
  setenv("LV2_PATH", "", 1);
  expect_folders(
    4, (const char*[]){ "/home/me/.lv2", "/usr/local/lib/lv2", "/usr/lib/lv2", "/opt/lib/lv2" });
  unsetenv("HOME");
  unsetenv("LV2_PATH");
  expect_folders(3, (const char*[]){ "/usr/local/lib/lv2", "/usr/lib/lv2", "/opt/lib/lv2" });
}

static void
test_with_a_path(void** state)
{
  (void)state;
  setenv("HOME", "/home/me", 1);
  setenv("LV2_PATH", "/a::~/b:/a:/c:", 1);
  expect_folders(3, (const char*[]){ "/a", "/home/me/b", "/c" });
}

static void
test_a_path_with_too_many_folders(void** state)
{
  (void)state;
  char    path[8 * FOLDERS_MAX] = "";
  Folders folders;
  for (unsigned i = 0; i < FOLDERS_MAX + 5; ++i) {
    sprintf(path + strlen(path), "/%u:", i);
  }
  setenv("LV2_PATH", path, 1);
  assert_int_equal(folders_of_bundles("/opt/lib/lv2", &folders, NULL), STATUS_SUCCESS);
  assert_int_equal(folders.n, FOLDERS_MAX);
  folders_clear(&folders);
}

static void
expect_path(char* const path, const char* const expected)
{
  assert_string_equal(path, expected);
  free(path);
}

static void
test_folders_of_a_user(void** state)
{
  (void)state;
  setenv("HOME", "/home/me", 1);
  unsetenv("XDG_DATA_HOME");
  expect_path(folders_home(), "/home/me/.lv2");
  expect_path(folders_of_models(), "/home/me/.local/share/lamina/models");
  setenv("XDG_DATA_HOME", "/data", 1);
  expect_path(folders_of_models(), "/data/lamina/models");
  unsetenv("HOME");
  assert_null(folders_home());
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_without_a_path),
    cmocka_unit_test(test_with_a_path),
    cmocka_unit_test(test_a_path_with_too_many_folders),
    cmocka_unit_test(test_folders_of_a_user),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
