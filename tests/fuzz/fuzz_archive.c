// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/fuzz/fuzz.h"
#include "training/preset/archive.h"
#include "training/preset/member.h"
#include "training/preset/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// A zip's contents are unpacked through a buffer.
const size_t fuzz_allowance = (size_t)1 << 22;

/// The one entry of a folder that may have one at most; "" when it is empty.
static void
check_entries(const char* const folder, const char* const expected)
{
  DIR* const stream = opendir(folder);
  if (!stream) {
    fuzz_fail("a folder that is gone");
  }
  for (const struct dirent* entry = readdir(stream); entry; entry = readdir(stream)) {
    const char* const name = entry->d_name;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
        (expected ? strcmp(name, expected) != 0 : member_check_bundle_name(name, NULL))) {
      fuzz_fail("a file that should not be there");
    }
  }
  (void)closedir(stream);
}

/// What was unfolded is what may be in a bundle, and no more than there was room for.
static void
check_tree(const char* const folder, const char* const name, const size_t size)
{
  Tree         tree   = { 0 };
  Diagnostic   why    = { "" };
  char* const  path   = tree_join(folder, name);
  const Status status = path ? tree_list(path, &tree, &why) : STATUS_NO_MEMORY;
  // A bundle of folders alone is not made.
  if (status && status != STATUS_NOT_FOUND) {
    fuzz_fail(why.text);
  }
  if (tree.size > ARCHIVE_FREE_SIZE && tree.size > (uint64_t)ARCHIVE_MAX_RATIO * size) {
    fuzz_fail("a bomb");
  }
  tree_clear(&tree);
  free(path);
}

/// An archive.
void
fuzz_input(const size_t size, const uint8_t* const data)
{
  static char folder[4096];
  char*       name = NULL;
  Diagnostic  why  = { "" };
  (void)snprintf(folder, sizeof(folder), "%s/in", fuzz_folder());
  if (mkdir(folder, 0777)) {
    fuzz_fail("no folder");
  }
  if (archive_extract(fuzz_file(0, size, data), folder, &name, &why)) {
    if (name || !*why.text || strchr(why.text, '\n')) {
      fuzz_fail("a refusal without a word");
    }
  } else {
    check_tree(folder, name, size);
  }
  check_entries(folder, name);
  check_entries(fuzz_folder(), "in");
  tree_remove(folder);
  free(name);
}
