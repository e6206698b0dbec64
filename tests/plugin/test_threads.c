// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// run() on one thread while a second restores states and a third does the work, as Ardour has it.
// Built with -Db_sanitize=thread, as test.sh does, this proves that nothing is shared without
// order.

#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/plugins.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { N_RESTORES = 40, BLOCK = 256 };

typedef struct {
  Host*             host;
  const char*       models[3];
  bool              ok;         ///< All that was saved and restored
  uint32_t          n_profiles; ///< That were seen in saved states
  _Atomic(bool)     done;
  _Atomic(uint32_t) n_blocks;
} Shared;

/// The GUI thread: one preset after the other.
static void*
restore_all(void* const context)
{
  Shared* const shared = context;
  for (uint32_t i = 0; i < N_RESTORES; ++i) {
    host_restore_path(shared->host, LAMINA_MODEL_URI, shared->models[i % 3]);
  }
  atomic_store(&shared->done, true);
  return NULL;
}

static void
run_block(Host* const host, const uint32_t block)
{
  float  sound[HOST_MAX_CHANNELS][BLOCK];
  float* channels[HOST_MAX_CHANNELS];
  for (uint32_t c = 0; c < HOST_MAX_CHANNELS; ++c) {
    signal_fill_noise(block, 0.5f, BLOCK, sound[c]);
    channels[c] = sound[c];
  }
  host_run(host, BLOCK, channels, channels);
  for (uint32_t c = 0; c < HOST_MAX_CHANNELS; ++c) {
    for (uint32_t i = 0; i < BLOCK; ++i) {
      assert_true(isfinite(sound[c][i]));
    }
  }
}

/// Hosts let the audio thread begin anew, around an export for one.
static void
run_all(Shared* const shared)
{
  for (uint32_t block = 0; !atomic_load(&shared->done); ++block) {
    if (block % 20 == 0) {
      host_set_path(shared->host, LAMINA_MODEL_URI, shared->models[block / 20 % 3]);
    }
    if (block % 50 == 0) {
      host_deactivate(shared->host);
      host_activate(shared->host);
    }
    run_block(shared->host, block);
  }
}

/// The user's last word is what the plugin comes to.
static void
check_last_word(Shared* const shared)
{
  host_set_path(shared->host, LAMINA_MODEL_URI, shared->models[2]);
  const uint32_t n_told = host_paths_told(shared->host);
  for (uint32_t i = 0; i < 20000 && (host_paths_told(shared->host) == n_told ||
                                     strcmp(host_path(shared->host), shared->models[2]));
       ++i) {
    run_block(shared->host, i);
  }
  assert_string_equal(host_path(shared->host), shared->models[2]);
}

static void
restore_while_running(void* const* const state, const PluginUnderTest* const plugin)
{
  const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_THREAD };
  Shared           shared = { .host = host_open(plugin->uri, &config) };
  shared.models[1]        = folder_path(state, "missing");
  shared.models[0]        = models_write(state, "a", plugin->make_model(1));
  shared.models[2]        = models_write(state, "b", plugin->make_model(2));
  assert_non_null(shared.host);
  host_activate(shared.host);

  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, restore_all, &shared), 0);
  run_all(&shared);
  pthread_join(thread, NULL);
  check_last_word(&shared);
  host_close(shared.host);
}

static void
test_restore_while_running(void** const state)
{
  for (uint32_t i = 0; i < N_PLUGINS_UNDER_TEST; ++i) {
    restore_while_running(state, &plugins_under_test[i]);
  }
}

/// The GUI thread: saves again and again, and every hundred blocks restores that, or a state
/// without a profile.  Between them there is time to learn.
static void*
save_and_restore_all(void* const context)
{
  Shared* const     shared = context;
  uint32_t          last   = 0;
  static HostMemory memory;
  while (!atomic_load(&shared->done)) {
    shared->ok = host_save_memory(shared->host, &memory) && shared->ok;
    shared->n_profiles += memory.n > 1;
    const uint32_t hundreds = atomic_load(&shared->n_blocks) / 100;
    if (hundreds != last && hundreds % 2) {
      shared->ok = host_restore_memory(shared->host, &memory) && shared->ok;
    } else if (hundreds != last) {
      shared->ok = host_restore_path(shared->host, LAMINA_MODEL_URI, shared->models[0]) &&
                   shared->ok;
    }
    last = hundreds;
    usleep(500);
  }
  return NULL;
}

/// Profiles are learned, cleared and used, saved and restored, all at once.
static void
test_profiles_while_running(void** const state)
{
  const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_THREAD };
  static Shared    shared = { .ok = true };
  shared.models[0]        = models_write(state, "a", models_random(1));
  shared.host             = host_open(DENOISE_STEREO_URI, &config);
  assert_non_null(shared.host);
  assert_true(host_restore_path(shared.host, LAMINA_MODEL_URI, shared.models[0]));
  host_activate(shared.host);

  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, save_and_restore_all, &shared), 0);
  for (uint32_t block = 0; block < 1200; ++block) {
    host_set_control(shared.host, "learn", block % 40 < 30);
    host_set_control(shared.host, "clear", block % 100 == 99);
    run_block(shared.host, block);
    atomic_store(&shared.n_blocks, block);
  }
  atomic_store(&shared.done, true);
  pthread_join(thread, NULL);
  assert_true(shared.ok);
  assert_true(shared.n_profiles > 0);
  assert_true(host_changes_told(shared.host) > 0);
  host_close(shared.host);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_restore_while_running),
    cmocka_unit_test(test_profiles_while_running),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
