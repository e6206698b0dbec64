// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/tree.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "training/preset/member.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
make_bundle(void* const* state)
{
  folder_make(state, "b.lv2");
  folder_make(state, "b.lv2/models");
  folder_write(state, "b.lv2/manifest.ttl", 3, "abc");
  folder_write(state, "b.lv2/models/m.safetensors", 5, "model");
  folder_write(state, "b.lv2/README.md", 0, NULL);
}

static void
expect_fault(void* const* state, const Status expected, const char* const words)
{
  Tree       tree;
  Diagnostic why = { "" };
  assert_int_equal(tree_list(folder_path(state, "b.lv2"), &tree, &why), expected);
  if (!strstr(why.text, words)) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
  assert_null(tree.paths);
}

static void
test_files_are_listed_by_name(void** state)
{
  Tree tree;
  make_bundle(state);
  assert_int_equal(tree_list(folder_path(state, "b.lv2"), &tree, NULL), STATUS_SUCCESS);
  assert_int_equal(tree.n, 3);
  assert_int_equal(tree.size, 8);
  assert_string_equal(tree.paths[0], "README.md");
  assert_string_equal(tree.paths[1], "manifest.ttl");
  assert_string_equal(tree.paths[2], "models/m.safetensors");
  tree_clear(&tree);
  assert_int_equal(tree.n, 0);
}

static void
test_links_are_refused(void** state)
{
  make_bundle(state);
  assert_int_equal(symlink("manifest.ttl", folder_path(state, "b.lv2/link.ttl")), 0);
  expect_fault(state, STATUS_BAD_FILE, "b.lv2/link.ttl: a link");
  unlink(folder_path(state, "b.lv2/link.ttl"));
  assert_int_equal(symlink("/etc", folder_path(state, "b.lv2/models/etc")), 0);
  expect_fault(state, STATUS_BAD_FILE, "b.lv2/models/etc: a link");
}

static void
test_pipes_and_other_kinds_are_refused(void** state)
{
  make_bundle(state);
  assert_int_equal(mkfifo(folder_path(state, "b.lv2/pipe.ttl"), 0600), 0);
  expect_fault(state, STATUS_BAD_FILE, "pipe.ttl: not a file");
  unlink(folder_path(state, "b.lv2/pipe.ttl"));
  folder_write(state, "b.lv2/models/evil.so", 1, "x");
  expect_fault(state, STATUS_BAD_FILE, "models/evil.so: not a kind");
}

static void
test_what_is_not_a_folder(void** state)
{
  expect_fault(state, STATUS_NOT_FOUND, "b.lv2: No such file");
  folder_write(state, "b.lv2", 1, "x");
  expect_fault(state, STATUS_NOT_FOUND, "b.lv2: Not a directory");
}

static void
test_too_many_files(void** state)
{
  Tree tree;
  char name[32];
  folder_make(state, "b.lv2");
  for (unsigned i = 0; i < MEMBER_MAX_COUNT; ++i) {
    snprintf(name, sizeof(name), "b.lv2/%u.txt", i);
    folder_write(state, name, 0, NULL);
  }
  assert_int_equal(tree_list(folder_path(state, "b.lv2"), &tree, NULL), STATUS_SUCCESS);
  tree_clear(&tree);
  folder_write(state, "b.lv2/more.txt", 0, NULL);
  expect_fault(state, STATUS_BAD_FILE, "more than 256 files");
}

static void
test_too_long_files(void** state)
{
  make_bundle(state);
  const char* const path = folder_path(state, "b.lv2/models/m.safetensors");
  assert_int_equal(truncate(path, (off_t)MEMBER_MAX_SIZE), 0); // sparse
  Tree tree;
  assert_int_equal(tree_list(folder_path(state, "b.lv2"), &tree, NULL), STATUS_SUCCESS);
  tree_clear(&tree);
  assert_int_equal(truncate(path, (off_t)MEMBER_MAX_SIZE + 1), 0);
  expect_fault(state, STATUS_BAD_FILE, "m.safetensors: too long");
}

static void
test_a_copy_is_equal(void** state)
{
  char bytes[8] = "";
  make_bundle(state);
  folder_make(state, "copy");
  assert_int_equal(tree_copy(folder_path(state, "b.lv2"), folder_path(state, "copy"), NULL),
                   STATUS_SUCCESS);
  assert_int_equal(folder_read(state, "copy/models/m.safetensors", 8, bytes), 5);
  assert_memory_equal(bytes, "model", 5);
  assert_int_equal(folder_read(state, "copy/README.md", 8, bytes), 0);
}

static void
test_removal_spares_what_links_lead_to(void** state)
{
  char byte = 0;
  make_bundle(state);
  folder_make(state, "mine");
  folder_write(state, "mine/kept", 1, "x");
  assert_int_equal(symlink(folder_path(state, "mine"), folder_path(state, "b.lv2/link")), 0);
  tree_remove(folder_path(state, "b.lv2"));
  assert_int_not_equal(access(folder_path(state, "b.lv2"), F_OK), 0);
  assert_int_equal(folder_read(state, "mine/kept", 1, &byte), 1);
}

static void
test_a_stage_is_hidden_and_private(void** state)
{
  Diagnostic  why   = { "" };
  char* const stage = tree_stage(*state, &why);
  struct stat info;
  assert_non_null(stage);
  assert_non_null(strstr(stage, "/."));
  assert_int_equal(stat(stage, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0700);
  tree_remove(stage);
  free(stage);
  assert_null(tree_stage("/nonexistent", &why));
  assert_non_null(strstr(why.text, "/nonexistent: cannot write here"));
}

static void
test_moving_spares_what_is_there(void** state)
{
  Diagnostic why = { "" };
  char       byte;
  folder_make(state, "new");
  folder_write(state, "new/a", 1, "n");
  folder_make(state, "old"); // Empty: a plain rename would take its place
  const char* const from = folder_path(state, "new");
  const char* const to   = folder_path(state, "old");
  assert_int_equal(tree_move(from, to, false, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "old: is there already"));
  assert_int_equal(folder_read(state, "new/a", 1, &byte), 1);

  folder_write(state, "old/b", 1, "o");
  assert_int_equal(tree_move(from, to, true, &why), STATUS_SUCCESS);
  assert_int_equal(folder_read(state, "old/a", 1, &byte), 1);
  assert_int_equal(byte, 'n');
  assert_int_equal(folder_read(state, "new/b", 1, &byte), 1); // For the caller to remove
}

static void
test_moving_to_an_empty_place(void** state)
{
  char byte;
  folder_write(state, "file", 1, "f");
  const char* const to = folder_path(state, "there");
  assert_int_equal(tree_move(folder_path(state, "file"), to, true, NULL), STATUS_SUCCESS);
  assert_int_equal(folder_read(state, "there", 1, &byte), 1);
  folder_write(state, "file", 1, "g");
  assert_int_equal(
    tree_move(folder_path(state, "file"), folder_path(state, "no/such"), false, NULL), STATUS_IO);
  assert_int_equal(folder_read(state, "file", 1, &byte), 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(test_files_are_listed_by_name),
    IN_FOLDER(test_links_are_refused),
    IN_FOLDER(test_pipes_and_other_kinds_are_refused),
    IN_FOLDER(test_what_is_not_a_folder),
    IN_FOLDER(test_too_many_files),
    IN_FOLDER(test_too_long_files),
    IN_FOLDER(test_a_copy_is_equal),
    IN_FOLDER(test_removal_spares_what_links_lead_to),
    IN_FOLDER(test_a_stage_is_hidden_and_private),
    IN_FOLDER(test_moving_spares_what_is_there),
    IN_FOLDER(test_moving_to_an_empty_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
