// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/file.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/lamina-test-file-XXXXXX";
static char path[sizeof(folder) + 16];

static int
setup(void** state)
{
  (void)state;
  if (!mkdtemp(folder)) {
    return 1;
  }
  (void)snprintf(path, sizeof(path), "%s/file", folder);
  return 0;
}

static int
teardown(void** state)
{
  (void)state;
  (void)unlink(path);
  return rmdir(folder);
}

static int
count_entries(void)
{
  int  n   = 0;
  DIR* dir = opendir(folder);
  assert_non_null(dir);
  for (struct dirent* entry = readdir(dir); entry; entry = readdir(dir)) {
    n += entry->d_name[0] != '.';
  }
  closedir(dir);
  return n;
}

static void
assert_holds(const char* text)
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
  (void)state;
  Diagnostic why;
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_SUCCESS);
  assert_holds("one");
  assert_int_equal(file_replace(path, 0, "", &why), STATUS_SUCCESS);
  assert_holds("");
  assert_int_equal(file_replace(path, 5, "three", &why), STATUS_SUCCESS);
  assert_holds("three");
  assert_int_equal(count_entries(), 1);
}

static void
test_new_files_follow_the_umask(void** state)
{
  (void)state;
  const mode_t old = umask(027);
  Diagnostic   why;
  const Status status = file_replace(path, 3, "one", &why);
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
  (void)state;
  Diagnostic    why;
  struct rlimit old;
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_SUCCESS);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  (void)signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = { 4, old.rlim_max };
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = file_replace(path, 5, "three", &why);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_int_equal(status, STATUS_IO);
  assert_memory_equal(why.text, path, strlen(path));
  assert_holds("one");
  assert_int_equal(count_entries(), 1);
}

static void
test_replace_refuses_a_folder(void** state)
{
  (void)state;
  Diagnostic why;
  (void)unlink(path);
  assert_int_equal(mkdir(path, 0777), 0);
  assert_int_equal(file_replace(path, 3, "one", &why), STATUS_IO);
  assert_int_equal(count_entries(), 1);
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
  (void)state;
  Diagnostic why;
  (void)unlink(path);
  expect_refusal(path, STATUS_NOT_FOUND);
  expect_refusal(folder, STATUS_BAD_FILE);
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
    cmocka_unit_test(test_replace_refuses_a_folder),
    cmocka_unit_test(test_read_refuses),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
