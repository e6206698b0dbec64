// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/morph.h"

#include "dsp/effect/morpher.h"
#include "plugin/sound_file.h"
#include "plugin/uris.h"

#include <math.h>
#include <string.h>

/// Numbers of the memory for each corner: whether it has a timbre, and the timbre.
enum { PER_CORNER = 1 + ANCHOR_PACKED, N_MEMORY = CORNERS_COUNT * PER_CORNER };

_Static_assert(N_MEMORY <= EFFECT_MAX_MEMORY, "all corners must fit");
_Static_assert(MORPH_N_CONTROLS <= EFFECT_MAX_CONTROLS, "all controls must fit");
_Static_assert(MORPH_FREEWHEEL - MORPH_OFFSET_1 == MORPHER_OFFSETS, "a port for every offset");
_Static_assert(MORPH_LEARN_A + CORNERS_COUNT == MORPH_LEARN_SIDE, "a port for every corner");

static uint32_t
frame(const double rate_hz)
{
  return morpher_stft(rate_hz).frame;
}

/// A number below `n` that a port holds, 0 for what is none.
static uint32_t
read_choice(const float value, const uint32_t n)
{
  return value >= 0.5f && value < (float)n - 0.5f ? (uint32_t)lrintf(value) : 0;
}

static MorpherMode
read_mode(const float* const controls)
{
  return (MorpherMode)read_choice(controls[MORPH_MODE], MORPHER_N_MODES);
}

static uint32_t
latency(const double rate_hz, const float* const controls)
{
  return morpher_mode_latency(rate_hz, read_mode(controls));
}

static void*
create(const Model* const model, const double rate_hz, const uint32_t n_channels)
{
  return morpher_new(model, rate_hz, n_channels);
}

static void
reset(void* const engine)
{
  morpher_reset(engine);
}

static MorpherParams
read_controls(const float* const controls)
{
  MorpherParams params = {
    .mode       = read_mode(controls),
    .output     = controls[MORPH_OUTPUT] > 0.0f ? MORPHER_GENERATE : MORPHER_FILTER,
    .amount     = 0.01f * controls[MORPH_AMOUNT],
    .x          = 0.01f * controls[MORPH_X],
    .y          = 0.01f * controls[MORPH_Y],
    .expression = 0.01f * controls[MORPH_EXPRESSION],
    .inertia_s  = controls[MORPH_INERTIA],
    .freeze     = controls[MORPH_FREEZE] > 0.0f,
    .walk       = 0.01f * controls[MORPH_WALK],
    .wet        = 0.01f * controls[MORPH_WET],
    .learn_side = controls[MORPH_LEARN_SIDE] > 0.0f,
  };
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    params.learn[i] = controls[MORPH_LEARN_A + i] > 0.0f;
    params.known[i] = read_choice(controls[MORPH_TIMBRE_A + i], MODEL_MAX_ANCHORS + 1);
  }
  for (uint32_t i = 0; i < MORPHER_OFFSETS; ++i) {
    params.offsets[i] = controls[MORPH_OFFSET_1 + i];
  }
  return params;
}

static void
run_linked(void* const engine, const float* const controls, const uint32_t n,
           const uint32_t n_channels, const float* const* const in, float* const* const out)
{
  const MorpherParams params = read_controls(controls);
  morpher_run(engine, &params, n, in, in + n_channels, out);
}

static void
run_mono(void* const engine, const float* const controls, const uint32_t n,
         const float* const* const in, float* const* const out)
{
  run_linked(engine, controls, n, 1, in, out);
}

static void
run_stereo(void* const engine, const float* const controls, const uint32_t n,
           const float* const* const in, float* const* const out)
{
  run_linked(engine, controls, n, 2, in, out);
}

static void
destroy(void* const engine)
{
  morpher_free(engine);
}

/// Whether a part of a memory is a corner's.  @param anchor Written when it has a timbre.
static bool
read_corner(const float* const numbers, bool* const is_there, Anchor* const anchor)
{
  *is_there = numbers[0] == 1.0f;
  return *is_there ? anchor_unpack(numbers + 1, anchor) : numbers[0] == 0.0f;
}

static bool
is_memory(const EffectMemory* const memory)
{
  bool ok = memory->n == N_MEMORY;
  for (uint32_t i = 0; ok && i < CORNERS_COUNT; ++i) {
    bool   is_there = false;
    Anchor anchor;
    ok = read_corner(memory->numbers + i * PER_CORNER, &is_there, &anchor);
  }
  return ok;
}

/// Whether a corner has this timbre already.  @param anchor NULL: none.
static bool
has_corner(const void* const engine, const uint32_t corner, const Anchor* const anchor)
{
  const Anchor* const before = morpher_corner(engine, corner);
  float               old[ANCHOR_PACKED];
  float new[ANCHOR_PACKED];
  if (!before || !anchor) {
    return !before && !anchor;
  }
  anchor_pack(before, old);
  anchor_pack(anchor, new);
  return !memcmp(old, new, sizeof(old));
}

static void
remember(void* const engine, const EffectMemory* const memory)
{
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    bool   is_there = false;
    Anchor anchor;
    if (memory->n == N_MEMORY) {
      is_there = read_corner(memory->numbers + i * PER_CORNER, &is_there, &anchor) && is_there;
    }
    // What is being learned at the other corners goes on.
    if (!has_corner(engine, i, is_there ? &anchor : NULL)) {
      morpher_set_corner(engine, i, is_there ? &anchor : NULL);
    }
  }
}

static void
recall(const void* const engine, EffectMemory* const memory)
{
  bool any = false;
  *memory  = (EffectMemory){ 0 };
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    const Anchor* const anchor  = morpher_corner(engine, i);
    float* const        numbers = memory->numbers + i * PER_CORNER;
    if (anchor) {
      numbers[0] = 1.0f;
      anchor_pack(anchor, numbers + 1);
      any = true;
    }
  }
  memory->n = any ? N_MEMORY : 0;
}

static uint32_t
n_learned(const void* const engine)
{
  return morpher_n_learned(engine);
}

_Static_assert(MORPHER_TRACE <= EFFECT_MAX_POINTS, "all places must fit");

/// The way of the sound through the model's space: right and up is more.
static void
draw(const void* const engine, EffectLine* const line)
{
  line->n      = morpher_trace(engine, line->x, line->y);
  line->filled = false;
  for (uint32_t i = 0; i < line->n; ++i) {
    line->y[i] = 1.0f - line->y[i];
  }
}

/// Of a longer sound this is heard, seconds.
static const double most_heard_s = 60.0;

/// The timbre of a sound.  @return False when memory is short.
static bool
hear(SoundFile* const file, Anchor* const anchor)
{
  const double   rate_hz = sound_file_rate(file);
  const uint32_t most    = (uint32_t)(most_heard_s * rate_hz);
  Morpher* const morpher = morpher_new(NULL, rate_hz, sound_file_channels(file));
  float          block[EFFECT_MAX_CHANNELS][SOUND_FILE_BLOCK];
  float* const   sound[EFFECT_MAX_CHANNELS] = { block[0], block[1] };
  uint32_t       n                          = 0;
  for (uint32_t at = 0; morpher && at < most && (n = sound_file_read(file, sound)); at += n) {
    morpher_learn(morpher, anchor, n, (const float* const*)sound);
  }
  morpher_free(morpher);
  return morpher != NULL;
}

static Status
learn_file(const float place, const char* const path, EffectMemory* const heard,
           Diagnostic* const why)
{
  SoundFile*   file   = NULL;
  Anchor       anchor = { 0 };
  const Status status = sound_file_open(path, &file, why);
  if (status) {
    return status;
  }

  const bool ok = hear(file, &anchor);
  sound_file_close(file);
  if (!ok) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory to learn it", path);
  }
  if (!anchor_ready(&anchor)) {
    return diagnose(why, STATUS_BAD_FILE,
                    "%s: silent or too short; choose a sound of a tenth of a second or more", path);
  }
  *heard               = (EffectMemory){ .n = N_MEMORY };
  float* const numbers = heard->numbers + read_choice(place, CORNERS_COUNT) * PER_CORNER;
  numbers[0]           = 1.0f;
  anchor_pack(&anchor, numbers + 1);
  return STATUS_SUCCESS;
}

static void
merge(EffectMemory* const memory, const EffectMemory* const heard)
{
  if (memory->n != N_MEMORY) {
    *memory = (EffectMemory){ .n = N_MEMORY };
  }
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    const float* const numbers = heard->numbers + i * PER_CORNER;
    if (numbers[0] == 1.0f) {
      memcpy(memory->numbers + i * PER_CORNER, numbers, PER_CORNER * sizeof(float));
    }
  }
}

/// Modulation wheel, general purpose controllers, free ones, hold pedal (on from 64), sound
/// controllers.
static const EffectController controllers[] = {
  { 1, MORPH_AMOUNT, 0.0f, 100.0f },       { 16, MORPH_X, 0.0f, 100.0f },
  { 17, MORPH_Y, 0.0f, 100.0f },           { 18, MORPH_EXPRESSION, 0.0f, 100.0f },
  { 19, MORPH_INERTIA, 0.0f, 10.0f },      { 20, MORPH_WALK, 0.0f, 100.0f },
  { 21, MORPH_WET, 0.0f, 100.0f },         { 64, MORPH_FREEZE, -1.0f, 1.02f },
  { 70, MORPH_OFFSET_1, -3.0f, 3.0f },     { 71, MORPH_OFFSET_1 + 1, -3.0f, 3.0f },
  { 72, MORPH_OFFSET_1 + 2, -3.0f, 3.0f }, { 73, MORPH_OFFSET_1 + 3, -3.0f, 3.0f },
  { 74, MORPH_OFFSET_1 + 4, -3.0f, 3.0f }, { 75, MORPH_OFFSET_1 + 5, -3.0f, 3.0f },
  { 76, MORPH_OFFSET_1 + 6, -3.0f, 3.0f }, { 77, MORPH_OFFSET_1 + 7, -3.0f, 3.0f },
};

enum { N_CONTROLLERS = sizeof(controllers) / sizeof(*controllers) };

static const float defaults[MORPH_N_CONTROLS] = {
  [MORPH_AMOUNT]     = 0.0f,
  [MORPH_EXPRESSION] = 100.0f,
  [MORPH_WET]        = 100.0f,
};

const Effect morph_mono = {
  .uri            = MORPH_MONO_URI,
  .name           = "Lamina Morph",
  .kind           = MODEL_MORPH,
  .model          = "instruments.safetensors",
  .can_do_without = true,
  .n_channels     = 1,
  .n_side         = 1,
  .n_controls     = MORPH_N_CONTROLS,
  .defaults       = defaults,
  .n_controllers  = N_CONTROLLERS,
  .controllers    = controllers,
  .frame          = frame,
  .latency        = latency,
  .create         = create,
  .reset          = reset,
  .run            = run_mono,
  .destroy        = destroy,
  .is_memory      = is_memory,
  .remember       = remember,
  .recall         = recall,
  .n_learned      = n_learned,
  .draw           = draw,
  .learn_file     = learn_file,
  .merge          = merge,
  .place          = MORPH_FILE_CORNER,
  .memory_uri     = LAMINA_ANCHORS_URI,
  .clear          = MORPH_CLEAR,
  .freewheel      = MORPH_FREEWHEEL,
};

const Effect morph_stereo = {
  .uri            = MORPH_STEREO_URI,
  .name           = "Lamina Morph",
  .kind           = MODEL_MORPH,
  .model          = "instruments.safetensors",
  .can_do_without = true,
  .n_channels     = 2,
  .n_side         = 2,
  .n_controls     = MORPH_N_CONTROLS,
  .defaults       = defaults,
  .n_controllers  = N_CONTROLLERS,
  .controllers    = controllers,
  .frame          = frame,
  .latency        = latency,
  .create         = create,
  .reset          = reset,
  .run            = run_stereo,
  .destroy        = destroy,
  .is_memory      = is_memory,
  .remember       = remember,
  .recall         = recall,
  .n_learned      = n_learned,
  .draw           = draw,
  .learn_file     = learn_file,
  .merge          = merge,
  .place          = MORPH_FILE_CORNER,
  .memory_uri     = LAMINA_ANCHORS_URI,
  .clear          = MORPH_CLEAR,
  .freewheel      = MORPH_FREEWHEEL,
};
