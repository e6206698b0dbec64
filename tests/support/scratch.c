// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/scratch.h"

#include "dsp/network/model_file.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/lamina-test-XXXXXX";
static bool made;

static int
delete_one(const char* const path, const struct stat* const status, const int type,
           struct FTW* const place)
{
  (void)status;
  (void)type;
  (void)place;
  return remove(path);
}

static void
delete_all(void)
{
  nftw(folder, delete_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
fail(const char* const what)
{
  fprintf(stderr, "scratch: %s\n", what);
  abort();
}

ScratchPath
scratch_path(const char* const name)
{
  if (!made) {
    if (!mkdtemp(folder)) {
      fail("no temporary folder");
    }
    made = true;
    atexit(delete_all);
  }

  ScratchPath path;
  snprintf(path.text, sizeof(path.text), "%s/%s", folder, name);
  return path;
}

ScratchPath
scratch_model(const char* const name, Model* const model)
{
  const ScratchPath path = scratch_path(name);
  Diagnostic        why  = { "" };
  if (!model || model_write(model, path.text, &why)) {
    fail(why.text);
  }
  model_free(model);
  return path;
}

ScratchPath
scratch_file(const char* const name, const size_t size, const void* const bytes)
{
  const ScratchPath path = scratch_path(name);
  FILE* const       file = fopen(path.text, "wb");
  if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
    fail(path.text);
  }
  return path;
}
