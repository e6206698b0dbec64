// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/checkpoint.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <string.h>

static char  key[]    = "seed: 1\nrate_hz: 48000\n";
static float first[]  = { 1.5f, -0.0f, 3e-41f, 1e30f };
static float second[] = { 7.0f };

static Checkpoint
small_checkpoint(void)
{
  return (Checkpoint){ .key        = key,
                       .n_counters = 3,
                       .counters   = { 2, UINT64_MAX, 77 },
                       .n_arrays   = 3,
                       .arrays     = { { 4, first }, { 0, NULL }, { 1, second } } };
}

static void
write_small(const char* path)
{
  const Checkpoint checkpoint = small_checkpoint();
  Diagnostic       why;
  assert_int_equal(checkpoint_write(&checkpoint, path, &why), STATUS_SUCCESS);
}

static void
assert_small(const char* path)
{
  Checkpoint found = { 0 };
  Diagnostic why;
  assert_int_equal(checkpoint_read(path, &found, &why), STATUS_SUCCESS);
  assert_string_equal(found.key, key);
  assert_int_equal(found.n_counters, 3);
  assert_int_equal(found.counters[0], 2);
  assert_true(found.counters[1] == UINT64_MAX);
  assert_int_equal(found.counters[2], 77);
  assert_int_equal(found.n_arrays, 3);
  assert_int_equal(found.arrays[0].n, 4);
  assert_memory_equal(found.arrays[0].values, first, sizeof(first));
  assert_int_equal(found.arrays[1].n, 0);
  assert_int_equal(found.arrays[2].n, 1);
  assert_memory_equal(found.arrays[2].values, second, sizeof(second));
  checkpoint_clear(&found);
  assert_null(found.key);
  assert_int_equal(found.n_arrays, 0);
}

static void
test_round_trip(void** state)
{
  const char* const path = folder_path(state, "c");
  write_small(path);
  assert_small(path);
}

static void
expect_bad(void* const* state, const uint8_t* bytes, size_t size)
{
  const char* const path = folder_path(state, "c");
  folder_write(state, "c", size, bytes);
  Checkpoint found = { 0 };
  Diagnostic why;
  assert_int_equal(checkpoint_read(path, &found, &why), STATUS_BAD_FILE);
  assert_memory_equal(why.text, path, strlen(path));
  assert_null(found.key);
}

static void
test_damaged_at_every_byte(void** state)
{
  uint8_t bytes[1000];
  write_small(folder_path(state, "c"));
  const size_t size = folder_read(state, "c", sizeof(bytes), bytes);
  assert_in_range(size, 100, sizeof(bytes) - 1);
  for (size_t n = 0; n < size; ++n) {
    expect_bad(state, bytes, n);
  }
  for (size_t i = 0; i < size; ++i) {
    bytes[i] ^= 0x10;
    expect_bad(state, bytes, size);
    bytes[i] ^= 0x10;
  }
  bytes[size] = 0;
  expect_bad(state, bytes, size + 1);
}

/// CRC-32 of IEEE 802.3, bit by bit.
static uint32_t
slow_crc(const uint8_t* bytes, size_t size)
{
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < 8 * size; ++i) {
    const uint32_t bit = (crc ^ (uint32_t)(bytes[i / 8] >> (i % 8))) & 1u;
    crc                = (crc >> 1) ^ (bit ? 0xedb88320u : 0u);
  }
  return ~crc;
}

/// Sizes that lie, under a checksum that does not.
static void
test_sizes_that_lie(void** state)
{
  uint8_t bytes[1000];
  write_small(folder_path(state, "c"));
  const size_t size = folder_read(state, "c", sizeof(bytes), bytes);

  uint32_t crc = slow_crc(bytes, size - 4);
  assert_memory_equal(bytes + size - 4, &crc, 4);
  // The counts, the length of the key and the sizes of the arrays
  for (size_t i = 12; i < 24 + 3 * 8; ++i) {
    const uint8_t old      = bytes[i];
    const uint8_t values[] = { 0xff, 0x80, (uint8_t)(old + 1), (uint8_t)(old - 1) };
    for (size_t v = 0; v < sizeof(values); ++v) {
      bytes[i] = values[v];
      crc      = slow_crc(bytes, size - 4);
      memcpy(bytes + size - 4, &crc, 4);
      expect_bad(state, bytes, size);
    }
    bytes[i] = old;
  }
}

static void
test_failed_write_leaves_the_last_one(void** state)
{
  const char* const path = folder_path(state, "c");
  write_small(path);
  Checkpoint checkpoint  = small_checkpoint();
  checkpoint.counters[2] = 78;
  Diagnostic why;
  folder_limit(50);
  const Status status = checkpoint_write(&checkpoint, path, &why);
  folder_limit(FOLDER_NO_LIMIT);
  assert_int_equal(status, STATUS_IO);
  assert_small(path);
}

static void
test_missing_file(void** state)
{
  (void)state;
  Checkpoint found = { 0 };
  Diagnostic why;
  assert_int_equal(checkpoint_read("/nonexistent", &found, &why), STATUS_NOT_FOUND);
  assert_null(found.key);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_damaged_at_every_byte),
    cmocka_unit_test(test_sizes_that_lie), cmocka_unit_test(test_failed_write_leaves_the_last_one),
    cmocka_unit_test(test_missing_file),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
