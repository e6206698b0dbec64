// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/archive.h"

#include "dsp/file.h"
#include "training/preset/member.h"
#include "training/preset/tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/// Bytes that are read at once.
enum { PIECE = 16384 };

/// What all files are dated: the first noon that a zip can tell, everywhere on earth.
static const time_t entry_time = 315662400;

static bool
ends(const char* const text, const char* const end)
{
  const size_t length = strlen(text);
  const size_t n      = strlen(end);
  return length > n && !strcmp(text + length - n, end);
}

bool
archive_is_named(const char* const path)
{
  return ends(path, ".zip") || ends(path, ".tar.gz") || ends(path, ".tgz");
}

static Status
no_memory(Diagnostic* const why, const char* const path)
{
  return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
}

/// What libarchive says of a failure.
static Status
fail(struct archive* const archive, const Status status, const char* const path,
     Diagnostic* const why)
{
  const char* const text = archive_error_string(archive);
  return diagnose(why, status, "%s: %.200s", path, text ? text : "not an archive that can be read");
}

static Status
write_bytes(struct archive* const archive, const char* const name, const size_t size,
            const void* const bytes, const char* const path, Diagnostic* const why)
{
  struct archive_entry* const entry = archive_entry_new();
  if (!entry) {
    return no_memory(why, path);
  }
  archive_entry_set_pathname(entry, name);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_mtime(entry, entry_time, 0);
  archive_entry_set_size(entry, (la_int64_t)size);
  const bool ok = archive_write_header(archive, entry) == ARCHIVE_OK &&
                  archive_write_data(archive, bytes, size) == (la_ssize_t)size;
  archive_entry_free(entry);
  return ok ? STATUS_SUCCESS : fail(archive, STATUS_IO, path, why);
}

static Status
write_file(struct archive* const archive, const char* const folder, const char* const name,
           const char* const file, const char* const path, Diagnostic* const why)
{
  char* const source = tree_join(folder, file);
  char* const target = tree_join(name, file);
  void*       bytes  = NULL;
  size_t      size   = 0;
  Status      status = source && target ? file_read(source, MEMBER_MAX_SIZE, &size, &bytes, why)
                                        : no_memory(why, path);
  if (!status) {
    status = write_bytes(archive, target, size, bytes, path, why);
  }
  free(bytes);
  free(target);
  free(source);
  return status;
}

/// Choose the kind of archive by its name.
static int
set_kind(struct archive* const archive, const char* const path)
{
  if (ends(path, ".zip")) {
    return archive_write_set_format_zip(archive);
  }
  return archive_write_set_format_pax_restricted(archive) | archive_write_add_filter_gzip(archive) |
         archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
}

Status
archive_write(const char* const folder, const char* const name, const char* const path,
              Diagnostic* const why)
{
  Tree                  tree    = { 0 };
  struct archive* const archive = archive_write_new();
  Status                status  = archive ? tree_list(folder, &tree, why) : no_memory(why, path);
  if (!status && (set_kind(archive, path) || archive_write_open_filename(archive, path))) {
    status = fail(archive, STATUS_IO, path, why);
  }
  for (uint32_t i = 0; !status && i < tree.n; ++i) {
    status = write_file(archive, folder, name, tree.paths[i], path, why);
  }
  if (!status && archive_write_close(archive)) {
    status = fail(archive, STATUS_IO, path, why);
  }
  (void)archive_write_free(archive);
  tree_clear(&tree);
  return status;
}

/// One archive being unfolded.
typedef struct {
  struct archive* archive;
  const char*     path;
  const char*     folder;
  uint64_t        limit; ///< Most bytes, of all files
  uint64_t        size;  ///< Bytes so far
  uint32_t        n;     ///< Entries so far
  char*           name;  ///< Of the bundle, NULL before the first entry; owned
  Diagnostic*     why;
} Extraction;

static Status
refuse(const Extraction* const extraction, const char* const entry, const char* const what)
{
  return diagnose(extraction->why, STATUS_BAD_FILE, "%s: %.200s: %s", extraction->path, entry,
                  what);
}

/// Take the bundle's name from the first entry; all others must be in it.
/// @param below Set to what follows in `path`: "" for the folder itself.
static Status
enter_bundle(Extraction* const extraction, const char* const path, const char** const below)
{
  const size_t length = strcspn(path, "/");
  Diagnostic   fault  = { "" };
  if (extraction->name) {
    if (strlen(extraction->name) != length || memcmp(path, extraction->name, length) != 0) {
      return refuse(extraction, path, "not in the folder of the bundle");
    }
  } else {
    extraction->name = strndup(path, length);
    if (!extraction->name) {
      return no_memory(extraction->why, extraction->path);
    }
    if (member_check_bundle_name(extraction->name, &fault)) {
      return diagnose(extraction->why, STATUS_BAD_FILE, "%s: %s", extraction->path, fault.text);
    }
  }
  *below = path + length + (path[length] == '/');
  return STATUS_SUCCESS;
}

/// Why an entry is nothing for a bundle; NULL when it is a file or a folder.
static const char*
unwanted(struct archive_entry* const entry)
{
  const mode_t type = archive_entry_filetype(entry);
  if (archive_entry_symlink(entry) || archive_entry_hardlink(entry)) {
    return "a link";
  }
  if (archive_entry_is_encrypted(entry)) {
    return "encrypted";
  }
  return type == AE_IFREG || type == AE_IFDIR ? NULL : "neither a file nor a folder";
}

/// Whether the entry can be unpacked with little memory.  Zip files may name a dozen other ways to
/// compress, one of which takes as much as the entry asks for.
static bool
is_frugal(struct archive* const archive)
{
  const char* const format = archive_format_name(archive); // "ZIP 2.0 (deflation)"
  return archive_format(archive) != ARCHIVE_FORMAT_ZIP ||
         (format && (strstr(format, "(deflation)") || strstr(format, "(uncompressed)")));
}

static Status
write_all(const int fd, const size_t size, const char* const bytes)
{
  for (size_t done = 0; done < size;) {
    const ssize_t n = write(fd, bytes + done, size - done);
    if (n < 0 && errno != EINTR) {
      return STATUS_IO;
    }
    done += n > 0 ? (size_t)n : 0;
  }
  return STATUS_SUCCESS;
}

/// Copy the data of the entry, as much as it is allowed to be.
static Status
extract_data(Extraction* const extraction, const int fd, const char* const entry)
{
  char     bytes[PIECE];
  uint64_t size = 0;
  for (la_ssize_t n = 0; (n = archive_read_data(extraction->archive, bytes, sizeof(bytes))) != 0;) {
    if (n < 0) {
      return fail(extraction->archive, STATUS_BAD_FILE, extraction->path, extraction->why);
    }
    size += (uint64_t)n;
    extraction->size += (uint64_t)n;
    if (size > MEMBER_MAX_SIZE || extraction->size > extraction->limit) {
      return refuse(extraction, entry, "too long, or packed too tight to be honest");
    }
    if (write_all(fd, (size_t)n, bytes)) {
      return diagnose(extraction->why, STATUS_IO, "%s: cannot be written: %s", extraction->folder,
                      strerror(errno));
    }
  }
  return STATUS_SUCCESS;
}

static Status
extract_file(Extraction* const extraction, const char* const path)
{
  Status status = tree_make_folders(extraction->folder, path, extraction->why);
  if (status) {
    return status;
  }
  char* const target = tree_join(extraction->folder, path);
  if (!target) {
    return no_memory(extraction->why, extraction->path);
  }
  const int fd = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  free(target);
  if (fd < 0) {
    // The name of another entry, or below one that is a file
    return errno == EEXIST || errno == ENOTDIR
             ? refuse(extraction, path, "twice")
             : diagnose(extraction->why, STATUS_IO, "%s: %s: %s", extraction->folder, path,
                        strerror(errno));
  }
  status = extract_data(extraction, fd, path);
  if (close(fd) && !status) {
    status = diagnose(extraction->why, STATUS_IO, "%s: %s", extraction->folder, strerror(errno));
  }
  return status;
}

/// The entry's path without "./", which some programs write.  @return NULL when it cannot be told.
static const char*
entry_path(struct archive_entry* const entry)
{
  const char* path = archive_entry_pathname(entry);
  path             = path ? path : archive_entry_pathname_utf8(entry);
  return path && !strncmp(path, "./", 2) ? path + 2 : path;
}

/// A folder only needs a good name: it is made with the first file in it.
static Status
check_folder(const Extraction* const extraction, const char* const below)
{
  Diagnostic   fault  = { "" };
  const size_t length = strlen(below);
  char* const  name   = strndup(below, length && below[length - 1] == '/' ? length - 1 : length);
  Status       status = name ? STATUS_SUCCESS : no_memory(extraction->why, extraction->path);
  if (!status && *name && member_check_folder(name, &fault)) {
    status = diagnose(extraction->why, STATUS_BAD_FILE, "%s: %s", extraction->path, fault.text);
  }
  free(name);
  return status;
}

static Status
extract_entry(Extraction* const extraction, struct archive_entry* const entry)
{
  const char* const path  = entry_path(entry);
  const char* const what  = unwanted(entry);
  const char*       below = NULL;
  Diagnostic        fault = { "" };
  if (!path || what) {
    return refuse(extraction, path ? path : "?", what ? what : "a name that cannot be read");
  }
  if (!is_frugal(extraction->archive)) {
    return refuse(extraction, path, "compressed in an unusual way; only deflation is known");
  }
  if (++extraction->n > MEMBER_MAX_COUNT) {
    return refuse(extraction, path, "one file or folder too many");
  }
  const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  if (is_folder && !*path) {
    return STATUS_SUCCESS; // Of "./" itself
  }
  const Status status = enter_bundle(extraction, path, &below);
  if (status || is_folder) {
    return status ? status : check_folder(extraction, below);
  }
  if (member_check_file(below, &fault)) {
    return diagnose(extraction->why, STATUS_BAD_FILE, "%s: %s", extraction->path, fault.text);
  }
  return extract_file(extraction, path);
}

static Status
extract_entries(Extraction* const extraction)
{
  for (Status status = STATUS_SUCCESS; !status;) {
    struct archive_entry* entry  = NULL;
    const int             result = archive_read_next_header(extraction->archive, &entry);
    if (result == ARCHIVE_EOF) {
      return extraction->name ? STATUS_SUCCESS
                              : diagnose(extraction->why, STATUS_BAD_FILE, "%s: holds no bundle",
                                         extraction->path);
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
      return fail(extraction->archive, STATUS_BAD_FILE, extraction->path, extraction->why);
    }
    status = extract_entry(extraction, entry);
    if (status) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

/// Know the formats that people exchange presets in, and no others.
static int
open_archive(struct archive* const archive, const int fd)
{
  return archive_read_support_format_zip(archive) | archive_read_support_format_tar(archive) |
         archive_read_support_filter_gzip(archive) | archive_read_open_fd(archive, fd, PIECE);
}

/// What an archive of a size may unfold to.
static uint64_t
size_limit(const uint64_t size)
{
  if (size > MEMBER_MAX_TOTAL / ARCHIVE_MAX_RATIO) {
    return MEMBER_MAX_TOTAL;
  }
  const uint64_t honest = size * ARCHIVE_MAX_RATIO;
  return honest > ARCHIVE_FREE_SIZE ? honest : ARCHIVE_FREE_SIZE;
}

static Status
extract_open(Extraction* const extraction, const int fd)
{
  struct stat info;
  if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
    return diagnose(extraction->why, STATUS_BAD_FILE, "%s: not a file", extraction->path);
  }
  extraction->limit   = size_limit((uint64_t)info.st_size);
  extraction->archive = archive_read_new();
  if (!extraction->archive) {
    return no_memory(extraction->why, extraction->path);
  }
  const Status status = open_archive(extraction->archive, fd)
                          ? fail(extraction->archive, STATUS_BAD_FILE, extraction->path,
                                 extraction->why)
                          : extract_entries(extraction);
  (void)archive_read_free(extraction->archive);
  return status;
}

Status
archive_extract(const char* const path, const char* const folder, char** const name,
                Diagnostic* const why)
{
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return diagnose(why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
                    strerror(errno));
  }
  Extraction   extraction = { .path = path, .folder = folder, .why = why };
  const Status status     = extract_open(&extraction, fd);
  (void)close(fd);
  if (status) {
    free(extraction.name);
  } else {
    *name = extraction.name;
  }
  return status;
}
