// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/denoise.h"

#include "dsp/effect/denoiser.h"
#include "dsp/spectrum/stft.h"
#include "plugin/uris.h"

#include <math.h>

static uint32_t
frame(const double rate_hz)
{
  // A window of 20 ms, whatever a model calls its hop.
  return stft_config(0.02, 0.01, rate_hz).frame;
}

static uint32_t
latency(const double rate_hz, const float* const controls)
{
  (void)controls;
  return frame(rate_hz);
}

static void*
create(const Model* const model, const double rate_hz, const uint32_t n_channels)
{
  return denoiser_new(model, rate_hz, n_channels);
}

static void
reset(void* const engine)
{
  denoiser_reset(engine);
}

static void
run(void* const engine, const float* const controls, const uint32_t n, const float* const* const in,
    float* const* const out)
{
  const DenoiserParams params = {
    .reduction_db = controls[DENOISE_REDUCTION],
    .strength     = 0.01f * controls[DENOISE_STRENGTH],
    .smoothing_s  = 0.001f * controls[DENOISE_SMOOTHING],
    .residual     = controls[DENOISE_RESIDUAL] > 0.0f,
    .learn        = controls[DENOISE_LEARN] > 0.0f,
    .use_profile  = controls[DENOISE_PROFILE] > 0.0f,
    .hum          = controls[DENOISE_HUM] > 0.0f,
  };
  denoiser_run(engine, &params, n, in, out);
}

static void
destroy(void* const engine)
{
  denoiser_free(engine);
}

static bool
is_memory(const EffectMemory* const memory)
{
  NoiseProfile profile;
  return noise_profile_unpack(memory->n, memory->numbers, &profile);
}

static void
remember(void* const engine, const EffectMemory* const memory)
{
  NoiseProfile profile;
  denoiser_set_profile(engine, noise_profile_unpack(memory->n, memory->numbers, &profile) ? &profile
                                                                                          : NULL);
}

static void
recall(const void* const engine, EffectMemory* const memory)
{
  const NoiseProfile* const profile = denoiser_profile(engine);
  memory->n                         = profile ? noise_profile_pack(profile, memory->numbers) : 0;
}

static uint32_t
n_learned(const void* const engine)
{
  return denoiser_n_learned(engine);
}

/// The reduction from 50 Hz to 20 kHz, 60 dB at the bottom.
static void
draw(const void* const engine, EffectLine* const line)
{
  static const float bottom_db = 60.0f;
  static const float low_hz    = 50.0f;
  static const float octaves   = 8.64386f; // log2(20000 / 50)
  line->n                      = EFFECT_MAX_POINTS;
  line->filled                 = true;
  for (uint32_t i = 0; i < line->n; ++i) {
    line->x[i] = (float)i / (float)(line->n - 1);
    line->y[i] = -denoiser_gain_db(engine, low_hz * exp2f(octaves * line->x[i])) / bottom_db;
  }
}

static const float defaults[DENOISE_N_CONTROLS] = {
  [DENOISE_REDUCTION] = 24.0f,
  [DENOISE_STRENGTH]  = 100.0f,
  [DENOISE_PROFILE]   = 1.0f,
  [DENOISE_HUM]       = 1.0f,
};

const Effect denoise_mono = {
  .uri        = DENOISE_MONO_URI,
  .name       = "Lamina Denoise",
  .kind       = MODEL_DENOISE,
  .model      = "universal.safetensors",
  .n_channels = 1,
  .n_controls = DENOISE_N_CONTROLS,
  .defaults   = defaults,
  .frame      = frame,
  .latency    = latency,
  .create     = create,
  .reset      = reset,
  .run        = run,
  .destroy    = destroy,
  .is_memory  = is_memory,
  .remember   = remember,
  .recall     = recall,
  .n_learned  = n_learned,
  .draw       = draw,
  .memory_uri = LAMINA_NOISE_PROFILE_URI,
  .clear      = DENOISE_CLEAR,
  .freewheel  = DENOISE_FREEWHEEL,
};

const Effect denoise_stereo = {
  .uri        = DENOISE_STEREO_URI,
  .name       = "Lamina Denoise",
  .kind       = MODEL_DENOISE,
  .model      = "universal.safetensors",
  .n_channels = 2,
  .n_controls = DENOISE_N_CONTROLS,
  .defaults   = defaults,
  .frame      = frame,
  .latency    = latency,
  .create     = create,
  .reset      = reset,
  .run        = run,
  .destroy    = destroy,
  .is_memory  = is_memory,
  .remember   = remember,
  .recall     = recall,
  .n_learned  = n_learned,
  .draw       = draw,
  .memory_uri = LAMINA_NOISE_PROFILE_URI,
  .clear      = DENOISE_CLEAR,
  .freewheel  = DENOISE_FREEWHEEL,
};
