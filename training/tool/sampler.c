// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/sampler.h"

#include "dsp/spectrum/phase.h"
#include "training/tool/prior.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// From codes to samples.
typedef struct {
  const Model*   model;
  StftConfig     stft;
  double         window_sum;
  uint32_t       n_code;
  Scratch*       scratch;
  Phase*         phase;
  Synthesis*     synthesis;
  float*         code;      ///< [n_code]
  float*         magnitude; ///< [stft_bins]; the decoder's numbers first
  float complex* spectrum;  ///< [stft_bins]
} Sampler;

/// The model's frames, as close as a synthesis needs them.
static StftConfig
fine_stft(const Model* const model)
{
  StftConfig     stft    = model_stft(model, model->rate_hz);
  const uint32_t quarter = stft.frame / 4;
  stft.hop               = stft.hop > quarter ? quarter : stft.hop;
  return stft;
}

static bool
sampler_init(Sampler* const sampler, const Model* const model)
{
  const Network* const decoder = &model->autoencoder.decoder;
  const StftConfig     stft    = fine_stft(model);
  const uint32_t       n_bins  = stft_bins(stft);

  sampler->model      = model;
  sampler->stft       = stft;
  sampler->window_sum = stft_window_sum(stft);
  sampler->n_code     = decoder->layers[0].shape.n_in;
  sampler->scratch    = scratch_new(decoder);
  sampler->phase      = phase_new(stft);
  sampler->synthesis  = synthesis_new(stft);
  sampler->code       = calloc(sampler->n_code, sizeof(float));
  sampler->magnitude  = calloc(n_bins, sizeof(float));
  sampler->spectrum   = calloc(n_bins, sizeof(float complex));
  return sampler->scratch && sampler->phase && sampler->synthesis && sampler->code &&
         sampler->magnitude && sampler->spectrum;
}

static void
sampler_clear(Sampler* const sampler)
{
  scratch_free(sampler->scratch);
  phase_free(sampler->phase);
  synthesis_free(sampler->synthesis);
  free(sampler->code);
  free(sampler->magnitude);
  free(sampler->spectrum);
}

/// Add the frame of the current code to what is heard next.
static void
add_frame(const Sampler* const sampler)
{
  float* const magnitude = sampler->magnitude;
  network_forward(&sampler->model->autoencoder.decoder, sampler->scratch, sampler->code, magnitude);
  log_spectrum_to_magnitude(&sampler->model->spectrum, stft_bins(sampler->stft),
                            sampler->window_sum, magnitude, magnitude);
  phase_next(sampler->phase, magnitude, sampler->spectrum);
  synthesis_add(sampler->synthesis, sampler->spectrum);
}

/// After the last frame only what it left is heard.
static void
add_silence(const Sampler* const sampler)
{
  memset(sampler->spectrum, 0, stft_bins(sampler->stft) * sizeof(float complex));
  synthesis_add(sampler->synthesis, sampler->spectrum);
}

/// Whole frames that lie within the sound, one at least.
static void
fill(const Sampler* const sampler, const Prior* const prior, const Sound* const sound)
{
  const uint32_t hop      = sampler->stft.hop;
  const uint64_t n        = sound->n_frames;
  const uint64_t n_within = n > sampler->stft.frame ? (n - sampler->stft.frame) / hop + 1 : 1;
  for (uint64_t t = 0; t * hop < n; ++t) {
    const uint64_t left = n - t * hop;
    if (t < n_within) {
      prior_next(prior, t, sampler->n_code, sampler->code);
      add_frame(sampler);
    } else {
      add_silence(sampler);
    }
    synthesis_read(sampler->synthesis, left < hop ? (uint32_t)left : hop, sound->samples + t * hop);
  }
}

static void
normalize(const Sound* const sound)
{
  float peak = 0.0f;
  for (uint64_t i = 0; i < sound->n_frames; ++i) {
    peak = fmaxf(peak, fabsf(sound->samples[i]));
  }
  const double gain = peak > 0.0f ? (double)SAMPLER_PEAK / (double)peak : 0.0;
  for (uint64_t i = 0; i < sound->n_frames; ++i) {
    sound->samples[i] = (float)(gain * (double)sound->samples[i]);
  }
}

Status
sampler_run(const Model* const model, const SamplerConfig* const config, Sound* const sound,
            Diagnostic* const why)
{
  assert(model->kind == MODEL_AUTOENCODER && model->variational);
  Sampler      sampler = { 0 };
  Sound        made    = { 0 };
  const double n       = fmax(1.0, round(config->seconds * model->rate_hz));
  Status       status  = sampler_init(&sampler, model)
                           ? sound_new(model->rate_hz, 1, (uint64_t)n, &made, why)
                           : diagnose(why, STATUS_NO_MEMORY, "not enough memory to decode");
  if (!status) {
    const double step_s = sampler.stft.hop / model->rate_hz;
    const Prior  prior  = prior_of(config->seed, config->inertia_s, step_s);
    fill(&sampler, &prior, &made);
    normalize(&made);
    *sound = made;
  }
  sampler_clear(&sampler);
  return status;
}
