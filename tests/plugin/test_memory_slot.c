// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/memory_slot.h"

#include "tests/support/test.h"

#include <pthread.h>
#include <stdatomic.h>

/// Row of numbers that the effect would not remember.
static const float refused = -1.0f;

static bool
is_memory(const EffectMemory* const memory)
{
  return memory->numbers[0] != refused;
}

/// What was heard is added, number by number.
static void
merge(EffectMemory* const memory, const EffectMemory* const heard)
{
  memory->n = heard->n;
  for (uint32_t i = 0; i < heard->n; ++i) {
    memory->numbers[i] += heard->numbers[i];
  }
}

static const Effect effect = { .is_memory = is_memory, .merge = merge };

/// A memory all of whose numbers are one, or nothing at 0: pieces of two would show.
static EffectMemory
flat_memory(const float number)
{
  EffectMemory memory = { .n = number != 0.0f ? EFFECT_MAX_MEMORY : 0 };
  for (uint32_t i = 0; i < memory.n; ++i) {
    memory.numbers[i] = number;
  }
  return memory;
}

static float
flat_number(const EffectMemory* const memory)
{
  assert_true(memory->n == 0 || memory->n == EFFECT_MAX_MEMORY);
  const float number = memory->n ? memory->numbers[0] : 0.0f;
  for (uint32_t i = 0; i < memory->n; ++i) {
    assert_true(memory->numbers[i] == number);
  }
  return number;
}

static bool
restore(MemorySlot* const slot, const float number)
{
  const EffectMemory memory = flat_memory(number);
  return memory_slot_restore(slot, &memory);
}

static void
tell(MemorySlot* const slot, const float number)
{
  const EffectMemory memory = flat_memory(number);
  memory_slot_tell(slot, &memory);
}

/// Expect what would be saved, 0 for nothing.
static void
check_saved(MemorySlot* const slot, const float number)
{
  EffectMemory memory;
  memory_slot_save(slot, &memory);
  assert_float_equal(flat_number(&memory), number, 0.0f);
}

/// Expect what the audio thread takes, 0 for nothing.
static void
check_taken(MemorySlot* const slot, const float number)
{
  const EffectMemory* const memory = memory_slot_take(slot);
  assert_non_null(memory);
  assert_float_equal(flat_number(memory), number, 0.0f);
  assert_null(memory_slot_take(slot));
}

/// What a file taught is added to the last word of either side, and told to be the user's doing.
static void
test_what_was_heard_is_added(void** const state)
{
  (void)state;
  MemorySlot* const  slot  = memory_slot_new(&effect);
  const EffectMemory heard = flat_memory(10.0f);
  assert_true(restore(slot, 1.0f));
  memory_slot_merge(slot, &heard); // before that is taken
  check_saved(slot, 11.0f);
  check_taken(slot, 11.0f);
  assert_true(memory_slot_by_user(slot));
  tell(slot, 3.0f);
  memory_slot_merge(slot, &heard);
  check_saved(slot, 13.0f);
  check_taken(slot, 13.0f);
  assert_true(restore(slot, 1.0f));
  check_taken(slot, 1.0f);
  assert_false(memory_slot_by_user(slot));
  memory_slot_free(slot);
}

static void
test_the_last_word_is_saved(void** const state)
{
  (void)state;
  MemorySlot* const slot = memory_slot_new(&effect);
  assert_non_null(slot);
  check_saved(slot, 0.0f);
  assert_null(memory_slot_take(slot));

  assert_true(restore(slot, 1.0f));
  check_saved(slot, 1.0f); // before the audio thread knows
  check_taken(slot, 1.0f);
  check_saved(slot, 1.0f);
  tell(slot, 2.0f);
  check_saved(slot, 2.0f);
  tell(slot, 0.0f);
  check_saved(slot, 0.0f);

  tell(slot, 2.0f);
  assert_true(restore(slot, 2.0f));
  assert_true(restore(slot, 1.0f));
  tell(slot, 0.0f); // told before it was taken: the restore comes after it
  check_saved(slot, 1.0f);
  check_taken(slot, 1.0f);
  check_saved(slot, 1.0f);
  assert_true(restore(slot, 0.0f));
  check_saved(slot, 0.0f);
  check_taken(slot, 0.0f);
  memory_slot_free(slot);
  memory_slot_free(NULL);
}

static void
test_what_is_no_memory_changes_nothing(void** const state)
{
  (void)state;
  MemorySlot* const slot = memory_slot_new(&effect);
  assert_true(restore(slot, 1.0f));
  assert_false(restore(slot, refused));
  check_saved(slot, 1.0f);
  check_taken(slot, 1.0f);
  memory_slot_free(slot);
}

enum { N_ROUNDS = 20000 };

typedef struct {
  MemorySlot*       slot;
  _Atomic(uint32_t) n_running;
} Shared;

/// Restores 1, 2, 3…, and now and then none.
static void*
restore_all(void* const context)
{
  Shared* const shared = context;
  for (uint32_t i = 1; i <= N_ROUNDS; ++i) {
    assert_true(restore(shared->slot, i % 5 ? (float)i : 0.0f));
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
    EffectMemory memory;
    memory_slot_save(shared->slot, &memory);
    if (memory.n) {
      assert_true(flat_number(&memory) >= last);
      last = flat_number(&memory);
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
  Shared    shared = { .slot = memory_slot_new(&effect) };
  pthread_t threads[2];
  float     last = 0.0f;
  atomic_init(&shared.n_running, 2);
  assert_int_equal(pthread_create(&threads[0], NULL, restore_all, &shared), 0);
  assert_int_equal(pthread_create(&threads[1], NULL, save_all, &shared), 0);
  while (atomic_load(&shared.n_running)) {
    const EffectMemory* const taken = memory_slot_take(shared.slot);
    if (taken && taken->n) {
      assert_true(flat_number(taken) > last);
      last = flat_number(taken);
      tell(shared.slot, last + 0.5f);
    }
  }
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  check_saved(shared.slot, 0.0f); // the last restore is a fifth one
  memory_slot_free(shared.slot);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_last_word_is_saved),
    cmocka_unit_test(test_what_was_heard_is_added),
    cmocka_unit_test(test_what_is_no_memory_changes_nothing),
    cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
