// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/tree.h"

#include "dsp/file.h"
#include "training/preset/member.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Status
diagnose_errno(Diagnostic* const why, const char* const path)
{
  const int    error  = errno;
  const Status status = error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_IO;
  return diagnose(why, status, "%s: %s", path, strerror(error));
}

static Status
no_memory(Diagnostic* const why)
{
  return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
}

/// One listing under way.
typedef struct {
  const char* folder;
  Tree*       tree;
  Diagnostic* why;
} Walk;

static Status
add_file(const Walk* const walk, const char* const path, const uint64_t size)
{
  Tree* const tree = walk->tree;
  if (tree->n == MEMBER_MAX_COUNT) {
    return diagnose(walk->why, STATUS_BAD_FILE, "%s: more than %u files", walk->folder,
                    MEMBER_MAX_COUNT);
  }
  tree->size += size;
  if (size > MEMBER_MAX_SIZE || tree->size > MEMBER_MAX_TOTAL) {
    return diagnose(walk->why, STATUS_BAD_FILE, "%s/%s: too long", walk->folder, path);
  }
  tree->paths[tree->n] = strdup(path);
  return tree->paths[tree->n++] ? STATUS_SUCCESS : no_memory(walk->why);
}

static Status
walk_folder(const Walk* walk, int fd, const char* path);

/// Visit what a folder holds.  @param path Below the bundle.
static Status
walk_entry(const Walk* const walk, const int folder, const char* const name, const char* const path)
{
  struct stat info;
  Diagnostic  fault  = { "" };
  Status      status = STATUS_SUCCESS;
  if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW)) {
    return diagnose_errno(walk->why, path);
  }
  if (S_ISDIR(info.st_mode)) {
    status       = member_check_folder(path, &fault);
    const int fd = status ? -1
                          : openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (status || fd < 0) {
      return status ? diagnose(walk->why, status, "%s/%s", walk->folder, fault.text)
                    : diagnose_errno(walk->why, path);
    }
    return walk_folder(walk, fd, path);
  }
  if (!S_ISREG(info.st_mode)) {
    return diagnose(walk->why, STATUS_BAD_FILE, "%s/%s: %s", walk->folder, path,
                    S_ISLNK(info.st_mode) ? "a link; a copy has to be here" : "not a file");
  }
  status = member_check_file(path, &fault);
  return status ? diagnose(walk->why, status, "%s/%s", walk->folder, fault.text)
                : add_file(walk, path, (uint64_t)info.st_size);
}

/// Visit all of a folder.  @param fd Closed.
static Status
walk_folder(const Walk* const walk, const int fd, const char* const path)
{
  DIR* const stream = fdopendir(fd);
  if (!stream) {
    (void)close(fd);
    return diagnose_errno(walk->why, walk->folder);
  }
  Status status = STATUS_SUCCESS;
  for (struct dirent* entry; !status && (entry = readdir(stream));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) {
      continue;
    }
    char* below = NULL;
    if (asprintf(&below, "%s%s%s", path, *path ? "/" : "", entry->d_name) < 0) {
      status = no_memory(walk->why);
      break;
    }
    status = walk_entry(walk, dirfd(stream), entry->d_name, below);
    free(below);
  }
  (void)closedir(stream);
  return status;
}

static int
compare_paths(const void* const a, const void* const b)
{
  return strcmp(*(char* const*)a, *(char* const*)b);
}

Status
tree_list(const char* const folder, Tree* const tree, Diagnostic* const why)
{
  *tree = (Tree){ .paths = calloc(MEMBER_MAX_COUNT, sizeof(*tree->paths)) };
  if (!tree->paths) {
    return no_memory(why);
  }
  const Walk   walk   = { folder, tree, why };
  const int    fd     = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Status status = fd < 0 ? diagnose_errno(why, folder) : walk_folder(&walk, fd, "");
  if (status) {
    tree_clear(tree);
    return status;
  }
  qsort(tree->paths, tree->n, sizeof(*tree->paths), compare_paths);
  return STATUS_SUCCESS;
}

void
tree_clear(Tree* const tree)
{
  for (uint32_t i = 0; i < tree->n; ++i) {
    free(tree->paths[i]);
  }
  free(tree->paths);
  *tree = (Tree){ 0 };
}

char*
tree_join(const char* const folder, const char* const path)
{
  char* joined = NULL;
  return asprintf(&joined, "%s/%s", folder, path) < 0 ? NULL : joined;
}

Status
tree_make_folders(const char* const folder, const char* const path, Diagnostic* const why)
{
  char* const whole = tree_join(folder, path);
  if (!whole) {
    return no_memory(why);
  }
  Status status = STATUS_SUCCESS;
  char*  slash  = whole + strlen(folder);
  while (!status && (slash = strchr(slash + 1, '/'))) {
    *slash = '\0';
    if (mkdir(whole, 0777) && errno != EEXIST) {
      status = diagnose_errno(why, whole);
    }
    *slash = '/';
  }
  free(whole);
  return status;
}

static Status
copy_file(const char* const from, const char* const to, const char* const path,
          Diagnostic* const why)
{
  char* const source = tree_join(from, path);
  char* const target = tree_join(to, path);
  void*       bytes  = NULL;
  size_t      size   = 0;
  Status      status = source && target ? tree_make_folders(to, path, why) : no_memory(why);
  if (!status) {
    status = file_read(source, MEMBER_MAX_SIZE, &size, &bytes, why);
  }
  if (!status) {
    status = file_replace(target, size, bytes, why);
  }
  free(bytes);
  free(target);
  free(source);
  return status;
}

Status
tree_copy(const char* const from, const char* const to, Diagnostic* const why)
{
  Tree   tree   = { 0 };
  Status status = tree_list(from, &tree, why);
  for (uint32_t i = 0; !status && i < tree.n; ++i) {
    status = copy_file(from, to, tree.paths[i], why);
  }
  tree_clear(&tree);
  return status;
}

static int
remove_entry(const char* const path, const struct stat* const info, const int type,
             struct FTW* const place)
{
  (void)info;
  (void)type;
  (void)place;
  (void)remove(path);
  return 0;
}

void
tree_remove(const char* const path)
{
  (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

char*
tree_stage(const char* const folder, Diagnostic* const why)
{
  char* const path = tree_join(folder, ".lamina-XXXXXX");
  if (!path) {
    (void)no_memory(why);
    return NULL;
  }
  if (!mkdtemp(path)) {
    (void)diagnose(why, STATUS_IO, "%s: cannot write here: %s", folder, strerror(errno));
    free(path);
    return NULL;
  }
  return path;
}

/// Exchange by three renames, for file systems that cannot do it in one.
static bool
exchange_slowly(const char* const from, const char* const to)
{
  char* aside = NULL;
  if (asprintf(&aside, "%s.old", from) < 0) {
    return false;
  }
  bool ok = !rename(to, aside);
  if (ok && rename(from, to)) {
    const int error = errno;
    (void)rename(aside, to);
    errno = error;
    ok    = false;
  } else if (ok) {
    (void)rename(aside, from);
  }
  free(aside);
  return ok;
}

/// Whether a call failed because the file system, or the kernel, does not know its flag.
static bool
is_unsupported(void)
{
  return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

Status
tree_move(const char* const from, const char* const to, const bool replace, Diagnostic* const why)
{
  struct stat info;
  const bool  there = !lstat(to, &info);
  bool        ok    = false;
  if (there && !replace) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: is there already; --replace takes its place", to);
  }
  if (there) {
    ok = !renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) ||
         (is_unsupported() && exchange_slowly(from, to));
  } else {
    ok = !renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) ||
         (is_unsupported() && !rename(from, to));
  }
  return ok ? STATUS_SUCCESS
            : diagnose(why, STATUS_IO, "%s: cannot be put there: %s", to, strerror(errno));
}
