// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// run() allocates nothing, takes no lock and makes no system call, whatever happens around it.
//
//   test_realtime [SECONDS]: of sound, for every plugin and every way to do its work
//
// This is built twice: with the guard of tests/support, which counts, and with LLVM's sanitizer for
// real-time threads, which knows more functions and ends the program at the first.

#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/plugins.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/support/trespass.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE = 48000 };

/// Of sound.  What is heard here in three seconds would take a user a day.
static double seconds = 3.0;

static float
uniform(uint64_t* const random, const float least, const float most)
{
  return least + (most - least) * 0.5f * (1.0f + signal_noise(random));
}

/// Anything that a host may write to a port: mostly in its range, now and then far out of it, or no
/// number.
static float
any_value(uint64_t* const random, const float least, const float most)
{
  const float kind = uniform(random, 0.0f, 1.0f);
  const float far  = uniform(random, 0.0f, 1.0f) < 0.5f ? -1e9f : 1e9f;
  return kind < 0.9f ? uniform(random, least, most) : kind < 0.98f ? far : NAN;
}

/// Controls of the host's and of learning, which are turned with a plan.
static bool
is_planned(const char* const symbol)
{
  return !strncmp(symbol, "learn", 5) || !strcmp(symbol, "clear") || !strcmp(symbol, "freewheel");
}

static void
turn_every_knob(Host* const host, uint64_t* const random)
{
  float                   least[64];
  float                   most[64];
  const LilvPlugin* const plugin = host_plugin(host);
  const uint32_t          n      = lilv_plugin_get_num_ports(plugin);
  assert_true(n <= 64);
  lilv_plugin_get_port_ranges_float(plugin, least, most, NULL);
  for (uint32_t i = 0; i < n; ++i) {
    const LilvPort* const port   = lilv_plugin_get_port_by_index(plugin, i);
    const char* const     symbol = lilv_node_as_string(lilv_port_get_symbol(plugin, port));
    if (isfinite(most[i]) && !is_planned(symbol)) {
      (void)host_set_control(host, symbol, any_value(random, least[i], most[i]));
    }
  }
}

/// Learn for long enough, and not; clear now and then; save and restore what there is.
/// @return Whether something was remembered when it was last saved.
static bool
learn(Host* const host, const uint32_t block, uint64_t* const random)
{
  static HostMemory memory;
  const bool        on = block % 100 < 60 || uniform(random, 0.0f, 1.0f) > 0.9f;
  (void)host_set_control(host, "learn", on);
  (void)host_set_control(host, "learn_a", on);
  (void)host_set_control(host, "learn_c", block % 50 < 30);
  (void)host_set_control(host, "learn_side", block % 200 < 100);
  host_set_control(host, "clear", block % 170 == 0);
  host_set_control(host, "freewheel", block % 400 > 390);
  if (block % 90 == 0) {
    assert_true(host_save_memory(host, &memory));
  } else if (block % 130 == 0) {
    assert_true(host_restore_memory(host, &memory));
  }
  const HostValue* const profile = host_memory_value(host, &memory, LAMINA_NOISE_PROFILE_URI);
  const HostValue* const anchors = host_memory_value(host, &memory, LAMINA_ANCHORS_URI);
  return (profile && profile->size > sizeof(LV2_Atom_Vector_Body)) ||
         (anchors && anchors->size > sizeof(LV2_Atom_Vector_Body));
}

/// Sound, silence, and what is neither.
static void
fill(const uint32_t block, const uint32_t n, float* const x)
{
  signal_fill_noise(block, block % 100 < 85 ? 0.5f : 0.0f, n, x);
  if (n && block % 23 == 0) {
    x[n / 2] = NAN;
    x[0]     = 1e-42f;
    x[n - 1] = INFINITY;
  }
}

static void
run_block(Host* const host, const uint32_t block, const uint32_t n)
{
  static float in[HOST_MAX_CHANNELS][HOST_MAX_BLOCK];
  static float side[HOST_MAX_CHANNELS][HOST_MAX_BLOCK];
  for (uint32_t c = 0; c < HOST_MAX_CHANNELS; ++c) {
    fill(block + c, n, in[c]);
    fill(block + 7 * c, n, side[c]);
  }
  host_set_side(host, block % 300 < 150 ? (float*[]){ side[0], side[1] } : NULL);
  host_run(host, n, (float*[]){ in[0], in[1] }, (float*[]){ in[0], in[1] });
}

/// All that a host may do, in blocks of any size.
static void
live(void* const* state, const PluginUnderTest* const plugin, const HostWork work)
{
  const HostConfig  config   = { .rate_hz    = RATE,
                                 .work       = work,
                                 .work_delay = 5,
                                 .before_run = trespass_arm,
                                 .after_run  = trespass_disarm };
  const char* const models[] = { models_write(state, "a", plugin->make_model(1)),
                                 models_write(state, "b", plugin->make_model(2)),
                                 folder_path(state, "missing") };
  Host* const       host     = host_open(plugin->uri, &config);
  uint64_t          random   = 1;
  bool              learned  = false;
  assert_non_null(host);
  host_activate(host);
  for (uint32_t at = 0, block = 0; at < seconds * RATE; ++block) {
    const uint32_t n = block % 50 == 0 ? HOST_MAX_BLOCK : (uint32_t)uniform(&random, 0.0f, 400.0f);
    turn_every_knob(host, &random);
    learned = learn(host, block, &random) || learned;
    if (block % 7 == 0) {
      host_get_property(host, NULL);
    }
    if (block % 40 == 0) {
      host_refuse_work(host, 3);
      host_set_path(host, LAMINA_MODEL_URI, models[block / 40 % 3]);
    }
    run_block(host, block, n);
    host_clear_log(host);
    at += n;
  }
  assert_true(learned);
  // A thread of its own may be slower than these blocks, which are not played in real time.
  assert_true(work == HOST_WORK_THREAD || host_changes_told(host) > 5);
  host_close(host);
}

static void
test_run_is_real_time(void** const state)
{
  if (!trespass_works()) {
    skip();
  }
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    live(state, &plugins_under_test[p], HOST_WORK_LATER);
    live(state, &plugins_under_test[p], HOST_WORK_AT_ONCE);
    live(state, &plugins_under_test[p], HOST_WORK_THREAD);
  }
  assert_int_equal(trespass_count(), 0);
}

static void
allocate(void)
{
  void* volatile memory = malloc(100);
  free(memory);
}

static void
lock(void)
{
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void
rest(void)
{
  (void)nanosleep(&(struct timespec){ .tv_nsec = 1 }, NULL);
}

static void
nothing(void)
{
}

/// It is seen what is to be seen; else the other test would prove nothing.
static void
test_trespasses_are_seen(void** const state)
{
  (void)state;
  if (!trespass_works()) {
    skip();
  }
  assert_true(trespass_is_seen(allocate));
  assert_true(trespass_is_seen(lock));
  assert_true(trespass_is_seen(rest));
  assert_false(trespass_is_seen(nothing));
}

int
main(const int argc, char** const argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_run_is_real_time),
    cmocka_unit_test(test_trespasses_are_seen),
  };
  seconds = argc > 1 ? atof(argv[1]) : seconds;
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
