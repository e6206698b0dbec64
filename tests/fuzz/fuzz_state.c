// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/uris.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/instance.h"

#include <lv2/state/state.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// What a model of few numbers may ask for: long windows, and memory of the past.
const size_t fuzz_allowance = (size_t)1 << 24;

enum { N_VALUES = 4, HEAD = 8 };

/// A value of a state, in memory of its very size.
typedef struct {
  const char* key;
  uint32_t    type;
  size_t      size;
  void*       bytes;
} Value;

typedef struct {
  uint32_t n;
  Value    values[N_VALUES];
} State;

static void
state_add(State* const state, const char* const key, const uint32_t type, const size_t size,
          const void* const bytes)
{
  void* const copy = malloc(size + !size);
  if (!copy || state->n == N_VALUES) {
    fuzz_fail("no room");
  }
  memcpy(copy, bytes, size);
  state->values[state->n++] = (Value){ key, type, size, copy };
}

static void
state_clear(State* const state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    free(state->values[i].bytes);
  }
  state->n = 0;
}

static const Value*
state_find(const State* const state, const uint32_t key)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    if (instance_urid(state->values[i].key) == key) {
      return &state->values[i];
    }
  }
  return NULL;
}

static const void*
retrieve(const LV2_State_Handle handle, const uint32_t key, size_t* const size,
         uint32_t* const type, uint32_t* const flags)
{
  const Value* const value = state_find(handle, key);
  if (!value) {
    return NULL;
  }
  *size  = value->size;
  *type  = value->type;
  *flags = LV2_STATE_IS_POD;
  return value->bytes;
}

static LV2_State_Status
store(const LV2_State_Handle handle, const uint32_t key, const void* const bytes, const size_t size,
      const uint32_t type, const uint32_t flags)
{
  (void)flags;
  static const char* const keys[] = { LAMINA_MODEL_URI, LAMINA_MODEL_IDENTITY_URI,
                                      LAMINA_NOISE_PROFILE_URI, LAMINA_ANCHORS_URI };
  for (uint32_t i = 0; i < sizeof(keys) / sizeof(keys[0]); ++i) {
    if (instance_urid(keys[i]) == key) {
      state_add(handle, keys[i], type, size, bytes);
    }
  }
  return LV2_STATE_SUCCESS;
}

static const Value*
find_model(const State* const state)
{
  return state_find(state, instance_urid(LAMINA_MODEL_URI));
}

/// A model that is missing keeps its path; an empty one is none.
static void
check_path(const State* const restored, const State* const saved)
{
  const Value* const before = find_model(restored);
  const Value* const after  = find_model(saved);
  const bool usable = before && before->type == instance_urid(LV2_ATOM__Path) && before->size > 1 &&
                      memchr(before->bytes, 0, before->size) && *(const char*)before->bytes;
  if (usable && access(before->bytes, F_OK) &&
      (!after || strcmp(before->bytes, after->bytes) != 0)) {
    fuzz_fail("a path that was forgotten");
  }
}

/// Restore, run, save, and restore what was saved into another instance.
static void
use(const uint32_t index, State* const state)
{
  State                            saved    = { 0 };
  Instance* const                  instance = instance_new(index);
  Instance* const                  other    = instance_new(index);
  const LV2_State_Interface* const states   = instance_extension(instance, LV2_STATE__interface);
  const LV2_State_Status status = states->restore(instance_handle(instance), retrieve, state, 0,
                                                  instance_features(instance));
  instance_run(instance, 0, (const uint8_t*)"", 0, 1.0f);
  instance_run(instance, 0, (const uint8_t*)"", 0, 1.0f);
  if (states->save(instance_handle(instance), store, &saved, 0, instance_features(instance))) {
    fuzz_fail("a state that cannot be saved");
  }
  if (status == LV2_STATE_SUCCESS) {
    check_path(state, &saved);
  }
  if (states->restore(instance_handle(other), retrieve, &saved, 0, instance_features(other))) {
    fuzz_fail("a state that cannot be restored");
  }
  instance_run(other, 0, (const uint8_t*)"", 0, 1.0f);
  state_clear(&saved);
  instance_free(other);
  instance_free(instance);
}

/**
   Which plugin; bits: 1 there is a profile, 2 of another type, 4 there is a path, 8 of another
   type, 16 it is that of a model, 32 timbres in the place of the profile; length of the profile in
   two bytes; four that are not used. Then the profile, and the path or the model.
*/
void
fuzz_input(const size_t size, const uint8_t* const data)
{
  if (size < HEAD) {
    return;
  }
  const unsigned       bits   = data[1];
  const size_t         wanted = data[2] + 256u * data[3];
  const size_t         n      = wanted < size - HEAD ? wanted : size - HEAD;
  const size_t         rest   = size - HEAD - n;
  const uint8_t* const tail   = data + HEAD + n;
  State                state  = { 0 };
  if (bits & 1) {
    state_add(&state, bits & 32 ? LAMINA_ANCHORS_URI : LAMINA_NOISE_PROFILE_URI,
              instance_urid(bits & 2 ? LV2_ATOM__Path : LV2_ATOM__Vector), n, data + HEAD);
  }
  if (bits & 4) {
    const char* const model = bits & 16 ? fuzz_file(0, rest, tail) : NULL;
    state_add(&state, LAMINA_MODEL_URI, instance_urid(bits & 8 ? LV2_ATOM__Vector : LV2_ATOM__Path),
              model ? strlen(model) + 1 : rest, model ? (const void*)model : tail);
  }
  use(data[0], &state);
  state_clear(&state);
}
