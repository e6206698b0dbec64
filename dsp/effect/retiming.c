// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/retiming.h"

#include "dsp/effect/gains.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Steps of the control in the table.
enum { N_STEPS = 12 };

/// Numbers side by side.
enum { N_LANES = 8 };

/// Steps of Newton's method to a tilt.
enum { N_NEWTON = 3 };

/// What is so far below the loudest bin of a frame is not heard, dB.
static const float heard_db = 60.0f;

/// Bins above are not heard.
static const double highest_hz = 20000.0;

/// The centroid may be off the straight way by this share of it: steps that are even and straight
/// to the last cannot both be had.
static const float straightness = 0.05f;

/// Tilts end there, Hz.
static const double level_from_hz = 4000.0;

/// No tilt is steeper, dB per octave.
static const float most_tilt = 12.0f;

/// Longest step to one.
static const float most_step = 3.0f;

/// A dB per octave is worth as many octaves, squared.
static const float cost = 0.045f * 0.045f;

/// Share of the way to a frame's own table that the table goes with it.
static const float followed = 0.7f;

/// Power of a frame that says nothing.
static const float softest = 1e-20f;

static const float log2_per_db = 0.332192809f; // log2(10) / 10, of power

/// A trace of distance keeps the shares rising, dB.
static const float shortest_db = 1e-3f;

/// Of a frame at a place.
typedef struct {
  float power;    ///< Over that of the frame
  float centroid; ///< Of the power, octaves from bin 1
  float slope;    ///< Of the centroid, by the tilt
} Brightness;

struct Retiming {
  uint32_t n_bins;
  uint32_t n_heard;                   ///< Bins from the first to the highest
  uint32_t first[ENVELOPE_BANDS + 1]; ///< Bin that the part of a band begins at
  bool     started;
  float    share[N_STEPS + 1];
  float    tilt[N_STEPS + 1];
  float    octaves[ENVELOPE_BANDS];    ///< That a tilt adds to, from 1 kHz
  float*   octave_bins;                ///< The same, [n_bins]
  float    band_power[ENVELOPE_BANDS]; ///< Of the frame, over all of it
  float    band_bin[ENVELOPE_BANDS];   ///< Sum of that times the bin
  float    band_whole[ENVELOPE_BANDS]; ///< Of the way, dB
  float    band_bend[ENVELOPE_BANDS];
  float*   level[3]; ///< Of the frame, and at two steps side by side, dB, [n_heard]
};

/// Every bin belongs to the nearest band.
static void
share_out_bins(Retiming* const retiming, const double bin_hz)
{
  uint32_t bin       = 1;
  retiming->first[0] = bin;
  for (uint32_t b = 1; b < ENVELOPE_BANDS; ++b) {
    const double begin = 0.5 * (envelope_centre(b - 1) + envelope_centre(b));
    while (bin < retiming->n_bins && bin * bin_hz < begin) {
      ++bin;
    }
    retiming->first[b] = bin;
  }
  retiming->first[ENVELOPE_BANDS] = retiming->n_bins;
}

static bool
allocate(Retiming* const retiming, const StftConfig stft, const double rate_hz)
{
  Envelope* const envelope = envelope_new(stft, rate_hz);
  retiming->octave_bins    = calloc(retiming->n_bins, sizeof(float));
  bool ok                  = envelope && retiming->octave_bins;
  for (uint32_t i = 0; i < 3; ++i) {
    retiming->level[i] = calloc(retiming->n_heard, sizeof(float));
    ok                 = ok && retiming->level[i];
  }
  if (ok) {
    envelope_to_bins(envelope, retiming->octaves, retiming->octave_bins);
  }
  envelope_free(envelope);
  return ok;
}

Retiming*
retiming_new(const StftConfig stft, const double rate_hz)
{
  Retiming* const retiming = calloc(1, sizeof(Retiming));
  if (!retiming) {
    return NULL;
  }

  const double bin_hz = rate_hz / stft.frame;
  retiming->n_bins    = stft_bins(stft);
  retiming->n_heard   = (uint32_t)fmin(highest_hz / bin_hz, stft_bins(stft) - 1);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    retiming->octaves[b] = (float)log2(fmin(envelope_centre(b), level_from_hz) / 1000.0);
  }
  share_out_bins(retiming, bin_hz);
  if (!allocate(retiming, stft, rate_hz)) {
    retiming_free(retiming);
    return NULL;
  }
  retiming_reset(retiming);
  return retiming;
}

void
retiming_free(Retiming* const retiming)
{
  if (retiming) {
    free(retiming->octave_bins);
    for (uint32_t i = 0; i < 3; ++i) {
      free(retiming->level[i]);
    }
    free(retiming);
  }
}

void
retiming_reset(Retiming* const retiming)
{
  retiming->started = false;
  for (uint32_t i = 0; i <= N_STEPS; ++i) {
    retiming->share[i] = (float)i / (float)N_STEPS;
    retiming->tilt[i]  = 0.0f;
  }
}

/// How much of its bend a way has at a share of it.
static float
bend_at(const float share)
{
  return 4.0f * share * (1.0f - share);
}

/// What there is of the frame at a place.
static Brightness
brightness_at(const Retiming* const retiming, const RetimingPlace place)
{
  const float bent         = bend_at(place.share);
  float       power        = 0.0f;
  float       moment       = 0.0f;
  float       power_slope  = 0.0f;
  float       moment_slope = 0.0f;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const float octaves = retiming->octaves[b];
    const float gain_db = place.share * retiming->band_whole[b] + bent * retiming->band_bend[b] +
                          place.tilt * octaves;
    const float gain = exp2f(log2_per_db * gain_db);
    power += gain * retiming->band_power[b];
    moment += gain * retiming->band_bin[b];
    power_slope += gain * retiming->band_power[b] * octaves;
    moment_slope += gain * retiming->band_bin[b] * octaves;
  }
  return (Brightness){ .power    = power,
                       .centroid = log2f(moment / power),
                       .slope    = log2_per_db * (moment_slope / moment - power_slope / power) };
}

/// The tilt that brings the centroid at a share of the way within the room around a place, by
/// Newton's method.  @param tilt Near it.
static float
find_tilt(const Retiming* const retiming, const float share, const float place, const float room,
          float tilt)
{
  const float level  = brightness_at(retiming, (RetimingPlace){ share, 0.0f }).centroid;
  const float wanted = fminf(fmaxf(level, place - room), place + room);
  if (level == wanted) {
    return 0.0f;
  }
  for (uint32_t i = 0; i < N_NEWTON; ++i) {
    const Brightness now  = brightness_at(retiming, (RetimingPlace){ share, tilt });
    const float      step = ((wanted - now.centroid) * now.slope - cost * tilt) /
                       (now.slope * now.slope + cost);
    tilt += fminf(fmaxf(step, -most_step), most_step);
    tilt = fminf(fmaxf(tilt, -most_tilt), most_tilt);
  }
  return tilt;
}

/// Tilts for all steps.
static void
find_tilts(const Retiming* const retiming, float* const tilt)
{
  const float from = brightness_at(retiming, (RetimingPlace){ 0.0f, 0.0f }).centroid;
  const float way  = brightness_at(retiming, (RetimingPlace){ 1.0f, 0.0f }).centroid - from;
  for (uint32_t i = 1; i < N_STEPS; ++i) {
    const float place = from + way * (float)i / (float)N_STEPS;
    tilt[i]           = find_tilt(retiming, retiming->share[i], place, straightness * fabsf(way),
                                  retiming->tilt[i]);
  }
}

static float
held(const float x, const float least, const float most)
{
  return x < least ? least : x > most ? most : x;
}

/// The greatest number, of lanes that the compiler can keep side by side.
static float
greatest(const uint32_t n, const float* const x)
{
  float    lanes[N_LANES];
  float    top = -INFINITY;
  uint32_t i   = 0;
  for (uint32_t lane = 0; lane < N_LANES; ++lane) {
    lanes[lane] = -INFINITY;
  }
  for (; i + N_LANES <= n; i += N_LANES) {
    for (uint32_t lane = 0; lane < N_LANES; ++lane) {
      lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
    }
  }
  for (; i < n; ++i) {
    lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
  }
  for (uint32_t lane = 0; lane < N_LANES; ++lane) {
    top = lanes[lane] > top ? lanes[lane] : top;
  }
  return top;
}

/// What is heard of the frame at a place, where gains are held as gains_level() does: dB,
/// [n_heard].
static void
hear(const Retiming* const retiming, const RetimingPlace place, const RetimingWay* const way,
     float* const level)
{
  const float  bent    = bend_at(place.share);
  const float  more_db = 10.0f * log10f(brightness_at(retiming, place).power);
  const float* whole   = way->whole + 1;
  const float* bend    = way->bend + 1;
  const float* octave  = retiming->octave_bins + 1;
  for (uint32_t i = 0; i < retiming->n_heard; ++i) {
    const float gain = place.share * whole[i] + bent * bend[i] + place.tilt * octave[i] - more_db;
    level[i]         = retiming->level[0][i] + held(gain, -GAINS_RANGE_DB, GAINS_RANGE_DB);
  }
  const float least = greatest(retiming->n_heard, level) - heard_db;
  for (uint32_t i = 0; i < retiming->n_heard; ++i) {
    level[i] = level[i] > least ? level[i] : least;
  }
}

static float
distance(const uint32_t n, const float* const a, const float* const b)
{
  float    lanes[N_LANES] = { 0.0f };
  float    sum            = 0.0f;
  uint32_t i              = 0;
  for (; i + N_LANES <= n; i += N_LANES) {
    for (uint32_t lane = 0; lane < N_LANES; ++lane) {
      const float d = a[i + lane] - b[i + lane];
      lanes[lane] += d * d;
    }
  }
  for (; i < n; ++i) {
    lanes[0] += (a[i] - b[i]) * (a[i] - b[i]);
  }
  for (uint32_t lane = 0; lane < N_LANES; ++lane) {
    sum += lanes[lane];
  }
  return sqrtf(sum / (float)n) + shortest_db;
}

/// Distances from the beginning that the steps of a table lead to.
static void
measure_steps(const Retiming* const retiming, const RetimingWay* const way, const float* const tilt,
              float* const reached)
{
  float* last = retiming->level[1];
  float* next = retiming->level[2];
  reached[0]  = 0.0f;
  hear(retiming, (RetimingPlace){ 0.0f, 0.0f }, way, last);
  for (uint32_t i = 1; i <= N_STEPS; ++i) {
    hear(retiming, (RetimingPlace){ retiming->share[i], tilt[i] }, way, next);
    reached[i]        = reached[i - 1] + distance(retiming->n_heard, last, next);
    float* const done = last;
    last              = next;
    next              = done;
  }
}

/// Shares whose distances are even, as far as the ones of this table tell.
static void
even_out(const float* const share, const float* const reached, float* const even)
{
  uint32_t at = 1;
  for (uint32_t i = 1; i < N_STEPS; ++i) {
    const float wanted = reached[N_STEPS] * (float)i / (float)N_STEPS;
    while (at < N_STEPS && reached[at] < wanted) {
      ++at;
    }
    const float within = (wanted - reached[at - 1]) / (reached[at] - reached[at - 1]);
    even[i]            = share[at - 1] + within * (share[at] - share[at - 1]);
  }
}

/// Go a part of the way to the frame's own table.
static void
improve(Retiming* const retiming, const RetimingWay* const way, const float part)
{
  float tilt[N_STEPS + 1] = { 0.0f };
  float reached[N_STEPS + 1];
  float even[N_STEPS + 1];
  find_tilts(retiming, tilt);
  measure_steps(retiming, way, tilt, reached);
  even_out(retiming->share, reached, even);
  for (uint32_t i = 1; i < N_STEPS; ++i) {
    retiming->share[i] += part * (even[i] - retiming->share[i]);
    retiming->tilt[i] += part * (tilt[i] - retiming->tilt[i]);
  }
}

/// The frame by bands, and the way.  @return Its power.
static float
take_in(Retiming* const retiming, const float* const bin_power, const RetimingWay* const way)
{
  float all = 0.0f;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    float sum    = 0.0f;
    float moment = 0.0f;
    float whole  = 0.0f;
    float bend   = 0.0f;
    for (uint32_t k = retiming->first[b]; k < retiming->first[b + 1]; ++k) {
      sum += bin_power[k];
      moment += bin_power[k] * (float)k;
      whole += bin_power[k] * way->whole[k];
      bend += bin_power[k] * way->bend[k];
    }
    retiming->band_power[b] = sum;
    retiming->band_bin[b]   = moment;
    retiming->band_whole[b] = sum > 0.0f ? whole / sum : 0.0f;
    retiming->band_bend[b]  = sum > 0.0f ? bend / sum : 0.0f;
    all += sum;
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS && all > softest; ++b) {
    retiming->band_power[b] /= all;
    retiming->band_bin[b] /= all;
  }
  for (uint32_t i = 0; i < retiming->n_heard; ++i) {
    retiming->level[0][i] = 10.0f * log10f(bin_power[1 + i] + softest);
  }
  return all;
}

void
retiming_follow(Retiming* const retiming, const float* const bin_power,
                const RetimingWay* const way)
{
  if (!(take_in(retiming, bin_power, way) > softest)) {
    return;
  }
  improve(retiming, way, retiming->started ? followed : 1.0f);
  retiming->started = true;
}

RetimingPlace
retiming_at(const Retiming* const retiming, const float position)
{
  if (!(position > 0.0f && position < 1.0f)) {
    return (RetimingPlace){ .share = position };
  }

  const float    at     = position * (float)N_STEPS;
  const uint32_t i      = (uint32_t)at;
  const float    within = at - (float)i;
  return (RetimingPlace){
    .share = retiming->share[i] + within * (retiming->share[i + 1] - retiming->share[i]),
    .tilt  = retiming->tilt[i] + within * (retiming->tilt[i + 1] - retiming->tilt[i]),
  };
}

void
retiming_tilt(const Retiming* const retiming, const float tilt, float* const band_db)
{
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    band_db[b] += tilt * retiming->octaves[b];
  }
}
