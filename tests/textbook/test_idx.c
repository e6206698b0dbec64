// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/idx.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <zlib.h>

#include <stdbool.h>
#include <string.h>

#define IMAGES "t10k-images-idx3-ubyte"
#define LABELS "t10k-labels-idx1-ubyte"

/// Two images of 2 × 3 pixels.
static const unsigned char images[] = { 0, 0, 8, 3, 0, 0,   0,   2,   0,   0,   0,  2,  0,  0,
                                        0, 3, 0, 1, 2, 253, 254, 255, 255, 128, 64, 32, 16, 8 };

/// And their labels.
static const unsigned char labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 9, 0 };

/// One byte of one of them that makes it another file.
typedef struct {
  bool          of_labels;
  size_t        at;
  unsigned char byte;
  const char*   fault; ///< Words of the complaint
} Change;

static void
write_packed(void* const* state, const char* name, const void* bytes, unsigned size)
{
  const gzFile file = gzopen(folder_path(state, name), "wb");
  assert_non_null(file);
  assert_int_equal(gzwrite(file, bytes, size), (int)size);
  assert_int_equal(gzclose(file), Z_OK);
}

static void
write_both(void* const* state)
{
  folder_write(state, IMAGES, sizeof(images), images);
  folder_write(state, LABELS, sizeof(labels), labels);
}

static void
write_both_packed(void* const* state)
{
  write_packed(state, IMAGES ".gz", images, sizeof(images));
  write_packed(state, LABELS ".gz", labels, sizeof(labels));
}

static void
check_reads(void* const* state)
{
  static const int pixels[] = { 0, 1, 2, 253, 254, 255, 255, 128, 64, 32, 16, 8 };
  Table*           table    = NULL;
  Diagnostic       why      = { "" };
  const Status     status   = idx_read(*state, "t10k", &table, &why);
  assert_string_equal(why.text, "");
  assert_int_equal(status, STATUS_SUCCESS);
  assert_int_equal(table->n_rows, 2);
  assert_int_equal(table->n_columns, 6);
  assert_int_equal(table->n_classes, 10);
  for (int i = 0; i < 12; ++i) {
    assert_float_equal(table->x[i], (float)pixels[i] / 255.0f, 1e-7f);
  }
  assert_int_equal(table->labels[0], 9);
  assert_int_equal(table->labels[1], 0);
  table_free(table);
}

/// @param fault Words that the complaint must hold.
static void
check_refuses(void* const* state, Status expected, const char* fault)
{
  Table*     table = NULL;
  Diagnostic why   = { "" };
  assert_int_equal(idx_read(*state, "t10k", &table, &why), expected);
  assert_null(table);
  if (strncmp(why.text, *state, strlen(*state)) || !strstr(why.text, fault)) {
    fail_msg("\"%s\" does not begin with the path, or does not say \"%s\"", why.text, fault);
  }
}

static void
worked_bytes_are_read(void** state)
{
  write_both(state);
  check_reads(state);
}

static void
packed_files_are_read(void** state)
{
  write_both_packed(state);
  check_reads(state);
}

static void
every_truncation_is_refused(void** state)
{
  for (size_t size = 0; size < sizeof(images); ++size) {
    write_both(state);
    folder_write(state, IMAGES, size, images);
    check_refuses(state, STATUS_BAD_FILE, IMAGES);
  }
  for (size_t size = 0; size < sizeof(labels); ++size) {
    write_both(state);
    folder_write(state, LABELS, size, labels);
    check_refuses(state, STATUS_BAD_FILE, LABELS);
  }
}

static void
every_truncation_of_a_packed_file_is_refused(void** state)
{
  unsigned char packed[200];
  write_both_packed(state);
  const size_t n_packed = folder_read(state, IMAGES ".gz", sizeof(packed), packed);
  assert_in_range(n_packed, 30, sizeof(packed) - 1);
  for (size_t size = 0; size < n_packed; ++size) {
    folder_write(state, IMAGES ".gz", size, packed);
    check_refuses(state, STATUS_BAD_FILE, IMAGES);
  }
}

static void
a_changed_byte_of_a_packed_file_is_refused(void** state)
{
  unsigned char packed[200];
  write_both_packed(state);
  const size_t n_packed = folder_read(state, IMAGES ".gz", sizeof(packed), packed);
  packed[n_packed - 7] ^= 1; // of the checksum
  folder_write(state, IMAGES ".gz", n_packed, packed);
  check_refuses(state, STATUS_BAD_FILE, "broken");
}

static void
bytes_that_follow_are_refused(void** state)
{
  unsigned char longer[sizeof(images) + 1] = { 0 };
  memcpy(longer, images, sizeof(images));
  write_both(state);
  folder_write(state, IMAGES, sizeof(longer), longer);
  check_refuses(state, STATUS_BAD_FILE, "13 bytes follow the header");
}

static void
headers_that_cannot_be_are_refused(void** state)
{
  static const Change changes[] = {
    { false, 0, 1, "not an idx file" },         { false, 1, 1, "not an idx file" },
    { false, 2, 13, "not an idx file" },        { false, 3, 1, "not an idx file" },
    { true, 2, 9, "not an idx file" },          { true, 3, 3, "not an idx file" },
    { false, 4, 255, "12 bytes follow" },       { false, 7, 0, "12 bytes follow" },
    { false, 7, 3, "12 bytes follow" },         { false, 8, 255, "12 bytes follow" },
    { false, 11, 0, "12 bytes follow" },        { false, 15, 2, "12 bytes follow" },
    { true, 4, 255, "2 bytes follow" },         { true, 7, 1, "2 bytes follow" },
    { true, 8, 10, "label 0 is 10, below 10" }, { true, 9, 255, "label 1 is 255, below 10" },
  };
  for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); ++i) {
    const Change* const change = &changes[i];
    unsigned char       changed[sizeof(images)];
    write_both(state);
    memcpy(changed, change->of_labels ? labels : images,
           change->of_labels ? sizeof(labels) : sizeof(images));
    changed[change->at] = change->byte;
    folder_write(state, change->of_labels ? LABELS : IMAGES,
                 change->of_labels ? sizeof(labels) : sizeof(images), changed);
    check_refuses(state, STATUS_BAD_FILE, change->fault);
  }
}

static void
sizes_whose_product_wraps_are_refused(void** state)
{
  // 2³¹ · 2³¹ · 4 = 2⁶⁴; and 65536 · 65536 · 1 = 2³²
  static const unsigned char wrapping[][16] = {
    { 0, 0, 8, 3, 128, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 4 },
    { 0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1 },
  };
  for (int i = 0; i < 2; ++i) {
    write_both(state);
    folder_write(state, IMAGES, sizeof(wrapping[i]), wrapping[i]);
    check_refuses(state, STATUS_BAD_FILE, "0 bytes follow");
  }
}

static void
images_of_too_many_pixels_are_refused(void** state)
{
  static unsigned char large[16 + 128 * 129] = {
    0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 128, 0, 0, 0, 129
  };
  static const unsigned char one[] = { 0, 0, 8, 1, 0, 0, 0, 1, 5 };
  folder_write(state, IMAGES, sizeof(large), large);
  folder_write(state, LABELS, sizeof(one), one);
  check_refuses(state, STATUS_BAD_FILE, "images of 16512 pixels");
}

static void
labels_must_be_as_many_as_images(void** state)
{
  static const unsigned char three[] = { 0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3 };
  write_both(state);
  folder_write(state, LABELS, sizeof(three), three);
  check_refuses(state, STATUS_BAD_FILE, "3 labels for 2 images");
}

static void
missing_files_are_told(void** state)
{
  check_refuses(state, STATUS_NOT_FOUND, IMAGES ".gz: No such file");
  folder_write(state, IMAGES, sizeof(images), images);
  check_refuses(state, STATUS_NOT_FOUND, LABELS ".gz: No such file");
}

static void
a_folder_is_no_file(void** state)
{
  folder_make(state, IMAGES);
  check_refuses(state, STATUS_IO, "Is a directory");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(worked_bytes_are_read),
    IN_FOLDER(packed_files_are_read),
    IN_FOLDER(every_truncation_is_refused),
    IN_FOLDER(every_truncation_of_a_packed_file_is_refused),
    IN_FOLDER(a_changed_byte_of_a_packed_file_is_refused),
    IN_FOLDER(bytes_that_follow_are_refused),
    IN_FOLDER(headers_that_cannot_be_are_refused),
    IN_FOLDER(sizes_whose_product_wraps_are_refused),
    IN_FOLDER(images_of_too_many_pixels_are_refused),
    IN_FOLDER(labels_must_be_as_many_as_images),
    IN_FOLDER(missing_files_are_told),
    IN_FOLDER(a_folder_is_no_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
