// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/morph.h"

#include "dsp/effect/morpher.h"
#include "plugin/uris.h"

#include <math.h>

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

static void
remember(void* const engine, const EffectMemory* const memory)
{
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    bool   is_there = false;
    Anchor anchor;
    if (memory->n == N_MEMORY) {
      is_there = read_corner(memory->numbers + i * PER_CORNER, &is_there, &anchor) && is_there;
    }
    morpher_set_corner(engine, i, is_there ? &anchor : NULL);
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
  .memory_uri     = LAMINA_ANCHORS_URI,
  .clear          = MORPH_CLEAR,
  .freewheel      = MORPH_FREEWHEEL,
};
