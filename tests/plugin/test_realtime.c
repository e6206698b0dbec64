// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// run() allocates nothing, takes no lock and makes no system call, whatever happens around it.

#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/guard.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

/// The guard sees what it is there for; else the other test would prove nothing.
static void
test_guard_counts(void** const state)
{
  (void)state;
  if (!guard_works()) {
    skip();
  }

  pthread_mutex_t   mutex  = PTHREAD_MUTEX_INITIALIZER;
  const GuardCounts before = guard_counts();
  guard_arm();
  void* volatile memory = malloc(100);
  free(memory);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  sched_yield();
  guard_disarm();
  memory = malloc(100);
  free(memory);

  const GuardCounts after = guard_counts();
  assert_int_equal(after.n_allocations - before.n_allocations, 2);
  assert_int_equal(after.n_locks - before.n_locks, 1);
  assert_int_equal(after.n_calls - before.n_calls, 1);
}

static float
uniform(uint64_t* const random, const float least, const float most)
{
  return least + (most - least) * 0.5f * (1.0f + signal_noise(random));
}

static void
turn_every_knob(Host* const host, uint64_t* const random)
{
  host_set_control(host, "enabled", uniform(random, -1.0f, 1.0f));
  host_set_control(host, "reduction", uniform(random, 0.0f, 60.0f));
  host_set_control(host, "strength", uniform(random, 0.0f, 200.0f));
  host_set_control(host, "smoothing", uniform(random, 0.0f, 500.0f));
  host_set_control(host, "residual", uniform(random, -1.0f, 1.0f));
  host_set_control(host, "profile", uniform(random, -1.0f, 1.0f));
}

/// Learn for long enough, and not; clear now and then; save and restore what there is.
/// @return Whether there was a profile when it was last saved.
static bool
follow_the_noise(Host* const host, const uint32_t block, uint64_t* const random)
{
  static HostMemory memory;
  host_set_control(host, "learn", block % 100 < 60 || uniform(random, 0.0f, 1.0f) > 0.9f);
  host_set_control(host, "clear", block % 170 == 0);
  if (block % 90 == 0) {
    assert_true(host_save_memory(host, &memory));
  } else if (block % 130 == 0) {
    assert_true(host_restore_memory(host, &memory));
  }
  const HostValue* const value = host_memory_value(host, &memory, LAMINA_NOISE_PROFILE_URI);
  return value && value->size > sizeof(LV2_Atom_Vector_Body);
}

/// Three seconds of all that a host may do, in blocks of any size.
static void
live(void* const* state, const char* const uri, const HostWork work)
{
  const HostConfig  config   = { .rate_hz    = 48000.0,
                                 .work       = work,
                                 .work_delay = 5,
                                 .before_run = guard_arm,
                                 .after_run  = guard_disarm };
  const char* const models[] = { models_write(state, "a", models_random(1)),
                                 models_write(state, "b", models_random(2)),
                                 folder_path(state, "missing") };
  static float      in[HOST_MAX_CHANNELS][HOST_MAX_BLOCK];
  Host* const       host    = host_open(uri, &config);
  uint64_t          random  = 1;
  bool              learned = false;
  assert_non_null(host);
  host_activate(host);
  for (uint32_t at = 0, block = 0; at < 3 * 48000; ++block) {
    const uint32_t n = block % 50 == 0 ? HOST_MAX_BLOCK : (uint32_t)uniform(&random, 0.0f, 400.0f);
    signal_fill_noise(block, 0.5f, n, in[0]);
    signal_fill_noise(block, 0.5f, n, in[1]);
    turn_every_knob(host, &random);
    learned = follow_the_noise(host, block, &random) || learned;
    if (block % 7 == 0) {
      host_get_property(host, NULL);
    }
    if (block % 40 == 0) {
      host_refuse_work(host, 3);
      host_set_path(host, LAMINA_MODEL_URI, models[block / 40 % 3]);
    }
    host_run(host, n, (float*[]){ in[0], in[1] }, (float*[]){ in[0], in[1] });
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
  if (!guard_works()) {
    skip();
  }

  const GuardCounts before = guard_counts();
  live(state, DENOISE_MONO_URI, HOST_WORK_LATER);
  live(state, DENOISE_STEREO_URI, HOST_WORK_LATER);
  live(state, DENOISE_STEREO_URI, HOST_WORK_AT_ONCE);
  live(state, DENOISE_STEREO_URI, HOST_WORK_THREAD);
  const GuardCounts after = guard_counts();
  assert_int_equal(after.n_allocations - before.n_allocations, 0);
  assert_int_equal(after.n_locks - before.n_locks, 0);
  assert_int_equal(after.n_calls - before.n_calls, 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_guard_counts),
    cmocka_unit_test(test_run_is_real_time),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
