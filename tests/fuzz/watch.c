// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { N_FILES = 4, MAX_FACTOR = 4 };

/// The longest allocation now; 0 outside of inputs.
static size_t longest;

/// Of the sanitizers' runtime, if it is there.
extern int
__sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*, size_t),
                                          void (*free_hook)(const volatile void*))
  __attribute__((weak));

_Noreturn void
fuzz_fail(const char* const what)
{
  longest = 0;
  (void)fprintf(stderr, "fuzz: %s\n", what);
  abort();
}

static void
see_malloc(const volatile void* const bytes, const size_t size)
{
  (void)bytes;
  if (longest && size > longest) {
    (void)fprintf(stderr, "fuzz: %zu bytes where %zu are allowed\n", size, longest);
    fuzz_fail("too long an allocation");
  }
}

static void
see_free(const volatile void* const bytes)
{
  (void)bytes;
}

/// Of this process, seconds: what a busy machine takes away does not count.
static double
processor_time(void)
{
  struct timespec now = { 0 };
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int
LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  static int hooked;
  if (!hooked++ && __sanitizer_install_malloc_and_free_hooks) {
    (void)__sanitizer_install_malloc_and_free_hooks(see_malloc, see_free);
  }

  const double start = processor_time();
  longest            = MAX_FACTOR * size + fuzz_allowance;
  fuzz_input(size, data);
  longest = 0;
  if (processor_time() - start > 1.0) {
    fuzz_fail("more than a second");
  }
  return 0;
}

const char*
fuzz_file(const unsigned which, const size_t size, const void* const bytes)
{
  static struct {
    int  fd;
    char path[32];
  } files[N_FILES];
  if (!files[which].fd) {
    files[which].fd = memfd_create("fuzz", MFD_CLOEXEC);
    (void)snprintf(files[which].path, sizeof(files[which].path), "/proc/self/fd/%d",
                   files[which].fd);
  }
  if (ftruncate(files[which].fd, 0) || pwrite(files[which].fd, bytes, size, 0) != (ssize_t)size) {
    fuzz_fail("no file in memory");
  }
  return files[which].path;
}

static char folder[4096];

static int
remove_entry(const char* const path, const struct stat* const info, const int type,
             struct FTW* const place)
{
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

static void
remove_folder(void)
{
  (void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char*
fuzz_folder(void)
{
  static const char* made;
  if (!made) {
    const char* const place = getenv("TMPDIR");
    (void)snprintf(folder, sizeof(folder), "%s/lamina-fuzz-XXXXXX", place ? place : "/tmp");
    made = mkdtemp(folder);
    if (!made || atexit(remove_folder)) {
      fuzz_fail("no folder");
    }
  }
  return made;
}
