// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/sha256.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char*
hash_text(const size_t size, const void* const bytes)
{
  static char text[SHA256_TEXT_SIZE];
  Sha256      hash;
  sha256_begin(&hash);
  sha256_add(&hash, size, bytes);
  sha256_end(&hash, text);
  return text;
}

/// The examples that NIST publishes with the standard.
static void
test_published_examples(void** state)
{
  (void)state;
  const char* const two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  assert_string_equal(hash_text(0, ""),
                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_string_equal(hash_text(3, "abc"),
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_string_equal(hash_text(56, two_blocks),
                      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");

  char* const million = malloc(1000000);
  assert_non_null(million);
  memset(million, 'a', 1000000);
  assert_string_equal(hash_text(1000000, million),
                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  free(million);
}

/// What sha256sum says of so many bytes.
static void
ask_program(const size_t size, const uint8_t* const bytes, char* const text)
{
  char        path[] = "/tmp/lamina-sha256-XXXXXX";
  char        command[64];
  const int   fd   = mkstemp(path);
  FILE* const file = fdopen(fd, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
  snprintf(command, sizeof(command), "sha256sum < %s", path);
  FILE* const pipe = popen(command, "r");
  assert_non_null(pipe);
  const size_t n = fread(text, 1, SHA256_TEXT_SIZE - 1, pipe);
  text[n]        = '\0';
  pclose(pipe);
  remove(path);
}

/// Around the ends of blocks, and of the room for the length.
static void
test_it_agrees_with_another_program(void** state)
{
  (void)state;
  static const size_t sizes[] = { 1, 55, 57, 63, 64, 65, 119, 120, 127, 128, 129, 4099 };
  static uint8_t      bytes[4099];
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    bytes[i] = (uint8_t)(i * 37 + i / 251);
  }
  for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); ++i) {
    char expected[SHA256_TEXT_SIZE];
    ask_program(sizes[i], bytes, expected);
    if (strlen(expected) != SHA256_TEXT_SIZE - 1) {
      skip(); // There is no such program
    }
    assert_string_equal(hash_text(sizes[i], bytes), expected);
  }
}

static void
test_pieces_make_no_difference(void** state)
{
  (void)state;
  static uint8_t bytes[1000];
  char           text[SHA256_TEXT_SIZE];
  memset(bytes, 0x5a, sizeof(bytes));
  for (size_t piece = 1; piece < 130; ++piece) {
    Sha256 hash;
    sha256_begin(&hash);
    for (size_t at = 0; at < sizeof(bytes); at += piece) {
      sha256_add(&hash, at + piece < sizeof(bytes) ? piece : sizeof(bytes) - at, bytes + at);
    }
    sha256_end(&hash, text);
    assert_string_equal(text, hash_text(sizeof(bytes), bytes));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_published_examples),
    cmocka_unit_test(test_it_agrees_with_another_program),
    cmocka_unit_test(test_pieces_make_no_difference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
