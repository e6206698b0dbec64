// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/manifest.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char*         file;
  ManifestSplit split;
} ManifestEntry;

struct Manifest {
  size_t         n;
  size_t         capacity;
  ManifestEntry* entries; ///< [n], by file
};

/// Where the two columns are.
typedef struct {
  unsigned file;
  unsigned split;
} ManifestColumns;

#define NO_COLUMN 0xFFFFu

/// Cut the next column off a line.  @return NULL after the last.
static char*
next_column(char** line)
{
  return strsep(line, "\t\r\n");
}

static bool
find_columns(char* line, ManifestColumns* columns)
{
  *columns = (ManifestColumns){ NO_COLUMN, NO_COLUMN };

  unsigned    index = 0;
  const char* name  = NULL;
  while ((name = next_column(&line))) {
    columns->file  = strcmp(name, "file") ? columns->file : index;
    columns->split = strcmp(name, "split") ? columns->split : index;
    ++index;
  }
  return columns->file != NO_COLUMN && columns->split != NO_COLUMN;
}

static ManifestSplit
split_from_name(const char* name)
{
  return !*name                   ? MANIFEST_NOTHING
         : !strcmp(name, "train") ? MANIFEST_TRAIN
         : !strcmp(name, "valid") ? MANIFEST_VALID
                                  : MANIFEST_OTHER;
}

static bool
append(Manifest* manifest, const char* file, ManifestSplit split)
{
  if (manifest->n == manifest->capacity) {
    const size_t   capacity = manifest->capacity ? 2 * manifest->capacity : 64;
    ManifestEntry* entries  = realloc(manifest->entries, capacity * sizeof *entries);
    if (!entries) {
      return false;
    }
    manifest->entries  = entries;
    manifest->capacity = capacity;
  }

  char* const copy = strdup(file);
  if (copy) {
    manifest->entries[manifest->n++] = (ManifestEntry){ copy, split };
  }
  return copy;
}

/// @return False when memory is short; a line that says nothing of a split is passed over.
static bool
append_line(Manifest* manifest, const ManifestColumns* columns, char* line)
{
  const char* file  = NULL;
  const char* split = NULL;
  const char* value = NULL;
  for (unsigned index = 0; (value = next_column(&line)); ++index) {
    file  = index == columns->file ? value : file;
    split = index == columns->split ? value : split;
  }

  const ManifestSplit which = split ? split_from_name(split) : MANIFEST_NOTHING;
  return !file || which == MANIFEST_NOTHING || append(manifest, file, which);
}

static int
compare_entries(const void* a, const void* b)
{
  return strcmp(((const ManifestEntry*)a)->file, ((const ManifestEntry*)b)->file);
}

static Status
read_lines(const char* path, FILE* stream, Manifest* manifest, Diagnostic* why)
{
  ManifestColumns columns = { NO_COLUMN, NO_COLUMN };
  char*           line    = NULL;
  size_t          size    = 0;
  Status          status  = STATUS_SUCCESS;

  if (getline(&line, &size, stream) < 0 || !find_columns(line, &columns)) {
    status = diagnose(why, STATUS_BAD_FILE, "%s: no columns 'file' and 'split'", path);
  }
  while (!status && getline(&line, &size, stream) >= 0) {
    if (!append_line(manifest, &columns, line)) {
      status = diagnose(why, STATUS_NO_MEMORY, "%s: no memory", path);
    }
  }
  free(line);
  return status;
}

Status
manifest_read(const char* path, Manifest** manifest, Diagnostic* why)
{
  FILE* const stream = fopen(path, "r");
  if (!stream) {
    return diagnose(why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
                    strerror(errno));
  }

  Manifest* const made   = calloc(1, sizeof *made);
  Status          status = made ? read_lines(path, stream, made, why)
                                : diagnose(why, STATUS_NO_MEMORY, "%s: no memory", path);
  fclose(stream);
  if (status) {
    manifest_free(made);
    return status;
  }
  if (made->n) {
    qsort(made->entries, made->n, sizeof *made->entries, compare_entries);
  }
  *manifest = made;
  return STATUS_SUCCESS;
}

void
manifest_free(Manifest* manifest)
{
  if (manifest) {
    for (size_t i = 0; i < manifest->n; ++i) {
      free(manifest->entries[i].file);
    }
    free(manifest->entries);
    free(manifest);
  }
}

ManifestSplit
manifest_split(const Manifest* manifest, const char* file)
{
  size_t low  = 0;
  size_t high = manifest->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const int    order  = strcmp(file, manifest->entries[middle].file);
    if (!order) {
      return manifest->entries[middle].split;
    }
    low  = order > 0 ? middle + 1 : low;
    high = order < 0 ? middle : high;
  }
  return MANIFEST_NOTHING;
}
