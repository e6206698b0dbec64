// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/npy.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/program.h"

#include <stdlib.h>
#include <string.h>

static const float numbers[6] = { 0.0f, 1.0f, -2.5f, 1e-30f, 3.0f, 65504.0f };

static void
test_bytes_are_as_defined(void** state)
{
  assert_int_equal(npy_write(folder_path(state, "a.npy"), 2, 3, numbers, NULL), STATUS_SUCCESS);
  uint8_t      bytes[256];
  const size_t size = folder_read(state, "a.npy", sizeof bytes, bytes);

  // The dictionary as Python writes it, up to a multiple of 64 bytes with its newline.
  static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  assert_int_equal(size, 128 + 6 * 4);
  assert_memory_equal(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
  assert_memory_equal(bytes + 10, dictionary, sizeof dictionary - 1);
  for (size_t i = 10 + sizeof dictionary - 1; i < 127; ++i) {
    assert_int_equal(bytes[i], ' ');
  }
  assert_int_equal(bytes[127], '\n');
  assert_memory_equal(bytes + 128, "\0\0\0\0\0\0\x80\x3f\0\0\x20\xc0", 12);
  assert_memory_equal(bytes + 144, "\0\0\x40\x40\0\xe0\x7f\x47", 8);
}

static void
test_the_longest_dictionary_fits(void** state)
{
  assert_int_equal(npy_write(folder_path(state, "a.npy"), 0, UINT32_MAX, numbers, NULL),
                   STATUS_SUCCESS);
  char bytes[129] = "";
  assert_int_equal(folder_read(state, "a.npy", 128, bytes), 128);
  assert_non_null(strstr(bytes + 10, "'shape': (0, 4294967295), }  "));
  assert_int_equal(bytes[127], '\n');
}

static void
test_numpy_reads_it(void** state)
{
  if (program_run("PATH=/usr/bin:$PATH python3 -c 'import numpy'")) {
    print_message("python3-numpy is missing\n");
    skip();
  }
  const char* const path = folder_path(state, "a.npy");
  assert_int_equal(npy_write(path, 2, 3, numbers, NULL), STATUS_SUCCESS);
  assert_int_equal(
    program_run("PATH=/usr/bin:$PATH python3 -c \"import numpy; a = numpy.load('%s'); "
                "print(a.dtype, a.shape, a.flags.c_contiguous, a.tolist())\"",
                path),
    0);
  assert_string_equal(program_output, "float32 (2, 3) True [[0.0, 1.0, -2.5], "
                                      "[1.0000000031710769e-30, 3.0, 65504.0]]\n");
}

static void
test_failures_leave_the_old_file(void** state)
{
  const char* const path = folder_path(state, "a.npy");
  Diagnostic        why;
  folder_write(state, "a.npy", 3, "old");
  assert_int_equal(npy_write(folder_path(state, "none/a.npy"), 2, 3, numbers, &why), STATUS_IO);
  folder_limit(100);
  assert_int_equal(npy_write(path, 2, 3, numbers, &why), STATUS_IO);
  folder_limit(FOLDER_NO_LIMIT);
  assert_memory_equal(why.text, path, strlen(path));
  assert_int_equal(npy_write(path, UINT64_MAX / 2, 3, numbers, &why), STATUS_NO_MEMORY);
  char bytes[4] = "";
  assert_int_equal(folder_read(state, "a.npy", 4, bytes), 3);
  assert_string_equal(bytes, "old");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(test_bytes_are_as_defined),
    IN_FOLDER(test_the_longest_dictionary_fits),
    IN_FOLDER(test_numpy_reads_it),
    IN_FOLDER(test_failures_leave_the_old_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
