// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/renderer.h"

#include <stdlib.h>
#include <string.h>

/// Sound on its way.
typedef struct {
  const Renderer*    renderer;
  const SoundSource* in;
  const SoundSink*   out;
  float**            block; ///< [channels][RENDERER_BLOCK]
  const float**      ready; ///< [channels], where in it what comes out begins
  uint64_t           end;   ///< As of a Span
} Passage;

static uint32_t
smaller(uint64_t a, uint64_t b)
{
  return (uint32_t)(a < b ? a : b);
}

/// Fill the block from the source, and with silence once that has ended.
/// @return Frames to run: fewer than a block when the last one comes out with them.
static uint32_t
fill(Passage* passage, uint64_t at)
{
  const SoundSource* const in   = passage->in;
  uint32_t                 n_in = 0;
  if (passage->end == UINT64_MAX) {
    n_in         = in->read(in->context, RENDERER_BLOCK, passage->block);
    passage->end = n_in < RENDERER_BLOCK ? at + n_in : UINT64_MAX;
  }
  for (uint32_t c = 0; c < in->n_channels; ++c) {
    memset(passage->block[c] + n_in, 0, (RENDERER_BLOCK - n_in) * sizeof **passage->block);
  }
  return passage->end == UINT64_MAX
           ? RENDERER_BLOCK
           : smaller(passage->end + passage->renderer->latency - at, RENDERER_BLOCK);
}

/// Hand on what has come out, but for what is before the beginning.
static Status
empty(Passage* passage, uint64_t at, uint32_t n, Diagnostic* why)
{
  const uint64_t latency = passage->renderer->latency;
  const uint32_t late    = at < latency ? smaller(latency - at, n) : 0;
  for (uint32_t c = 0; c < passage->in->n_channels; ++c) {
    passage->ready[c] = passage->block[c] + late;
  }
  return late < n ? passage->out->write(passage->out->context, n - late, passage->ready, why)
                  : STATUS_SUCCESS;
}

static Status
pass(Passage* passage, Diagnostic* why)
{
  const Renderer* const renderer = passage->renderer;
  Status                status   = STATUS_SUCCESS;
  uint32_t              n        = RENDERER_BLOCK;
  for (uint64_t at = 0; n == RENDERER_BLOCK && !status; at += RENDERER_BLOCK) {
    n               = fill(passage, at);
    const Span span = { at, n, passage->end };
    for (uint32_t c = 0; n && c < passage->in->n_channels; c += renderer->n_linked) {
      renderer->run(renderer->context, c / renderer->n_linked, &span, passage->block + c);
    }
    status = empty(passage, at, n, why);
  }
  return status;
}

Status
renderer_run(const Renderer* renderer, const SoundSource* in, const SoundSink* out, Diagnostic* why)
{
  float* const samples = calloc((size_t)in->n_channels * RENDERER_BLOCK, sizeof *samples);
  Passage      passage = { .renderer = renderer,
                           .in       = in,
                           .out      = out,
                           .block    = malloc(in->n_channels * sizeof(float*)),
                           .ready    = malloc(in->n_channels * sizeof(float*)),
                           .end      = UINT64_MAX };
  Status       status  = samples && passage.block && passage.ready
                           ? STATUS_SUCCESS
                           : diagnose(why, STATUS_NO_MEMORY, "not enough memory to render");
  if (!status) {
    for (uint32_t c = 0; c < in->n_channels; ++c) {
      passage.block[c] = samples + (size_t)c * RENDERER_BLOCK;
    }
    status = pass(&passage, why);
  }
  free(passage.ready);
  free(passage.block);
  free(samples);
  return status;
}
