// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_BATCH_SHAPE_H
#define LAMINA_TRAINING_ENGINE_BATCH_SHAPE_H

#include <stdint.h>

/**
   A mini-batch: sequences side by side.

   Rows are ordered by time first: row t·n_streams + s is frame t of sequence s.  So the rows that
   a tap of delay τ reads lie τ·n_streams rows before, for all sequences at once, and a tapped
   layer is one matrix product per tap.  Frames before the first read as zeros, as in a stream
   that has just begun.  Independent frames are sequences of one.
*/
typedef struct {
  uint32_t n_steps;   ///< Frames in a sequence
  uint32_t n_streams; ///< Sequences
} BatchShape;

/// Rows of a mini-batch.
static inline uint32_t
batch_rows(const BatchShape batch)
{
  return batch.n_steps * batch.n_streams;
}

#endif
