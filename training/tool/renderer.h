// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_RENDERER_H
#define LAMINA_TRAINING_TOOL_RENDERER_H

#include "dsp/status.h"
#include "training/corpus/sound_stream.h"

#include <stdint.h>

/// Frames that are run at a time.
#define RENDERER_BLOCK SOUND_BLOCK

/// Where a block lies.
typedef struct {
  uint64_t at;  ///< Its first frame
  uint32_t n;   ///< 1…RENDERER_BLOCK
  uint64_t end; ///< Of the input, where silence begins; UINT64_MAX: not yet known, and not in it
} Span;

/// An effect, or one per group of channels that share it.
typedef struct {
  uint32_t latency;  ///< Frames
  uint32_t n_linked; ///< Channels of a group
  void*    context;  ///< Handed to `run`
  /// Run a block of one group, in place; each group's come in order.  @param sound [n_linked][n].
  void (*run)(void* context, uint32_t group, const Span* span, float* const* sound);
} Renderer;

/**
   Run sound of any length through an effect; what comes out has the same length and lies on it: the
   latency is taken out.

   @param in Its channels are a multiple of `n_linked`.
   @return STATUS_NO_MEMORY, or what the sink fails with.
*/
NODISCARD
Status
renderer_run(const Renderer* renderer, const SoundSource* in, const SoundSink* out,
             Diagnostic* why);

#endif
