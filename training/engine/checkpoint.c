// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/checkpoint.h"

#include "dsp/file.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define MAGIC "LaminaCP"

enum { VERSION = 1, CRC_SIZE = 4 };

/// Longest file: anything that fits into memory; sizes cannot overflow below it.
#define MAX_FILE_SIZE (SIZE_MAX / 4)

/**
   What a file begins with.  The sizes of the arrays follow, then key, counters, arrays and the
   CRC-32 of all of it.  All is in the processor's byte order: the file is for the machine that
   wrote it, and another's version does not read as ours.
*/
typedef struct {
  char     magic[8];
  uint32_t version;
  uint32_t n_counters;
  uint32_t n_arrays;
  uint32_t key_size;
} Header;

static size_t
contents_size(const Checkpoint* checkpoint)
{
  size_t size = sizeof(Header) + strlen(checkpoint->key);
  size += checkpoint->n_counters * sizeof(uint64_t);
  for (uint32_t i = 0; i < checkpoint->n_arrays; ++i) {
    size += sizeof(uint64_t) + checkpoint->arrays[i].n * sizeof(float);
  }
  return size;
}

static void
put(uint8_t** at, size_t size, const void* data)
{
  if (size) {
    memcpy(*at, data, size);
    *at += size;
  }
}

/// @param at Room for contents_size() and the checksum.
static void
put_all(const Checkpoint* checkpoint, uint8_t* at)
{
  uint8_t* const begin  = at;
  Header         header = { .version    = VERSION,
                            .n_counters = checkpoint->n_counters,
                            .n_arrays   = checkpoint->n_arrays,
                            .key_size   = (uint32_t)strlen(checkpoint->key) };
  memcpy(header.magic, MAGIC, sizeof(header.magic));
  put(&at, sizeof(header), &header);
  for (uint32_t i = 0; i < checkpoint->n_arrays; ++i) {
    const uint64_t n = checkpoint->arrays[i].n;
    put(&at, sizeof(n), &n);
  }
  put(&at, header.key_size, checkpoint->key);
  put(&at, checkpoint->n_counters * sizeof(uint64_t), checkpoint->counters);
  for (uint32_t i = 0; i < checkpoint->n_arrays; ++i) {
    put(&at, checkpoint->arrays[i].n * sizeof(float), checkpoint->arrays[i].values);
  }
  const uint32_t crc = (uint32_t)crc32_z(0, begin, (size_t)(at - begin));
  put(&at, sizeof(crc), &crc);
}

Status
checkpoint_write(const Checkpoint* checkpoint, const char* path, Diagnostic* why)
{
  assert(checkpoint->n_counters <= CHECKPOINT_MAX_COUNTERS);
  assert(checkpoint->n_arrays <= CHECKPOINT_MAX_ARRAYS);
  const size_t   size  = contents_size(checkpoint) + CRC_SIZE;
  uint8_t* const bytes = malloc(size);
  if (!bytes) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }
  put_all(checkpoint, bytes);
  const Status status = file_replace(path, size, bytes, why);
  free(bytes);
  return status;
}

/// What is left to read.
typedef struct {
  const uint8_t* at;
  size_t         size;
} Source;

/// @return False, and nothing taken, when less is left.
static bool
take(Source* source, size_t size, void* data)
{
  if (size > source->size) {
    return false;
  }
  if (size) {
    memcpy(data, source->at, size);
    source->at += size;
    source->size -= size;
  }
  return true;
}

/// @param n [n_arrays], written.  @return Whether the sizes are possible and add up to the file.
static bool
take_sizes(Source* source, const Header* header, uint64_t* n)
{
  if (header->n_counters > CHECKPOINT_MAX_COUNTERS || header->n_arrays > CHECKPOINT_MAX_ARRAYS ||
      !take(source, header->n_arrays * sizeof(uint64_t), n)) {
    return false;
  }
  uint64_t size = header->key_size + header->n_counters * sizeof(uint64_t);
  for (uint32_t i = 0; i < header->n_arrays; ++i) {
    if (n[i] > source->size / sizeof(float)) {
      return false;
    }
    size += n[i] * sizeof(float);
  }
  return size == source->size;
}

/// Copy the contents, whose sizes are known to be right.  @return False: memory is short.
static bool
take_contents(Source* source, const Header* header, const uint64_t* n, Checkpoint* checkpoint)
{
  checkpoint->n_counters = header->n_counters;
  checkpoint->key        = calloc((size_t)header->key_size + 1, 1);
  if (!checkpoint->key) {
    return false;
  }
  bool ok = take(source, header->key_size, checkpoint->key) &&
            take(source, header->n_counters * sizeof(uint64_t), checkpoint->counters);
  for (uint32_t i = 0; ok && i < header->n_arrays; ++i) {
    CheckpointArray* const array = &checkpoint->arrays[checkpoint->n_arrays++];
    array->n                     = n[i];
    array->values                = malloc(n[i] ? n[i] * sizeof(float) : 1);
    ok = array->values && take(source, n[i] * sizeof(float), array->values);
  }
  return ok;
}

static Status
parse(const char* path, Source source, Checkpoint* checkpoint, Diagnostic* why)
{
  const uint8_t* const begin = source.at;
  Header               header;
  uint32_t             crc = 0;
  if (!take(&source, sizeof(header), &header) ||
      memcmp(header.magic, MAGIC, sizeof(header.magic))) {
    return diagnose(why, STATUS_BAD_FILE, "%s: not a checkpoint", path);
  }
  if (header.version != VERSION) {
    return diagnose(why, STATUS_BAD_FILE, "%s: version %u; only %d can be read", path,
                    header.version, VERSION);
  }
  if (source.size < CRC_SIZE) {
    return diagnose(why, STATUS_BAD_FILE, "%s: damaged", path);
  }
  source.size -= CRC_SIZE;
  memcpy(&crc, source.at + source.size, CRC_SIZE);
  uint64_t n[CHECKPOINT_MAX_ARRAYS];
  if (crc32_z(0, begin, sizeof(header) + source.size) != crc || !take_sizes(&source, &header, n)) {
    return diagnose(why, STATUS_BAD_FILE, "%s: damaged", path);
  }
  return take_contents(&source, &header, n, checkpoint)
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
}

Status
checkpoint_read(const char* path, Checkpoint* checkpoint, Diagnostic* why)
{
  size_t size   = 0;
  void*  bytes  = NULL;
  Status status = file_read(path, MAX_FILE_SIZE, &size, &bytes, why);
  if (status) {
    return status;
  }
  Checkpoint found = { 0 };

  status = parse(path, (Source){ bytes, size }, &found, why);
  free(bytes);
  if (status) {
    checkpoint_clear(&found);
    return status;
  }
  *checkpoint = found;
  return STATUS_SUCCESS;
}

void
checkpoint_clear(Checkpoint* checkpoint)
{
  for (uint32_t i = 0; i < checkpoint->n_arrays; ++i) {
    free(checkpoint->arrays[i].values);
  }
  free(checkpoint->key);
  *checkpoint = (Checkpoint){ 0 };
}
