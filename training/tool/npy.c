// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// NumPy Enhancement Proposal 1: six bytes of magic, the version, the length of the header in two
// bytes, low byte first, and a Python dictionary that is padded by spaces and ends in a newline,
// so that the numbers begin at a multiple of 64.

#include "training/tool/npy.h"

#include "dsp/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PREFIX_SIZE = 10,  ///< Magic, version and length
  START_SIZE  = 128, ///< All before the numbers: the longest dictionary here has 83 characters
  FLOAT_SIZE  = 4,
};

static void
store_float(const float value, uint8_t* const bytes)
{
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  for (uint32_t i = 0; i < FLOAT_SIZE; ++i) {
    bytes[i] = (uint8_t)(bits >> (8 * i));
  }
}

static void
write_start(const uint64_t n_rows, const uint32_t n_columns, uint8_t* const bytes)
{
  char      header[START_SIZE - PREFIX_SIZE + 1];
  const int length = snprintf(header, sizeof(header),
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRIu64
                              ", %" PRIu32 "), }",
                              n_rows, n_columns);
  memcpy(bytes, "\x93NUMPY\x01\x00", PREFIX_SIZE - 2);
  bytes[PREFIX_SIZE - 2] = START_SIZE - PREFIX_SIZE;
  bytes[PREFIX_SIZE - 1] = 0;
  memset(bytes + PREFIX_SIZE, ' ', START_SIZE - PREFIX_SIZE - 1);
  memcpy(bytes + PREFIX_SIZE, header, (size_t)length);
  bytes[START_SIZE - 1] = '\n';
}

Status
npy_write(const char* const path, const uint64_t n_rows, const uint32_t n_columns,
          const float* const x, Diagnostic* const why)
{
  const uint64_t n     = n_rows * n_columns;
  uint8_t* const bytes = n_rows <= (SIZE_MAX - START_SIZE) / FLOAT_SIZE / ((uint64_t)n_columns + 1)
                           ? malloc(START_SIZE + (size_t)n * FLOAT_SIZE)
                           : NULL;
  if (!bytes) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }

  write_start(n_rows, n_columns, bytes);
  for (uint64_t i = 0; i < n; ++i) {
    store_float(x[i], bytes + START_SIZE + i * FLOAT_SIZE);
  }
  const Status status = file_replace(path, START_SIZE + (size_t)n * FLOAT_SIZE, bytes, why);
  free(bytes);
  return status;
}
