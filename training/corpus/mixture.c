// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/mixture.h"

#include "training/corpus/babble.h"
#include "training/corpus/call_noise.h"
#include "training/corpus/energy.h"
#include "training/corpus/equalizer.h"
#include "training/corpus/low_pass.h"
#include "training/corpus/reverberation.h"
#include "training/corpus/shot_noise.h"
#include "training/corpus/steady_noise.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const CorpusPlay mixture_sound_play = { 0.05, 0.3, 0.0 };
const CorpusPlay mixture_noise_play = { 0.0, 0.0, 0.0 };

/// Level of a second noise over the first, dB: at most as loud, and not so soft as to be masked.
#define SECOND_MIN_DB (-10.0)
#define SECOND_MAX_DB 0.0

/// Where a low-pass may be, Hz: from an old telephone's band on.
#define LOW_PASS_MIN_HZ 4000.0
#define LOW_PASS_MAX_HZ 20000.0

/// What is repeated of a recorded noise, seconds: from keys typed fast to a machine's slow round.
#define LOOP_MIN_S 0.15
#define LOOP_MAX_S 3.0

/// Length of a fade between two repetitions, and the standard deviation of their levels.
#define LOOP_FADE_S    0.005
#define LOOP_SPREAD_DB 2.0

/// Most that is cut off of a peak, dB.
#define CLIP_MAX_DB 12.0

/// RMS of a sound in an overdriven amplifier over the level where that is half saturated, dB: from
/// a warm valve to a wall of guitars.
#define DRIVE_MIN_DB (-10.0)
#define DRIVE_MAX_DB 25.0

/// Most power of a profile over that of the noise in the mixture: 40 dB.
#define PROFILE_MOST 1e4

/// Greatest magnitude of a mixture: it must not clip.
#define PEAK_MAX 0.99

/// Where a noise comes from.
typedef enum { NOISE_RECORDED, NOISE_STEADY, NOISE_BABBLE, NOISE_SHOTS, NOISE_CALLS } NoiseKind;

/// What is decided before anything is heard.
typedef struct {
  double     snr_db; ///< +INFINITY without noise, −INFINITY without sound
  double     level_db;
  bool       is_music;
  bool       has_profile; ///< When there is noise
  bool       has_second;  ///< Noise on top
  double     second_db;   ///< Its level over the first
  NoiseKind  kinds[2];    ///< Of the noises
  bool       has_room;    ///< Around the sound
  double     low_pass_hz; ///< Of the sound; INFINITY: none
  bool       all_low;     ///< The noise has the same low-pass
  double     clip_db;     ///< Below the peak of the mixture; 0: not cut off
  CorpusPlay sound_play;
  CorpusPlay noise_plays[2];
  double     drive_db; ///< Of the sound; −INFINITY: not driven
} Plan;

/// One example on its way.
typedef struct {
  const MixtureConfig*  config;
  const MixtureSources* sources;
  Split                 split;
  Plan                  plan;
  uint32_t              n_noise; ///< Samples of noise that are wanted: of the profile too
  float*                noise;   ///< [n_noise]
  float*                second;  ///< [n_noise], work area
  float*                voice;   ///< [n_noise], work area
} Making;

double
mixture_add(uint32_t n, const float* clean, const float* noise, double snr_db, float* noisy)
{
  double gain = 0.0;
  if (!energy_silent(n, clean) && !energy_silent(n, noise)) {
    gain = sqrt(energy_sum(n, clean) / energy_sum(n, noise) * pow(10.0, -snr_db / 10.0));
  }
  for (uint32_t i = 0; i < n; ++i) {
    noisy[i] = (float)((double)clean[i] + gain * (double)noise[i]);
  }
  return gain;
}

static bool
draw_chance(Random* random, double share)
{
  return random_uniform(random) < share;
}

static double
draw_snr(const MixtureConfig* config, bool is_music, Random* random)
{
  const double kind   = random_uniform(random);
  const double least  = is_music ? config->music_snr_min_db : config->snr_min_db;
  const double snr_db = random_between(random, least, config->snr_max_db);
  if (kind < config->clean_share) {
    return (double)INFINITY;
  }
  return kind < config->clean_share + config->noise_share ? -(double)INFINITY : snr_db;
}

static NoiseKind
draw_kind(const MixtureConfig* config, Random* random)
{
  const double kind   = random_uniform(random);
  const double babble = config->steady_share + config->babble_share;
  const double shots  = babble + config->shot_share;
  return kind < config->steady_share         ? NOISE_STEADY
         : kind < babble                     ? NOISE_BABBLE
         : kind < shots                      ? NOISE_SHOTS
         : kind < shots + config->call_share ? NOISE_CALLS
                                             : NOISE_RECORDED;
}

static double
draw_low_pass(const MixtureConfig* config, Random* random)
{
  const bool   is_low = draw_chance(random, config->low_pass_share);
  const double low_hz = random_logarithmic(random, LOW_PASS_MIN_HZ, LOW_PASS_MAX_HZ);
  return is_low ? low_hz : (double)INFINITY;
}

static double
draw_clip(const MixtureConfig* config, Random* random)
{
  const bool   is_cut   = draw_chance(random, config->clip_share);
  const double below_db = random_between(random, 0.0, CLIP_MAX_DB);
  return is_cut ? below_db : 0.0;
}

static CorpusPlay
draw_play(const CorpusPlay* play, double semitones, Random* random)
{
  CorpusPlay drawn = *play;
  drawn.semitones  = random_between(random, -semitones, semitones);
  return drawn;
}

static double
draw_drive(const MixtureConfig* config, Random* random)
{
  const bool   is_driven = draw_chance(random, config->drive_share);
  const double drive_db  = random_between(random, DRIVE_MIN_DB, DRIVE_MAX_DB);
  return is_driven ? drive_db : -(double)INFINITY;
}

/// Drums are shots and flutes call, too: under music, neither is noise.
static NoiseKind
draw_kind_for(const MixtureConfig* config, bool is_music, Random* random)
{
  const NoiseKind kind = draw_kind(config, random);
  return is_music && (kind == NOISE_SHOTS || kind == NOISE_CALLS) ? NOISE_RECORDED : kind;
}

/// In a fixed order, each draw whether it counts or not.
static Plan
draw_plan(const MixtureConfig* config, Random* random)
{
  Plan plan;
  plan.is_music    = draw_chance(random, config->music_share);
  plan.snr_db      = draw_snr(config, plan.is_music, random);
  plan.level_db    = random_between(random, config->level_min_db, config->level_max_db);
  plan.has_profile = draw_chance(random, config->profile_share);
  plan.has_second  = draw_chance(random, config->second_noise_share);
  plan.second_db   = random_between(random, SECOND_MIN_DB, SECOND_MAX_DB);
  plan.kinds[0]    = draw_kind_for(config, plan.is_music, random);
  plan.kinds[1]    = draw_kind_for(config, plan.is_music, random);
  plan.has_room    = draw_chance(random, config->reverberation_share);
  plan.low_pass_hz = draw_low_pass(config, random);
  plan.all_low     = draw_chance(random, 0.5);
  plan.clip_db     = draw_clip(config, random);
  plan.sound_play  = draw_play(&mixture_sound_play, config->sound_semitones, random);
  for (uint32_t i = 0; i < 2; ++i) {
    plan.noise_plays[i] = draw_play(&mixture_noise_play, config->noise_semitones, random);
  }
  plan.drive_db = draw_drive(config, random);
  return plan;
}

static void
take_highs_away(const Plan* plan, double rate_hz, uint32_t n, float* x)
{
  if (plan->low_pass_hz < (double)INFINITY) {
    low_pass_apply(rate_hz, fmin(plan->low_pass_hz, 0.45 * rate_hz), n, x);
  }
}

/// Saturate softly, as an amplifier that is driven.
static void
drive(double drive_db, uint32_t n, float* x)
{
  if (drive_db > -(double)INFINITY && !energy_silent(n, x)) {
    const float gain = (float)(pow(10.0, drive_db / 20.0) / sqrt(energy_sum(n, x) / n));
    for (uint32_t i = 0; i < n; ++i) {
      x[i] = tanhf(gain * x[i]) / gain;
    }
  }
}

/// The voice or instrument, its amplifier, its room, its microphone, its recorder.  @param out [n],
/// written.
static Status
draw_sound(const Making* making, Random* random, uint32_t n, float* out, Diagnostic* why)
{
  const Plan* const   plan    = &making->plan;
  const Corpus* const corpus  = plan->is_music ? making->sources->music : making->sources->sound;
  const double        rate_hz = corpus_rate(corpus);
  const Room          room    = room_draw(random);
  Random              colors  = random_branch(random);
  Status status = corpus_draw(corpus, making->split, random, &plan->sound_play, n, out, NULL, why);
  if (!status) {
    drive(plan->drive_db, n, out);
  }
  if (!status && plan->has_room) {
    status = room_apply(&room, rate_hz, n, out, why);
  }
  if (!status) {
    equalizer_apply(&colors, making->config->equalizer_db, rate_hz, n, out);
    take_highs_away(plan, rate_hz, n, out);
  }
  return status;
}

static void
draw_steady_noise(const Making* making, Random* random, float* out)
{
  const SteadyNoise noise = steady_noise_draw(random);
  steady_noise_make(&noise, random, corpus_rate(making->sources->sound), making->n_noise, out);
}

static void
draw_shots(const Making* making, Random* random, float* out)
{
  const ShotNoise noise = shot_noise_draw(random);
  shot_noise_make(&noise, random, corpus_rate(making->sources->sound), making->n_noise, out,
                  making->voice);
}

static void
draw_calls(const Making* making, Random* random, float* out)
{
  const CallNoise noise = call_noise_draw(random);
  call_noise_make(&noise, random, corpus_rate(making->sources->sound), making->n_noise, out,
                  making->voice);
}

static void
reverse(uint32_t n, float* x)
{
  for (uint32_t i = 0; i < n / 2; ++i) {
    const float end = x[n - 1 - i];
    x[n - 1 - i]    = x[i];
    x[i]            = end;
  }
}

/// Weight of the `i`th of `n` samples that fades in and out by `n_fade`.
static float
fade(uint32_t i, uint32_t n, uint32_t n_fade)
{
  const uint32_t to_end = i < n - i ? i : n - i;
  return to_end < n_fade ? (float)to_end / (float)n_fade : 1.0f;
}

/// Repeat a stretch of x, [n], as steps, keys and machines do, each time a little louder or softer.
/// @param work [n].
static void
loop(Random* random, double rate_hz, uint32_t n, float* x, float* work)
{
  const double   wanted = rate_hz * random_logarithmic(random, LOOP_MIN_S, LOOP_MAX_S);
  const uint32_t period = wanted < n ? (uint32_t)wanted : n;
  const uint32_t first  = random_below(random, n - period + 1);
  const uint32_t n_fade = (uint32_t)(LOOP_FADE_S * rate_hz);
  memcpy(work, x, n * sizeof *x);
  for (uint32_t at = 0; at < n; at += period) {
    const float gain = (float)pow(10.0, LOOP_SPREAD_DB * random_normal(random) / 20.0);
    for (uint32_t i = 0; i < period && at + i < n; ++i) {
      x[at + i] = gain * fade(i, period, n_fade) * work[first + i];
    }
  }
}

static Status
draw_recorded(const Making* making, uint32_t which, Random* random, float* out, Diagnostic* why)
{
  const Status status = corpus_draw(making->sources->noise, making->split, random,
                                    &making->plan.noise_plays[which], making->n_noise, out, NULL,
                                    why);
  if (!status && draw_chance(random, making->config->backwards_share)) {
    reverse(making->n_noise, out);
  }
  if (!status && draw_chance(random, making->config->loop_share)) {
    loop(random, corpus_rate(making->sources->noise), making->n_noise, out, making->voice);
  }
  return status;
}

/// One of the noises.  @param out [n_noise], written.
static Status
draw_one_noise(const Making* making, uint32_t which, Random* random, float* out, Diagnostic* why)
{
  const NoiseKind             kind    = making->plan.kinds[which];
  const MixtureSources* const sources = making->sources;
  if (kind == NOISE_BABBLE) {
    return babble_draw(sources->sound, making->split, random, &mixture_sound_play, making->n_noise,
                       out, making->voice, why);
  }
  if (kind == NOISE_SHOTS) {
    draw_shots(making, random, out);
    return STATUS_SUCCESS;
  }
  if (kind == NOISE_CALLS) {
    draw_calls(making, random, out);
    return STATUS_SUCCESS;
  }
  if (kind == NOISE_RECORDED && sources->noise) {
    return draw_recorded(making, which, random, out, why);
  }
  draw_steady_noise(making, random, out);
  return STATUS_SUCCESS;
}

/// All the noise of an example, into `making->noise`.
static Status
draw_noise(const Making* making, Random* random, Diagnostic* why)
{
  const Plan* const plan    = &making->plan;
  const uint32_t    n       = making->n_noise;
  const double      rate_hz = corpus_rate(making->sources->sound);
  Random            colors  = random_branch(random);
  Random            first   = random_branch(random);
  Random            second  = random_branch(random);

  Status status = draw_one_noise(making, 0, &first, making->noise, why);
  if (!status && plan->has_second) {
    status = draw_one_noise(making, 1, &second, making->second, why);
    if (!status) {
      mixture_add(n, making->noise, making->second, -plan->second_db, making->noise);
    }
  }
  if (!status) {
    equalizer_apply(&colors, making->config->equalizer_db, rate_hz, n, making->noise);
  }
  if (!status && plan->all_low) {
    take_highs_away(plan, rate_hz, n, making->noise);
  }
  return status;
}

/**
   Sound is in `out->clean`; either it or the noise may be silent by itself.

   @param noise [n]; without noise to add, at +INFINITY, none was drawn and it is not read.
   @return Gain of the noise; 0 without.
*/
static double
mix(uint32_t n, const float* noise, double snr_db, Mixture* out)
{
  const bool clean  = snr_db == (double)INFINITY;
  const bool silent = energy_silent(n, out->clean);
  double     gain   = 0.0;
  out->snr_db       = snr_db;
  if (!clean && (silent || snr_db == -(double)INFINITY)) {
    memset(out->clean, 0, n * sizeof *out->clean);
    memcpy(out->noisy, noise, n * sizeof *noise);
    out->snr_db = -(double)INFINITY;
    gain        = 1.0;
  } else if (!clean) {
    gain = mixture_add(n, out->clean, noise, snr_db, out->noisy);
  }
  if (!(gain > 0.0)) {
    memcpy(out->noisy, out->clean, n * sizeof *out->noisy);
    out->snr_db = (double)INFINITY;
  }
  return gain;
}

/// Bring the mixture to its level, and with it the clean sound and the profile; silence stays.
static void
set_level(double level_db, Mixture* out)
{
  if (!energy_silent(out->n, out->noisy)) {
    const double rms = sqrt(energy_sum(out->n, out->noisy) / out->n);
    // The clean sound may have the greater peak, where noise cancels it.
    const double highest = fmax(energy_peak(out->n, out->noisy), energy_peak(out->n, out->clean));
    const double gain    = fmin(pow(10.0, level_db / 20.0) / rms, PEAK_MAX / highest);
    energy_scale(out->n, gain, out->clean);
    energy_scale(out->n, gain, out->noisy);
    if (out->has_profile) {
      energy_scale(out->n_profile, gain, out->profile);
    }
  }
}

/// Cut the mixture off, as a recorder does that was set too loud.
static void
clip(double below_db, uint32_t n, float* x)
{
  const float highest = (float)(energy_peak(n, x) * pow(10.0, -below_db / 20.0));
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = x[i] > highest ? highest : x[i] < -highest ? -highest : x[i];
  }
}

/// Whether the noise before, [n_before], tells of what it is in the mixture, [n]: it may be silent,
/// and what was loud may be over.
static bool
is_profile(uint32_t n_before, uint32_t n, const float* noise)
{
  return n_before && !energy_silent(n_before, noise) &&
         energy_sum(n_before, noise) / n_before <
           PROFILE_MOST * energy_sum(n, noise + n_before) / n;
}

/// Draw the parts, each by numbers of its own, and mix them.
static Status
make(const Making* making, Random* sound, Random* noise, Mixture* out, Diagnostic* why)
{
  const Plan* const plan   = &making->plan;
  Status            status = STATUS_SUCCESS;
  memset(out->clean, 0, out->n * sizeof *out->clean);
  if (plan->snr_db > -(double)INFINITY) {
    status = draw_sound(making, sound, out->n, out->clean, why);
  }
  if (!status && plan->snr_db < (double)INFINITY) {
    status = draw_noise(making, noise, why);
  }
  if (status) {
    return status;
  }

  const uint32_t n_before = making->n_noise - out->n;
  const double   gain     = mix(out->n, making->noise + n_before, plan->snr_db, out);
  out->has_profile        = gain > 0.0 && is_profile(n_before, out->n, making->noise);
  if (out->has_profile) {
    memcpy(out->profile, making->noise, n_before * sizeof *out->profile);
    energy_scale(n_before, gain, out->profile);
  }
  set_level(plan->level_db, out);
  if (plan->clip_db > 0.0) {
    clip(plan->clip_db, out->n, out->noisy);
  }
  return STATUS_SUCCESS;
}

Status
mixture_draw(const MixtureConfig* config, const MixtureSources* sources, Split split,
             Random* random, Mixture* out, Diagnostic* why)
{
  assert(sources->music || !(config->music_share > 0.0));

  Making making  = { .config = config, .sources = sources, .split = split };
  making.plan    = draw_plan(config, random);
  Random sound   = random_branch(random);
  Random noise   = random_branch(random);
  making.n_noise = out->n + (making.plan.has_profile ? out->n_profile : 0);

  float* const work = malloc(3 * (size_t)making.n_noise * sizeof *work);
  if (!work) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory for a mixture of %u samples", out->n);
  }
  making.noise        = work;
  making.second       = work + making.n_noise;
  making.voice        = making.second + making.n_noise;
  const Status status = make(&making, &sound, &noise, out, why);
  free(work);
  return status;
}
