// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/fuzz/fuzz.h"
#include "training/preset/bundle.h"
#include "training/preset/member.h"
#include "training/preset/turtle.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const size_t fuzz_allowance = (size_t)1 << 20;

static Status
see(void* const context, const Term* const subject, const char* const predicate,
    const Term* const object, Diagnostic* const why)
{
  (void)why;
  size_t* const n = context;
  *n += strlen(subject->text) + strlen(predicate) + strlen(object->text);
  *n += object->type ? strlen(object->type) : 0;
  return STATUS_SUCCESS;
}

static void
check_refusal(const Status status, const Diagnostic* const why)
{
  if (status && (!*why->text || strchr(why->text, '\n'))) {
    fuzz_fail("a refusal without a word");
  }
}

static void
read_turtle(const char* const path, const bool plain)
{
  size_t              n       = 0;
  Diagnostic          why     = { "" };
  const TurtleVisitor visitor = { see, &n, plain };
  check_refusal(turtle_read(path, &visitor, &why), &why);
}

/// A bundle that is taken names nothing but itself.
static void
read_bundle(const char* const folder, const BundleReading reading)
{
  Bundle       bundle = { 0 };
  Diagnostic   why    = { "" };
  const Status status = bundle_read(folder, reading, &bundle, &why);
  check_refusal(status, &why);
  for (uint32_t i = 0; !status && reading == BUNDLE_STRICT && i < bundle.n; ++i) {
    const Preset* const preset = &bundle.presets[i];
    if (!preset->model || member_check_file(preset->model, NULL)) {
      fuzz_fail("a model outside of its bundle");
    }
  }
  bundle_clear(&bundle);
}

/// A folder with two files that are in memory.
static void
link_files(const char* const folder)
{
  static const char* const names[] = { "manifest.ttl", "a.ttl" };
  for (unsigned i = 0; i < 2; ++i) {
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
    if (symlink(fuzz_file(i, 0, ""), path)) {
      fuzz_fail("no link");
    }
  }
}

/// The manifest of a bundle; behind a zero byte the file "a.ttl" in it.
void
fuzz_input(const size_t size, const uint8_t* const data)
{
  static const char* folder;
  if (!folder) {
    folder = fuzz_folder();
    link_files(folder);
  }
  const uint8_t* const zero  = size ? memchr(data, 0, size) : NULL;
  const size_t         n     = zero ? (size_t)(zero - data) : size;
  const size_t         rest  = zero ? size - n - 1 : 0;
  const char* const    first = fuzz_file(0, n, data);
  (void)fuzz_file(1, rest, data + size - rest);
  read_turtle(first, true);
  read_turtle(first, false);
  read_bundle(folder, BUNDLE_STRICT);
  read_bundle(folder, BUNDLE_ANY);
}
