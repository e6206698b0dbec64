// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_STATE_H
#define LAMINA_PLUGIN_STATE_H

#include "plugin/memory_slot.h"
#include "plugin/model_slot.h"
#include "plugin/uris.h"

#include <lv2/state/state.h>

#include <stdint.h>

/**
   Store the path of the model, also when the file is missing or broken, what its file is, so that
   it is found when a session was moved, and what the effect remembers: an empty row when that is
   nothing, so that a session tells it from a preset, which has none.

   A host that asks for a portable state and lends a place for files gets a copy of the model
   there, so that the state can be given away.  Any thread but the audio thread.
*/
LV2_State_Status
state_save(ModelSlot* slot, MemorySlot* memories, const Uris* uris, LV2_State_Store_Function store,
           LV2_State_Handle handle, uint32_t flags, const LV2_Feature* const* features);

/**
   Load the stored model and hand over the stored memory.  Safe while sound runs.

   A model that is not where it was is looked for, see model_search.h.  One that cannot be used is
   no failure here: its path is kept and the slot reports it.  A state without a model or a memory
   leaves those that are there: trying presets forgets nothing.

   @return LV2_STATE_ERR_BAD_TYPE when a value is not what it should be: it counts as not there.
*/
LV2_State_Status
state_restore(ModelSlot* slot, MemorySlot* memories, const Uris* uris,
              LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
              const LV2_Feature* const* features);

#endif
