// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"

#include "tests/support/test.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/// A path that was given out, and those before it.
typedef struct Path {
  struct Path* next;
  char         text[];
} Path;

static Path* paths;

int
folder_setup(void** state)
{
  char path[] = "/tmp/lamina-test-XXXXXX";
  *state      = mkdtemp(path) ? strdup(path) : NULL;
  // Others may enter, so that a test can try what another user may not read.
  return *state ? chmod(*state, 0755) : -1;
}

static int
remove_entry(const char* path, const struct stat* info, int type, struct FTW* place)
{
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

int
folder_teardown(void** state)
{
  const int status = nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  free(*state);
  while (paths) {
    Path* const next = paths->next;
    free(paths);
    paths = next;
  }
  return status;
}

const char*
folder_path(void* const* state, const char* name)
{
  const int   length = snprintf(NULL, 0, "%s/%s", (const char*)*state, name);
  Path* const path   = malloc(sizeof *path + (size_t)length + 1);
  assert_non_null(path);
  sprintf(path->text, "%s/%s", (const char*)*state, name);
  path->next = paths;
  paths      = path;
  return path->text;
}

void
folder_make(void* const* state, const char* name)
{
  assert_int_equal(mkdir(folder_path(state, name), 0755), 0);
}

void
folder_write(void* const* state, const char* name, size_t size, const void* bytes)
{
  FILE* const stream = fopen(folder_path(state, name), "wb");
  assert_non_null(stream);
  if (size) { // fwrite() may not be given NULL, not even for nothing.
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
  }
  assert_int_equal(fclose(stream), 0);
}

size_t
folder_read(void* const* state, const char* name, size_t size, void* bytes)
{
  FILE* const stream = fopen(folder_path(state, name), "rb");
  assert_non_null(stream);
  const size_t n = fread(bytes, 1, size, stream);
  assert_int_equal(fclose(stream), 0);
  return n;
}

uint32_t
folder_count(void* const* state)
{
  DIR* const folder = opendir((const char*)*state);
  uint32_t   count  = 0;
  assert_non_null(folder);
  for (const struct dirent* entry = NULL; (entry = readdir(folder));) {
    count += entry->d_name[0] != '.';
  }
  closedir(folder);
  return count;
}

void
folder_limit(uint64_t size)
{
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
  (void)signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
