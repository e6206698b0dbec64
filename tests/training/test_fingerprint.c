// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/fingerprint.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <stdio.h>

/// The authors' own test vectors.
static void
bytes_are_hashed_as_published(void** state)
{
  (void)state;
  assert_true(fingerprint_bytes(FINGERPRINT_START, "", 0) == 0xcbf29ce484222325u);
  assert_true(fingerprint_bytes(FINGERPRINT_START, "a", 1) == 0xaf63dc4c8601ec8cu);
  assert_true(fingerprint_bytes(FINGERPRINT_START, "foobar", 6) == 0x85944171f73967e8u);
}

static uint64_t
of_folder(void* const* state, const char* name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = { .n_folders = 1, .folders = &path, .rate_hz = 16000 };
  Corpus*            corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  const uint64_t fingerprint = fingerprint_corpus(FINGERPRINT_START, corpus);
  corpus_free(corpus);
  return fingerprint;
}

static void
names_and_lengths_count_and_places_do_not(void** state)
{
  static const char* const folders[] = { "one", "same", "other-name", "longer" };
  for (uint32_t i = 0; i < 4; ++i) {
    char path[64];
    folder_make(state, folders[i]);
    snprintf(path, sizeof(path), "%s/%s.wav", folders[i], i == 2 ? "b" : "a");
    folder_constant(state, path, 16000, i == 3 ? 3.0 : 2.0, 0.1f * (float)(i + 1));
  }
  const uint64_t one = of_folder(state, "one");
  assert_true(of_folder(state, "same") == one);
  assert_true(of_folder(state, "other-name") != one);
  assert_true(of_folder(state, "longer") != one);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_are_hashed_as_published),
    cmocka_unit_test_setup_teardown(names_and_lengths_count_and_places_do_not, folder_setup,
                                    folder_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
