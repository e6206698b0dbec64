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

/// Samples from `at` until a block is full, or learning begins or ends, or all has come out.
static uint32_t
run_length(const RenderConfig* config, uint64_t at, uint64_t n)
{
  uint32_t length = smaller(n - at, BLOCK);
  if (at < config->learn_from) {
    length = smaller(config->learn_from - at, length);
  }
  return at < config->learn_to ? smaller(config->learn_to - at, length) : length;
}

/**
   Run some channels from their beginning until the last sample has come out.

   @param first First channel.
   @param n_channels At most DENOISER_MAX_CHANNELS.
*/
static void
run_channels(Denoiser* denoiser, const RenderConfig* config, const Sound* in, Sound* out,
             uint32_t first, uint32_t n_channels)
{
  const uint64_t n       = in->n_frames;
  const uint64_t latency = denoiser_latency(denoiser);
  float          block[DENOISER_MAX_CHANNELS][BLOCK];

  float* to[DENOISER_MAX_CHANNELS];
  for (uint32_t c = 0; c < n_channels; ++c) {
    to[c] = block[c];
  }
  DenoiserParams params = config->params;
  uint32_t       n_run  = 0;
  for (uint64_t at = 0; at < n + latency; at += n_run) {
    n_run               = run_length(config, at, n + latency);
    const uint32_t n_in = at < n ? smaller(n - at, n_run) : 0;
    const uint32_t late = at < latency ? smaller(latency - at, n_run) : 0;
    params.learn        = at >= config->learn_from && at < config->learn_to;
    for (uint32_t c = 0; c < n_channels; ++c) {
      memset(block[c], 0, sizeof block[c]);
      memcpy(block[c], in->samples + (first + c) * n + at, n_in * sizeof **block);
    }
    denoiser_run(denoiser, &params, n_run, (const float* const*)to, to);
    for (uint32_t c = 0; c < n_channels && late < n_run; ++c) {
      memcpy(out->samples + (first + c) * n + (at + late - latency), block[c] + late,
             (n_run - late) * sizeof **block);
    }
  }
}

Status
render_denoise(const Model* model, const RenderConfig* config, const Sound* in, Sound* out,
               Diagnostic* why)
{
  if (in->rate_hz < rate_min_hz) {
    return diagnose(why, STATUS_BAD_OPTION, "%g Hz: the lowest rate is %g Hz", in->rate_hz,
                    rate_min_hz);
  }

  RenderConfig inside = *config;
  inside.learn_to     = config->learn_to < in->n_frames ? config->learn_to : in->n_frames;

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
    denoiser_set_profile(denoiser, NULL);
    run_channels(denoiser, &inside, in, &rendered, c, n_linked);
  }
  if (!status) {
    *out = rendered;
  }
  denoiser_free(denoiser);
  return status;
}
