// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/profile_slot.h"

#include "tests/support/test.h"

#include <pthread.h>
#include <stdatomic.h>

/// A profile all of whose numbers are one: pieces of two would show.
static NoiseProfile
flat_profile(const float number)
{
  NoiseProfile profile = { .window_s = (double)number, .rate_hz = (double)number };
  for (uint32_t i = 0; i < BANDS_MAX; ++i) {
    profile.level_db[i] = number;
  }
  return profile;
}

static float
flat_number(const NoiseProfile* const profile)
{
  const float number = profile->level_db[0];
  assert_true(profile->window_s == (double)number && profile->rate_hz == (double)number);
  for (uint32_t i = 0; i < BANDS_MAX; ++i) {
    assert_true(profile->level_db[i] == number);
  }
  return number;
}

/// Expect what would be saved, 0 for none.
static void
check_saved(ProfileSlot* const slot, const float number)
{
  NoiseProfile profile;
  const bool   found = profile_slot_save(slot, &profile);
  assert_true(found == (number != 0.0f));
  if (found) {
    assert_float_equal(flat_number(&profile), number, 0.0f);
  }
}

/// Expect what the audio thread takes, 0 for none.
static void
check_taken(ProfileSlot* const slot, const float number)
{
  const NoiseProfile* profile = NULL;
  assert_true(profile_slot_take(slot, &profile));
  assert_true((profile != NULL) == (number != 0.0f));
  if (profile) {
    assert_float_equal(flat_number(profile), number, 0.0f);
  }
  assert_false(profile_slot_take(slot, &profile));
}

static void
test_the_last_word_is_saved(void** const state)
{
  (void)state;
  ProfileSlot* const  slot = profile_slot_new();
  const NoiseProfile  one  = flat_profile(1.0f);
  const NoiseProfile  two  = flat_profile(2.0f);
  const NoiseProfile* none = NULL;
  assert_non_null(slot);
  check_saved(slot, 0.0f);
  assert_false(profile_slot_take(slot, &none));

  profile_slot_restore(slot, &one);
  check_saved(slot, 1.0f); // before the audio thread knows
  check_taken(slot, 1.0f);
  check_saved(slot, 1.0f);
  profile_slot_tell(slot, &two);
  check_saved(slot, 2.0f);
  profile_slot_tell(slot, NULL);
  check_saved(slot, 0.0f);

  profile_slot_tell(slot, &two);
  profile_slot_restore(slot, &two);
  profile_slot_restore(slot, &one);
  profile_slot_tell(slot, NULL); // told before it was taken: the restore comes after it
  check_saved(slot, 1.0f);
  check_taken(slot, 1.0f);
  check_saved(slot, 1.0f);
  profile_slot_restore(slot, NULL);
  check_saved(slot, 0.0f);
  check_taken(slot, 0.0f);
  profile_slot_free(slot);
  profile_slot_free(NULL);
}

enum { N_ROUNDS = 20000 };

typedef struct {
  ProfileSlot*      slot;
  _Atomic(uint32_t) n_running;
} Shared;

/// Restores 1, 2, 3…, and now and then none.
static void*
restore_all(void* const context)
{
  Shared* const shared = context;
  for (uint32_t i = 1; i <= N_ROUNDS; ++i) {
    const NoiseProfile profile = flat_profile((float)i);
    profile_slot_restore(shared->slot, i % 5 ? &profile : NULL);
  }
  atomic_fetch_sub(&shared->n_running, 1);
  return NULL;
}

/// Saves again and again: what it sees never goes back.
static void*
save_all(void* const context)
{
  Shared* const shared = context;
  float         last   = 0.0f;
  for (uint32_t i = 0; i < N_ROUNDS; ++i) {
    NoiseProfile profile;
    if (profile_slot_save(shared->slot, &profile)) {
      assert_true(flat_number(&profile) >= last);
      last = flat_number(&profile);
    }
  }
  atomic_fetch_sub(&shared->n_running, 1);
  return NULL;
}

/// The audio thread takes what comes and tells what lies half-way to the next.
static void
test_threads(void** const state)
{
  (void)state;
  Shared    shared = { .slot = profile_slot_new() };
  pthread_t threads[2];
  float     last = 0.0f;
  atomic_init(&shared.n_running, 2);
  assert_int_equal(pthread_create(&threads[0], NULL, restore_all, &shared), 0);
  assert_int_equal(pthread_create(&threads[1], NULL, save_all, &shared), 0);
  while (atomic_load(&shared.n_running)) {
    const NoiseProfile* taken = NULL;
    if (profile_slot_take(shared.slot, &taken) && taken) {
      assert_true(flat_number(taken) > last);
      last                    = flat_number(taken);
      const NoiseProfile next = flat_profile(last + 0.5f);
      profile_slot_tell(shared.slot, &next);
    }
  }
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  check_saved(shared.slot, 0.0f); // the last restore is a fifth one
  profile_slot_free(shared.slot);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_last_word_is_saved),
    cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
