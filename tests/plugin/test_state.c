// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/state.h"

#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <lv2/atom/atom.h>
#include <lv2/state/state.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_AT_ONCE };

static Host*
open_host(void)
{
  Host* const host = host_open(DENOISE_MONO_URI, &config);
  assert_non_null(host);
  host_activate(host);
  return host;
}

/// An empty block: messages and models move, no sound does.
static void
run_nothing(Host* const host)
{
  float* const none[HOST_MAX_CHANNELS] = { NULL };
  host_run(host, 0, none, none);
}

/// The path that a new instance has after it restores a state.
static char*
restored_path(const char* const folder, float* const strength)
{
  Host* const host = open_host();
  assert_true(host_restore(host, folder));
  run_nothing(host);
  char* const path = strdup(host_path(host));
  *strength        = host_control(host, "strength");
  host_close(host);
  return path;
}

static void
check_same_file(const char* const a, const char* const b)
{
  char* const real_a = realpath(a, NULL);
  char* const real_b = realpath(b, NULL);
  assert_non_null(real_a);
  assert_non_null(real_b);
  assert_string_equal(real_a, real_b);
  free(real_a);
  free(real_b);
}

/// A session: links to the user's files.
static void
test_session_round_trip(void** const state)
{
  const char* const model  = models_write(state, "model", models_constant_gain(0.5));
  const char* const folder = folder_path(state, "session");
  Host* const       host   = open_host();
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  host_set_control(host, "strength", 37.0f);
  assert_true(host_save(host, folder, folder, 0, true));
  host_close(host);

  float       strength = 0.0f;
  char* const path     = restored_path(folder, &strength);
  check_same_file(path, model);
  assert_float_equal(strength, 37.0f, 0.0);
  free(path);
}

/// A state to give away: the model travels along, and the user's file is not needed.
static void
test_portable_state_holds_the_model(void** const state)
{
  const char* const model  = models_write(state, "given", models_constant_gain(0.5));
  const char* const folder = folder_path(state, "preset");
  const char* const moved  = folder_path(state, "moved");
  Host* const       host   = open_host();
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  assert_true(host_save(host, folder, folder, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, true));
  host_close(host);
  assert_int_equal(unlink(model), 0);
  assert_int_equal(rename(folder, moved), 0);

  Host* const other = open_host();
  host_clear_log(other);
  assert_true(host_restore(other, moved));
  run_nothing(other);
  assert_string_equal(host_log(other), "");
  check_same_file(host_path(other), folder_path(state, "moved/given"));
  host_close(other);
}

/// A session opens without its model, says so, and is saved with the path it came with.
static void
test_missing_model_is_kept(void** const state)
{
  const char* const missing = folder_path(state, "not-there.safetensors");
  const char* const folder  = folder_path(state, "without");
  Host* const       host    = open_host();
  host_clear_log(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, missing));
  assert_non_null(strstr(host_log(host), missing));
  // No link folder: the path is stored as it is.
  assert_true(host_save(host, folder, NULL, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, true));
  host_close(host);

  float       strength = 0.0f;
  char* const path     = restored_path(folder, &strength);
  assert_string_equal(path, missing);
  free(path);
}

/// The identity that is saved after a state is restored.  @return Owned by the caller, or NULL.
static char*
identity_after(const char* const folder, char** const path)
{
  static HostMemory memory;
  Host* const       host = open_host();
  assert_true(host_restore(host, folder));
  run_nothing(host);
  *path = strdup(host_path(host));
  assert_true(host_save_memory(host, &memory));
  const HostValue* const value    = host_memory_value(host, &memory, LAMINA_MODEL_IDENTITY_URI);
  char* const            identity = value ? strdup((const char*)value->data) : NULL;
  host_close(host);
  return identity;
}

/// A session whose links lead nowhere any more finds the model by what it is; and knows what it
/// was for as long as it is not found.
static void
test_moved_model_is_found(void** const state)
{
  const char* const model  = models_write(state, "here", models_constant_gain(0.4));
  const char* const folder = folder_path(state, "linked");
  Host* const       host   = open_host();
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  assert_true(host_save(host, folder, folder, 0, true));
  host_close(host);
  char* path   = NULL;
  char* before = identity_after(folder, &path);
  assert_non_null(before);
  check_same_file(path, model);
  free(path);

  folder_make(state, "data");
  folder_make(state, "data/lamina");
  folder_make(state, "data/lamina/models");
  const char* const there = folder_path(state, "data/lamina/models/there");
  assert_int_equal(rename(model, there), 0);
  char* const lost = identity_after(folder, &path);
  assert_string_equal(lost, before);
  assert_null(strstr(path, "there"));
  free(path);

  assert_int_equal(setenv("XDG_DATA_HOME", folder_path(state, "data"), 1), 0);
  char* const found = identity_after(folder, &path);
  assert_string_equal(found, before);
  assert_string_equal(path, there);
  assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);
  free(path);
  free(found);
  free(lost);
  free(before);
}

/// What a hand-made host says is stored.
typedef struct {
  LV2_URID    key;
  LV2_URID    type;
  size_t      size;
  const void* value;
} Stored;

static const void*
retrieve(const LV2_State_Handle handle, const uint32_t key, size_t* const size,
         uint32_t* const type, uint32_t* const flags)
{
  const Stored* const stored = handle;
  if (key != stored->key) {
    return NULL;
  }
  *size  = stored->size;
  *type  = stored->type;
  *flags = 0;
  return stored->value;
}

enum { PATH = 7, VECTOR, FLOAT, MODEL, PROFILE };

static LV2_URID
map_uri(void* const handle, const char* const uri)
{
  (void)handle;
  static const char* const uris[] = { LV2_ATOM__Path, LV2_ATOM__Vector, LV2_ATOM__Float,
                                      LAMINA_MODEL_URI, LAMINA_NOISE_PROFILE_URI };
  for (uint32_t i = 0; i < 5; ++i) {
    if (!strcmp(uri, uris[i])) {
      return 7 + i;
    }
  }
  return 99;
}

static void
ignore(void* const context, const char* const line)
{
  (void)context;
  (void)line;
}

/// Values of another type or without an end are refused; no value changes nothing.
static void
test_strange_values(void** const state)
{
  (void)state;
  const LV2_URID_Map map      = { NULL, map_uri };
  const Uris         uris     = uris_map(&map, DENOISE_MONO_URI, LAMINA_NOISE_PROFILE_URI);
  ModelSlot* const   slot     = model_slot_new(&denoise_mono, 48000.0, ignore, NULL);
  MemorySlot* const  profiles = memory_slot_new(&denoise_mono);
  Stored             stored   = { MODEL, FLOAT, 3, "/a" };
  assert_int_equal(state_restore(slot, profiles, &uris, retrieve, &stored, NULL),
                   LV2_STATE_ERR_BAD_TYPE);
  stored = (Stored){ MODEL, PATH, 2, "/a" };
  assert_int_equal(state_restore(slot, profiles, &uris, retrieve, &stored, NULL),
                   LV2_STATE_ERR_BAD_TYPE);
  stored.value = NULL;
  assert_int_equal(state_restore(slot, profiles, &uris, retrieve, &stored, NULL),
                   LV2_STATE_SUCCESS);
  assert_null(model_slot_copy_path(slot));

  // Without state:mapPath the path is what it says.
  stored = (Stored){ MODEL, PATH, 3, "/a" };
  assert_int_equal(state_restore(slot, profiles, &uris, retrieve, &stored, NULL),
                   LV2_STATE_SUCCESS);
  char* const path = model_slot_copy_path(slot);
  assert_string_equal(path, "/a");
  free(path);
  model_slot_free(slot);
  memory_slot_free(profiles);
}

/// Where a host lets a state keep the model.
static char*
make_path(void* const place, const char* const name)
{
  (void)name;
  return strdup(place);
}

static LV2_State_Status
store_path(void* const stored, const uint32_t key, const void* const value, const size_t size,
           const uint32_t type, const uint32_t flags)
{
  (void)key;
  (void)size;
  (void)type;
  (void)flags;
  if (*(char*)stored == '\0') {
    strcpy(stored, value); // The first is the model's path
  }
  return LV2_STATE_SUCCESS;
}

/// Save a portable state with a model at a place.
static void
save_to(ModelSlot* const slot, const char* const place)
{
  char                     stored[4096] = "";
  char                     path[4096];
  MemorySlot* const        memories = memory_slot_new(&denoise_mono);
  const LV2_URID_Map       map      = { NULL, map_uri };
  const Uris               uris     = uris_map(&map, DENOISE_MONO_URI, LAMINA_NOISE_PROFILE_URI);
  LV2_State_Make_Path      maker    = { path, make_path };
  const LV2_Feature        feature  = { LV2_STATE__makePath, &maker };
  const LV2_Feature* const list[]   = { &feature, NULL };
  strcpy(path, place);
  assert_int_equal(
    state_save(slot, memories, &uris, store_path, stored, LV2_STATE_IS_PORTABLE, list),
    LV2_STATE_SUCCESS);
  assert_string_equal(stored, place);
  memory_slot_free(memories);
}

/// Hosts may offer a place where a link to a user's file is, or where the model itself is, when a
/// preset is saved again: neither file is harmed.
static void
test_a_copy_replaces_no_file_of_the_users(void** const state)
{
  enum { ROOM = 1 << 16 };
  static char       before[ROOM];
  static char       after[ROOM];
  const char* const model = models_write(state, "given", models_constant_gain(0.5));
  const char* const place = folder_path(state, "place");
  const size_t      n     = folder_read(state, "given", ROOM, before);
  ModelSlot* const  slot  = model_slot_new(&denoise_mono, 48000.0, ignore, NULL);
  assert_in_range(n, 100, ROOM - 1);
  assert_int_equal(model_slot_load(slot, model, false), STATUS_SUCCESS);

  folder_write(state, "other", 5, "other");
  assert_int_equal(symlink(folder_path(state, "other"), place), 0);
  save_to(slot, place);
  assert_int_equal(folder_read(state, "other", ROOM, after), 5);
  assert_int_equal(folder_read(state, "place", ROOM, after), n);

  assert_int_equal(unlink(place), 0);
  assert_int_equal(symlink(model, place), 0);
  save_to(slot, place);
  save_to(slot, model);
  assert_int_equal(folder_read(state, "given", ROOM, after), n);
  assert_memory_equal(after, before, n);
  model_slot_free(slot);
}

/// A profile as hosts keep it.
typedef struct {
  LV2_Atom_Vector_Body head;
  float                packed[NOISE_PROFILE_MAX_PACKED];
} Body;

/// 3 bands.
static Body
small_body(void)
{
  return (
    Body){ .head   = { sizeof(float), FLOAT },
           .packed = { 1.0f, 48000.0f, 20.0f, 50.0f, 100.0f, 0.0f, 0.0f, -30.0f, -40.0f, -50.0f } };
}

enum { BODY_SIZE = sizeof(LV2_Atom_Vector_Body) + 10 * sizeof(float) };

/// What state_restore() says of a stored profile; what is none leaves the one before.
static LV2_State_Status
restore_profile(const LV2_URID type, const size_t size, const void* const value)
{
  const LV2_URID_Map map    = { NULL, map_uri };
  const Uris         uris   = uris_map(&map, DENOISE_MONO_URI, LAMINA_NOISE_PROFILE_URI);
  ModelSlot* const   slot   = model_slot_new(&denoise_mono, 48000.0, ignore, NULL);
  MemorySlot* const  memory = memory_slot_new(&denoise_mono);
  const Body         before = small_body();
  EffectMemory       saved  = { .n = 10 };
  memcpy(saved.numbers, before.packed, 10 * sizeof(float));
  saved.numbers[9] = -51.0f;
  assert_true(memory_slot_restore(memory, &saved));
  Stored                 stored = { PROFILE, type, size, value };
  const LV2_State_Status status = state_restore(slot, memory, &uris, retrieve, &stored, NULL);
  memory_slot_save(memory, &saved);
  assert_int_equal(saved.n, status || size != sizeof(LV2_Atom_Vector_Body) ? 10 : 0);
  if (saved.n) {
    const float expected = value && !status ? -50.0f : -51.0f;
    assert_float_equal(saved.numbers[9], expected, 0.0f);
  }
  model_slot_free(slot);
  memory_slot_free(memory);
  return status;
}

/// Only a whole vector of floats that is a profile is one, wherever in memory it lies.
static void
test_strange_profiles(void** const state)
{
  (void)state;
  Body body = small_body();
  char odd[sizeof(Body) + 1];
  assert_int_equal(restore_profile(VECTOR, BODY_SIZE, &body), LV2_STATE_SUCCESS);
  memcpy(odd + 1, &body, BODY_SIZE);
  assert_int_equal(restore_profile(VECTOR, BODY_SIZE, odd + 1), LV2_STATE_SUCCESS);
  assert_int_equal(restore_profile(VECTOR, 0, NULL), LV2_STATE_SUCCESS);
  assert_int_equal(restore_profile(VECTOR, sizeof(body.head), &body), LV2_STATE_SUCCESS);

  for (size_t size = 0; size < sizeof(Body); ++size) {
    if (size != BODY_SIZE && size != sizeof(body.head)) {
      assert_int_equal(restore_profile(VECTOR, size, &body), LV2_STATE_ERR_BAD_TYPE);
    }
  }
  assert_int_equal(restore_profile(VECTOR, SIZE_MAX, &body), LV2_STATE_ERR_BAD_TYPE);
  assert_int_equal(restore_profile(FLOAT, BODY_SIZE, &body), LV2_STATE_ERR_BAD_TYPE);
  body.head.child_type = PATH;
  assert_int_equal(restore_profile(VECTOR, BODY_SIZE, &body), LV2_STATE_ERR_BAD_TYPE);
  body                 = small_body();
  body.head.child_size = 8;
  assert_int_equal(restore_profile(VECTOR, BODY_SIZE, &body), LV2_STATE_ERR_BAD_TYPE);
  body           = small_body();
  body.packed[8] = NAN;
  assert_int_equal(restore_profile(VECTOR, BODY_SIZE, &body), LV2_STATE_ERR_BAD_TYPE);
}

enum { SECOND = 48000 };

/// A second of noise.
static void
run_noise(Host* const host, float* const out)
{
  static float noise[SECOND];
  signal_fill_noise(3, 0.5f, SECOND, noise);
  for (uint32_t at = 0; at < SECOND; at += 480) {
    host_run(host, 480, (float*[]){ noise + at, NULL }, (float*[]){ out + at, NULL });
  }
}

static void
learn_noise(Host* const host)
{
  static float out[SECOND];
  host_set_control(host, "learn", 1.0f);
  run_noise(host, out);
  host_set_control(host, "learn", 0.0f);
  run_noise(host, out);
}

/// After a session is saved as text and opened again, all sounds the same to the bit.
static void
test_a_profile_is_kept_in_sessions(void** const state)
{
  static float      before[SECOND];
  static float      after[SECOND];
  const char* const model  = models_write(state, "learner", models_random(3));
  const char* const folder = folder_path(state, "learned");
  Host*             host   = open_host();
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  run_noise(host, after);
  learn_noise(host);
  host_deactivate(host);
  host_activate(host);
  run_noise(host, before);
  assert_true(memcmp(before, after, sizeof(before)));
  assert_true(host_save(host, folder, folder, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, true));
  host_close(host);

  host = open_host();
  assert_true(host_restore(host, folder));
  run_noise(host, after);
  assert_memory_equal(before, after, sizeof(before));
  assert_int_equal(host_changes_told(host), 0);
  host_close(host);
}

/// What the plugin saves of a profile is `value`.
static void
check_profile(Host* const host, const HostValue* const value)
{
  static HostMemory now;
  assert_true(host_save_memory(host, &now));
  const HostValue* const same = host_memory_value(host, &now, LAMINA_NOISE_PROFILE_URI);
  assert_int_equal(same->size, value->size);
  assert_memory_equal(same->data, value->data, value->size);
}

/// What is saved is what was restored, before any sound and without a model that works; a preset,
/// which says nothing of a profile, leaves it; an empty one forgets it; and what is broken is told.
static void
test_a_profile_comes_and_goes(void** const state)
{
  static HostMemory fresh;
  static HostMemory learned;
  static HostMemory again;
  const char* const model = models_write(state, "learner", models_random(3));
  Host*             host  = open_host();
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  assert_true(host_save_memory(host, &fresh));
  assert_int_equal(host_memory_value(host, &fresh, LAMINA_NOISE_PROFILE_URI)->size,
                   sizeof(LV2_Atom_Vector_Body));
  learn_noise(host);
  assert_true(host_save_memory(host, &learned));
  HostValue* const value = host_memory_value(host, &learned, LAMINA_NOISE_PROFILE_URI);
  assert_non_null(value);

  assert_true(host_restore_path(host, LAMINA_MODEL_URI, folder_path(state, "not-there")));
  run_nothing(host);
  check_profile(host, value);

  assert_true(host_restore_memory(host, &fresh));
  check_profile(host, host_memory_value(host, &fresh, LAMINA_NOISE_PROFILE_URI));
  run_nothing(host);
  check_profile(host, host_memory_value(host, &fresh, LAMINA_NOISE_PROFILE_URI));

  unlink(model);
  for (uint32_t i = 0; i < 2; ++i) {
    assert_true(host_restore_memory(host, &learned));
    learn_noise(host); // in vain
    check_profile(host, value);
  }

  host_clear_log(host);
  assert_true(host_save_memory(host, &again));
  value->size -= sizeof(float);
  assert_false(host_restore_memory(host, &learned));
  assert_non_null(strstr(host_log(host), "a value in the saved state"));
  check_profile(host, host_memory_value(host, &again, LAMINA_NOISE_PROFILE_URI));
  assert_non_null(host_memory_value(host, &again, LAMINA_MODEL_URI));
  host_close(host);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_session_round_trip),
    cmocka_unit_test(test_portable_state_holds_the_model),
    cmocka_unit_test(test_missing_model_is_kept),
    cmocka_unit_test(test_moved_model_is_found),
    cmocka_unit_test(test_strange_values),
    IN_FOLDER(test_a_copy_replaces_no_file_of_the_users),
    cmocka_unit_test(test_strange_profiles),
    cmocka_unit_test(test_a_profile_is_kept_in_sessions),
    cmocka_unit_test(test_a_profile_comes_and_goes),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
