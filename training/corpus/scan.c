// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/scan.h"

#include "training/corpus/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/// What makes two names one file.
typedef struct {
  dev_t device;
  ino_t inode;
} FileId;

/// A list and the folder that it is in.
typedef struct {
  Manifest* manifest; ///< NULL is none
  size_t    below;    ///< Where in `Scan.real` the paths begin that it lists
} ScanList;

struct Scan {
  ScanVisitor visitor;
  void*       seen;            ///< Tree of FileId
  uint32_t    n_folders;       ///< Folders entered
  size_t      below;           ///< Where in `path` the part below the given folder begins
  char        path[PATH_MAX];  ///< Of the entry, as the user would write it
  char        real[PATH_MAX];  ///< The same from the root, for the lists
  char        group[PATH_MAX]; ///< Last part of the current folder's path
};

/// Ends of names that are never sound.
static const char* const other_names[] = {
  ".txt",   ".md",     ".rst",    ".tsv",    ".csv",    ".json",     ".yaml",   ".yml",
  ".xml",   ".html",   ".pdf",    ".png",    ".jpg",    ".jpeg",     ".svg",    ".gif",
  ".py",    ".sh",     ".lab",    ".phn",    ".trn",    ".mid",      ".midi",   ".zip",
  ".gz",    ".xz",     ".bz2",    ".tar",    ".log",    ".ini",      ".cfg",    ".safetensors",
  "readme", "license", "licence", "copying", "authors", "copyright", "credits", "changelog",
};

static int
compare_ids(const void* a, const void* b)
{
  const FileId* const x = (const FileId*)a;
  const FileId* const y = (const FileId*)b;
  if (x->device != y->device) {
    return x->device < y->device ? -1 : 1;
  }
  return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/// @param first Written: whether this is the first time.
static Status
see(Scan* scan, const struct stat* info, bool* first, Diagnostic* why)
{
  FileId* const id = malloc(sizeof *id);
  if (id) {
    *id = (FileId){ info->st_dev, info->st_ino };
  }

  FileId** const node = id ? tsearch(id, &scan->seen, compare_ids) : NULL;
  *first              = node && *node == id;
  if (!*first) {
    free(id);
  }
  return node ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "%s: no memory", scan->path);
}

static void
leave_out(const Scan* scan, const char* reason)
{
  scan->visitor.left_out(scan->visitor.context, scan->path, reason);
}

static const char*
last_part(const char* path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool
named_otherwise(const char* name)
{
  const size_t length = strlen(name);
  for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; ++i) {
    const size_t end = strlen(other_names[i]);
    if (length >= end && !strcasecmp(name + length - end, other_names[i])) {
      return true;
    }
  }
  return false;
}

/// Extend both paths by a name.  @return False, with nothing changed, when there is no room.
static bool
push(Scan* scan, const char* name)
{
  const size_t path   = strlen(scan->path);
  const size_t real   = strlen(scan->real);
  const size_t length = strlen(name) + 1;
  if (path + length >= sizeof scan->path || real + length >= sizeof scan->real) {
    return false;
  }
  snprintf(scan->path + path, sizeof scan->path - path, "/%s", name);
  snprintf(scan->real + real, sizeof scan->real - real, "/%s", name);
  return true;
}

/// Undo a push.
static void
pop(Scan* scan)
{
  *strrchr(scan->path, '/') = '\0';
  *strrchr(scan->real, '/') = '\0';
}

/**
   Read the list of one folder.

   @param folder Its path, a beginning of `Scan.real`.
   @param list Written when there is one; other tables of that name are none.
   @return STATUS_IO when there is one and it cannot be read: the split would be another.
*/
static Status
read_list(const char* folder, ScanList* list, Diagnostic* why)
{
  char* path = NULL;
  if (asprintf(&path, "%s/%s", folder, MANIFEST_NAME) < 0) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: no memory", folder);
  }

  Status status = STATUS_SUCCESS;
  if (!eaccess(path, F_OK)) {
    status      = manifest_read(path, &list->manifest, why);
    list->below = strlen(folder) + 1;
  }
  free(path);
  return status == STATUS_BAD_FILE ? STATUS_SUCCESS : status;
}

/// Read the nearest list in the folders above `path`.  @param path Spoilt.
static Status
read_list_above(char* path, ScanList* list, Diagnostic* why)
{
  for (char* slash = NULL; !list->manifest && (slash = strrchr(path, '/'));) {
    *slash = '\0';
    // A list that may not be read, above all that was asked for, is none.
    if (read_list(path, list, why) == STATUS_NO_MEMORY) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_SUCCESS;
}

static Status
offer(Scan* scan, const ScanList* list, Diagnostic* why)
{
  ScanFile file = { .path   = scan->path,
                    .below  = scan->path + scan->below,
                    .group  = scan->group,
                    .folder = scan->n_folders };
  if (list->manifest) {
    const ManifestSplit says = manifest_split(list->manifest, scan->real + list->below);
    file.listed              = true;
    file.reserved            = says == MANIFEST_OTHER;
    file.split               = says == MANIFEST_VALID ? SPLIT_VALID : SPLIT_TRAIN;
  }
  return scan->visitor.file(scan->visitor.context, &file, why);
}

/// @param info NULL when there is none, for the reason in `errno`.
static Status
scan_file(Scan* scan, const struct stat* info, const ScanList* list, Diagnostic* why)
{
  const char* const name   = last_part(scan->path);
  const char* const reason = !info                          ? strerror(errno)
                             : name[0] == '.'               ? "hidden"
                             : !strcmp(name, MANIFEST_NAME) ? "the list of a folder"
                             : named_otherwise(name)        ? "not sound, by its name"
                             : !S_ISREG(info->st_mode)      ? "not a regular file"
                             : !info->st_size               ? "empty, 0 bytes"
                                                            : NULL;
  if (reason) {
    leave_out(scan, reason);
    return STATUS_SUCCESS;
  }

  bool         first  = false;
  const Status status = see(scan, info, &first, why);
  if (status || first) {
    return status ? status : offer(scan, list, why);
  }
  leave_out(scan, "already counted under another name");
  return STATUS_SUCCESS;
}

static int
compare_names(const struct dirent** a, const struct dirent** b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static Status
scan_folder(Scan* scan, const struct stat* info, const ScanList* list, Diagnostic* why);

/// One name of a folder.  @param folders Whether it is the turn of the folders or of the files.
static Status
scan_name(Scan* scan, const char* name, bool folders, const ScanList* list, Diagnostic* why)
{
  if (!strcmp(name, ".") || !strcmp(name, "..")) {
    return STATUS_SUCCESS;
  }
  if (!push(scan, name)) {
    leave_out(scan, "a path in it is too long");
    return STATUS_SUCCESS;
  }

  struct stat info;
  Status      status    = STATUS_SUCCESS;
  const bool  is_there  = !stat(scan->path, &info);
  const bool  is_folder = is_there && S_ISDIR(info.st_mode);
  if (is_folder && folders) {
    status = scan_folder(scan, &info, list, why);
  } else if (!is_folder && !folders) {
    status = scan_file(scan, is_there ? &info : NULL, list, why);
  }
  pop(scan);
  return status;
}

/// All names of a folder: the files, then the folders.
static Status
scan_names(Scan* scan, const ScanList* list, Diagnostic* why)
{
  struct dirent** names = NULL;
  const int       n     = scandir(scan->path, &names, NULL, compare_names);
  if (n < 0) {
    leave_out(scan, strerror(errno));
    return STATUS_SUCCESS;
  }

  Status status = STATUS_SUCCESS;
  for (int folders = 0; folders < 2; ++folders) {
    for (int i = 0; i < n && !status; ++i) {
      status = scan_name(scan, names[i]->d_name, folders, list, why);
    }
  }
  for (int i = 0; i < n; ++i) {
    free(names[i]);
  }
  free(names);
  return status;
}

static Status
scan_folder(Scan* scan, const struct stat* info, const ScanList* above, Diagnostic* why)
{
  bool   first  = false;
  Status status = see(scan, info, &first, why);
  if (status) {
    return status;
  }
  // The folder that was given may be hidden; those below it are left out.
  const bool hidden = strlen(scan->path) > scan->below && last_part(scan->path)[0] == '.';
  if (!first || hidden) {
    leave_out(scan, hidden ? "hidden" : "already visited under another name");
    return STATUS_SUCCESS;
  }

  ScanList own = { 0 };
  status       = read_list(scan->real, &own, why);
  if (!status) {
    ++scan->n_folders;
    snprintf(scan->group, sizeof scan->group, "%s", last_part(scan->real));
    status = scan_names(scan, own.manifest ? &own : above, why);
  }
  manifest_free(own.manifest);
  return status;
}

/// A file that was given by itself: its group is the folder that it is in.
static Status
scan_lone_file(Scan* scan, const struct stat* info, const ScanList* list, Diagnostic* why)
{
  char* const slash = strrchr(scan->real, '/');
  *slash            = '\0';
  snprintf(scan->group, sizeof scan->group, "%s", last_part(scan->real));
  *slash = '/';

  ++scan->n_folders;
  scan->below = (size_t)(last_part(scan->path) - scan->path);
  return scan_file(scan, info, list, why);
}

static bool
set_paths(Scan* scan, const char* path)
{
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') {
    --length;
  }
  if (length >= sizeof scan->path) {
    errno = ENAMETOOLONG;
    return false;
  }
  memcpy(scan->path, path, length);
  scan->path[length] = '\0';
  scan->below        = length + 1;
  return realpath(scan->path, scan->real);
}

Scan*
scan_new(const ScanVisitor* visitor)
{
  Scan* const scan = calloc(1, sizeof *scan);
  if (scan) {
    scan->visitor = *visitor;
  }
  return scan;
}

void
scan_free(Scan* scan)
{
  if (scan) {
    tdestroy(scan->seen, free);
    free(scan);
  }
}

Status
scan_run(Scan* scan, const char* path, Diagnostic* why)
{
  struct stat info;
  if (!set_paths(scan, path) || stat(scan->path, &info)) {
    return diagnose(why, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
  }

  ScanList    list   = { 0 };
  char* const folder = strdup(scan->real);
  Status      status = folder ? read_list_above(folder, &list, why)
                              : diagnose(why, STATUS_NO_MEMORY, "%s: no memory", path);
  if (!status) {
    status = S_ISDIR(info.st_mode) ? scan_folder(scan, &info, &list, why)
                                   : scan_lone_file(scan, &info, &list, why);
  }
  manifest_free(list.manifest);
  free(folder);
  return status;
}
