// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/instance.h"

#include <string.h>

/// A plugin with its sound buffers.
const size_t fuzz_allowance = (size_t)1 << 20;

/// Which plugin, room of the notify port, value of the controls; then what comes in, in blocks:
/// a length in two bytes, the first of each the lower, and so many bytes.
void
fuzz_input(const size_t size, const uint8_t* const data)
{
  enum { HEAD = 7, MAX_BLOCKS = 12 };
  if (size < HEAD) {
    return;
  }
  float value = 0.0f;
  memcpy(&value, data + 3, sizeof(value));
  const uint32_t  room     = data[1] + 256u * data[2];
  Instance* const instance = instance_new(data[0]);
  size_t          at       = HEAD;
  for (unsigned i = 0; i < MAX_BLOCKS && size - at >= 2; ++i) {
    const size_t rest   = size - at - 2;
    const size_t wanted = data[at] + 256u * data[at + 1];
    const size_t n      = wanted < rest ? wanted : rest;
    instance_run(instance, n, data + at + 2, room, value);
    at += 2 + n;
  }
  instance_free(instance);
}
