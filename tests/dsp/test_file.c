// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/file.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_holds(const char* path, const char* text)
{
  size_t     size  = 0;
  void*      bytes = NULL;
  Diagnostic why;
  assert_int_equal(file_read(path, 100, &size, &bytes, &why), STATUS_SUCCESS);
  assert_int_equal(size, strlen(text));
  assert_string_equal(bytes, text);
  free(bytes);
}

static void
test_replace_then_read(void** state)
{
  const char* const path = folder_path(state, "file");
  Diagnostic        why;
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_SUCCESS);
  assert_holds(path, "one");
  assert_int_equal(file_replace(path, 0, "", &why), STATUS_SUCCESS);
  assert_holds(path, "");
  assert_int_equal(file_replace(path, 5, "three", &why), STATUS_SUCCESS);
  assert_holds(path, "three");
  assert_int_equal(folder_count(state), 1);
}

static void
test_new_files_follow_the_umask(void** state)
{
  const char* const path = folder_path(state, "file");
  const mode_t      old  = umask(027);
  Diagnostic        why;
  const Status      status = file_replace(path, 3, "one", &why);
  (void)umask(old);
  assert_int_equal(status, STATUS_SUCCESS);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0640);
}

/// A disk that is full after 4 bytes, as far as this process can tell.
static void
test_failed_write_leaves_the_old_file(void** state)
{
  const char* const path = folder_path(state, "file");
  Diagnostic        why;
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_SUCCESS);
  folder_limit(4);
  const Status status = file_replace(path, 5, "three", &why);
  folder_limit(FOLDER_NO_LIMIT);
  assert_int_equal(status, STATUS_IO);
  assert_memory_equal(why.text, path, strlen(path));
  assert_holds(path, "one");
  assert_int_equal(folder_count(state), 1);
}

static void
test_a_draft_takes_the_place_or_leaves_it(void** state)
{
  const char* const path = folder_path(state, "file");
  FileDraft         draft;
  Diagnostic        why;
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_SUCCESS);
  assert_int_equal(file_draft_open(path, &draft, &why), STATUS_SUCCESS);
  assert_int_equal(write(draft.fd, "two", 3), 3);
  assert_holds(path, "one");
  file_draft_discard(&draft);
  assert_holds(path, "one");
  assert_int_equal(folder_count(state), 1);

  assert_int_equal(file_draft_open(path, &draft, &why), STATUS_SUCCESS);
  assert_int_equal(write(draft.fd, "two", 3), 3);
  assert_int_equal(file_draft_finish(&draft, &why), STATUS_SUCCESS);
  assert_holds(path, "two");
  assert_int_equal(folder_count(state), 1);
  assert_int_equal(file_draft_open(folder_path(state, "none/file"), &draft, &why), STATUS_IO);
}

static void
test_replace_refuses_a_folder(void** state)
{
  const char* const path = folder_path(state, "file");
  Diagnostic        why;
  (void)unlink(path);
  assert_int_equal(mkdir(path, 0777), 0);
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_IO);
  assert_int_equal(folder_count(state), 1);
  assert_int_equal(rmdir(path), 0);
}

static void
expect_refusal(const char* name, Status status)
{
  size_t     size  = 1234;
  void*      bytes = NULL;
  Diagnostic why;
  assert_int_equal(file_read(name, 4, &size, &bytes, &why), status);
  assert_memory_equal(why.text, name, strlen(name));
  assert_null(bytes);
  assert_int_equal(size, 1234);
}

static void
test_read_refuses(void** state)
{
  const char* const path = folder_path(state, "file");
  Diagnostic        why;
  (void)unlink(path);
  expect_refusal(path, STATUS_NOT_FOUND);
  expect_refusal(*state, STATUS_BAD_FILE);
  expect_refusal("/dev/zero", STATUS_BAD_FILE);
  assert_int_equal(mkfifo(path, 0600), 0);
  expect_refusal(path, STATUS_BAD_FILE);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(file_replace(path, 5, "three", &why), STATUS_SUCCESS);
  expect_refusal(path, STATUS_BAD_FILE);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_replace_then_read),
    cmocka_unit_test(test_new_files_follow_the_umask),
    cmocka_unit_test(test_failed_write_leaves_the_old_file),
    cmocka_unit_test(test_a_draft_takes_the_place_or_leaves_it),
    cmocka_unit_test(test_replace_refuses_a_folder),
    cmocka_unit_test(test_read_refuses),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
