// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/state.h"

#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/test.h"

#include <lv2/state/state.h>

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

/// What a hand-made host says is stored.
typedef struct {
  LV2_URID    type;
  size_t      size;
  const char* value;
} Stored;

static const void*
retrieve(const LV2_State_Handle handle, const uint32_t key, size_t* const size,
         uint32_t* const type, uint32_t* const flags)
{
  (void)key;
  const Stored* const stored = handle;
  *size                      = stored->size;
  *type                      = stored->type;
  *flags                     = 0;
  return stored->value;
}

static LV2_URID
map_uri(void* const handle, const char* const uri)
{
  (void)handle;
  return !strcmp(uri, LV2_ATOM__Path) ? 7 : 8;
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
  const LV2_URID_Map map    = { NULL, map_uri };
  const Uris         uris   = uris_map(&map, DENOISE_MONO_URI);
  ModelSlot* const   slot   = model_slot_new(&denoise_mono, 48000.0, ignore, NULL);
  Stored             stored = { .type = 8, .size = 3, .value = "/a" };
  assert_int_equal(state_restore(slot, &uris, retrieve, &stored, NULL), LV2_STATE_ERR_BAD_TYPE);
  stored = (Stored){ .type = 7, .size = 2, .value = "/a" };
  assert_int_equal(state_restore(slot, &uris, retrieve, &stored, NULL), LV2_STATE_ERR_BAD_TYPE);
  stored.value = NULL;
  assert_int_equal(state_restore(slot, &uris, retrieve, &stored, NULL), LV2_STATE_SUCCESS);
  assert_null(model_slot_copy_path(slot));

  // Without state:mapPath the path is what it says.
  stored = (Stored){ .type = 7, .size = 3, .value = "/a" };
  assert_int_equal(state_restore(slot, &uris, retrieve, &stored, NULL), LV2_STATE_SUCCESS);
  char* const path = model_slot_copy_path(slot);
  assert_string_equal(path, "/a");
  free(path);
  model_slot_free(slot);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_session_round_trip),
    cmocka_unit_test(test_portable_state_holds_the_model),
    cmocka_unit_test(test_missing_model_is_kept),
    cmocka_unit_test(test_strange_values),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
