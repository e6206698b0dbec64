// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/tone_canceller.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Of the amplitudes: what is heard first counts as much as this and is soon overheard, seconds.
static const double first_s = 0.05;

/// And the longest that they are a mean of.
static const double mean_s = 0.5;

/// In which the power is measured that tells a voice from the noise, seconds.
static const double power_s = 0.02;

/// In which the least power doubles, so that it follows noise that rises, seconds.
static const double rise_s = 2.0;

/// Noise is about as much above its least power; what is louder is something else.
static const float noise_over_least = 4.0f;

/// What is known of a tone's phase before is not worth following, seconds.
static const double settled_s = 0.5;

/// A fade, seconds.
static const double fade_s = 0.02;

/// Furthest that a tone's frequency moves away, Hz.
static const double wander_hz = 0.5;

/// Most that a tone's amplitude is over the learned one, which is a mean over the channels.
static const float most_over_learned = 4.0f;

/// Where the tones' power is less than the first of what was learned, there is no hum, and none is
/// taken out; from the second on it is whole.
static const float absent  = 1.0f / 16.0f;
static const float present = 1.0f / 4.0f;

/// Zeros in a row that are digital silence.
enum { SILENCE = 32 };

/// Samples between two looks at the frequencies.
enum { LOOK = 512 };

/// Sums of tones are taken side by side.
enum { LANES = 8 };

/// Sinusoids of amplitude 1.
typedef struct {
  uint32_t n; ///< Of the tones, up to whole lanes
  float    cosine[TONES_MAX];
  float    sine[TONES_MAX];
  float    step_re[TONES_MAX]; ///< Of a sample
  float    step_im[TONES_MAX];
} Oscillators;

/// Tones that are not gone for any longer: they fade out as they were.
typedef struct {
  float       share; ///< 0: there are none
  Oscillators oscillators;
  float       re[CHANNELS_MAX][TONES_MAX]; ///< Amplitudes, 0 of those that stay
  float       im[CHANNELS_MAX][TONES_MAX];
} Leaving;

/// What is known of a channel.
typedef struct {
  float re[TONES_MAX]; ///< Amplitudes by the oscillators
  float im[TONES_MAX];
  float past_re[TONES_MAX]; ///< At the last look
  float past_im[TONES_MAX];
  float power;    ///< Of what is left, smoothed
  float least;    ///< Of that
  float tones;    ///< Power of the tones, at the last look
  float presence; ///< Share of the tones that is taken out, 0…1
} Channel;

struct ToneCanceller {
  double      rate_hz;
  uint32_t    n_channels;
  Tones       tones;
  bool        alone; ///< They were heard without other sound
  double      hz[TONES_MAX];
  Oscillators oscillators;
  uint64_t    n_heard; ///< Since the last silence
  uint32_t    n_silent;
  float       depth;              ///< As faded
  float       learned[TONES_MAX]; ///< Amplitudes
  float       power;              ///< Of the tones as learned
  Channel     channels[CHANNELS_MAX];
  Leaving     leaving;
};

ToneCanceller*
tone_canceller_new(const double rate_hz, const uint32_t n_channels)
{
  ToneCanceller* const canceller = calloc(1, sizeof(ToneCanceller));
  if (canceller) {
    canceller->rate_hz    = rate_hz;
    canceller->n_channels = n_channels;
    tone_canceller_reset(canceller);
  }
  return canceller;
}

void
tone_canceller_free(ToneCanceller* const canceller)
{
  free(canceller);
}

static void
set_step(ToneCanceller* const canceller, const uint32_t tone)
{
  Oscillators* const oscillators = &canceller->oscillators;
  const double       angle       = 2.0 * M_PI * canceller->hz[tone] / canceller->rate_hz;
  oscillators->step_re[tone]     = (float)cos(angle);
  oscillators->step_im[tone]     = (float)sin(angle);
}

/// Begin to hear, as at the first sound.
static void
begin(ToneCanceller* const canceller)
{
  Oscillators* const oscillators = &canceller->oscillators;
  memset(canceller->channels, 0, sizeof(canceller->channels));
  canceller->n_heard       = 0;
  canceller->leaving.share = 0.0f;
  for (uint32_t i = 0; i < oscillators->n; ++i) {
    const bool exists      = i < canceller->tones.n;
    canceller->hz[i]       = exists ? (double)canceller->tones.hz[i] : 0.0;
    oscillators->cosine[i] = exists ? 1.0f : 0.0f;
    oscillators->sine[i]   = 0.0f;
    set_step(canceller, i);
  }
  for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
    canceller->channels[c].presence = canceller->alone ? 1.0f : 0.0f;
  }
}

void
tone_canceller_reset(ToneCanceller* const canceller)
{
  begin(canceller);
  canceller->n_silent = 0;
  canceller->depth    = 0.0f;
}

/// Which tone of those before one is, or how many there were.
static uint32_t
find_before(const ToneCanceller* const canceller, const float hz)
{
  uint32_t i = 0;
  while (i < canceller->tones.n && fabs((double)(canceller->tones.hz[i] - hz)) > wander_hz) {
    ++i;
  }
  return i;
}

/// Let a tone go on as one of before.
static void
keep_tone(const ToneCanceller* const before, const uint32_t from, ToneCanceller* const canceller,
          const uint32_t to)
{
  canceller->hz[to]                 = before->hz[from];
  canceller->oscillators.cosine[to] = before->oscillators.cosine[from];
  canceller->oscillators.sine[to]   = before->oscillators.sine[from];
  set_step(canceller, to);
  for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
    const Channel* const was = &before->channels[c];
    Channel* const       is  = &canceller->channels[c];
    is->re[to]               = was->re[from];
    is->im[to]               = was->im[from];
    is->past_re[to]          = was->past_re[from];
    is->past_im[to]          = was->past_im[from];
  }
}

/// Let a channel go on that has tones of before.
static void
keep_channel(const Channel* const was, Channel* const is)
{
  is->power    = was->power;
  is->least    = was->least;
  is->tones    = was->tones;
  is->presence = was->presence;
}

/// Let those tones of before fade out that are not among those that stay.
static void
leave(const ToneCanceller* const before, const bool* const stays, Leaving* const leaving)
{
  leaving->oscillators = before->oscillators;
  for (uint32_t i = 0; i < before->oscillators.n; ++i) {
    const bool leaves = i < before->tones.n && !stays[i];
    for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
      const Channel* const was = &before->channels[c];
      leaving->re[c][i]        = leaves ? was->presence * was->re[i] : 0.0f;
      leaving->im[c][i]        = leaves ? was->presence * was->im[i] : 0.0f;
    }
  }
  leaving->share = 1.0f;
}

void
tone_canceller_set(ToneCanceller* const canceller, const Tones* const tones, const bool alone)
{
  if (tones->n == canceller->tones.n && alone == canceller->alone &&
      !memcmp(tones->hz, canceller->tones.hz, tones->n * sizeof(float)) &&
      !memcmp(tones->level_db, canceller->tones.level_db, tones->n * sizeof(float))) {
    return;
  }
  if (canceller->leaving.share > 0.0f) {
    return;
  }

  const ToneCanceller before           = *canceller;
  bool                stays[TONES_MAX] = { false };
  uint32_t            n_kept           = 0;
  canceller->tones                     = *tones;
  canceller->alone                     = alone;
  canceller->oscillators.n             = (tones->n + LANES - 1) / LANES * LANES;
  canceller->power                     = 0.0f;
  begin(canceller);
  for (uint32_t i = 0; i < tones->n; ++i) {
    canceller->learned[i] = powf(10.0f, 0.05f * tones->level_db[i]);
    canceller->power += 0.5f * canceller->learned[i] * canceller->learned[i];

    const uint32_t was = find_before(&before, tones->hz[i]);
    if (was < before.tones.n) {
      keep_tone(&before, was, canceller, i);
      n_kept += !stays[was];
      stays[was] = true;
    }
  }
  if (n_kept) {
    canceller->n_heard = before.n_heard;
    for (uint32_t c = 0; c < CHANNELS_MAX; ++c) {
      keep_channel(&before.channels[c], &canceller->channels[c]);
    }
  }
  if (n_kept < before.tones.n && canceller->depth > 0.0f) {
    leave(&before, stays, &canceller->leaving);
  }
}

float
tone_canceller_unknown(const ToneCanceller* const canceller)
{
  // An error e goes by de/dn = -4e / (n + n0).
  const double first = 4.0 * first_s * canceller->rate_hz;
  return (float)pow(first / (first + (double)canceller->n_heard), 8.0);
}

bool
tone_canceller_runs(const ToneCanceller* const canceller, const float depth)
{
  return canceller->tones.n && (depth > 0.0f || canceller->depth > 0.0f);
}

static void
turn(Oscillators* const oscillators)
{
  for (uint32_t i = 0; i < oscillators->n; ++i) {
    const float c          = oscillators->cosine[i];
    const float s          = oscillators->sine[i];
    oscillators->cosine[i] = c * oscillators->step_re[i] - s * oscillators->step_im[i];
    oscillators->sine[i]   = c * oscillators->step_im[i] + s * oscillators->step_re[i];
  }
}

/// The sum of tones now.  @param re, im Their amplitudes.
static float
sum_tones(const Oscillators* const oscillators, const float* const re, const float* const im)
{
  float lanes[LANES] = { 0.0f };
  for (uint32_t i = 0; i < oscillators->n; i += LANES) {
    for (uint32_t j = 0; j < LANES; ++j) {
      lanes[j] += re[i + j] * oscillators->cosine[i + j] - im[i + j] * oscillators->sine[i + j];
    }
  }
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/// Less where what is left is louder than the noise, which the tones are a part of.
static float
trust(const ToneCanceller* const canceller, Channel* const channel, const float left)
{
  const float smooth = (float)fmin(1.0, 1.0 / (power_s * canceller->rate_hz));
  channel->power += smooth * (left * left - channel->power);
  if (canceller->n_heard < (uint64_t)(first_s * canceller->rate_hz)) {
    channel->least = channel->power;
    return 1.0f;
  }

  channel->least    = fminf(channel->power,
                            channel->least * (float)(1.0 + M_LN2 / (rise_s * canceller->rate_hz)));
  const float tones = fminf(channel->tones, canceller->power);
  const float noise = noise_over_least * channel->least + tones;
  return channel->power > noise ? noise / channel->power : 1.0f;
}

/// The rule of least mean squares.  @param rate Share of what is left.
static void
adapt(const ToneCanceller* const canceller, Channel* const channel, const float rate,
      const float left)
{
  const Oscillators* const oscillators = &canceller->oscillators;
  const float              step        = 2.0f * rate * left;
  for (uint32_t i = 0; i < oscillators->n; ++i) {
    channel->re[i] += step * oscillators->cosine[i];
    channel->im[i] -= step * oscillators->sine[i];
  }
}

/**
   Share of a sample in the means, without trust.

   Of n samples, a straight line of phases through all of them gives the last one a weight of 4/n
   in its end (Brookner, "Tracking and Kalman filtering made easy", 1998, growing-memory filter).
*/
static double
adaption_rate(const ToneCanceller* const canceller)
{
  const double heard = (double)canceller->n_heard + 4.0 * first_s * canceller->rate_hz;
  return fmax(4.0 / heard, 1.0 / (mean_s * canceller->rate_hz));
}

/// How far the amplitudes of a tone have turned since the last look, radians, over the channels.
static double
turn_of(ToneCanceller* const canceller, const uint32_t tone)
{
  double re = 0.0;
  double im = 0.0;
  for (uint32_t c = 0; c < canceller->n_channels; ++c) {
    const Channel* const channel = &canceller->channels[c];
    const double         a       = (double)channel->re[tone];
    const double         b       = (double)channel->im[tone];
    const double         past_a  = (double)channel->past_re[tone];
    const double         past_b  = (double)channel->past_im[tone];
    re += a * past_a + b * past_b;
    im += b * past_a - a * past_b;
  }
  return re > 0.0 ? atan(im / re) : 0.0;
}

/// What is found of a channel's tones: nothing that was not learned.  @param known Long enough.
static void
look_at_channel(const ToneCanceller* const canceller, const bool known, Channel* const channel)
{
  channel->tones = 0.0f;
  for (uint32_t i = 0; i < canceller->tones.n; ++i) {
    const float size  = hypotf(channel->re[i], channel->im[i]);
    const float most  = most_over_learned * canceller->learned[i];
    const float scale = size > most ? most / size : 1.0f;
    channel->re[i] *= scale;
    channel->im[i] *= scale;
    channel->past_re[i] = channel->re[i];
    channel->past_im[i] = channel->im[i];
    channel->tones += 0.5f * scale * scale * size * size;
  }

  const float share = (channel->tones / canceller->power - absent) / (present - absent);
  const float found = known ? fminf(fmaxf(share, 0.0f), 1.0f) : canceller->alone ? 1.0f : 0.0f;
  channel->presence += 0.1f * (found - channel->presence);
}

/// Let frequencies follow their phases, and keep the oscillators' amplitudes at 1.
static void
look(ToneCanceller* const canceller)
{
  Oscillators* const oscillators = &canceller->oscillators;
  const double       look_s      = LOOK / canceller->rate_hz;
  const bool         known       = (double)canceller->n_heard >= settled_s * canceller->rate_hz;
  const double share = known ? 0.25 * adaption_rate(canceller) * LOOK : 0.0; // It does not swing
  for (uint32_t i = 0; i < canceller->tones.n; ++i) {
    const double turn_hz = turn_of(canceller, i) / (2.0 * M_PI * look_s);
    const double from    = (double)canceller->tones.hz[i];
    const double wanted  = canceller->hz[i] + share * turn_hz;
    canceller->hz[i]     = fmin(fmax(wanted, from - wander_hz), from + wander_hz);
    set_step(canceller, i);
    const float size = 1.0f / hypotf(oscillators->cosine[i], oscillators->sine[i]);
    oscillators->cosine[i] *= size;
    oscillators->sine[i] *= size;
  }
  for (uint32_t c = 0; c < canceller->n_channels; ++c) {
    look_at_channel(canceller, known, &canceller->channels[c]);
  }
}

/// Whether digital silence has come; then what comes after it is heard as at first.
static bool
is_silent(ToneCanceller* const canceller, const uint32_t at, const float* const* const in)
{
  bool silent = true;
  for (uint32_t c = 0; c < canceller->n_channels; ++c) {
    silent = silent && in[c][at] == 0.0f;
  }
  canceller->n_silent = silent ? canceller->n_silent + (canceller->n_silent < SILENCE) : 0;
  return canceller->n_silent == SILENCE;
}

/// How a sample fades.
static float
fade_step(const ToneCanceller* const canceller)
{
  return (float)fmin(1.0, 1.0 / (fade_s * canceller->rate_hz));
}

/// Tones that are leaving, in a sample.
static void
run_leaving(ToneCanceller* const canceller, const uint32_t at, float* const* const tones)
{
  Leaving* const leaving = &canceller->leaving;
  leaving->share         = fmaxf(leaving->share - fade_step(canceller), 0.0f);
  turn(&leaving->oscillators);
  for (uint32_t c = 0; c < canceller->n_channels; ++c) {
    const float tone = sum_tones(&leaving->oscillators, leaving->re[c], leaving->im[c]);
    tones[c][at] += canceller->depth * leaving->share * tone;
  }
}

static void
run_sample(ToneCanceller* const canceller, const uint32_t at, const float* const* const in,
           float* const* const tones)
{
  const float rate = (float)adaption_rate(canceller);
  turn(&canceller->oscillators);
  for (uint32_t c = 0; c < canceller->n_channels; ++c) {
    Channel* const channel = &canceller->channels[c];
    const float    tone    = sum_tones(&canceller->oscillators, channel->re, channel->im);
    const float    left    = in[c][at] - tone;
    adapt(canceller, channel, rate * trust(canceller, channel, left), left);
    tones[c][at] = canceller->depth * channel->presence * tone;
  }
  if (canceller->leaving.share > 0.0f) {
    run_leaving(canceller, at, tones);
  }
  ++canceller->n_heard;
  if (canceller->n_heard % LOOK == 0) {
    look(canceller);
  }
}

void
tone_canceller_run(ToneCanceller* const canceller, const float depth, const uint32_t n,
                   const float* const* const in, float* const* const tones)
{
  const float step = fade_step(canceller);
  for (uint32_t i = 0; i < n; ++i) {
    canceller->depth += fmaxf(-step, fminf(step, depth - canceller->depth));
    if (is_silent(canceller, i, in)) {
      if (canceller->n_heard || canceller->leaving.share > 0.0f) {
        begin(canceller);
      }
      for (uint32_t c = 0; c < canceller->n_channels; ++c) {
        tones[c][i] = 0.0f;
      }
    } else {
      run_sample(canceller, i, in, tones);
    }
  }
}
