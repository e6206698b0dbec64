// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_MEMORY_SLOT_H
#define LAMINA_PLUGIN_MEMORY_SLOT_H

#include "dsp/attributes.h"
#include "plugin/effect.h"

#include <stdbool.h>

/**
   What an effect remembers, between the audio thread, which learns and uses it, and the threads
   that save and restore it while sound runs.

   Each direction is three buffers: the writer's, the reader's, and one between them that either
   exchanges for its own in one atomic step.  So nobody waits, and nobody reads what is being
   written.
*/
typedef struct MemorySlot MemorySlot;

/// @return Owned by the caller, with nothing remembered; or NULL when memory is short.
MemorySlot*
memory_slot_new(const Effect* effect);

/// Free; NULL is allowed.  No other thread may use it any more.
void
memory_slot_free(MemorySlot* slot);

/**
   Let the audio thread use this.  Any other thread; locks.

   @param memory From anywhere.
   @return False, and nothing has changed, when this is nothing that the effect remembers.
*/
NODISCARD
bool
memory_slot_restore(MemorySlot* slot, const EffectMemory* memory);

/**
   Let the audio thread use what a user had learned from a file, with all else that it remembers.
   Any other thread; locks.  What the audio thread learns before it takes this, within a block, is
   lost.

   @param heard As the effect's `learn_file` wrote it.
*/
void
memory_slot_merge(MemorySlot* slot, const EffectMemory* heard);

/**
   What was restored last, or what the audio thread told after it took that.  Any thread but the
   audio thread; locks.

   @param memory Written.
*/
void
memory_slot_save(MemorySlot* slot, EffectMemory* memory);

/// What was restored, valid until the next take; NULL when there is nothing new.
REALTIME
const EffectMemory*
memory_slot_take(MemorySlot* slot);

/// Whether what was taken last came from memory_slot_merge().
REALTIME
bool
memory_slot_by_user(const MemorySlot* slot);

/// Tell of another memory than the one taken last.
REALTIME
void
memory_slot_tell(MemorySlot* slot, const EffectMemory* memory);

#endif
