// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/model_slot.h"

#include "dsp/effect/fade.h"
#include "dsp/network/model_file.h"
#include "dsp/spectrum/stft.h"
#include "plugin/model_search.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A model with its engine.
typedef struct Loaded {
  Model*         model;    ///< NULL when it cannot be used
  void*          engine;   ///< NULL likewise: dry
  uint32_t       n_warmup; ///< Samples to hear before its output is its own
  bool           by_user;
  uint32_t       n_learned; ///< How often the engine has learned what is known to the slot
  struct Loaded* before;    ///< Retired before it and not yet freed; NULL: none
  char           path[];
} Loaded;

struct ModelSlot {
  const Effect*   effect;
  double          rate_hz;
  ModelSlotReport report;
  void*           context;

  pthread_mutex_t lock; ///< One loader at a time; unknown to the audio thread
  char*           path; ///< Of the last load
  char            identity[MODEL_IDENTITY_SIZE]; ///< Of its file, "" when it is not known

  _Atomic(Loaded*) incoming; ///< From the loaders to the audio thread
  _Atomic(Loaded*) retired;  ///< And back, the last one first

  // The audio thread's own.
  Loaded*      current; ///< Heard
  Loaded*      next;    ///< Warming up, then faded in
  uint32_t     age;     ///< Samples that `next` has heard
  uint32_t     n_fade;
  bool         fresh;  ///< Nothing was heard since the last reset
  EffectMemory memory; ///< For the models to come
  float        other[EFFECT_MAX_CHANNELS][EFFECT_BLOCK];
};

static void
loaded_free(const ModelSlot* const slot, Loaded* const loaded)
{
  if (loaded) {
    slot->effect->destroy(loaded->engine);
    model_free(loaded->model);
    free(loaded);
  }
}

/// Samples until the noise floor is known, and every tap that hears of it and the overlap are full.
static uint32_t
warmup(const Model* const model, const StftConfig stft, const double rate_hz)
{
  ModelShape shape;
  model_get_shape(model, &shape);
  const double floor_s = fmin((double)shape.features.minimum_s, MODEL_SLOT_MAX_FLOOR_S);
  return (uint32_t)lround(floor_s * rate_hz) + model_shape_history(&shape) * stft.hop +
         2 * stft.frame;
}

/// Read a model and make sure that the effect can run it.
static Status
read_model(const ModelSlot* const slot, Loaded* const loaded, Diagnostic* const why)
{
  const Effect* const effect = slot->effect;
  Status              status = model_read(loaded->path, &loaded->model, why);
  status = status ? status : model_check_kind(loaded->model, loaded->path, effect->kind, why);
  status = status ? status : model_compact(loaded->model, why);
  if (status) {
    return status;
  }

  const Model* const model = loaded->model;
  const uint32_t     frame = effect->frame(slot->rate_hz);
  const StftConfig   stft  = model_stft(model, slot->rate_hz);
  if (stft.frame != frame) {
    return diagnose(why, STATUS_BAD_FILE,
                    "%s: its window of %g ms in hops of %g ms is a frame of %u samples at %.0f Hz, "
                    "wanted are %u",
                    loaded->path, 1e3 * model->window_s, 1e3 * model->hop_s, stft.frame,
                    slot->rate_hz, frame);
  }

  loaded->n_warmup = warmup(model, stft, slot->rate_hz);
  return STATUS_SUCCESS;
}

static Status
open_model(const ModelSlot* const slot, Loaded* const loaded, Diagnostic* const why)
{
  const Effect* const effect = slot->effect;
  if (!loaded->path[0] && effect->can_do_without) {
    loaded->n_warmup = 2 * effect->frame(slot->rate_hz);
  } else {
    const Status status = read_model(slot, loaded, why);
    if (status) {
      return status;
    }
  }

  loaded->engine = effect->create(loaded->model, slot->rate_hz, effect->n_channels);
  if (!loaded->engine) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory to run it", loaded->path);
  }
  return STATUS_SUCCESS;
}

static Loaded*
loaded_new(const ModelSlot* const slot, const char* const path, const bool by_user)
{
  const size_t  n_path = strlen(path) + 1;
  Loaded* const loaded = calloc(1, sizeof(Loaded) + n_path);
  if (!loaded) {
    return NULL;
  }

  Diagnostic why  = { "" };
  loaded->by_user = by_user;
  memcpy(loaded->path, path, n_path);
  if (open_model(slot, loaded, &why)) {
    slot->report(slot->context, why.text);
    model_free(loaded->model);
    loaded->model = NULL;
  }
  return loaded;
}

ModelSlot*
model_slot_new(const Effect* const effect, const double rate_hz, const ModelSlotReport report,
               void* const context)
{
  ModelSlot* const slot = calloc(1, sizeof(ModelSlot));
  if (!slot) {
    return NULL;
  }

  slot->effect  = effect;
  slot->rate_hz = rate_hz;
  slot->report  = report;
  slot->context = context;
  slot->n_fade  = fade_length(rate_hz);
  slot->fresh   = true;
  atomic_init(&slot->incoming, NULL);
  atomic_init(&slot->retired, NULL);
  if (pthread_mutex_init(&slot->lock, NULL)) {
    free(slot);
    return NULL;
  }
  return slot;
}

void
model_slot_free(ModelSlot* const slot)
{
  if (!slot) {
    return;
  }

  loaded_free(slot, slot->current);
  loaded_free(slot, slot->next);
  loaded_free(slot, atomic_load(&slot->incoming));
  model_slot_collect(slot);
  pthread_mutex_destroy(&slot->lock);
  free(slot->path);
  free(slot);
}

/// Know the file that is loaded; or one that is missing, by what a state said of it.
static void
identify(ModelSlot* const slot, const char* const path, const char* const known)
{
  if (!model_identity(path, slot->identity) && known && strlen(known) < MODEL_IDENTITY_SIZE) {
    strcpy(slot->identity, known);
  }
}

/// @param known What the file was, or NULL.
static Status
load(ModelSlot* const slot, const char* const path, const char* const known, const bool by_user)
{
  // A load implies a collection, so a host that loses a work item cannot block all later swaps.
  model_slot_collect(slot);

  // Loads are in a row: the path that is saved is the path that sounds.
  pthread_mutex_lock(&slot->lock);
  Loaded* const loaded = loaded_new(slot, path, by_user);
  char* const   copy   = strdup(path);
  const Status  status = loaded && copy ? STATUS_SUCCESS : STATUS_NO_MEMORY;
  if (status) {
    loaded_free(slot, loaded);
    free(copy);
  } else {
    free(slot->path);
    slot->path = copy;
    identify(slot, path, known);
    loaded_free(slot, atomic_exchange(&slot->incoming, loaded));
  }
  pthread_mutex_unlock(&slot->lock);
  return status;
}

Status
model_slot_load(ModelSlot* const slot, const char* const path, const bool by_user)
{
  return load(slot, path, NULL, by_user);
}

Status
model_slot_restore(ModelSlot* const slot, const char* const path, const char* const identity)
{
  char* const  found  = identity && *path && access(path, F_OK) ? model_search(identity) : NULL;
  const Status status = load(slot, found ? found : path, identity, false);
  free(found);
  return status;
}

void
model_slot_collect(ModelSlot* const slot)
{
  Loaded* loaded = atomic_exchange(&slot->retired, NULL);
  while (loaded) {
    Loaded* const before = loaded->before;
    loaded_free(slot, loaded);
    loaded = before;
  }
}

char*
model_slot_copy_path(ModelSlot* const slot)
{
  pthread_mutex_lock(&slot->lock);
  char* const path = slot->path && slot->path[0] ? strdup(slot->path) : NULL;
  pthread_mutex_unlock(&slot->lock);
  return path;
}

char*
model_slot_copy_identity(ModelSlot* const slot)
{
  pthread_mutex_lock(&slot->lock);
  char* const identity = *slot->identity ? strdup(slot->identity) : NULL;
  pthread_mutex_unlock(&slot->lock);
  return identity;
}

/// Let a model be freed.  Only the audio thread adds to `retired`, and the others only take all of
/// it: between the two steps it is empty.
static void
retire(ModelSlot* const slot, Loaded* const loaded)
{
  if (loaded) {
    loaded->before = atomic_exchange(&slot->retired, NULL);
    atomic_store(&slot->retired, loaded);
  }
}

/// Let `next` be what is heard.
static void
settle(ModelSlot* const slot)
{
  retire(slot, slot->current);
  slot->current = slot->next;
  slot->next    = NULL;
}

void
model_slot_reset(ModelSlot* const slot)
{
  if (slot->next) {
    settle(slot);
  }
  if (slot->current && slot->current->engine) {
    slot->effect->reset(slot->current->engine);
  }
  slot->fresh = true;
}

/// Let a model remember what the slot does.
static void
hand_memory(const ModelSlot* const slot, Loaded* const loaded)
{
  if (loaded && loaded->engine) {
    slot->effect->remember(loaded->engine, &slot->memory);
    loaded->n_learned = slot->effect->n_learned(loaded->engine);
  }
}

void
model_slot_remember(ModelSlot* const slot, const EffectMemory* const memory)
{
  slot->memory = *memory;
  hand_memory(slot, slot->current);
  hand_memory(slot, slot->next);
}

const EffectMemory*
model_slot_memory(const ModelSlot* const slot)
{
  return &slot->memory;
}

/// Whether a model has learned since it was last asked.
static bool
has_learned(const ModelSlot* const slot, const Loaded* const loaded)
{
  return loaded && loaded->engine && slot->effect->n_learned(loaded->engine) != loaded->n_learned;
}

bool
model_slot_share_learned(ModelSlot* const slot)
{
  // The next model may have begun to learn later.
  const Loaded* const loaded = has_learned(slot, slot->current) ? slot->current
                               : has_learned(slot, slot->next)  ? slot->next
                                                                : NULL;
  if (loaded) {
    slot->effect->recall(loaded->engine, &slot->memory);
    hand_memory(slot, slot->current);
    hand_memory(slot, slot->next);
  }
  return loaded != NULL;
}

bool
model_slot_take(ModelSlot* const slot)
{
  if (slot->next || (!slot->fresh && atomic_load(&slot->retired))) {
    return false;
  }

  slot->next = atomic_exchange(&slot->incoming, NULL);
  slot->age  = 0;
  if (!slot->next) {
    return false;
  }

  if (slot->memory.n) {
    hand_memory(slot, slot->next);
  }
  if (slot->fresh) {
    settle(slot);
  }
  return true;
}

bool
model_slot_wants_collect(const ModelSlot* const slot)
{
  return atomic_load(&slot->retired) != NULL;
}

/// The model taken last; may be NULL.
static const Loaded*
newest(const ModelSlot* const slot)
{
  return slot->next ? slot->next : slot->current;
}

const char*
model_slot_path(const ModelSlot* const slot)
{
  const Loaded* const loaded = newest(slot);
  return loaded ? loaded->path : "";
}

bool
model_slot_by_user(const ModelSlot* const slot)
{
  const Loaded* const loaded = newest(slot);
  return loaded && loaded->by_user;
}

void
model_slot_draw(const ModelSlot* const slot, EffectLine* const line)
{
  line->n = 0;
  if (slot->current && slot->current->engine) {
    slot->effect->draw(slot->current->engine, line);
  }
}

static void
run_loaded(const ModelSlot* const slot, const Loaded* const loaded, const float* const controls,
           const uint32_t n, const float* const* const in, const float* const* const dry,
           float* const* const out)
{
  if (loaded && loaded->engine) {
    slot->effect->run(loaded->engine, controls, n, in, out);
    return;
  }

  for (uint32_t c = 0; c < slot->effect->n_channels; ++c) {
    memcpy(out[c], dry[c], n * sizeof(float));
  }
}

/// Mix `next`, which lies in `other`, into what is heard.
static void
fade(ModelSlot* const slot, const uint32_t n, float* const* const out)
{
  const uint32_t n_warmup = slot->next->n_warmup;
  for (uint32_t i = 0; i < n; ++i, ++slot->age) {
    const uint32_t at    = slot->age < n_warmup ? 0 : slot->age - n_warmup;
    const float    share = fade_soft((float)at / (float)slot->n_fade);
    for (uint32_t c = 0; c < slot->effect->n_channels; ++c) {
      out[c][i] = fade_mix(out[c][i], slot->other[c][i], share);
    }
  }
  if (slot->age >= n_warmup + slot->n_fade) {
    settle(slot);
  }
}

void
model_slot_run(ModelSlot* const slot, const float* const controls, const uint32_t n,
               const float* const* const in, const float* const* const dry, float* const* const out)
{
  slot->fresh = false;
  run_loaded(slot, slot->current, controls, n, in, dry, out);
  if (slot->next) {
    float* const other[EFFECT_MAX_CHANNELS] = { slot->other[0], slot->other[1] };
    run_loaded(slot, slot->next, controls, n, in, dry, other);
    fade(slot, n, out);
  }
}
