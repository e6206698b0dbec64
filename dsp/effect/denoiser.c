// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/denoiser.h"

#include "dsp/effect/delay.h"
#include "dsp/effect/tone_canceller.h"
#include "dsp/spectrum/mains_hum.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// A profile within this of what silence reads is one of silence, dB.
static const float silence_margin_db = 3.5f;

/// Levels of a profile are whole multiples of 1 dB over this, and its tones of 1 Hz: no decimals of
/// them get lost in a session's text.
static const float whole_parts = 64.0f;

/// Sound that tones are learned from, the last of it, seconds.
static const double tones_s = 1.0;

/// Samples that go through the canceller of tones at once.
enum { PART = 256 };

struct Denoiser {
  const Model* model; ///< Not owned
  StftConfig   stft;
  uint32_t     n_channels;
  uint32_t     n_bands;
  Channels*    channels;
  Features*    features;
  Scratch*     encoder;
  Scratch*     decoder;
  float*       x;    ///< Features, [feature_config_size]
  float*       code; ///< [n_out of the encoder]
  float*       gain; ///< Of this frame, [n_bands]
  float*       last; ///< Of the last frame, [n_bands]
  float*       bin;  ///< Gain, [stft_bins]

  NoiseProfile profile;     ///< Laid as the model's bands are
  bool         has_profile; ///< It holds levels
  bool         learning;    ///< The features have begun to learn another one
  uint32_t     n_heard;     ///< Samples since `learn` is on, at most a frame
  uint32_t     n_frames;    ///< Learned from
  uint32_t     n_learned;   ///< Profiles

  ToneFinder*    finder;               ///< Hears what is learned from
  MainsHum*      hum;                  ///< Hears everything
  float*         tone_power;           ///< Of the profile's tones in the bands, [n_bands]
  float*         noise_db;             ///< The profile with what is left of them, [n_bands]
  ToneCanceller* canceller;            ///< Of the profile's tones, or the hum's
  Delay*         delays[CHANNELS_MAX]; ///< Of tones that one wants to hear, as late as the rest
  uint32_t       n_late;               ///< Samples until no tone is in them any more
  float          listens;              ///< Share of the tones that is heard, as faded
  float          depth;                ///< Share of the tones that is to go, of this run

  const DenoiserParams* params; ///< Of this run
};

DenoiserParams
denoiser_params_default(void)
{
  return (DenoiserParams){
    .reduction_db = 24.0f,
    .strength     = 1.0f,
    .smoothing_s  = 0.0f,
    .residual     = false,
    .learn        = false,
    .use_profile  = true,
    .hum          = true,
  };
}

static bool
allocate_tones(Denoiser* const denoiser, const double rate_hz, const uint32_t n_channels)
{
  bool ok = true;
  for (uint32_t c = 0; c < n_channels; ++c) {
    denoiser->delays[c] = delay_new(denoiser->stft.frame, 1);
    ok                  = ok && denoiser->delays[c];
  }
  denoiser->finder     = tone_finder_new(rate_hz, tones_s, denoiser->stft);
  denoiser->hum        = mains_hum_new(rate_hz);
  denoiser->canceller  = tone_canceller_new(rate_hz, n_channels);
  denoiser->tone_power = calloc(denoiser->n_bands, sizeof(float));
  denoiser->noise_db   = calloc(denoiser->n_bands, sizeof(float));
  return ok && denoiser->finder && denoiser->hum && denoiser->canceller && denoiser->tone_power &&
         denoiser->noise_db;
}

/// Everything but the channels and the tones.
static bool
allocate_network(Denoiser* const denoiser, const double rate_hz)
{
  const Model* const   model   = denoiser->model;
  const Network* const encoder = &model->autoencoder.encoder;

  denoiser->features = features_new(&model->features, denoiser->stft, rate_hz);
  denoiser->encoder  = scratch_new(encoder);
  denoiser->decoder  = scratch_new(&model->autoencoder.decoder);
  denoiser->x        = calloc(feature_config_size(&model->features), sizeof(float));
  denoiser->code     = calloc(encoder->layers[encoder->n_layers - 1].shape.n_out, sizeof(float));
  denoiser->gain     = calloc(denoiser->n_bands, sizeof(float));
  denoiser->last     = calloc(denoiser->n_bands, sizeof(float));
  denoiser->bin      = calloc(stft_bins(denoiser->stft), sizeof(float));
  return denoiser->features && denoiser->encoder && denoiser->decoder && denoiser->x &&
         denoiser->code && denoiser->gain && denoiser->last && denoiser->bin;
}

Denoiser*
denoiser_new(const Model* const model, const double rate_hz, const uint32_t n_channels)
{
  assert(model->kind == MODEL_DENOISE);
  Denoiser* const denoiser = calloc(1, sizeof(Denoiser));
  if (!denoiser) {
    return NULL;
  }

  denoiser->model      = model;
  denoiser->stft       = model_stft(model, rate_hz);
  denoiser->n_channels = n_channels;
  denoiser->n_bands    = band_layout_count(&model->features.bands);
  denoiser->channels   = channels_new(denoiser->stft, n_channels);

  denoiser->profile.bands    = model->features.bands;
  denoiser->profile.window_s = model->window_s;
  denoiser->profile.rate_hz  = rate_hz;
  if (!denoiser->channels || !allocate_tones(denoiser, rate_hz, n_channels) ||
      !allocate_network(denoiser, rate_hz)) {
    denoiser_free(denoiser);
    return NULL;
  }
  return denoiser;
}

void
denoiser_free(Denoiser* const denoiser)
{
  if (!denoiser) {
    return;
  }

  channels_free(denoiser->channels);
  tone_finder_free(denoiser->finder);
  mains_hum_free(denoiser->hum);
  tone_canceller_free(denoiser->canceller);
  free(denoiser->tone_power);
  free(denoiser->noise_db);
  for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
    delay_free(denoiser->delays[c]);
  }
  features_free(denoiser->features);
  scratch_free(denoiser->encoder);
  scratch_free(denoiser->decoder);
  free(denoiser->x);
  free(denoiser->code);
  free(denoiser->gain);
  free(denoiser->last);
  free(denoiser->bin);
  free(denoiser);
}

/// Whether what was learned is long enough, and more than silence.
static bool
is_profile(const Denoiser* const denoiser, const float* const level_db)
{
  const FeatureConfig* const config     = &denoiser->model->features;
  float                      loudest_db = config->silence_db;
  for (uint32_t i = 0; i < denoiser->n_bands; ++i) {
    loudest_db = fmaxf(loudest_db, level_db[i]);
  }
  return denoiser->n_frames * denoiser->model->hop_s >= DENOISER_MIN_LEARN_S &&
         loudest_db > config->silence_db + silence_margin_db;
}

static float
round_part(const float x)
{
  return roundf(x * whole_parts) / whole_parts;
}

/// What the profile's tones are in its bands.
static void
measure_tones(Denoiser* const denoiser)
{
  const NoiseProfile* const profile = &denoiser->profile;
  for (uint32_t i = 0; i < denoiser->n_bands; ++i) {
    const double hz         = band_layout_centre(&profile->bands, i);
    denoiser->tone_power[i] = tone_finder_power(denoiser->finder, &profile->tones, hz);
  }
}

/// The tones, and the levels without them.
static void
keep_profile(Denoiser* const denoiser, const float* const level_db)
{
  NoiseProfile* const profile = &denoiser->profile;
  tone_finder_find(denoiser->finder, &profile->tones);
  for (uint32_t i = 0; i < denoiser->n_bands; ++i) {
    const double hz      = band_layout_centre(&profile->bands, i);
    const float  change  = profile->tones.n && hz < (double)TONES_MAX_HZ
                             ? tone_finder_change_db(denoiser->finder, hz)
                             : 0.0f;
    profile->level_db[i] = round_part(level_db[i] + change);
  }
  for (uint32_t i = 0; i < profile->tones.n; ++i) {
    profile->tones.hz[i]       = round_part(profile->tones.hz[i]);
    profile->tones.level_db[i] = round_part(profile->tones.level_db[i]);
  }
  measure_tones(denoiser);
}

/// Keep what was learned, if it is a profile.
static void
end_learning(Denoiser* const denoiser)
{
  if (denoiser->learning) {
    const float* const level_db = features_profile(denoiser->features);
    if (is_profile(denoiser, level_db)) {
      keep_profile(denoiser, level_db);
      denoiser->has_profile = true;
      ++denoiser->n_learned;
    }
  }
  denoiser->learning = false;
  denoiser->n_heard  = 0;
}

void
denoiser_set_profile(Denoiser* const denoiser, const NoiseProfile* const profile)
{
  denoiser->has_profile = profile != NULL;
  denoiser->learning    = false;
  denoiser->n_heard     = 0;
  if (!profile) {
    return;
  }

  // As it would have been learned here: nothing is below silence, nor above half the rate.
  const float    silence_db = denoiser->model->features.silence_db;
  float* const   level_db   = denoiser->profile.level_db;
  const uint32_t n_known    = noise_profile_known(&denoiser->profile);
  noise_profile_convert(profile, &denoiser->profile);
  for (uint32_t i = 0; i < denoiser->n_bands; ++i) {
    level_db[i] = i < n_known ? fmaxf(level_db[i], silence_db) : silence_db;
  }
  measure_tones(denoiser);
}

const NoiseProfile*
denoiser_profile(const Denoiser* const denoiser)
{
  return denoiser->has_profile ? &denoiser->profile : NULL;
}

uint32_t
denoiser_n_learned(const Denoiser* const denoiser)
{
  return denoiser->n_learned;
}

void
denoiser_reset(Denoiser* const denoiser)
{
  end_learning(denoiser);
  channels_reset(denoiser->channels);
  mains_hum_reset(denoiser->hum);
  tone_canceller_reset(denoiser->canceller);
  denoiser->n_late = 0;
  features_reset(denoiser->features);
  scratch_reset(denoiser->encoder);
  scratch_reset(denoiser->decoder);
  memset(denoiser->last, 0, denoiser->n_bands * sizeof(float));
}

uint32_t
denoiser_latency(const Denoiser* const denoiser)
{
  return denoiser->stft.frame;
}

/// Noise is left as loud as this.
static float
gain_limit(const DenoiserParams* const params)
{
  return powf(10.0f, -0.05f * fminf(fmaxf(params->reduction_db, 0.0f), 60.0f));
}

/// The user's wishes: strength, limit, slow fall.
static void
shape_gains(Denoiser* const denoiser, const DenoiserParams* const params)
{
  const float limit    = gain_limit(params);
  const float strength = fminf(fmaxf(params->strength, 0.0f), 2.0f);
  const float fall_s   = fminf(fmaxf(params->smoothing_s, 0.0f), 0.5f);
  const float hop_s    = (float)denoiser->model->hop_s;
  const float keep     = fall_s > 0.0f ? expf(-hop_s / fall_s) : 0.0f;
  for (uint32_t i = 0; i < denoiser->n_bands; ++i) {
    // NaN, as of numbers beyond all bounds in a network, is the limit
    const float wanted = fminf(fmaxf(powf(denoiser->gain[i], strength), limit), 1.0f);
    denoiser->last[i]  = fmaxf(wanted, keep * denoiser->last[i]);
  }
}

static void
apply_gains(Denoiser* const denoiser, float complex* const* const spectra)
{
  bands_gain(features_bands(denoiser->features), denoiser->last, denoiser->bin);
  for (uint32_t k = 0; k < stft_bins(denoiser->stft) && denoiser->params->residual; ++k) {
    denoiser->bin[k] = 1.0f - denoiser->bin[k];
  }
  channels_scale(denoiser->channels, denoiser->bin, spectra);
}

float
denoiser_gain_db(const Denoiser* const denoiser, const float hz)
{
  const uint32_t band = band_layout_nearest(&denoiser->model->features.bands, hz);
  const float    gain = denoiser->last[band];
  return gain > 0.0f ? fmaxf(20.0f * log10f(gain), -60.0f) : 0.0f;
}

/// Samples since `learn` is on, after so many of this run; at most a frame.
static uint32_t
heard_after(const Denoiser* const denoiser, const uint32_t n)
{
  const uint32_t rest = denoiser->stft.frame - denoiser->n_heard;
  return denoiser->params->learn ? denoiser->n_heard + (n < rest ? n : rest) : 0;
}

/// The profile, with what the canceller may leave of its tones.
static const float*
noise_to_expect(Denoiser* const denoiser)
{
  const NoiseProfile* const profile = &denoiser->profile;
  const float               left    = tone_canceller_unknown(denoiser->canceller);
  if (!profile->tones.n || left < 1e-4f) {
    return profile->level_db;
  }

  for (uint32_t i = 0; i < denoiser->n_bands; ++i) {
    const float power = powf(10.0f, 0.1f * profile->level_db[i]) + left * denoiser->tone_power[i];
    denoiser->noise_db[i] = 10.0f * log10f(power);
  }
  return denoiser->noise_db;
}

/// Let the features learn from this frame, or go by the profile that is there.
static void
set_noise(Denoiser* const denoiser, const uint32_t n_heard)
{
  if (n_heard == denoiser->stft.frame) {
    if (!denoiser->learning) {
      features_learn_profile(denoiser->features);
      denoiser->learning = true;
      denoiser->n_frames = 0;
    }
    denoiser->n_frames += denoiser->n_frames < UINT32_MAX;
  } else if (denoiser->params->use_profile && denoiser->has_profile) {
    features_use_profile(denoiser->features, noise_to_expect(denoiser));
  } else {
    features_clear_profile(denoiser->features);
  }
}

static void
run_frame(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  Denoiser* const          denoiser    = effect;
  const Autoencoder* const autoencoder = &denoiser->model->autoencoder;
  set_noise(denoiser, heard_after(denoiser, at));
  features_from_spectra(denoiser->features, denoiser->n_channels,
                        (const float complex* const*)spectra, denoiser->x);
  network_forward(&autoencoder->encoder, denoiser->encoder, denoiser->x, denoiser->code);
  network_forward(&autoencoder->decoder, denoiser->decoder, denoiser->code, denoiser->gain);
  features_to_gains(&denoiser->model->features, denoiser->x, denoiser->gain);
  shape_gains(denoiser, denoiser->params);
  apply_gains(denoiser, spectra);
}

/// Share of the tones that is to go.
static float
tone_depth(const DenoiserParams* const params)
{
  const float strength = fminf(fmaxf(params->strength, 0.0f), 1.0f);
  return 1.0f - powf(gain_limit(params), strength);
}

/// Begin to take tones out.
static void
begin_cancelling(Denoiser* const denoiser)
{
  for (uint32_t c = 0; c < denoiser->n_channels; ++c) {
    delay_reset(denoiser->delays[c]);
    delay_set(denoiser->delays[c], denoiser->stft.frame);
  }
  tone_canceller_reset(denoiser->canceller); // What it knew of phases is past
  denoiser->listens = denoiser->params->residual ? 1.0f : 0.0f;
}

/// Let the tones be heard where one wants to; the wish fades within a frame, as the gains do.
/// @param tones As late as `out`.
static void
add_tones(Denoiser* const denoiser, const uint32_t n, float (*const tones)[PART],
          float* const* const out)
{
  const float wanted = denoiser->params->residual ? 1.0f : 0.0f;
  const float step   = 1.0f / (float)denoiser->stft.frame;
  for (uint32_t i = 0; i < n && (wanted > 0.0f || denoiser->listens > 0.0f); ++i) {
    denoiser->listens += fmaxf(-step, fminf(step, wanted - denoiser->listens));
    for (uint32_t c = 0; c < denoiser->n_channels; ++c) {
      out[c][i] += denoiser->listens * tones[c][i];
    }
  }
}

/// Up to PART samples, without the tones.
static void
run_without_tones(Denoiser* const denoiser, const uint32_t n, const float* const* const in,
                  float* const* const out)
{
  float        sound[CHANNELS_MAX][PART];
  float        tones[CHANNELS_MAX][PART];
  float* const sounds[CHANNELS_MAX]    = { sound[0], sound[1] };
  float* const cancelled[CHANNELS_MAX] = { tones[0], tones[1] };
  for (uint32_t c = 0; c < denoiser->n_channels; ++c) {
    channels_clean(n, in[c], sound[c]);
  }
  tone_canceller_run(denoiser->canceller, denoiser->depth, n, (const float* const*)sounds,
                     cancelled);
  for (uint32_t c = 0; c < denoiser->n_channels; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      sound[c][i] -= tones[c][i];
    }
  }
  channels_run(denoiser->channels, true, run_frame, denoiser, n, (const float* const*)sounds, out);
  for (uint32_t c = 0; c < denoiser->n_channels; ++c) {
    delay_run(denoiser->delays[c], n, tones[c], tones[c]);
  }
  add_tones(denoiser, n, tones, out);
}

/// A part, without the tones if there are some to go, or some on their way that have gone.
static void
run_sound(Denoiser* const denoiser, const uint32_t n, const float* const* const in,
          float* const* const out)
{
  const bool runs = tone_canceller_runs(denoiser->canceller, denoiser->depth);
  if (!runs && !denoiser->n_late) {
    channels_run(denoiser->channels, true, run_frame, denoiser, n, in, out);
    return;
  }

  if (!denoiser->n_late) {
    begin_cancelling(denoiser);
  }
  run_without_tones(denoiser, n, in, out);
  const uint32_t left = denoiser->n_late > n ? denoiser->n_late - n : 0;
  denoiser->n_late    = runs ? denoiser->stft.frame : left;
}

/// Let those who look for tones hear a part.
static void
hear_tones(const Denoiser* const denoiser, const uint32_t n, const float* const* const in)
{
  float              sound[CHANNELS_MAX][PART];
  const float* const sounds[CHANNELS_MAX] = { sound[0], sound[1] };
  for (uint32_t c = 0; c < denoiser->n_channels; ++c) {
    channels_clean(n, in[c], sound[c]);
  }
  if (denoiser->params->learn) {
    tone_finder_write(denoiser->finder, denoiser->n_channels, n, sounds);
  }
  if (denoiser->params->hum) {
    mains_hum_write(denoiser->hum, denoiser->n_channels, n, sounds);
  }
}

/// The tones that are to go now; NULL: none.
static const Tones*
tones_to_cancel(const Denoiser* const denoiser)
{
  const DenoiserParams* const params  = denoiser->params;
  const Tones* const          learned = &denoiser->profile.tones;
  if (params->learn) {
    return NULL;
  }
  if (params->use_profile && denoiser->has_profile && learned->n) {
    return learned;
  }
  const Tones* const hum = mains_hum_tones(denoiser->hum);
  return params->hum && hum->n ? hum : NULL;
}

/// A part of a run.
static void
run_part(Denoiser* const denoiser, const uint32_t n, const float* const* const in,
         float* const* const out)
{
  const Tones* const tones = tones_to_cancel(denoiser);
  denoiser->depth          = tones ? tone_depth(denoiser->params) : 0.0f;
  if (tones) {
    tone_canceller_set(denoiser->canceller, tones, tones == &denoiser->profile.tones);
  }
  hear_tones(denoiser, n, in);
  run_sound(denoiser, n, in, out);
  denoiser->n_heard = heard_after(denoiser, n);
}

/// Samples of the next part, of so many.
static uint32_t
next_part(const Denoiser* const denoiser, const uint32_t n)
{
  const uint32_t part = n < PART ? n : PART;
  const uint32_t left = denoiser->params->hum ? mains_hum_left(denoiser->hum) : part;
  return left < part ? left : part;
}

void
denoiser_run(Denoiser* const denoiser, const DenoiserParams* const params, const uint32_t n,
             const float* const* const in, float* const* const out)
{
  if (!params->learn) {
    end_learning(denoiser);
  }
  if (params->learn && !denoiser->n_heard) {
    tone_finder_reset(denoiser->finder);
  }
  if (!params->hum) {
    mains_hum_reset(denoiser->hum);
  }

  denoiser->params = params;
  for (uint32_t at = 0; at < n;) {
    const uint32_t     part   = next_part(denoiser, n - at);
    const float* const from[] = { in[0] + at, in[denoiser->n_channels - 1] + at };
    float* const       to[]   = { out[0] + at, out[denoiser->n_channels - 1] + at };
    run_part(denoiser, part, from, to);
    at += part;
  }
}
