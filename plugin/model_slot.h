// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_MODEL_SLOT_H
#define LAMINA_PLUGIN_MODEL_SLOT_H

#include "dsp/attributes.h"
#include "dsp/status.h"
#include "plugin/effect.h"

#include <stdbool.h>
#include <stdint.h>

/// Longest wait for the noise floor of a model that comes while sound runs, seconds.
#define MODEL_SLOT_MAX_FLOOR_S 2.0

/// Told one line for a person when a model cannot be used.  Never from the audio thread.
typedef void (*ModelSlotReport)(void* context, const char* line);

/**
   The model that sounds, and the way from one to the next while sound runs.

   Two pointers are all that loaders and the audio thread share.  A loader publishes by one
   exchange of `incoming`; what comes back was never seen by the audio thread and is freed at once.
   Only the audio thread takes from `incoming`: it runs the new engine on the live input, unheard,
   until its noise floor is known and the network's memory is full, then cross-fades.  The old one
   goes to `retired`, which the next loader, or model_slot_collect(), empties; no other swap begins
   before, unless nothing was heard since a reset: then the model that waits is used at once.  Hosts
   that load presets on the GUI thread while sound runs need this: the usual swap in work_response()
   would be a race there.

   So a choice made while sound runs is heard after the window of the noise floor and the network's
   memory: some three seconds, in which both engines run.  A model faded in sooner would take what
   happens to sound for the noise, and be judged by that.

   A model that cannot be used is a model all the same: its sound is the dry one, and its path
   is kept.

   What one model has learned, or was told to remember, is handed on to the next.
*/
typedef struct ModelSlot ModelSlot;

/// @return Owned by the caller, empty: dry; or NULL when memory is short.
ModelSlot*
model_slot_new(const Effect* effect, double rate_hz, ModelSlotReport report, void* context);

/// Free; NULL is allowed.  No other thread may use it any more.
void
model_slot_free(ModelSlot* slot);

/**
   Read a model file and publish it.  Any thread but the audio thread; allocates, locks, reads.

   A fault of the file is reported, and published as a model that leaves the sound dry.

   @param path "": the effect runs without a model, if it can.
   @param by_user True when the user chose it, false when the host restores what it knows.
   @return STATUS_NO_MEMORY when nothing could be published.
*/
Status
model_slot_load(ModelSlot* slot, const char* path, bool by_user);

/**
   The same as a host restores it: a file that is gone is looked for by what it was.

   @param identity From model_slot_copy_identity(), kept when the file is not found.  May be NULL.
*/
Status
model_slot_restore(ModelSlot* slot, const char* path, const char* identity);

/// Free what is retired.  Any thread but the audio thread.
void
model_slot_collect(ModelSlot* slot);

/// Path of the last load, to be freed by the caller; NULL when there is none, or it is "".  As
/// above.
char*
model_slot_copy_path(ModelSlot* slot);

/// What the file of the last load was, see model_search.h; as above.  NULL when it is not known.
char*
model_slot_copy_identity(ModelSlot* slot);

/// Forget all sound.  The next model to come is used at once: nothing is heard that could click.
REALTIME
void
model_slot_reset(ModelSlot* slot);

/// Take a published model, if there is one and there is room.  @return True when one was taken.
REALTIME
bool
model_slot_take(ModelSlot* slot);

/// True when model_slot_collect() has something to do.
REALTIME
bool
model_slot_wants_collect(const ModelSlot* slot);

/// Path of the model taken last, "" when there is none.  Valid until the next take.
REALTIME
const char*
model_slot_path(const ModelSlot* slot);

/// True when the user chose the model taken last.
REALTIME
bool
model_slot_by_user(const ModelSlot* slot);

/// Let every model remember this.  @param memory Copied.
REALTIME
void
model_slot_remember(ModelSlot* slot, const EffectMemory* memory);

/// What was set or learned last.  Owned by `slot`.
REALTIME
const EffectMemory*
model_slot_memory(const ModelSlot* slot);

/// Let every model use what one of them has learned since the last call.  @return True when one
/// has.
REALTIME
bool
model_slot_share_learned(ModelSlot* slot);

/// What the model that is heard does now; nothing where the sound is dry.  @param line Written.
REALTIME
void
model_slot_draw(const ModelSlot* slot, EffectLine* line);

/**
   @param controls As Effect's `run`.
   @param n 1…EFFECT_BLOCK.
   @param in [n_channels + n_side][n], finite.
   @param dry The input delayed by the effect's latency, [n_channels][n].
   @param out [n_channels][n], written.  Neither `in` nor `dry`.
*/
REALTIME
void
model_slot_run(ModelSlot* slot, const float* controls, uint32_t n, const float* const* in,
               const float* const* dry, float* const* out);

#endif
