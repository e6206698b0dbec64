// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/render.h"

#include <stdlib.h>
#include <string.h>

/// Samples that are run at a time.
enum { BLOCK = 4096 };

/// The lowest rate that a denoiser runs at, Hz.
static const double rate_min_hz = 1000.0;

static uint32_t
smaller(uint64_t a, uint64_t b)
{
  return (uint32_t)(a < b ? a : b);
}

/**
   Run some channels from their beginning until the last sample has come out.

   @param first First channel.
   @param n_channels At most DENOISER_MAX_CHANNELS.
*/
static void
run_channels(Denoiser* denoiser, const DenoiserParams* params, const Sound* in, Sound* out,
             uint32_t first, uint32_t n_channels)
{
  const uint64_t n       = in->n_frames;
  const uint64_t latency = denoiser_latency(denoiser);
  float          block[DENOISER_MAX_CHANNELS][BLOCK];

  float* to[DENOISER_MAX_CHANNELS];
  for (uint32_t c = 0; c < n_channels; ++c) {
    to[c] = block[c];
  }
  for (uint64_t at = 0; at < n + latency; at += BLOCK) {
    const uint32_t n_in  = at < n ? smaller(n - at, BLOCK) : 0;
    const uint32_t late  = at < latency ? smaller(latency - at, BLOCK) : 0;
    const uint32_t n_run = smaller(n + latency - at, BLOCK);
    for (uint32_t c = 0; c < n_channels; ++c) {
      memset(block[c], 0, sizeof block[c]);
      memcpy(block[c], in->samples + (first + c) * n + at, n_in * sizeof **block);
    }
    denoiser_run(denoiser, params, n_run, (const float* const*)to, to);
    for (uint32_t c = 0; c < n_channels && late < n_run; ++c) {
      memcpy(out->samples + (first + c) * n + (at + late - latency), block[c] + late,
             (n_run - late) * sizeof **block);
    }
  }
}

Status
render_denoise(const Model* model, const DenoiserParams* params, const Sound* in, Sound* out,
               Diagnostic* why)
{
  if (in->rate_hz < rate_min_hz) {
    return diagnose(why, STATUS_BAD_OPTION, "%g Hz: the lowest rate is %g Hz", in->rate_hz,
                    rate_min_hz);
  }

  const uint32_t n_linked = in->n_channels == 2 ? 2 : 1;
  Sound          rendered;
  Denoiser*      denoiser = denoiser_new(model, in->rate_hz, n_linked);
  Status         status   = denoiser ? STATUS_SUCCESS
                                     : diagnose(why, STATUS_NO_MEMORY, "not enough memory to denoise");
  if (!status) {
    status = sound_new(in->rate_hz, in->n_channels, in->n_frames, &rendered, why);
  }
  for (uint32_t c = 0; c < in->n_channels && !status; c += n_linked) {
    denoiser_reset(denoiser);
    run_channels(denoiser, params, in, &rendered, c, n_linked);
  }
  if (!status) {
    *out = rendered;
  }
  denoiser_free(denoiser);
  return status;
}
