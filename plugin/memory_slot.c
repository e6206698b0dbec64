// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/memory_slot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/// A memory on its way.
typedef struct {
  uint32_t     n_restores; ///< How many restores its writer knew of
  bool         by_user;    ///< A restore that is none: from a file
  EffectMemory memory;
} Letter;

/// One direction.
typedef struct {
  Letter            letters[3];
  uint32_t          writing; ///< Index, the writer's own
  uint32_t          reading; ///< Index, the reader's own
  _Atomic(uint32_t) between; ///< Index, and FRESH when it was written and not yet read
} Box;

enum { INDEX = 3, FRESH = 4 };

struct MemorySlot {
  const Effect*   effect;
  pthread_mutex_t lock;     ///< Of those who save and restore; unknown to the audio thread
  Letter          restored; ///< The last
  Box             to_audio;
  Box             from_audio;
  uint32_t        n_taken; ///< Restores that the audio thread knows of
  bool            by_user; ///< The last of them
};

static void
box_init(Box* const box)
{
  box->writing = 0;
  box->reading = 1;
  atomic_init(&box->between, 2);
}

static void
box_send(Box* const box, const Letter* const letter)
{
  box->letters[box->writing] = *letter;
  box->writing               = atomic_exchange(&box->between, box->writing | FRESH) & INDEX;
}

/// The last letter; one with zeros before the first.  Valid until the next call.
static const Letter*
box_receive(Box* const box)
{
  if (atomic_load(&box->between) & FRESH) {
    box->reading = atomic_exchange(&box->between, box->reading) & INDEX;
  }
  return &box->letters[box->reading];
}

MemorySlot*
memory_slot_new(const Effect* const effect)
{
  MemorySlot* const slot = calloc(1, sizeof(MemorySlot));
  if (!slot || pthread_mutex_init(&slot->lock, NULL)) {
    free(slot);
    return NULL;
  }

  slot->effect = effect;
  box_init(&slot->to_audio);
  box_init(&slot->from_audio);
  return slot;
}

void
memory_slot_free(MemorySlot* const slot)
{
  if (slot) {
    pthread_mutex_destroy(&slot->lock);
    free(slot);
  }
}

/// Hand a memory to the audio thread.  With the lock.
static void
restore(MemorySlot* const slot, const bool by_user, const EffectMemory* const memory)
{
  slot->restored = (Letter){ slot->restored.n_restores + 1, by_user, *memory };
  box_send(&slot->to_audio, &slot->restored);
}

bool
memory_slot_restore(MemorySlot* const slot, const EffectMemory* const memory)
{
  if (memory->n && !slot->effect->is_memory(memory)) {
    return false;
  }

  pthread_mutex_lock(&slot->lock);
  restore(slot, false, memory);
  pthread_mutex_unlock(&slot->lock);
  return true;
}

/// The last word of either side.  With the lock.
static const EffectMemory*
last_word(MemorySlot* const slot)
{
  const Letter* const told  = box_receive(&slot->from_audio);
  const bool          knows = told->n_restores == slot->restored.n_restores;
  return knows ? &told->memory : &slot->restored.memory;
}

void
memory_slot_merge(MemorySlot* const slot, const EffectMemory* const heard)
{
  pthread_mutex_lock(&slot->lock);
  EffectMemory memory = *last_word(slot);
  slot->effect->merge(&memory, heard);
  restore(slot, true, &memory);
  pthread_mutex_unlock(&slot->lock);
}

void
memory_slot_save(MemorySlot* const slot, EffectMemory* const memory)
{
  pthread_mutex_lock(&slot->lock);
  *memory = *last_word(slot);
  pthread_mutex_unlock(&slot->lock);
}

const EffectMemory*
memory_slot_take(MemorySlot* const slot)
{
  const Letter* const letter = box_receive(&slot->to_audio);
  if (letter->n_restores == slot->n_taken) {
    return NULL;
  }

  slot->n_taken = letter->n_restores;
  slot->by_user = letter->by_user;
  return &letter->memory;
}

bool
memory_slot_by_user(const MemorySlot* const slot)
{
  return slot->by_user;
}

void
memory_slot_tell(MemorySlot* const slot, const EffectMemory* const memory)
{
  const Letter letter = { slot->n_taken, false, *memory };
  box_send(&slot->from_audio, &letter);
}
