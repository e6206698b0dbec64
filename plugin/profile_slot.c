// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/profile_slot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/// A profile on its way.
typedef struct {
  uint32_t     n_restores; ///< How many restores its writer knew of
  bool         is_there;
  NoiseProfile profile;
} Letter;

/// One direction.
typedef struct {
  Letter            letters[3];
  uint32_t          writing; ///< Index, the writer's own
  uint32_t          reading; ///< Index, the reader's own
  _Atomic(uint32_t) between; ///< Index, and FRESH when it was written and not yet read
} Box;

enum { INDEX = 3, FRESH = 4 };

struct ProfileSlot {
  pthread_mutex_t lock;     ///< Of those who save and restore; unknown to the audio thread
  Letter          restored; ///< The last
  Box             to_audio;
  Box             from_audio;
  uint32_t        n_taken; ///< Restores that the audio thread knows of
};

static void
box_init(Box* const box)
{
  box->writing = 0;
  box->reading = 1;
  atomic_init(&box->between, 2);
}

static void
box_send(Box* const box, const uint32_t n_restores, const NoiseProfile* const profile)
{
  Letter* const letter = &box->letters[box->writing];
  letter->n_restores   = n_restores;
  letter->is_there     = profile != NULL;
  if (profile) {
    letter->profile = *profile;
  }
  box->writing = atomic_exchange(&box->between, box->writing | FRESH) & INDEX;
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

ProfileSlot*
profile_slot_new(void)
{
  ProfileSlot* const slot = calloc(1, sizeof(ProfileSlot));
  if (!slot || pthread_mutex_init(&slot->lock, NULL)) {
    free(slot);
    return NULL;
  }

  box_init(&slot->to_audio);
  box_init(&slot->from_audio);
  return slot;
}

void
profile_slot_free(ProfileSlot* const slot)
{
  if (slot) {
    pthread_mutex_destroy(&slot->lock);
    free(slot);
  }
}

void
profile_slot_restore(ProfileSlot* const slot, const NoiseProfile* const profile)
{
  pthread_mutex_lock(&slot->lock);
  ++slot->restored.n_restores;
  slot->restored.is_there = profile != NULL;
  if (profile) {
    slot->restored.profile = *profile;
  }
  box_send(&slot->to_audio, slot->restored.n_restores, profile);
  pthread_mutex_unlock(&slot->lock);
}

bool
profile_slot_save(ProfileSlot* const slot, NoiseProfile* const profile)
{
  pthread_mutex_lock(&slot->lock);
  const Letter* const told   = box_receive(&slot->from_audio);
  const bool          knows  = told->n_restores == slot->restored.n_restores;
  const Letter* const letter = knows ? told : &slot->restored;
  const bool          found  = letter->is_there;
  if (found) {
    *profile = letter->profile;
  }
  pthread_mutex_unlock(&slot->lock);
  return found;
}

bool
profile_slot_take(ProfileSlot* const slot, const NoiseProfile** const profile)
{
  const Letter* const letter = box_receive(&slot->to_audio);
  if (letter->n_restores == slot->n_taken) {
    return false;
  }

  slot->n_taken = letter->n_restores;
  *profile      = letter->is_there ? &letter->profile : NULL;
  return true;
}

void
profile_slot_tell(ProfileSlot* const slot, const NoiseProfile* const profile)
{
  box_send(&slot->from_audio, slot->n_taken, profile);
}
