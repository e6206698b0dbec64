// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/member.h"

#include "tests/support/test.h"

#include <string.h>

static void
expect_fault(const char* const path, const char* const words)
{
  Diagnostic why = { "" };
  assert_int_equal(member_check_file(path, &why), STATUS_BAD_FILE);
  if (!strstr(why.text, words) || strchr(why.text, '\n')) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

static void
test_what_belongs_in_a_bundle(void** state)
{
  (void)state;
  static const char* const paths[] = {
    "manifest.ttl", "models/a b-1.2.safetensors", "Küche.md", "a/b/c/d.txt",
    "LICENSE",      "LICENSES/GPL-3.0.txt",       "r.yaml",   "look.png",
  };
  for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); ++i) {
    assert_int_equal(member_check_file(paths[i], NULL), STATUS_SUCCESS);
  }
  assert_int_equal(member_check_folder("a/b/c", NULL), STATUS_SUCCESS);
}

static void
test_paths_that_lead_out(void** state)
{
  (void)state;
  expect_fault("/etc/passwd.txt", "leads out");
  expect_fault("../a.ttl", "leads out");
  expect_fault("a/../../b.ttl", "leads out");
  expect_fault("a/..", "leads out");
  expect_fault("a//b.ttl", "leads out");
  expect_fault("a/", "leads out");
  expect_fault("", "leads out");
  expect_fault("a\\..\\b.ttl", "plain");
}

static void
test_names_that_deceive(void** state)
{
  (void)state;
  expect_fault(".bashrc.txt", "hidden");
  expect_fault("a/.b/c.ttl", "hidden");
  expect_fault("./a.ttl", "hidden");
  expect_fault("a\nb.ttl", "plain");
  expect_fault("a\x1b[2Jb.ttl", "plain");
  expect_fault("a\xc2\x9b.ttl", "plain");
  expect_fault("a\xff.ttl", "plain");
}

static void
test_long_and_deep_names(void** state)
{
  (void)state;
  char path[MEMBER_MAX_PATH + 2];
  memset(path, 'a', sizeof(path));
  strcpy(path + MEMBER_MAX_PATH - 4, ".ttl");
  assert_int_equal(member_check_file(path, NULL), STATUS_SUCCESS);
  strcpy(path + MEMBER_MAX_PATH - 4, "a.ttl");
  expect_fault(path, "240 bytes");
  expect_fault("a/b/c/d/e.txt", "deeper");
  assert_int_equal(member_check_folder("a/b/c/d", NULL), STATUS_BAD_FILE);
}

static void
test_kinds_of_files(void** state)
{
  (void)state;
  expect_fault("lamina.so", "not a kind");
  expect_fault("run.sh", "not a kind");
  expect_fault("program", "not a kind");
  expect_fault("a.ttl.so", "not a kind");
  expect_fault("ttl", "not a kind");
}

static void
test_names_of_bundles(void** state)
{
  (void)state;
  assert_int_equal(member_check_bundle_name("My room.lv2", NULL), STATUS_SUCCESS);
  static const char* const bad[] = {
    ".lv2", "a", "a.lv2/", "../a.lv2", "/a.lv2", ".a.lv2", "", ".."
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); ++i) {
    assert_int_equal(member_check_bundle_name(bad[i], NULL), STATUS_BAD_FILE);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_what_belongs_in_a_bundle), cmocka_unit_test(test_paths_that_lead_out),
    cmocka_unit_test(test_names_that_deceive),       cmocka_unit_test(test_long_and_deep_names),
    cmocka_unit_test(test_kinds_of_files),           cmocka_unit_test(test_names_of_bundles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
