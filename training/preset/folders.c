// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/folders.h"

#include "training/preset/tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// A path below the user's home.  @return Owned; NULL: no home, no memory.
static char*
below_home(const char* const path)
{
  const char* const home = getenv("HOME");
  return home && *home ? tree_join(home, path) : NULL;
}

char*
folders_home(void)
{
  return below_home(".lv2");
}

char*
folders_of_models(void)
{
  const char* const data = getenv("XDG_DATA_HOME");
  return data && *data == '/' ? tree_join(data, "lamina/models")
                              : below_home(".local/share/lamina/models");
}

/// Add a folder once.  @param path Owned by the callee; NULL is passed over.
static void
add(Folders* const folders, char* const path)
{
  bool known = !path || folders->n == FOLDERS_MAX;
  for (uint32_t i = 0; i < folders->n && !known; ++i) {
    known = !strcmp(folders->paths[i], path);
  }
  if (known) {
    free(path);
  } else {
    folders->paths[folders->n++] = path;
  }
}

/// Add the folders of a path such as "~/.lv2:/usr/lib/lv2".
static Status
add_all(Folders* const folders, const char* const path, Diagnostic* const why)
{
  for (const char* at = path; *at; at += strspn(at, ":")) {
    const size_t length = strcspn(at, ":");
    char* const  folder = strndup(at, length);
    if (!folder) {
      return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
    }
    if (!strncmp(folder, "~/", 2)) {
      add(folders, below_home(folder + 2));
      free(folder);
    } else if (*folder) {
      add(folders, folder);
    } else {
      free(folder);
    }
    at += length;
  }
  return STATUS_SUCCESS;
}

Status
folders_of_bundles(const char* const system, Folders* const folders, Diagnostic* const why)
{
  const char* const path   = getenv("LV2_PATH");
  Status            status = STATUS_SUCCESS;
  *folders                 = (Folders){ 0 };
  if (path && *path) {
    status = add_all(folders, path, why);
  } else {
    status = add_all(folders, "~/.lv2:/usr/local/lib/lv2:/usr/lib/lv2", why);
    if (!status) {
      status = add_all(folders, system, why);
    }
  }
  if (status) {
    folders_clear(folders);
  }
  return status;
}

void
folders_clear(Folders* const folders)
{
  for (uint32_t i = 0; i < folders->n; ++i) {
    free(folders->paths[i]);
  }
  *folders = (Folders){ 0 };
}
