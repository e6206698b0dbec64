// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/morpher.h"

#include "dsp/effect/fade.h"
#include "dsp/effect/gains.h"
#include "dsp/effect/generator.h"
#include "dsp/effect/live_filter.h"
#include "dsp/effect/matching.h"
#include "dsp/effect/retiming.h"
#include "dsp/effect/short_filter.h"
#include "dsp/effect/wander.h"
#include "dsp/network/latent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Window and hop, seconds: 2048 and 512 samples at 48 kHz.
static const double window_s = 2048.0 / 48000.0;
static const double hop_s    = 512.0 / 48000.0;

/// No band is wished to move by more, dB, whatever a model says.
static const float most_gain_db = 120.0f;

/// Time constant of the player's mean timbre, seconds.
static const double source_s = 3.0;

/// And of the walk.
static const double walk_s = 2.0;

/// The walk's first two numbers move the place in the square by this, at a depth of 1; the others
/// move the code, by standard deviations.
static const float walk_place = 0.5f;

/// Codes may lie outside what a model has learned from by this share of its width.
static const float code_margin = 0.25f;

/// Longest inertia, seconds, and greatest offset.
static const float most_inertia_s = 10.0f;
static const float most_offset    = 4.0f;

enum { N_PLACE = 2, N_SPACE = ENVELOPE_BANDS };

_Static_assert(N_PLACE + LATENT_MAX <= WANDER_COUNT, "every number of a code wanders");

/// Samples that are run in one piece.
enum { PIECE = LIVE_FILTER_PIECE };

/// The ways from gains to sound.
typedef enum { OUTLET_STUDIO, OUTLET_TIGHT, OUTLET_LIVE, OUTLET_GENERATOR } Outlet;

/// A timbre on its way: a point, and what of its envelope that does not tell.
typedef struct {
  float point[N_SPACE];          ///< [n_space]
  float rest_db[ENVELOPE_BANDS]; ///< Zeros without a model
} Timbre;

/// The way of a frame, which begins between two timbres.
typedef struct {
  const float* heard_db;   ///< Envelope of the frame, [ENVELOPE_BANDS]
  const float* played_db;  ///< The same, or held while it is frozen, [ENVELOPE_BANDS]
  const float* missing_db; ///< What the end lacks, see matching.h, [ENVELOPE_BANDS]
  Timbre       source;
  Timbre       played;
  float        told_db[ENVELOPE_BANDS]; ///< What the code of what is played tells of it
} Way;

struct Morpher {
  StftConfig        stft;
  uint32_t          n_channels;
  double            rate_hz;
  double            hop_s;
  Channels*         channels;
  Channels*         side; ///< The side-chain, while it is learned
  Envelope*         envelope;
  Latent*           latent;  ///< NULL without a model
  const MorphSpace* space;   ///< Of the model; NULL without one
  uint32_t          n_space; ///< Numbers of a point: of a code, or of an envelope
  Retiming*         retiming;
  Matching*         matching;

  ShortFilter* short_filter;
  LiveFilter*  live_filter;
  Generator*   generator;
  Outlet       outlet;   ///< Heard
  Outlet       next;     ///< While it is not `outlet`: warming up, then faded in
  uint32_t     age;      ///< Samples that `next` has heard
  uint32_t     n_warmup; ///< Samples after which it may be heard
  uint32_t     n_fade;
  bool         begun; ///< Something has run since the last reset
  bool         moved; ///< There are gains that the late filters have not got
  float        input[CHANNELS_MAX][PIECE];
  float        other[CHANNELS_MAX][PIECE]; ///< Of `next`

  Corners corners;
  bool    side_learns;
  bool    has_source;
  Anchor  source; ///< Set, or the player's mean
  Wander  wander;
  bool    fresh; ///< No frame since the last reset
  bool    frozen;
  float   still_db[ENVELOPE_BANDS]; ///< The player's shape while it is frozen
  bool    has_goal;
  float   amount; ///< As far as it has followed
  Timbre  goal;   ///< Likewise

  float    trace[MORPHER_TRACE][2]; ///< The last places of the sound, a ring
  uint32_t n_trace;                 ///< Since the last reset; it may wrap

  float*               power;  ///< Mean over the channels, [stft_bins]
  float*               gain;   ///< dB, then a factor, [stft_bins]
  float*               mixed;  ///< That with the share of what is dry, [stft_bins]
  float*               shift;  ///< What the player's shape is moved by, a factor, [stft_bins]
  const MorpherParams* params; ///< Of this run
  Anchor*              anchor; ///< That is being learned
};

MorpherParams
morpher_params_default(void)
{
  return (MorpherParams){ .amount = 0.0f, .expression = 1.0f, .wet = 1.0f };
}

StftConfig
morpher_stft(const double rate_hz)
{
  return stft_config(window_s, hop_s, rate_hz);
}

static bool
allocate(Morpher* const morpher, const Model* const model, const double rate_hz)
{
  const uint32_t n_bins = stft_bins(morpher->stft);
  morpher->channels     = channels_new(morpher->stft, morpher->n_channels);
  morpher->side         = channels_new(morpher->stft, morpher->n_channels);
  morpher->envelope     = envelope_new(morpher->stft, rate_hz);
  morpher->latent       = model ? latent_new(model) : NULL;
  morpher->matching     = morpher->envelope ? matching_new(morpher->envelope, morpher->stft) : NULL;
  morpher->retiming     = retiming_new(morpher->stft, rate_hz);
  morpher->power        = calloc(n_bins, sizeof(float));
  morpher->gain         = calloc(n_bins, sizeof(float));
  morpher->mixed        = calloc(n_bins, sizeof(float));
  morpher->shift        = calloc(n_bins, sizeof(float));
  morpher->short_filter = short_filter_new(morpher->stft, rate_hz, morpher->n_channels);
  morpher->live_filter  = live_filter_new(morpher->stft, rate_hz, morpher->n_channels);
  morpher->generator    = generator_new(morpher->stft, morpher->n_channels);
  return morpher->channels && morpher->side && morpher->envelope && morpher->retiming &&
         morpher->matching && morpher->power && morpher->gain && morpher->mixed && morpher->shift &&
         morpher->short_filter && morpher->live_filter && morpher->generator &&
         (morpher->latent || !model);
}

Morpher*
morpher_new(const Model* const model, const double rate_hz, const uint32_t n_channels)
{
  Morpher* const morpher = calloc(1, sizeof(Morpher));
  if (!morpher) {
    return NULL;
  }

  morpher->stft       = morpher_stft(rate_hz);
  morpher->n_channels = n_channels;
  morpher->rate_hz    = rate_hz;
  morpher->hop_s      = morpher->stft.hop / rate_hz;
  morpher->n_warmup   = 2 * morpher->stft.frame;
  morpher->n_fade     = fade_length(rate_hz);
  if (!allocate(morpher, model, rate_hz)) {
    morpher_free(morpher);
    return NULL;
  }
  morpher->space   = model ? &model->morph : NULL;
  morpher->n_space = morpher->latent ? latent_size(morpher->latent) : ENVELOPE_BANDS;
  morpher_reset(morpher);
  return morpher;
}

void
morpher_free(Morpher* const morpher)
{
  if (morpher) {
    channels_free(morpher->channels);
    channels_free(morpher->side);
    envelope_free(morpher->envelope);
    latent_free(morpher->latent);
    retiming_free(morpher->retiming);
    matching_free(morpher->matching);
    free(morpher->power);
    free(morpher->gain);
    free(morpher->mixed);
    free(morpher->shift);
    short_filter_free(morpher->short_filter);
    live_filter_free(morpher->live_filter);
    generator_free(morpher->generator);
    free(morpher);
  }
}

void
morpher_reset(Morpher* const morpher)
{
  channels_reset(morpher->channels);
  channels_reset(morpher->side);
  wander_reset(&morpher->wander);
  retiming_reset(morpher->retiming);
  matching_reset(morpher->matching);
  memset(morpher->corners.learning, 0, sizeof(morpher->corners.learning));
  if (!morpher->has_source) {
    morpher->source = (Anchor){ 0 };
  }
  morpher->begun    = false;
  morpher->moved    = false;
  morpher->outlet   = OUTLET_STUDIO;
  morpher->next     = OUTLET_STUDIO;
  morpher->fresh    = true;
  morpher->frozen   = false;
  morpher->has_goal = false;
  morpher->n_trace  = 0;
  morpher->goal     = (Timbre){ 0 };
}

uint32_t
morpher_mode_latency(const double rate_hz, const MorpherMode mode)
{
  switch (mode) {
    case MORPHER_TIGHT:
      return short_filter_stft(rate_hz).frame;
    case MORPHER_LIVE:
      return 0;
    default:
      return morpher_stft(rate_hz).frame;
  }
}

void
morpher_set_source(Morpher* const morpher, const Anchor* const source)
{
  morpher->has_source = source != NULL;
  morpher->source     = source ? *source : (Anchor){ 0 };
}

void
morpher_set_corner(Morpher* const morpher, const uint32_t corner, const Anchor* const anchor)
{
  corners_set(&morpher->corners, corner, anchor);
}

const Anchor*
morpher_corner(const Morpher* const morpher, const uint32_t corner)
{
  return morpher->corners.there[corner] ? &morpher->corners.anchors[corner] : NULL;
}

uint32_t
morpher_n_learned(const Morpher* const morpher)
{
  return morpher->corners.n_learned;
}

uint32_t
morpher_trace(const Morpher* const morpher, float* const x, float* const y)
{
  const uint32_t n     = morpher->n_trace < MORPHER_TRACE ? morpher->n_trace : MORPHER_TRACE;
  const uint32_t first = morpher->n_trace - n;
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = morpher->trace[(first + i) % MORPHER_TRACE][0];
    y[i] = morpher->trace[(first + i) % MORPHER_TRACE][1];
  }
  return n;
}

static float
clamped(const float x, const float least, const float most)
{
  return fminf(fmaxf(x, least), most); // `least` for NaN
}

/// A point as a shape, [ENVELOPE_BANDS].
static void
to_shape(const Morpher* const morpher, const float* const point, float* const shape_db)
{
  if (morpher->latent) {
    latent_decode(morpher->latent, point, shape_db);
  } else {
    memcpy(shape_db, point, ENVELOPE_BANDS * sizeof(float));
  }
}

/// What of a shape, [ENVELOPE_BANDS], the point of a timbre does not tell; a stranger's numbers are
/// held within what can be heard.
static void
find_rest(const Morpher* const morpher, const float* const shape_db, Timbre* const timbre)
{
  to_shape(morpher, timbre->point, timbre->rest_db);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    timbre->rest_db[b] = clamped(shape_db[b] - timbre->rest_db[b], -most_gain_db, most_gain_db);
  }
}

/// A shape, [ENVELOPE_BANDS], as a timbre.
static void
to_timbre(const Morpher* const morpher, const float* const shape_db, Timbre* const timbre)
{
  if (morpher->latent) {
    latent_encode(morpher->latent, shape_db, timbre->point);
  } else {
    memcpy(timbre->point, shape_db, ENVELOPE_BANDS * sizeof(float));
  }
  find_rest(morpher, shape_db, timbre);
}

/// The envelope of an anchor.
static void
anchor_shape(const Anchor* const anchor, float* const shape_db)
{
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape_db[b] = (float)anchor->shape_db[b];
  }
}

/// The timbre of an anchor.
static void
anchor_timbre(const Morpher* const morpher, const Anchor* const anchor, Timbre* const timbre)
{
  float shape_db[ENVELOPE_BANDS];
  anchor_shape(anchor, shape_db);
  to_timbre(morpher, shape_db, timbre);
}

/// The timbre that the model knows, when one is chosen for a corner; or NULL.
static const ModelAnchor*
known_anchor(const Morpher* const morpher, const uint32_t corner)
{
  const uint32_t number = morpher->params->known[corner];
  const bool     learns = morpher->corners.learning[corner];
  return morpher->space && number && number <= morpher->space->n_anchors && !learns
           ? &morpher->space->anchors[number - 1]
           : NULL;
}

/// The timbre at a corner.  @return False when there is none.
static bool
corner_timbre(const Morpher* const morpher, const uint32_t corner, Timbre* const timbre)
{
  const ModelAnchor* const known  = known_anchor(morpher, corner);
  const Anchor* const      anchor = corners_at(&morpher->corners, corner);
  if (known) {
    memcpy(timbre->point, known->code, morpher->n_space * sizeof(float));
    find_rest(morpher, known->shape_db, timbre);
  } else if (anchor) {
    anchor_timbre(morpher, anchor, timbre);
  }
  return known || anchor;
}

/// Add a share of a timbre to another.
static void
add_timbre(const Morpher* const morpher, const float share, const Timbre* const timbre,
           Timbre* const sum)
{
  for (uint32_t k = 0; k < morpher->n_space; ++k) {
    sum->point[k] += share * timbre->point[k];
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    sum->rest_db[b] += share * timbre->rest_db[b];
  }
}

/// The blend of the corners at a place.  @param goal Zeros, written.  @return False when there is
/// no timbre.
static bool
blend_corners(const Morpher* const morpher, const float x, const float y, Timbre* const goal)
{
  Timbre timbres[CORNERS_COUNT];
  float  weights[CORNERS_COUNT];
  bool   there[CORNERS_COUNT];
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    there[i] = corner_timbre(morpher, i, &timbres[i]);
  }
  if (!corners_weights(there, x, y, weights)) {
    return false;
  }
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    if (there[i]) {
      add_timbre(morpher, weights[i], &timbres[i], goal);
    }
  }
  return true;
}

/// Where the controls and the walk want the goal.  @param goal Written; zeros when there is no
/// timbre.  @return Whether there is one.
static bool
wanted_goal(const Morpher* const morpher, Timbre* const goal)
{
  const MorpherParams* const params = morpher->params;
  const float* const         place  = morpher->wander.place;
  const float                depth  = clamped(params->walk, 0.0f, 1.0f);
  const float                x = clamped(params->x + depth * walk_place * place[0], 0.0f, 1.0f);
  const float                y = clamped(params->y + depth * walk_place * place[1], 0.0f, 1.0f);
  *goal                        = (Timbre){ 0 };
  const bool found             = blend_corners(morpher, x, y, goal);
  for (uint32_t k = 0; found && morpher->latent && k < morpher->n_space; ++k) {
    goal->point[k] += depth * place[N_PLACE + k];
  }
  return found;
}

/// Let amount and goal follow the controls by a frame.  Without a goal there is no way to go.
static void
follow(Morpher* const morpher)
{
  const float amount    = clamped(morpher->params->amount, MORPHER_MIN_AMOUNT, MORPHER_MAX_AMOUNT);
  const float inertia_s = clamped(morpher->params->inertia_s, 0.0f, most_inertia_s);
  const bool  at_once   = morpher->fresh || !(inertia_s > 0.0f);
  const float keep      = at_once ? 0.0f : expf((float)-morpher->hop_s / inertia_s);
  Timbre      goal;
  const bool  found = wanted_goal(morpher, &goal);
  morpher->amount   = found ? amount + keep * (morpher->amount - amount) : keep * morpher->amount;
  if (found) {
    // The first goal is there at once: the amount leads to it from nothing.
    const Timbre before = morpher->has_goal ? morpher->goal : goal;
    morpher->goal       = (Timbre){ 0 };
    add_timbre(morpher, 1.0f - keep, &goal, &morpher->goal);
    add_timbre(morpher, keep, &before, &morpher->goal);
  }
  morpher->has_goal = found || (morpher->has_goal && keep > 0.0f);
  morpher->fresh    = false;
}

/// Move a code by the offsets and hold it near those that the model knows, or where the player
/// is.  @param played The player's own.
static void
offset_code(const Morpher* const morpher, const float* const played, float* const code)
{
  for (uint32_t k = 0; k < morpher->n_space; ++k) {
    const float offset = k < MORPHER_OFFSETS ? morpher->params->offsets[k] : 0.0f;
    const float low    = latent_low(morpher->latent, k);
    const float high   = latent_high(morpher->latent, k);
    const float margin = code_margin * (high - low);
    code[k]            = clamped(code[k] + clamped(offset, -most_offset, most_offset),
                                 fminf(low - margin, played[k]), fmaxf(high + margin, played[k]));
  }
}

/// Keep the place of the sound.
static void
keep_trace(Morpher* const morpher, const float* const code)
{
  if (morpher->n_space < 2) {
    return;
  }
  float* const place = morpher->trace[morpher->n_trace++ % MORPHER_TRACE];
  for (uint32_t k = 0; k < 2; ++k) {
    const float low  = latent_low(morpher->latent, k);
    const float high = latent_high(morpher->latent, k);
    place[k]         = (code[k] - low) / (high - low);
  }
}

/// Move what is played by a share of the way, which begins between the source and it.
/// @param moved Written; of its rest, only what is added, so that nothing is nothing.
static void
go(const Morpher* const morpher, const float share, const Timbre* const source,
   const Timbre* const played, Timbre* const moved)
{
  const float expression = clamped(morpher->params->expression, 0.0f, 1.0f);
  *moved                 = *played;
  memset(moved->rest_db, 0, sizeof(moved->rest_db));
  add_timbre(morpher, share, &morpher->goal, moved);
  add_timbre(morpher, -share * expression, source, moved);
  add_timbre(morpher, -share * (1.0f - expression), played, moved);
}

/// What a timbre that was moved adds to the player's envelope, dB per band.
/// @param told_db What the code of the player's tells of it, [ENVELOPE_BANDS].
static void
gain_of(const Morpher* const morpher, const Timbre* const moved, const float* const told_db,
        float* const gain_db)
{
  to_shape(morpher, moved->point, gain_db);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const float gain = gain_db[b] + moved->rest_db[b] - told_db[b];
    gain_db[b]       = clamped(gain, -most_gain_db, most_gain_db);
  }
}

/// What a share of the way adds to the player's envelope, dB per band.
static void
way_gain(const Morpher* const morpher, const float share, const Way* const way,
         float* const gain_db)
{
  Timbre moved;
  go(morpher, share, &way->source, &way->played, &moved);
  gain_of(morpher, &moved, way->told_db, gain_db);
}

/// Find what the end of the way lacks, for the frame as it is.
static void
match_end(const Morpher* const morpher, const float* const end_db, Way* const way)
{
  float wanted_db[ENVELOPE_BANDS];
  float gain_db[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    wanted_db[b] = way->played_db[b] + end_db[b];
    gain_db[b]   = wanted_db[b] - way->heard_db[b];
  }
  way->missing_db = matching_find(morpher->matching, morpher->power, wanted_db, gain_db);
}

/// Let the table follow what the way adds to the frame.
static void
follow_way(Morpher* const morpher, Way* const way)
{
  float middle_db[ENVELOPE_BANDS];
  float end_db[ENVELOPE_BANDS];
  way_gain(morpher, 0.5f, way, middle_db);
  way_gain(morpher, 1.0f, way, end_db);
  match_end(morpher, end_db, way);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    middle_db[b] -= 0.5f * end_db[b];
    end_db[b] += way->missing_db[b];
  }
  const RetimingWay adds = { morpher->gain, morpher->mixed }; // Free until there are gains
  envelope_to_bins(morpher->envelope, end_db, morpher->gain);
  envelope_to_bins(morpher->envelope, middle_db, morpher->mixed);
  retiming_follow(morpher->retiming, morpher->power, &adds);
}

/// What the player's envelope is to be moved by, dB per band.
/// @param heard_db That of the frame.  @param played_db The player's, held while it is frozen.
static void
move(Morpher* const morpher, const float* const heard_db, const float* const played_db,
     float* const gain_db)
{
  float  source_db[ENVELOPE_BANDS];
  Way    way = { .heard_db = heard_db, .played_db = played_db };
  Timbre moved;
  anchor_shape(&morpher->source, source_db);
  to_timbre(morpher, source_db, &way.source);
  to_timbre(morpher, played_db, &way.played);
  to_shape(morpher, way.played.point, way.told_db);
  follow(morpher);
  follow_way(morpher, &way);

  const RetimingPlace place   = retiming_at(morpher->retiming, morpher->amount);
  const float         matched = clamped(place.share, 0.0f, 1.0f);
  go(morpher, place.share, &way.source, &way.played, &moved);
  if (morpher->latent) {
    offset_code(morpher, way.played.point, moved.point);
    keep_trace(morpher, moved.point);
  }
  gain_of(morpher, &moved, way.told_db, gain_db);
  retiming_tilt(morpher->retiming, place.tilt, gain_db);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    gain_db[b] += matched * way.missing_db[b];
  }
}

/// The player's shape, held while it is frozen.  @param shape_db As played.
static const float*
player_shape(Morpher* const morpher, const float* const shape_db)
{
  if (!morpher->params->freeze) {
    morpher->frozen = false;
    return shape_db;
  }
  if (!morpher->frozen) {
    memcpy(morpher->still_db, shape_db, sizeof(morpher->still_db));
    morpher->frozen = true;
  }
  return morpher->still_db;
}

/// Take a frame of the player's into the mean that the way begins at.  While the player's timbre is
/// frozen that stays too, once there is one: else the sound would go on moving as the mean follows.
static void
track_source(Morpher* const morpher, const float level_db, const float* const shape_db)
{
  const bool held = morpher->params->freeze && anchor_ready(&morpher->source);
  if (!morpher->has_source && !held) {
    anchor_fade(&morpher->source, exp(-morpher->hop_s / source_s));
    anchor_add(&morpher->source, level_db, shape_db);
  }
}

/// Turn decibels per bin into factors that keep the power, and mix them with what is dry.
static void
make_gains(Morpher* const morpher)
{
  const uint32_t n_bins = stft_bins(morpher->stft);
  gains_from_db(n_bins, morpher->gain);
  gains_level(n_bins, morpher->power, morpher->gain);
  gains_mix(n_bins, morpher->gain, clamped(morpher->params->wet, 0.0f, 1.0f), morpher->mixed);
}

/// Whether an outlet is heard, or is to be heard soon.
static bool
runs(const Morpher* const morpher, const Outlet outlet)
{
  return morpher->outlet == outlet || morpher->next == outlet;
}

/// The gains of what holds the player's sound as its shape is held.
static void
make_shift(Morpher* const morpher, const float* const shift_db)
{
  float clamped_db[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    clamped_db[b] = clamped(shift_db[b], -most_gain_db, most_gain_db);
  }
  envelope_to_bins(morpher->envelope, clamped_db, morpher->shift);
  gains_from_db(stft_bins(morpher->stft), morpher->shift);
}

static void
morph_frame(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  Morpher* const morpher = effect;
  float          shape_db[ENVELOPE_BANDS];
  float          gain_db[ENVELOPE_BANDS];
  if (channels_woke(morpher->channels)) {
    retiming_reset(morpher->retiming);
    matching_reset(morpher->matching);
  }
  channels_power(morpher->channels, spectra, morpher->power);
  const float level_db = envelope_from_power(morpher->envelope, morpher->power, shape_db);
  if (!morpher->params->learn_side) {
    corners_hear(&morpher->corners, level_db, shape_db);
  }
  track_source(morpher, level_db, shape_db);
  wander_step(&morpher->wander, (float)exp(-morpher->hop_s / walk_s));

  const float* const played_db = player_shape(morpher, shape_db);
  move(morpher, shape_db, played_db, gain_db);
  if (runs(morpher, OUTLET_GENERATOR)) {
    make_shift(morpher, gain_db);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    gain_db[b] = clamped(gain_db[b] + played_db[b] - shape_db[b], -most_gain_db, most_gain_db);
  }
  envelope_to_bins(morpher->envelope, gain_db, morpher->gain);
  make_gains(morpher);
  if (runs(morpher, OUTLET_STUDIO)) {
    channels_scale(morpher->channels, morpher->mixed, spectra);
  }
  morpher->moved = true;
}

/// A frame of the side-chain, for the corners that learn.
static void
hear_side(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  Morpher* const morpher = effect;
  float          shape_db[ENVELOPE_BANDS];
  channels_power(morpher->side, spectra, morpher->power);
  const float level_db = envelope_from_power(morpher->envelope, morpher->power, shape_db);
  corners_hear(&morpher->corners, level_db, shape_db);
}

static void
learn_frame(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  Morpher* const morpher = effect;
  float          shape_db[ENVELOPE_BANDS];
  channels_power(morpher->channels, spectra, morpher->power);
  const float level_db = envelope_from_power(morpher->envelope, morpher->power, shape_db);
  anchor_add(morpher->anchor, level_db, shape_db);
}

void
morpher_learn(Morpher* const morpher, Anchor* const anchor, const uint32_t n,
              const float* const* const in)
{
  morpher->anchor = anchor;
  channels_run(morpher->channels, true, learn_frame, morpher, n, in, NULL);
}

/// Begin and end learning.  @return Whether the side-chain is to be heard.
static bool
begin_run(Morpher* const morpher, const MorpherParams* const params, const bool has_side)
{
  bool learns = false;
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    learns = learns || params->learn[i];
  }
  const bool side_learns = learns && params->learn_side && has_side;
  if (side_learns && !morpher->side_learns) {
    channels_reset(morpher->side);
  }
  morpher->side_learns = side_learns;
  morpher->params      = params;
  corners_learn(&morpher->corners, params->learn);
  return side_learns;
}

/// The way from gains to sound that the controls ask for.
static Outlet
wanted_outlet(const MorpherParams* const params)
{
  switch (params->mode) {
    case MORPHER_TIGHT:
      return OUTLET_TIGHT;
    case MORPHER_LIVE:
      return OUTLET_LIVE;
    default:
      return params->output == MORPHER_GENERATE ? OUTLET_GENERATOR : OUTLET_STUDIO;
  }
}

/// Let the filters that are late by nature have the gains of the last frame.
static void
hand_gains(Morpher* const morpher)
{
  if (runs(morpher, OUTLET_TIGHT)) {
    const float wet = clamped(morpher->params->wet, 0.0f, 1.0f);
    short_filter_set(morpher->short_filter, morpher->gain, wet);
  }
  if (runs(morpher, OUTLET_LIVE)) {
    live_filter_set(morpher->live_filter, morpher->mixed, morpher->power);
  }
  morpher->moved = false;
}

/// Let an outlet begin with nothing heard, between two frames.
static void
begin_outlet(Morpher* const morpher, const Outlet outlet)
{
  switch (outlet) {
    case OUTLET_TIGHT:
      short_filter_reset(morpher->short_filter);
      break;
    case OUTLET_LIVE:
      live_filter_reset(morpher->live_filter);
      break;
    case OUTLET_GENERATOR:
      generator_reset(morpher->generator);
      break;
    default:
      channels_reset_output(morpher->channels);
  }
  morpher->next = outlet;
  morpher->age  = 0;
}

/// Go to the outlet that is asked for, unless a change is under way: at once when nothing was heard
/// yet.
static void
choose_outlet(Morpher* const morpher)
{
  const Outlet wanted = wanted_outlet(morpher->params);
  if (morpher->next == morpher->outlet && wanted != morpher->outlet) {
    begin_outlet(morpher, wanted);
    morpher->outlet = morpher->begun ? morpher->outlet : wanted;
  }
  morpher->begun = true;
}

/// Run an outlet; that of MORPHER_STUDIO has run where the gains were found.
static void
run_outlet(Morpher* const morpher, const Outlet outlet, const uint32_t n,
           const float* const* const in, float* const* const out)
{
  const MorpherParams* const params  = morpher->params;
  const GeneratorParams      generic = { .gain = morpher->shift,
                                         .wet  = clamped(params->wet, 0.0f, 1.0f),
                                         .hold = params->freeze };
  switch (outlet) {
    case OUTLET_TIGHT:
      short_filter_run(morpher->short_filter, n, in, out);
      break;
    case OUTLET_LIVE:
      live_filter_run(morpher->live_filter, n, in, out);
      break;
    case OUTLET_GENERATOR:
      generator_run(morpher->generator, &generic, n, in, out);
      break;
    default:
      break;
  }
}

/// Fade the next outlet in, once it is warm.
static void
fade_in(Morpher* const morpher, const uint32_t n, float* const* const out)
{
  for (uint32_t i = 0; i < n; ++i, ++morpher->age) {
    const uint32_t at    = morpher->age < morpher->n_warmup ? 0 : morpher->age - morpher->n_warmup;
    const float    share = fade_soft((float)at / (float)morpher->n_fade);
    for (uint32_t c = 0; c < morpher->n_channels; ++c) {
      out[c][i] = fade_mix(out[c][i], morpher->other[c][i], share);
    }
  }
  if (morpher->age >= morpher->n_warmup + morpher->n_fade) {
    morpher->outlet = morpher->next;
  }
}

/// A piece with no frame before its end.
static void
run_piece(Morpher* const morpher, const uint32_t n, const float* const* const in,
          float* const* const out)
{
  float* const        other[CHANNELS_MAX] = { morpher->other[0], morpher->other[1] };
  const bool          changes             = morpher->next != morpher->outlet;
  float* const* const studio              = morpher->outlet == OUTLET_STUDIO ? out
                                            : morpher->next == OUTLET_STUDIO ? other
                                                                             : NULL;
  channels_run(morpher->channels, true, morph_frame, morpher, n, in, studio);
  run_outlet(morpher, morpher->outlet, n, in, out);
  if (changes) {
    run_outlet(morpher, morpher->next, n, in, other);
    fade_in(morpher, n, out);
  }
  if (morpher->moved) {
    hand_gains(morpher);
  }
}

static uint32_t
smaller(const uint32_t a, const uint32_t b)
{
  return a < b ? a : b;
}

/// Samples until something may happen: a frame, or the end of a change.  So what a frame is moved
/// by does not depend on the block.
static uint32_t
piece(const Morpher* const morpher)
{
  uint32_t n = smaller(channels_left(morpher->channels), channels_left(morpher->side));
  if (runs(morpher, OUTLET_GENERATOR)) {
    n = smaller(n, generator_left(morpher->generator));
  }
  if (morpher->next != morpher->outlet) {
    n = smaller(n, morpher->n_warmup + morpher->n_fade - morpher->age);
  }
  return smaller(n, PIECE);
}

void
morpher_run(Morpher* const morpher, const MorpherParams* const params, const uint32_t n,
            const float* const* const in, const float* const* const side, float* const* const out)
{
  const float* const clean[CHANNELS_MAX] = { morpher->input[0], morpher->input[1] };
  const bool         side_learns         = begin_run(morpher, params, side != NULL);
  uint32_t           n_run               = 0;
  for (uint32_t done = 0; done < n; done += n_run) {
    const float* heard[CHANNELS_MAX];
    float*       to[CHANNELS_MAX];
    if (channels_left(morpher->channels) == morpher->stft.hop) {
      choose_outlet(morpher);
    }
    n_run = smaller(piece(morpher), n - done);
    for (uint32_t c = 0; c < morpher->n_channels; ++c) {
      channels_clean(n_run, in[c] + done, morpher->input[c]);
      to[c]    = out[c] + done;
      heard[c] = side_learns ? side[c] + done : NULL;
    }
    if (side_learns) {
      channels_run(morpher->side, true, hear_side, morpher, n_run, heard, NULL);
    }
    run_piece(morpher, n_run, clean, to);
  }
}
