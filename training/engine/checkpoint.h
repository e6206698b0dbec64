// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_CHECKPOINT_H
#define LAMINA_TRAINING_ENGINE_CHECKPOINT_H

#include "dsp/status.h"

#include <stddef.h>
#include <stdint.h>

/// Most counters and arrays in a checkpoint.
enum { CHECKPOINT_MAX_COUNTERS = 32, CHECKPOINT_MAX_ARRAYS = 16 };

/// Numbers that are saved.
typedef struct {
  size_t n;
  float* values; ///< [n]
} CheckpointArray;

/**
   All that a run needs to go on as if it had never stopped.

   To write one, point into the run's own memory.  One that was read owns its memory and is
   released by checkpoint_clear().
*/
typedef struct {
  char*           key; ///< What the run is: recipe and data.  A run goes on with its own alone.
  uint32_t        n_counters;
  uint64_t        counters[CHECKPOINT_MAX_COUNTERS]; ///< Stage, steps; doubles by their bits
  uint32_t        n_arrays;
  CheckpointArray arrays[CHECKPOINT_MAX_ARRAYS];
} Checkpoint;

/// Write beside `path`, then rename: a run that is killed meanwhile leaves the one before.
NODISCARD
Status
checkpoint_write(const Checkpoint* checkpoint, const char* path, Diagnostic* why);

/**
   Read and check: magic number, version, sizes, checksum.

   @param checkpoint Written on success; release it with checkpoint_clear().
   @return STATUS_NOT_FOUND when there is none; STATUS_BAD_FILE, STATUS_IO, STATUS_NO_MEMORY.
*/
NODISCARD
Status
checkpoint_read(const char* path, Checkpoint* checkpoint, Diagnostic* why);

/// Release what checkpoint_read() allocated; the struct becomes all zeros.
void
checkpoint_clear(Checkpoint* checkpoint);

#endif
