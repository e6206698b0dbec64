// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_NPY_H
#define LAMINA_TRAINING_TOOL_NPY_H

#include "dsp/status.h"

#include <stdint.h>

/**
   Write a matrix that numpy.load() reads: NumPy's format 1.0, single precision, row after row.

   Written beside `path`, then renamed: on failure what was there is still there.

   @param x [n_rows × n_columns].
   @return STATUS_IO or STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
npy_write(const char* path, uint64_t n_rows, uint32_t n_columns, const float* x, Diagnostic* why);

#endif
