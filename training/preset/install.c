// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/install.h"

#include "training/preset/archive.h"
#include "training/preset/bundle_check.h"
#include "training/preset/member.h"
#include "training/preset/place.h"
#include "training/preset/tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static Status
no_memory(Diagnostic* const why)
{
  return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
}

/// Name what a user knows where a complaint names the copy that was looked at.
static Status
rename_copy(const Status status, const char* const source, const char* const copy,
            Diagnostic* const why)
{
  const size_t length = strlen(copy);
  if (status && why && !strncmp(why->text, copy, length)) {
    const Diagnostic told = *why;
    return diagnose(why, status, "%.200s%s", source, told.text + length);
  }
  return status;
}

/// Copy a folder into the stage.  @param name Set to the bundle's name, owned by the caller.
static Status
copy_folder(const char* const source, const char* const stage, char** const name,
            Diagnostic* const why)
{
  char* const       real   = realpath(source, NULL);
  const char* const slash  = real ? strrchr(real, '/') : NULL;
  char* const       last   = slash ? strdup(slash + 1) : NULL;
  char* const       copy   = last ? tree_join(stage, last) : NULL;
  Status            status = copy ? member_check_bundle_name(last, why) : no_memory(why);
  if (!status) {
    status = mkdir(copy, 0777) ? diagnose(why, STATUS_IO, "%s: %s", copy, strerror(errno))
                               : tree_copy(real, copy, why);
  }
  free(copy);
  free(real);
  if (status) {
    free(last);
  } else {
    *name = last;
  }
  return status;
}

static bool
shares_uri(const Bundle* const a, const Bundle* const b)
{
  bool shares = false;
  for (uint32_t i = 0; i < a->n && !shares; ++i) {
    for (uint32_t k = 0; k < b->n && !shares; ++k) {
      shares = !strncmp(a->presets[i].uri, BUNDLE_PRESET_URI, strlen(BUNDLE_PRESET_URI)) &&
               !strcmp(a->presets[i].uri, b->presets[k].uri);
    }
  }
  return shares;
}

/// Hosts would take two presets with one URI for one.
static Status
check_others(const char* const folder, const char* const name, const Bundle* const bundle,
             Diagnostic* const why)
{
  DIR* const stream = opendir(folder);
  Status     status = STATUS_SUCCESS;
  for (struct dirent* entry; stream && !status && (entry = readdir(stream));) {
    if (entry->d_name[0] == '.' || !strcmp(entry->d_name, name)) {
      continue;
    }
    char* const other  = tree_join(folder, entry->d_name);
    Bundle      theirs = { 0 };
    if (other && !bundle_read(other, BUNDLE_ANY, &theirs, NULL) && shares_uri(bundle, &theirs)) {
      status = diagnose(why, STATUS_BAD_OPTION, "%s: is the same preset, installed already", other);
    }
    bundle_clear(&theirs);
    free(other);
  }
  if (stream) {
    (void)closedir(stream);
  }
  return status;
}

/// Check what is in the stage and put it in its place.
static Status
deliver(const char* const source, const char* const stage, const char* const name,
        const char* const folder, const bool replace, char** const path, Bundle* const bundle,
        Diagnostic* const why)
{
  char* const copy   = tree_join(stage, name);
  char* const target = tree_join(folder, name);
  Status      status = copy && target ? STATUS_SUCCESS : no_memory(why);
  if (!status) {
    status = rename_copy(bundle_check(copy, bundle, why), source, copy, why);
  }
  if (!status) {
    status = check_others(folder, name, bundle, why);
    status = status ? status : place_move(copy, target, replace, why);
    if (status) {
      bundle_clear(bundle);
    }
  }
  free(copy);
  if (status) {
    free(target);
  } else {
    *path = target;
  }
  return status;
}

Status
preset_install(const char* const source, const char* const folder, const bool replace,
               char** const path, Bundle* const bundle, Diagnostic* const why)
{
  struct stat info;
  if (stat(source, &info)) {
    return diagnose(why, STATUS_NOT_FOUND, "%s: %s", source, strerror(errno));
  }
  if (mkdir(folder, 0777) && errno != EEXIST) {
    return diagnose(why, STATUS_IO, "%s: cannot be made: %s", folder, strerror(errno));
  }
  char* const stage = tree_stage(folder, why);
  if (!stage) {
    return STATUS_IO;
  }

  char*  name   = NULL;
  Status status = S_ISDIR(info.st_mode) ? copy_folder(source, stage, &name, why)
                                        : archive_extract(source, stage, &name, why);
  status        = rename_copy(status, folder, stage, why);
  if (!status) {
    status = deliver(source, stage, name, folder, replace, path, bundle, why);
  }
  free(name);
  tree_remove(stage);
  free(stage);
  return status;
}
