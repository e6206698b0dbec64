// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/place.h"

#include "training/preset/bundle.h"
#include "training/preset/tree.h"

#include <sys/stat.h>

/// Whether what is there may go.
static Status
check_loss(const char* const path, Diagnostic* const why)
{
  struct stat info;
  Bundle      bundle = { 0 };
  if (lstat(path, &info) || S_ISREG(info.st_mode)) {
    return STATUS_SUCCESS;
  }
  if (!S_ISDIR(info.st_mode) || bundle_read(path, BUNDLE_STRICT, &bundle, NULL)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: is no preset bundle, so it is not replaced", path);
  }
  bundle_clear(&bundle);
  return STATUS_SUCCESS;
}

Status
place_move(const char* const from, const char* const to, const bool replace, Diagnostic* const why)
{
  const Status status = replace ? check_loss(to, why) : STATUS_SUCCESS;
  return status ? status : tree_move(from, to, replace, why);
}
