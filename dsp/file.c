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

/// @return False, with errno set, on failure.
static bool
write_new(const char* path, size_t size, const void* bytes)
{
  (void)unlink(path); // Of an earlier run with the same process id that was killed
  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    return false;
  }
  bool ok = write_all(fd, size, bytes) && !fsync(fd);

  const int error = errno;
  if (close(fd) && ok) {
    return false;
  }
  errno = error;
  return ok;
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

Status
file_replace(const char* path, size_t size, const void* bytes, Diagnostic* why)
{
  char* beside = NULL;
  if (asprintf(&beside, "%s.%ld.part", path, (long)getpid()) < 0) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }
  Status status = STATUS_SUCCESS;
  if (!write_new(beside, size, bytes) || rename(beside, path)) {
    status = diagnose(why, STATUS_IO, "%s: cannot write: %s", path, strerror(errno));
    (void)unlink(beside);
  } else {
    sync_folder(beside);
  }
  free(beside);
  return status;
}
