// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/state.h"

#include "plugin/host_feature.h"

#include <lv2/atom/atom.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Free a path that the host made.
static void
free_path(const LV2_Feature* const* const features, char* const path)
{
  const LV2_State_Free_Path* const feature = host_feature(features, LV2_STATE__freePath);
  if (path && feature) {
    feature->free_path(feature->handle, path);
  } else {
    free(path);
  }
}

static bool
copy_stream(FILE* const from, FILE* const to)
{
  char   bytes[4096];
  size_t n = 0;
  while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0) {
    if (fwrite(bytes, 1, n, to) != n) {
      return false;
    }
  }
  return !ferror(from);
}

/// Write what a stream holds to a new file.  @return False, and no file is left, on failure.
static bool
write_new(FILE* const from, const char* const path)
{
  FILE* const to = fopen(path, "wbx");
  bool        ok = to && copy_stream(from, to);
  if (to && fclose(to)) {
    ok = false;
  }
  if (to && !ok) {
    (void)unlink(path);
  }
  return ok;
}

/**
   Copy a file to a path.

   What is there is replaced only by a whole copy, and not followed: hosts keep links in states, and
   behind one may be a file of the user's, or the very file that is copied.
*/
static bool
copy_file(const char* const from_path, const char* const to_path)
{
  FILE* const from = fopen(from_path, "rb");
  char*       part = NULL;
  bool        ok   = from && asprintf(&part, "%s.%ld.part", to_path, (long)getpid()) >= 0;
  if (ok) {
    (void)unlink(part); // of a program that was killed
    ok = write_new(from, part);
  }
  if (ok && rename(part, to_path)) {
    (void)unlink(part);
    ok = false;
  }
  if (from) {
    (void)fclose(from);
  }
  free(part);
  return ok;
}

/// Copy a file to where the host keeps a state.  @return Path of the copy, or NULL.
static char*
copy_into_state(const LV2_Feature* const* const features, const char* const path)
{
  const LV2_State_Make_Path* const feature = host_feature(features, LV2_STATE__makePath);
  if (!feature) {
    return NULL;
  }

  const char* const slash = strrchr(path, '/');
  char* const       made  = feature->path(feature->handle, slash ? slash + 1 : path);
  char* const       copy  = made && copy_file(path, made) ? strdup(made) : NULL;
  free_path(features, made);
  return copy;
}

/// The path to store: resolved, so that no chain of links grows from save to save.
static char*
path_to_store(char* const path, const uint32_t flags, const LV2_Feature* const* const features)
{
  char* const resolved = realpath(path, NULL);
  if (!resolved) {
    return strdup(path);
  }

  char* const copy = flags & LV2_STATE_IS_PORTABLE ? copy_into_state(features, resolved) : NULL;
  if (!copy) {
    return resolved;
  }
  free(resolved);
  return copy;
}

static LV2_State_Status
store_path(const Uris* const uris, const LV2_State_Store_Function store,
           const LV2_State_Handle handle, const char* const path,
           const LV2_Feature* const* const features)
{
  const LV2_State_Map_Path* const map = host_feature(features, LV2_STATE__mapPath);
  if (!map) {
    // Of use on this machine only.
    return store(handle, uris->model, path, strlen(path) + 1, uris->atom_Path, LV2_STATE_IS_POD);
  }

  char* const mapped = map->abstract_path(map->handle, path);
  if (!mapped) {
    return LV2_STATE_ERR_UNKNOWN;
  }
  const LV2_State_Status status = store(handle, uris->model, mapped, strlen(mapped) + 1,
                                        uris->atom_Path, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  free_path(features, mapped);
  return status;
}

static LV2_State_Status
save_model(ModelSlot* const slot, const Uris* const uris, const LV2_State_Store_Function store,
           const LV2_State_Handle handle, const uint32_t flags,
           const LV2_Feature* const* const features)
{
  char* const path = model_slot_copy_path(slot);
  if (!path) {
    return LV2_STATE_SUCCESS;
  }

  char* const            wanted = path_to_store(path, flags, features);
  const LV2_State_Status status = wanted ? store_path(uris, store, handle, wanted, features)
                                         : LV2_STATE_ERR_UNKNOWN;
  free(wanted);
  free(path);
  return status;
}

/// So that the model is found when it is not where it was.
static LV2_State_Status
save_identity(ModelSlot* const slot, const Uris* const uris, const LV2_State_Store_Function store,
              const LV2_State_Handle handle)
{
  char* const identity = model_slot_copy_identity(slot);
  if (!identity) {
    return LV2_STATE_SUCCESS;
  }

  const LV2_State_Status status = store(handle, uris->model_identity, identity,
                                        strlen(identity) + 1, uris->atom_String,
                                        LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  free(identity);
  return status;
}

/// A memory as the body of an atom:Vector.
typedef struct {
  LV2_Atom_Vector_Body head;
  float                numbers[EFFECT_MAX_MEMORY];
} MemoryBody;

static LV2_State_Status
save_memory(MemorySlot* const slot, const Uris* const uris, const LV2_State_Store_Function store,
            const LV2_State_Handle handle)
{
  EffectMemory memory;
  MemoryBody   body = { .head = { sizeof(float), uris->atom_Float } };
  memory_slot_save(slot, &memory);
  memcpy(body.numbers, memory.numbers, memory.n * sizeof(float));
  return store(handle, uris->memory, &body,
               offsetof(MemoryBody, numbers) + memory.n * sizeof(float), uris->atom_Vector,
               LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
}

LV2_State_Status
state_save(ModelSlot* const slot, MemorySlot* const memories, const Uris* const uris,
           const LV2_State_Store_Function store, const LV2_State_Handle handle,
           const uint32_t flags, const LV2_Feature* const* const features)
{
  const LV2_State_Status model    = save_model(slot, uris, store, handle, flags, features);
  const LV2_State_Status identity = save_identity(slot, uris, store, handle);
  const LV2_State_Status memory   = save_memory(memories, uris, store, handle);
  return model ? model : identity ? identity : memory;
}

/// What the state says of the model's file; NULL when that is nothing.
static const char*
find_identity(const Uris* const uris, const LV2_State_Retrieve_Function retrieve,
              const LV2_State_Handle handle)
{
  size_t            size  = 0;
  uint32_t          type  = 0;
  uint32_t          flags = 0;
  const char* const value = retrieve(handle, uris->model_identity, &size, &type, &flags);
  return value && type == uris->atom_String && memchr(value, '\0', size) ? value : NULL;
}

static LV2_State_Status
restore_model(ModelSlot* const slot, const Uris* const uris,
              const LV2_State_Retrieve_Function retrieve, const LV2_State_Handle handle,
              const LV2_Feature* const* const features)
{
  size_t            size  = 0;
  uint32_t          type  = 0;
  uint32_t          flags = 0;
  const char* const value = retrieve(handle, uris->model, &size, &type, &flags);
  if (!value) {
    return LV2_STATE_SUCCESS;
  }
  if (type != uris->atom_Path || !memchr(value, '\0', size)) {
    return LV2_STATE_ERR_BAD_TYPE;
  }

  const LV2_State_Map_Path* const map    = host_feature(features, LV2_STATE__mapPath);
  char* const                     mapped = map ? map->absolute_path(map->handle, value) : NULL;
  const Status                    status = model_slot_restore(slot, mapped ? mapped : value,
                                                              find_identity(uris, retrieve, handle));
  free_path(features, mapped);
  return status ? LV2_STATE_ERR_UNKNOWN : LV2_STATE_SUCCESS;
}

/// The numbers that a stored value holds.  @return False when it holds anything else.
static bool
read_body(const Uris* const uris, const void* const value, const size_t size, const uint32_t type,
          MemoryBody* const body)
{
  const size_t head = offsetof(MemoryBody, numbers);
  if (type != uris->atom_Vector || size < head || size > sizeof(*body) ||
      (size - head) % sizeof(float)) {
    return false;
  }

  memcpy(body, value, size); // which may lie anywhere
  return body->head.child_size == sizeof(float) && body->head.child_type == uris->atom_Float;
}

static LV2_State_Status
restore_memory(MemorySlot* const slot, const Uris* const uris,
               const LV2_State_Retrieve_Function retrieve, const LV2_State_Handle handle)
{
  MemoryBody        body;
  EffectMemory      memory;
  size_t            size  = 0;
  uint32_t          type  = 0;
  uint32_t          flags = 0;
  const void* const value = retrieve(handle, uris->memory, &size, &type, &flags);
  if (!value) {
    return LV2_STATE_SUCCESS; // A preset
  }
  if (!read_body(uris, value, size, type, &body)) {
    return LV2_STATE_ERR_BAD_TYPE;
  }

  memory.n = (uint32_t)((size - offsetof(MemoryBody, numbers)) / sizeof(float));
  memcpy(memory.numbers, body.numbers, memory.n * sizeof(float));
  return memory_slot_restore(slot, &memory) ? LV2_STATE_SUCCESS : LV2_STATE_ERR_BAD_TYPE;
}

LV2_State_Status
state_restore(ModelSlot* const slot, MemorySlot* const memories, const Uris* const uris,
              const LV2_State_Retrieve_Function retrieve, const LV2_State_Handle handle,
              const LV2_Feature* const* const features)
{
  const LV2_State_Status memory = restore_memory(memories, uris, retrieve, handle);
  const LV2_State_Status model  = restore_model(slot, uris, retrieve, handle, features);
  return model ? model : memory;
}
