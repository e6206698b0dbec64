// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Where the descriptors of this process have names.
static const char descriptors[] = "/proc/self/fd";

static Status
diagnose_errno(Diagnostic* why, const char* path)
{
  const int    error  = errno;
  const Status status = error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_IO;
  return diagnose(why, status, "%s: %s", path, strerror(error));
}

/// Read until `size` bytes are there.  @return False, with errno set, when they are not.
static bool
read_all(int fd, size_t size, char* bytes)
{
  for (size_t done = 0; done < size;) {
    const ssize_t n = read(fd, bytes + done, size - done);
    if (n > 0) {
      done += (size_t)n;
    } else if (n == 0) {
      errno = EIO; // The file has become shorter since it was measured
      return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

static Status
read_open(int fd, const char* path, size_t max_size, size_t* size, void** bytes, Diagnostic* why)
{
  struct stat info;
  if (fstat(fd, &info)) {
    return diagnose_errno(why, path);
  }
  if (!S_ISREG(info.st_mode)) {
    return diagnose(why, STATUS_BAD_FILE, "%s: not a regular file", path);
  }
  if ((uint64_t)info.st_size > max_size) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %lld bytes, at most %zu are taken", path,
                    (long long)info.st_size, max_size);
  }
  const size_t n    = (size_t)info.st_size;
  char* const  text = malloc(n + 1);
  if (!text) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }
  if (!read_all(fd, n, text)) {
    const Status status = diagnose_errno(why, path);
    free(text);
    return status;
  }
  text[n] = '\0';
  *size   = n;
  *bytes  = text;
  return STATUS_SUCCESS;
}

Status
file_read(const char* path, size_t max_size, size_t* size, void** bytes, Diagnostic* why)
{
  // Without O_NONBLOCK the opening of a pipe would wait for a writer
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return diagnose_errno(why, path);
  }
  const Status status = read_open(fd, path, max_size, size, bytes, why);
  (void)close(fd);
  return status;
}

static bool
write_all(int fd, size_t size, const char* bytes)
{
  for (size_t done = 0; done < size;) {
    const ssize_t n = write(fd, bytes + done, size - done);
    if (n >= 0) {
      done += (size_t)n;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// Make a rename last.  Some file systems cannot; the file itself is safe by then.
static void
sync_folder(char* path)
{
  const int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    (void)fsync(fd);
    (void)close(fd);
  }
}

static Status
cannot_write(const char* path, Diagnostic* why)
{
  return diagnose(why, STATUS_IO, "%s: cannot write: %s", path, strerror(errno));
}

static void
clear_draft(FileDraft* draft)
{
  free(draft->path);
  free(draft->beside);
  *draft = (FileDraft){ .fd = -1 };
}

/// A file without a name in the folder of `path`.  @return -1 where that cannot be.
static int
open_unnamed(const char* path)
{
  char* const folder = strdup(path);
  const int   fd     = folder && !access(descriptors, X_OK)
                         ? open(dirname(folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666)
                         : -1;
  free(folder);
  return fd;
}

static void
open_draft(FileDraft* draft)
{
  (void)unlink(draft->beside); // Of an earlier run with the same process id that was killed
  draft->fd    = open_unnamed(draft->path);
  draft->named = draft->fd < 0;
  if (draft->named) {
    draft->fd = open(draft->beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
}

Status
file_draft_open(const char* path, FileDraft* draft, Diagnostic* why)
{
  FileDraft made = { .path = strdup(path), .fd = -1 };
  if (!made.path || asprintf(&made.beside, "%s.%ld.part", path, (long)getpid()) < 0) {
    free(made.path);
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }

  open_draft(&made);
  if (made.fd < 0) {
    const Status status = cannot_write(path, why);
    clear_draft(&made);
    return status;
  }
  *draft = made;
  return STATUS_SUCCESS;
}

/// Give it its name.
static bool
name_draft(const FileDraft* draft)
{
  char path[64];
  snprintf(path, sizeof path, "%s/%d", descriptors, draft->fd);
  return draft->named || !linkat(AT_FDCWD, path, AT_FDCWD, draft->beside, AT_SYMLINK_FOLLOW);
}

/// Flush, name and close.  @return False, with errno set, on failure.
static bool
close_draft(const FileDraft* draft)
{
  const bool ok    = !fsync(draft->fd) && name_draft(draft);
  const int  error = errno;
  if (close(draft->fd) && ok) {
    return false;
  }
  errno = error;
  return ok;
}

Status
file_draft_finish(FileDraft* draft, Diagnostic* why)
{
  Status status = STATUS_SUCCESS;
  if (!close_draft(draft) || rename(draft->beside, draft->path)) {
    status = cannot_write(draft->path, why);
    (void)unlink(draft->beside);
  } else {
    sync_folder(draft->beside);
  }
  clear_draft(draft);
  return status;
}

void
file_draft_discard(FileDraft* draft)
{
  (void)close(draft->fd);
  if (draft->named) {
    (void)unlink(draft->beside);
  }
  clear_draft(draft);
}

Status
file_replace(const char* path, size_t size, const void* bytes, Diagnostic* why)
{
  FileDraft    draft;
  const Status status = file_draft_open(path, &draft, why);
  if (status) {
    return status;
  }
  if (!write_all(draft.fd, size, bytes)) {
    const Status failed = cannot_write(path, why);
    file_draft_discard(&draft);
    return failed;
  }
  return file_draft_finish(&draft, why);
}
