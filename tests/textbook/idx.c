// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/idx.h"

#include "dsp/network/layer.h"

#include <zlib.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// What a file begins with: two zeros, 8 for bytes, and the number of dimensions.
enum { MAGIC_LABELS = 0x801, MAGIC_IMAGES = 0x803 };

/// Longest file to take, unpacked: as floats it becomes 1 GiB.
enum { MAX_SIZE = 1 << 28 };

enum { FIRST_ROOM = 1 << 16, MAX_DIMENSIONS = 3 };

/// A file in memory.
typedef struct {
  char           path[PATH_MAX];
  size_t         size;
  unsigned char* bytes; ///< [size], owned
  uint32_t       n_dimensions;
  uint32_t       dimensions[MAX_DIMENSIONS];
  size_t         start; ///< Of what follows the header
} File;

static Status
no_memory(const char* path, Diagnostic* why)
{
  return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
}

/// Make room for more.  @param room Bytes there are, updated.
static Status
grow(File* file, size_t* room, Diagnostic* why)
{
  if (file->size == MAX_SIZE) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %d bytes and longer", file->path, MAX_SIZE);
  }
  const size_t         more  = *room ? 2 * *room : FIRST_ROOM;
  unsigned char* const bytes = realloc(file->bytes, more);
  if (!bytes) {
    return no_memory(file->path, why);
  }
  file->bytes = bytes;
  *room       = more;
  return STATUS_SUCCESS;
}

/// Why the last call to zlib failed.
static Status
stream_fault(const char* path, gzFile stream, Diagnostic* why)
{
  int               code = Z_OK;
  const char* const text = gzerror(stream, &code);
  return code == Z_ERRNO ? diagnose(why, STATUS_IO, "%s: %s", path, strerror(errno))
         : code == Z_MEM_ERROR
           ? no_memory(path, why)
           : diagnose(why, STATUS_BAD_FILE, "%s: cut off or broken (%s)", path, text);
}

static Status
read_stream(File* file, gzFile stream, Diagnostic* why)
{
  size_t room = 0;
  int    n    = 1;
  while (n > 0) {
    const Status status = file->size < room ? STATUS_SUCCESS : grow(file, &room, why);
    if (status) {
      return status;
    }
    n = gzread(stream, file->bytes + file->size, (unsigned)(room - file->size));
    file->size += n > 0 ? (size_t)n : 0;
  }
  // A packed file that is cut off reads as one that ends, with an error beside it
  int code = Z_OK;
  (void)gzerror(stream, &code);
  return code == Z_OK ? STATUS_SUCCESS : stream_fault(file->path, stream, why);
}

/// Open "FOLDER/HALF-NAME", or else the same with ".gz".
static Status
open_file(const char* folder, const char* half, const char* name, File* file, int* handle,
          Diagnostic* why)
{
  static const char* const endings[] = { "", ".gz" };
  for (int i = 0; i < 2; ++i) {
    errno       = ENAMETOOLONG;
    const int n = snprintf(file->path, sizeof(file->path), "%s/%s-%s%s", folder, half, name,
                           endings[i]);
    *handle     = n < PATH_MAX ? open(file->path, O_RDONLY | O_CLOEXEC) : -1;
    if (*handle != -1 || errno != ENOENT) {
      break;
    }
  }
  return *handle != -1 ? STATUS_SUCCESS
                       : diagnose(why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s",
                                  file->path, strerror(errno));
}

static Status
read_file(const char* folder, const char* half, const char* name, File* file, Diagnostic* why)
{
  int          handle = -1;
  const Status status = open_file(folder, half, name, file, &handle, why);
  if (status) {
    return status;
  }
  const gzFile stream = gzdopen(handle, "rb");
  if (!stream) {
    close(handle);
    return no_memory(file->path, why);
  }
  const Status read = read_stream(file, stream, why);
  gzclose(stream);
  return read;
}

static uint32_t
big_endian(const unsigned char* bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// Read the header, whose sizes must be those of the file.
static Status
parse_header(File* file, uint32_t magic, Diagnostic* why)
{
  file->n_dimensions = magic & 0xff;
  file->start        = 4 + 4 * (size_t)file->n_dimensions;
  if (file->size < file->start || big_endian(file->bytes) != magic) {
    return diagnose(why, STATUS_BAD_FILE, "%s: not an idx file of bytes in %u dimensions",
                    file->path, file->n_dimensions);
  }
  uint64_t n = 1;
  for (uint32_t i = 0; i < file->n_dimensions; ++i) {
    file->dimensions[i] = big_endian(file->bytes + 4 + 4 * (size_t)i);
    n = n > MAX_SIZE ? n : n * file->dimensions[i]; // neither wraps: both are below 2³²
  }
  return n && n == file->size - file->start
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_FILE, "%s: %zu bytes follow the header, not what it says",
                      file->path, file->size - file->start);
}

/// Whether the two belong together, and their numbers can be used.
static Status
check_pair(const File* images, const File* labels, Diagnostic* why)
{
  const uint64_t pixels = (uint64_t)images->dimensions[1] * images->dimensions[2];
  if (pixels > LAYER_MAX_UNITS) {
    return diagnose(why, STATUS_BAD_FILE, "%s: images of %llu pixels, %u are possible",
                    images->path, (unsigned long long)pixels, LAYER_MAX_UNITS);
  }
  if (labels->dimensions[0] != images->dimensions[0]) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %u labels for %u images", labels->path,
                    labels->dimensions[0], images->dimensions[0]);
  }
  for (uint32_t i = 0; i < labels->dimensions[0]; ++i) {
    if (labels->bytes[labels->start + i] >= IDX_CLASSES) {
      return diagnose(why, STATUS_BAD_FILE, "%s: label %u is %u, below %u expected", labels->path,
                      i, labels->bytes[labels->start + i], IDX_CLASSES);
    }
  }
  return STATUS_SUCCESS;
}

static Status
fill_table(const File* images, const File* labels, Table** table, Diagnostic* why)
{
  const uint32_t n_pixels = images->dimensions[1] * images->dimensions[2];
  Table* const   built    = table_new(images->dimensions[0], n_pixels, IDX_CLASSES);
  if (!built) {
    return no_memory(images->path, why);
  }
  for (size_t i = 0; i < (size_t)built->n_rows * n_pixels; ++i) {
    built->x[i] = (float)images->bytes[images->start + i] / 255.0f;
  }
  for (uint32_t i = 0; i < built->n_rows; ++i) {
    built->labels[i] = labels->bytes[labels->start + i];
  }
  *table = built;
  return STATUS_SUCCESS;
}

Status
idx_read(const char* folder, const char* half, Table** table, Diagnostic* why)
{
  File   images = { .size = 0 };
  File   labels = { .size = 0 };
  Status status = read_file(folder, half, "images-idx3-ubyte", &images, why);
  status        = status ? status : parse_header(&images, MAGIC_IMAGES, why);
  status        = status ? status : read_file(folder, half, "labels-idx1-ubyte", &labels, why);
  status        = status ? status : parse_header(&labels, MAGIC_LABELS, why);
  status        = status ? status : check_pair(&images, &labels, why);
  status        = status ? status : fill_table(&images, &labels, table, why);
  free(images.bytes);
  free(labels.bytes);
  return status;
}
