// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Without libFuzzer: every input that was kept, its beginnings, and what is like it.

#include "dsp/file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/signals.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIZE = 1 << 24, N_CUTS = 32, N_CHANGES = 32 };

/// 0…n − 1.
static size_t
draw(uint64_t* const random, const size_t n)
{
  return (size_t)((0.5 + 0.5 * (double)signal_noise(random)) * (double)n) % n;
}

/// Inputs must not be read beyond their end, so each lies in memory of its own.
static void
take(const size_t size, const uint8_t* const bytes)
{
  uint8_t* const copy = malloc(size + !size);
  if (!copy) {
    fuzz_fail("no memory");
  }
  memcpy(copy, bytes, size);
  (void)LLVMFuzzerTestOneInput(copy, size);
  free(copy);
}

static void
take_all_like(const size_t size, uint8_t* const bytes)
{
  uint64_t random = size;
  take(size, bytes);
  for (size_t i = 0; size && i < N_CUTS; ++i) {
    take(draw(&random, size), bytes);
  }
  for (size_t i = 0; size && i < N_CHANGES; ++i) {
    bytes[draw(&random, size)] = (uint8_t)draw(&random, 256);
    take(size, bytes);
  }
}

static void
replay(const char* const path)
{
  size_t     size  = 0;
  void*      bytes = NULL;
  Diagnostic why   = { "" };
  if (file_read(path, MAX_SIZE, &size, &bytes, &why)) {
    fuzz_fail(why.text);
  }
  take_all_like(size, bytes);
  free(bytes);
}

/// @return How many files were there.
static unsigned
replay_folder(const char* const folder)
{
  struct dirent** entries = NULL;
  const int       n       = scandir(folder, &entries, NULL, alphasort);
  unsigned        n_files = 0;
  for (int i = 0; i < n; ++i) {
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
    if (entries[i]->d_name[0] != '.') {
      replay(path);
      ++n_files;
    }
    free(entries[i]);
  }
  free(entries);
  return n_files;
}

/// replay FOLDER...
int
main(const int argc, char** const argv)
{
  unsigned n = 0;
  for (int i = 1; i < argc; ++i) {
    n += replay_folder(argv[i]);
  }
  (void)printf("%u inputs\n", n);
  return n ? EXIT_SUCCESS : EXIT_FAILURE;
}
