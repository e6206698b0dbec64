// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/timbres.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <stdio.h>
#include <string.h>

static void
add(void* const* state, const char* const name)
{
  folder_constant(state, name, 8000, 0.2, 0.1f);
}

/// Three folders of 1, 2 and 3 files; one folder of two kinds of names; one of many folders.
static int
setup(void** const state)
{
  static const char* const files[] = {
    "three/oboe/a.wav",  "three/flute/a.wav", "three/flute/b.wav", "three/viola/a.wav",
    "three/viola/b.wav", "three/viola/c.wav", "flat/drum-1.wav",   "flat/drum 2.wav",
    "flat/Horn_low.wav", "flat/Horn7.wav",    "flat/12.wav",
  };
  static const char* const folders[] = { "three",       "three/oboe", "three/flute",
                                         "three/viola", "flat",       "many" };
  if (folder_setup(state)) {
    return -1;
  }
  for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); ++i) {
    folder_make(state, folders[i]);
  }
  for (size_t i = 0; i < sizeof(files) / sizeof(*files); ++i) {
    add(state, files[i]);
  }
  for (uint32_t i = 0; i < MODEL_MAX_ANCHORS + 2; ++i) {
    char name[32];
    snprintf(name, sizeof(name), "many/g%02u", i);
    folder_make(state, name);
    snprintf(name, sizeof(name), "many/g%02u/a.wav", i);
    add(state, name);
    snprintf(name, sizeof(name), "many/g%02u/b.wav", i);
    if (i != 4 && i != 20) {
      add(state, name);
    }
  }
  return 0;
}

static Corpus*
open_sounds(void* const* state, const char* const name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = {
    .n_folders = 1, .folders = &path, .rate_hz = 8000, .valid_share = 0.4, .seed = 1
  };
  Corpus* corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

/// Every file's place is that of its folder, in both halves.
static void
test_folders_are_timbres(void** const state)
{
  Corpus* const corpus = open_sounds(state, "three");
  Timbres       timbres;
  assert_int_equal(timbres_find(corpus, "", &timbres, NULL), STATUS_SUCCESS);
  assert_int_equal(timbres.n, 3);
  assert_int_equal(timbres.n_found, 3);
  assert_string_equal(timbres.names[0], "flute");
  assert_string_equal(timbres.names[1], "oboe");
  assert_string_equal(timbres.names[2], "viola");
  uint32_t n[3] = { 0, 0, 0 };
  for (int split = 0; split < 2; ++split) {
    for (uint32_t file = 0; file < corpus_files(corpus, (Split)split); ++file) {
      const uint32_t place = timbres.of_file[split][file];
      assert_string_equal(timbres.names[place], corpus_group(corpus, (Split)split, file));
      ++n[place];
    }
  }
  assert_true(n[0] == 2 && n[1] == 1 && n[2] == 3);
  timbres_clear(&timbres);
  assert_null(timbres.of_file[0]);
  corpus_free(corpus);
}

/// In one folder what the names begin with; a number alone is the folder.
static void
test_prefixes_are_timbres(void** const state)
{
  Corpus* const corpus = open_sounds(state, "flat");
  Timbres       timbres;
  assert_int_equal(timbres_find(corpus, " ,", &timbres, NULL), STATUS_SUCCESS);
  assert_int_equal(timbres.n, 3);
  assert_string_equal(timbres.names[0], "Horn");
  assert_string_equal(timbres.names[1], "drum");
  assert_string_equal(timbres.names[2], "flat");
  timbres_clear(&timbres);
  corpus_free(corpus);
}

static void
test_wanted_timbres_in_their_order(void** const state)
{
  Corpus* const corpus = open_sounds(state, "three");
  Timbres       timbres;
  uint32_t      n_none = 0;
  assert_int_equal(timbres_find(corpus, "viola , flute", &timbres, NULL), STATUS_SUCCESS);
  assert_int_equal(timbres.n, 2);
  assert_int_equal(timbres.n_found, 3);
  assert_string_equal(timbres.names[0], "viola");
  assert_string_equal(timbres.names[1], "flute");
  for (int split = 0; split < 2; ++split) {
    for (uint32_t file = 0; file < corpus_files(corpus, (Split)split); ++file) {
      n_none += timbres.of_file[split][file] == TIMBRES_NONE;
    }
  }
  assert_int_equal(n_none, 1);
  timbres_clear(&timbres);
  corpus_free(corpus);
}

/// A folder's timbre may have another name.
static void
test_timbres_with_names_of_their_own(void** const state)
{
  Corpus* const corpus = open_sounds(state, "three");
  Timbres       timbres;
  assert_int_equal(timbres_find(corpus, "Bratsche = viola,flute, low wood=oboe", &timbres, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(timbres.n, 3);
  assert_string_equal(timbres.names[0], "Bratsche");
  assert_string_equal(timbres.names[1], "flute");
  assert_string_equal(timbres.names[2], "low wood");
  for (int split = 0; split < 2; ++split) {
    for (uint32_t file = 0; file < corpus_files(corpus, (Split)split); ++file) {
      const uint32_t place = timbres.of_file[split][file];
      assert_string_equal(timbres.groups[place], corpus_group(corpus, (Split)split, file));
    }
  }
  timbres_clear(&timbres);
  corpus_free(corpus);
}

/// Those with fewer files are left out first.
static void
test_no_more_than_there_is_room_for(void** const state)
{
  Corpus* const corpus = open_sounds(state, "many");
  Timbres       timbres;
  assert_int_equal(timbres_find(corpus, "", &timbres, NULL), STATUS_SUCCESS);
  assert_int_equal(timbres.n, MODEL_MAX_ANCHORS);
  assert_int_equal(timbres.n_found, MODEL_MAX_ANCHORS + 2);
  assert_string_equal(timbres.names[3], "g03");
  assert_string_equal(timbres.names[4], "g05");
  assert_string_equal(timbres.names[MODEL_MAX_ANCHORS - 1], "g33");
  timbres_clear(&timbres);
  corpus_free(corpus);
}

static void
test_faults(void** const state)
{
  static const char* const cases[][2] = {
    { "flute, kazoo", "morph.anchors: no sound is named kazoo" },
    { "flute, flute", "morph.anchors: flute is given twice" },
    { "oboe, oboe = flute", "morph.anchors: oboe is given twice" },
    { "horn = oboe, oboe", "morph.anchors: oboe is given twice" },
    { "horn = kazoo", "morph.anchors: no sound is named kazoo" },
    { " = oboe", "morph.anchors: a name is missing for oboe" },
  };
  Corpus* const corpus = open_sounds(state, "three");
  for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Timbres    timbres = { 0 };
    Diagnostic why;
    assert_int_equal(timbres_find(corpus, cases[i][0], &timbres, &why), STATUS_BAD_OPTION);
    assert_string_equal(why.text, cases[i][1]);
    assert_null(timbres.of_file[0]);
  }
  corpus_free(corpus);
}

/// Latin-1 and control characters, and names that are too long, become text that a file can hold.
static void
test_odd_names(void** const state)
{
  char name[120];
  folder_make(state, "odd");
  folder_make(state, "odd/fl\xf6te");
  add(state, "odd/fl\xf6te/a.wav");
  folder_make(state, "odd/a\x1b");
  add(state, "odd/a\x1b/a.wav");
  snprintf(name, sizeof(name), "odd/%s", "0123456789012345678901234567890123456789012345ü");
  folder_make(state, name);
  strcat(name, "/a.wav");
  add(state, name);
  Corpus* const corpus = open_sounds(state, "odd");
  Timbres       timbres;
  assert_int_equal(timbres_find(corpus, "", &timbres, NULL), STATUS_SUCCESS);
  assert_string_equal(timbres.names[0], "0123456789012345678901234567890123456789012345");
  assert_string_equal(timbres.names[1], "a?");
  assert_string_equal(timbres.names[2], "fl?te");
  timbres_clear(&timbres);
  corpus_free(corpus);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_folders_are_timbres),
    cmocka_unit_test(test_prefixes_are_timbres),
    cmocka_unit_test(test_wanted_timbres_in_their_order),
    cmocka_unit_test(test_timbres_with_names_of_their_own),
    cmocka_unit_test(test_no_more_than_there_is_room_for),
    cmocka_unit_test(test_faults),
    cmocka_unit_test(test_odd_names),
  };
  return cmocka_run_group_tests(tests, setup, folder_teardown);
}
