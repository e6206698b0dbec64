// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/codes.h"

#include "dsp/network/latent.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// All that one pass over a sound needs.
typedef struct {
  const Model* model;
  StftConfig   stft;
  double       window_sum;
  Analysis*    analysis;
  Features*    features; ///< Of a denoiser; NULL otherwise
  Envelope*    envelope; ///< Of a morph model; NULL otherwise
  Latent*      latent;   ///< Of a morph model; NULL otherwise
  Scratch*     scratch;
  float*       power; ///< [stft_bins]
  float*       x;     ///< Input of the encoder
  float*       block; ///< [hop]
} Encoder;

static bool
encoder_init(Encoder* const encoder, const Model* const model)
{
  const Network* const network = &model->autoencoder.encoder;
  const bool           denoise = model->kind == MODEL_DENOISE;
  const bool           morph   = model->kind == MODEL_MORPH;
  const StftConfig     stft    = model_stft(model, model->rate_hz);

  encoder->model      = model;
  encoder->stft       = stft;
  encoder->window_sum = stft_window_sum(stft);
  encoder->analysis   = analysis_new(stft);
  encoder->features   = denoise ? features_new(&model->features, stft, model->rate_hz) : NULL;
  encoder->envelope   = morph ? envelope_new(stft, model->rate_hz) : NULL;
  encoder->latent     = morph ? latent_new(model) : NULL;
  encoder->scratch    = scratch_new(network);
  encoder->power      = malloc(stft_bins(stft) * sizeof(float));
  encoder->x          = malloc(network->layers[0].shape.n_in * sizeof(float));
  encoder->block      = malloc(stft.hop * sizeof(float));
  return encoder->analysis && (encoder->features || !denoise) &&
         ((encoder->envelope && encoder->latent) || !morph) && encoder->scratch && encoder->power &&
         encoder->x && encoder->block;
}

static void
encoder_clear(Encoder* const encoder)
{
  analysis_free(encoder->analysis);
  features_free(encoder->features);
  envelope_free(encoder->envelope);
  latent_free(encoder->latent);
  scratch_free(encoder->scratch);
  free(encoder->power);
  free(encoder->x);
  free(encoder->block);
}

/// @param z Code of the frame that the last write completed.
static void
encode_frame(const Encoder* const encoder, float* const z)
{
  const float complex* const spectrum = analysis_spectrum(encoder->analysis);
  const uint32_t             n_bins   = stft_bins(encoder->stft);
  for (uint32_t k = 0; k < n_bins; ++k) {
    const float re    = crealf(spectrum[k]);
    const float im    = cimagf(spectrum[k]);
    encoder->power[k] = re * re + im * im;
  }
  if (encoder->latent) {
    (void)envelope_from_power(encoder->envelope, encoder->power, encoder->x);
    latent_encode(encoder->latent, encoder->x, z);
    return;
  }
  if (encoder->features) {
    features_from_spectra(encoder->features, 1, &spectrum, encoder->x);
  } else {
    log_spectrum_from_power(&encoder->model->spectrum, n_bins, encoder->window_sum, encoder->power,
                            encoder->x);
  }
  network_forward(&encoder->model->autoencoder.encoder, encoder->scratch, encoder->x, z);
}

/// @param sound Of one channel, at the model's rate.
static void
encode_sound(const Encoder* const encoder, const Sound* const sound, const Codes* const codes)
{
  const uint32_t hop  = encoder->stft.hop;
  const uint32_t lead = encoder->stft.frame / hop - 1; // Hops before the first whole frame
  for (uint64_t i = 0; i < codes->n_frames + lead; ++i) {
    const uint64_t at   = i * hop;
    const uint64_t left = at < sound->n_frames ? sound->n_frames - at : 0;
    memset(encoder->block, 0, hop * sizeof(float));
    memcpy(encoder->block, sound->samples + (left ? at : 0),
           (left < hop ? left : hop) * sizeof(float));
    (void)analysis_write(encoder->analysis, hop, encoder->block);
    if (i >= lead) {
      encode_frame(encoder, codes->z + (i - lead) * codes->n_code);
    }
  }
}

/// The mean of all channels.  @param mono Written on success, owned by the caller.
static Status
mix(const Sound* const sound, Sound* const mono, Diagnostic* const why)
{
  const uint64_t n      = sound->n_frames;
  const Status   status = sound_new(sound->rate_hz, 1, n, mono, why);
  for (uint64_t i = 0; !status && i < n; ++i) {
    double sum = 0.0;
    for (uint32_t c = 0; c < sound->n_channels; ++c) {
      const float sample = sound->samples[c * n + i];
      sum += isfinite(sample) ? (double)sample : 0.0;
    }
    mono->samples[i] = (float)(sum / sound->n_channels);
  }
  return status;
}

static Status
encode_mono(const Model* const model, const Sound* const mono, Codes* const codes,
            Diagnostic* const why)
{
  const Network* const network = &model->autoencoder.encoder;
  const StftConfig     stft    = model_stft(model, model->rate_hz);
  const uint64_t       n       = mono->n_frames;

  Encoder encoder = { 0 };
  Codes   made    = { .n_frames = n < stft.frame ? 1 : 1 + (n - stft.frame) / stft.hop,
                      .n_code   = network->layers[network->n_layers - 1].shape.n_out };
  made.z          = calloc(made.n_frames, made.n_code * sizeof(float));
  Status status   = STATUS_SUCCESS;
  if (encoder_init(&encoder, model) && made.z) {
    encode_sound(&encoder, mono, &made);
    *codes = made;
  } else {
    free(made.z);
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory to encode");
  }
  encoder_clear(&encoder);
  return status;
}

Status
codes_of_sound(const Model* const model, const Sound* const sound, Codes* const codes,
               Diagnostic* const why)
{
  assert(sound->n_frames);
  Sound  mono   = { 0 };
  Status status = mix(sound, &mono, why);
  status        = status ? status : sound_resample(&mono, model->rate_hz, why);
  status        = status ? status : encode_mono(model, &mono, codes, why);
  sound_clear(&mono);
  return status;
}

void
codes_clear(Codes* const codes)
{
  free(codes->z);
  *codes = (Codes){ 0 };
}
