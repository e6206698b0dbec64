// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/member.h"

#include "dsp/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static bool
is_utf8(const char* const text)
{
  json_t* const string = json_string(text);
  const bool    is     = string != NULL;
  json_decref(string);
  return is;
}

/// Characters that no name may have.
static bool
has_bad_characters(const char* const text)
{
  bool bad = strchr(text, '\\') || !is_utf8(text);
  for (const char* at = text; *at && !bad; ++at) {
    bad = text_control(at) != 0;
  }
  return bad;
}

/// Check the parts between the slashes.  @param n_slashes Written.
static Status
check_parts(const char* const path, unsigned* const n_slashes, Diagnostic* const why)
{
  *n_slashes = 0;
  for (const char* part = path;; ++*n_slashes) {
    const size_t length = strcspn(part, "/");
    if (!length || (length == 2 && !memcmp(part, "..", 2))) {
      return diagnose(why, STATUS_BAD_FILE, "%.200s: leads out of the bundle, or is no path", path);
    }
    if (*part == '.') {
      return diagnose(why, STATUS_BAD_FILE, "%.200s: hidden; such files do not travel", path);
    }
    if (!part[length]) {
      return STATUS_SUCCESS;
    }
    part += length + 1;
  }
}

static Status
check_path(const char* const path, const unsigned max_slashes, Diagnostic* const why)
{
  unsigned n_slashes = 0;
  if (strlen(path) > MEMBER_MAX_PATH || has_bad_characters(path)) {
    return diagnose(why, STATUS_BAD_FILE, "%.200s: a name of %u bytes of plain UTF-8 is needed",
                    path, MEMBER_MAX_PATH);
  }
  const Status status = check_parts(path, &n_slashes, why);
  if (!status && n_slashes > max_slashes) {
    return diagnose(why, STATUS_BAD_FILE, "%.200s: deeper than %u folders", path, MEMBER_MAX_DEPTH);
  }
  return status;
}

Status
member_check_bundle_name(const char* const name, Diagnostic* const why)
{
  const Status status = check_path(name, 0, why);
  const size_t length = strlen(name);
  if (!status && (length < 5 || strcmp(name + length - 4, ".lv2") != 0)) {
    return diagnose(why, STATUS_BAD_FILE, "%.200s: a bundle's folder is called NAME.lv2", name);
  }
  return status;
}

Status
member_check_folder(const char* const path, Diagnostic* const why)
{
  return check_path(path, MEMBER_MAX_DEPTH - 1, why);
}

Status
member_check_file(const char* const path, Diagnostic* const why)
{
  static const char* const endings[] = { ".ttl", ".safetensors", ".md", ".txt", ".yaml", ".png" };
  static const char* const names[]   = { "LICENSE", "LICENCE", "COPYING", "CREDITS", "README" };

  const Status      status = check_path(path, MEMBER_MAX_DEPTH, why);
  const char* const slash  = strrchr(path, '/');
  const char* const name   = slash ? slash + 1 : path;
  const char* const ending = strrchr(name, '.');
  bool              known  = false;
  for (size_t i = 0; ending && i < sizeof(endings) / sizeof(*endings); ++i) {
    known |= !strcmp(ending, endings[i]);
  }
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); ++i) {
    known |= !strcmp(name, names[i]);
  }
  if (!status && !known) {
    return diagnose(why, STATUS_BAD_FILE, "%.200s: not a kind of file for a preset bundle", path);
  }
  return status;
}
