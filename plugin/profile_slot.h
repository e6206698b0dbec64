// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_PROFILE_SLOT_H
#define LAMINA_PLUGIN_PROFILE_SLOT_H

#include "dsp/attributes.h"
#include "dsp/spectrum/noise_profile.h"

#include <stdbool.h>

/**
   The noise profile between the audio thread, which learns and uses it, and the threads that save
   and restore it while sound runs.

   Each direction is three buffers: the writer's, the reader's, and one between them that either
   exchanges for its own in one atomic step.  So nobody waits, and nobody reads what is being
   written.
*/
typedef struct ProfileSlot ProfileSlot;

/// @return Owned by the caller, without a profile; or NULL when memory is short.
ProfileSlot*
profile_slot_new(void);

/// Free; NULL is allowed.  No other thread may use it any more.
void
profile_slot_free(ProfileSlot* slot);

/// Let the audio thread use a profile.  Any other thread; locks.  @param profile NULL: none.
void
profile_slot_restore(ProfileSlot* slot, const NoiseProfile* profile);

/**
   What was restored last, or what the audio thread told after it took that.  Any thread but the
   audio thread; locks.

   @param profile Written when there is one.
   @return False when there is none.
*/
bool
profile_slot_save(ProfileSlot* slot, NoiseProfile* profile);

/**
   Take what was restored.

   @param profile Set when there is something new: valid until the next take; NULL: none.
   @return False when there is nothing new.
*/
REALTIME
bool
profile_slot_take(ProfileSlot* slot, const NoiseProfile** profile);

/// Tell of another profile than the one taken last.  @param profile Copied; NULL: none.
REALTIME
void
profile_slot_tell(ProfileSlot* slot, const NoiseProfile* profile);

#endif
