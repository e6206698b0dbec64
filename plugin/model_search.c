// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/model_search.h"

#include "dsp/network/model_file.h"
#include "dsp/sha256.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Where hosts look for bundles when LV2_PATH does not say.
static const char usual_folders[] = "~/.lv2:/usr/local/lib/lv2:/usr/lib/lv2:"
                                    "/usr/local/lib64/lv2:/usr/lib64/lv2:"
                                    "/usr/lib/x86_64-linux-gnu/lv2:/usr/lib/aarch64-linux-gnu/lv2";

static bool
may_be_model(const struct stat* const info)
{
  return S_ISREG(info->st_mode) && (unsigned long long)info->st_size <= MODEL_MAX_FILE;
}

/// @param text [SHA256_TEXT_SIZE], written.  @return Bytes, or -1 on failure.
static long long
hash_file(const int fd, char* const text)
{
  char      bytes[16384];
  long long size = 0;
  ssize_t   n    = 0;
  Sha256    hash;
  sha256_begin(&hash);
  while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
    sha256_add(&hash, (size_t)n, bytes);
    size += n;
  }
  sha256_end(&hash, text);
  return n < 0 ? -1 : size;
}

bool
model_identity(const char* const path, char* const identity)
{
  char        text[SHA256_TEXT_SIZE];
  struct stat info;
  const int   fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  *identity      = '\0';
  if (fd < 0) {
    return false;
  }
  const long long size = !fstat(fd, &info) && may_be_model(&info) ? hash_file(fd, text) : -1;
  (void)close(fd);
  if (size >= 0) {
    (void)snprintf(identity, MODEL_IDENTITY_SIZE, "%s/%lld", text, size);
  }
  return size >= 0;
}

/// Whether a file is it.  Others of the same length are rare, so few are read.
static bool
is_it(const char* const path, const char* const identity)
{
  struct stat       info;
  char              found[MODEL_IDENTITY_SIZE];
  const char* const slash = strchr(identity, '/');
  return slash && !stat(path, &info) && may_be_model(&info) &&
         (long long)info.st_size == atoll(slash + 1) && model_identity(path, found) &&
         !strcmp(found, identity);
}

/// Look at all files that a pattern stands for.
static char*
search_pattern(const char* const pattern, const char* const identity)
{
  glob_t files = { 0 };
  char*  found = NULL;
  if (!glob(pattern, GLOB_NOSORT, NULL, &files)) {
    for (size_t i = 0; i < files.gl_pathc && !found; ++i) {
      found = is_it(files.gl_pathv[i], identity) ? strdup(files.gl_pathv[i]) : NULL;
    }
  }
  globfree(&files);
  return found;
}

/// A folder's name as a pattern for nothing else.  @return Owned by the caller, or NULL.
static char*
escape(const size_t n, const char* const folder)
{
  char* const pattern = malloc(2 * n + 1);
  char*       to      = pattern;
  for (size_t i = 0; pattern && i < n; ++i) {
    if (strchr("*?[]\\", folder[i])) {
      *to++ = '\\';
    }
    *to++ = folder[i];
  }
  if (pattern) {
    *to = '\0';
  }
  return pattern;
}

/// @param folder [n], "~" at its begin is the user's home.  @param below Pattern.
static char*
search_folder(const size_t n, const char* const folder, const char* const below,
              const char* const identity)
{
  const char* const home    = getenv("HOME");
  const bool        at_home = n && *folder == '~' && home;
  char* const       start   = at_home ? escape(strlen(home), home) : NULL;
  char* const       rest    = escape(n - at_home, folder + at_home);
  char*             pattern = NULL;
  char*             found   = NULL;
  if (n && rest && asprintf(&pattern, "%s%s/%s", start ? start : "", rest, below) >= 0) {
    found = search_pattern(pattern, identity);
    free(pattern);
  }
  free(rest);
  free(start);
  return found;
}

static char*
search_bundles(const char* const folders, const char* const identity)
{
  char* found = NULL;
  for (const char* at = folders; *at && !found; at += strspn(at, ":")) {
    const size_t n = strcspn(at, ":");
    found          = search_folder(n, at, "*.lv2/*", identity);
    found          = found ? found : search_folder(n, at, "*.lv2/*/*", identity);
    at += n;
  }
  return found;
}

char*
model_search(const char* const identity)
{
  const char* const data  = getenv("XDG_DATA_HOME");
  const char* const own   = data && *data == '/' ? data : "~/.local/share";
  const char* const path  = getenv("LV2_PATH");
  char* const       found = search_folder(strlen(own), own, "lamina/models/*", identity);
  return found ? found : search_bundles(path && *path ? path : usual_folders, identity);
}
