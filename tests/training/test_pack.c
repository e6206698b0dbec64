// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/pack.h"

#include "dsp/network/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"
#include "tests/training/preset_fixture.h"
#include "training/preset/archive.h"
#include "training/preset/bundle_check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
expect_fault(const PackOptions* const options, const Status expected, const char* const words)
{
  Diagnostic why  = { "" };
  char*      path = NULL;
  assert_int_equal(preset_pack(options, &path, &why), expected);
  assert_null(path);
  if (!strstr(why.text, words)) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

static void
pack(const PackOptions* const options)
{
  Diagnostic why  = { "" };
  char*      path = NULL;
  if (preset_pack(options, &path, &why)) {
    fail_msg("%s", why.text);
  }
  free(path);
}

static void
test_a_bundle_holds_all_it_needs(void** state)
{
  static char model[2][1 << 18];
  Bundle      bundle;
  preset_make(state, "mine.lv2");
  assert_int_equal(preset_count(state, "mine.lv2"), 5);
  assert_int_equal(preset_count(state, "."), 2);

  assert_int_equal(bundle_check(folder_path(state, "mine.lv2"), &bundle, NULL), STATUS_SUCCESS);
  assert_int_equal(bundle.n, 2);
  assert_string_equal(bundle.presets[0].label, "Room");
  assert_string_equal(bundle.presets[0].model, "room.safetensors");
  assert_int_equal(bundle.presets[0].width, 0);
  assert_int_equal(bundle.presets[1].width, 1);
  bundle_clear(&bundle);

  const size_t n = folder_read(state, "room.safetensors", sizeof(*model), model[0]);
  assert_int_equal(folder_read(state, "mine.lv2/room.safetensors", sizeof(*model), model[1]), n);
  assert_memory_equal(model[0], model[1], n);

  assert_non_null(strstr(preset_read_text(state, "mine.lv2/LICENSE"), "Identifier: CC0-1.0\n"));
  assert_non_null(strstr(preset_read_text(state, "mine.lv2/README.md"), "# Room\n"));
  assert_non_null(strstr(preset_read_text(state, "mine.lv2/README.md"), "| licence | CC0-1.0 |"));
}

static void
test_words_and_settings(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  options.name        = "Küche \"laut\" \\";
  options.comment     = "Für die Küche.";
  options.settings[0] = "reduction=18";
  options.settings[1] = "residual=1";
  options.n_settings  = 2;
  pack(&options);

  const char* const text = preset_read_text(state, "mine.lv2/presets.ttl");
  assert_non_null(strstr(text, "rdfs:label \"Küche \\\"laut\\\" \\\\\" ;\n"));
  assert_non_null(strstr(text, "rdfs:comment \"Für die Küche.\" ;\n"));
  assert_non_null(strstr(text, "lv2:symbol \"reduction\" ;\n\t\tpset:value 18.000000\n"));
  assert_non_null(strstr(text, "lv2:symbol \"strength\" ;\n\t\tpset:value 100.000000\n"));
  assert_non_null(strstr(text, "lv2:symbol \"residual\" ;\n\t\tpset:value 1.000000\n"));
  assert_non_null(strstr(text, "<http://spdx.org/licenses/CC0-1.0>"));

  Bundle bundle;
  assert_int_equal(bundle_check(options.out, &bundle, NULL), STATUS_SUCCESS);
  assert_string_equal(bundle.presets[0].label, options.name);
  bundle_clear(&bundle);
}

static void
test_a_name_chooses_the_folder(void** state)
{
  static const struct {
    const char* name;
    const char* folder;
  } cases[] = {
    { "My room / 2", "lamina-My-room-2.lv2" },
    { "../../etc", "lamina-etc.lv2" },
    { "Кухня", "lamina-preset.lv2" },
    { ".", "lamina-preset.lv2" },
  };
  char* const before = getcwd(NULL, 0);
  assert_int_equal(chdir(*state), 0);
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    PackOptions options = preset_options(state, "");
    options.out         = NULL;
    options.name        = cases[i].name;
    options.replace     = true;
    pack(&options);
    assert_true(preset_exists(state, cases[i].folder));
  }
  assert_int_equal(chdir(before), 0);
  free(before);
}

/// The URI of the first preset of a bundle.
static char*
uri_of(const char* const folder)
{
  Bundle bundle;
  assert_int_equal(bundle_check(folder, &bundle, NULL), STATUS_SUCCESS);
  char* const uri = strdup(bundle.presets[0].uri);
  bundle_clear(&bundle);
  return uri;
}

static void
test_uris_differ_when_contents_do(void** state)
{
  PackOptions options[6];
  char*       uris[6];
  for (int i = 0; i < 6; ++i) {
    static const char* const names[] = { "0.lv2", "1.lv2", "2.lv2", "3.lv2", "4.lv2", "5.lv2" };
    options[i]                       = preset_options(state, names[i]);
  }
  preset_write_model(state, "other.safetensors", "Room", "CC0-1.0");
  Model* const model = models_constant_gain(0.25);
  model->card.name   = strdup("Room");
  models_write(state, "quiet.safetensors", model);
  options[2].name        = "Other";
  options[3].comment     = "Other";
  options[4].settings[0] = "reduction=23.5";
  options[4].n_settings  = 1;
  options[5].model       = folder_path(state, "quiet.safetensors");
  options[5].licence     = "CC0-1.0";
  for (int i = 0; i < 6; ++i) {
    pack(&options[i]);
    uris[i] = uri_of(options[i].out);
    for (int k = 0; k < i; ++k) {
      // The first two are the same
      assert_int_equal(!strcmp(uris[i], uris[k]), i == 1 && k == 0);
    }
  }
  for (int i = 0; i < 6; ++i) {
    free(uris[i]);
  }
}

static void
test_links_are_followed(void** state)
{
  struct stat info;
  PackOptions options = preset_options(state, "mine.lv2");
  options.model       = folder_path(state, "link.safetensors");
  assert_int_equal(symlink("room.safetensors", options.model), 0);
  pack(&options);
  assert_int_equal(lstat(folder_path(state, "mine.lv2/link.safetensors"), &info), 0);
  assert_true(S_ISREG(info.st_mode));
}

static void
test_a_model_without_a_licence(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  preset_write_model(state, "room.safetensors", "Room", NULL);
  expect_fault(&options, STATUS_BAD_OPTION, "room.safetensors: has no licence");
  expect_fault(&options, STATUS_BAD_OPTION, "--licence CC-BY-4.0");
  preset_write_model(state, "room.safetensors", "Room", "");
  expect_fault(&options, STATUS_BAD_OPTION, "has no licence");

  options.licence = "CC-BY-4.0 OR (MIT AND BSD-3-Clause)";
  pack(&options);
  Model* model = NULL;
  assert_int_equal(model_read(folder_path(state, "mine.lv2/room.safetensors"), &model, NULL),
                   STATUS_SUCCESS);
  assert_string_equal(model->card.licence, options.licence); // It travels on
  model_free(model);
  assert_null(strstr(preset_read_text(state, "mine.lv2/presets.ttl"), "doap:license <"));
}

static void
test_licences(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  options.licence     = "MIT";
  expect_fault(&options, STATUS_BAD_OPTION, "is under CC0-1.0 already");
  options.licence = "CC0-1.0";
  pack(&options);
  preset_write_model(state, "room.safetensors", "Room", NULL);
  static const char* const bad[] = { "", " MIT", "© me", "MIT\n", "<MIT>" };
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); ++i) {
    options.licence = bad[i];
    expect_fault(&options, STATUS_BAD_OPTION, "an SPDX expression is needed");
  }
}

/// A stranger's card cannot break out of the Turtle or the terminal.
static void
test_strange_cards(void** state)
{
  Bundle      bundle;
  PackOptions options = preset_options(state, "mine.lv2");
  options.name        = "Plain";
  preset_write_model(state, "room.safetensors", "x", "MIT> . <urn:a> <urn:b> <urn:c");
  pack(&options);
  assert_int_equal(bundle_check(options.out, &bundle, NULL), STATUS_SUCCESS);
  bundle_clear(&bundle);

  preset_write_model(state, "room.safetensors", "two\nlines", "CC0-1.0\x1b[2J");
  options.replace = true;
  pack(&options);
  assert_null(strchr(preset_read_text(state, "mine.lv2/LICENSE"), '\x1b'));
  assert_non_null(strstr(preset_read_text(state, "mine.lv2/README.md"), "| two lines |"));
  options.name = NULL;
  expect_fault(&options, STATUS_BAD_OPTION, "one line of UTF-8");
}

static void
test_words_that_are_not_plain(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  options.name        = "a\nb";
  expect_fault(&options, STATUS_BAD_OPTION, "one line of UTF-8");
  options.name = "\xff";
  expect_fault(&options, STATUS_BAD_OPTION, "one line of UTF-8");
  options.name    = "Room";
  options.comment = "";
  expect_fault(&options, STATUS_BAD_OPTION, "one line of UTF-8");
  options.comment = NULL;
  options.name    = "";
  expect_fault(&options, STATUS_BAD_OPTION, "has no name");
  preset_write_model(state, "room.safetensors", NULL, "MIT");
  options.name = NULL;
  expect_fault(&options, STATUS_BAD_OPTION, "has no name; give it one by --name");
}

static void
test_models_that_do_not_fit(void** state)
{
  PackOptions      options = preset_options(state, "mine.lv2");
  const ModelShape shape   = models_tiny_classifier_shape();
  options.model            = folder_path(state, "none.safetensors");
  expect_fault(&options, STATUS_NOT_FOUND, "none.safetensors: No such file");
  folder_write(state, "bad.safetensors", 20, "not a model at all..");
  options.model = folder_path(state, "bad.safetensors");
  expect_fault(&options, STATUS_BAD_FILE, "bad.safetensors: not a safetensors file");
  options.model = models_write(state, "class.safetensors", models_of(&shape));
  expect_fault(&options, STATUS_BAD_FILE, "no plugin runs a classifier");
  options.effect = effect_named("denoise");
  expect_fault(&options, STATUS_BAD_FILE, "class.safetensors: ");
  assert_false(preset_exists(state, "mine.lv2"));
}

static void
test_outputs(void** state)
{
  PackOptions options = preset_options(state, "mine");
  expect_fault(&options, STATUS_BAD_OPTION, "NAME.lv2, NAME.zip or NAME.tar.gz");
  options.out = folder_path(state, ".zip");
  expect_fault(&options, STATUS_BAD_OPTION, "NAME.lv2, NAME.zip or NAME.tar.gz");
  options.out = folder_path(state, "no/such/a.lv2");
  expect_fault(&options, STATUS_IO, "no/such");
  options.settings[0] = "volume=11";
  options.n_settings  = 1;
  expect_fault(&options, STATUS_BAD_OPTION, "volume=11");
}

static void
test_what_is_there_is_spared(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  folder_make(state, "mine.lv2");
  folder_write(state, "mine.lv2/work", 1, "w");
  expect_fault(&options, STATUS_BAD_OPTION, "mine.lv2: is there already");
  options.replace = true;
  expect_fault(&options, STATUS_BAD_OPTION, "is no preset bundle, so it is not replaced");
  assert_true(preset_exists(state, "mine.lv2/work"));
  assert_int_equal(preset_count(state, "."), 2);

  options.out = folder_path(state, "mine.zip");
  folder_write(state, "mine.zip", 1, "w");
  options.replace = false;
  expect_fault(&options, STATUS_BAD_OPTION, "mine.zip: is there already");
  assert_string_equal(preset_read_text(state, "mine.zip"), "w");
  options.replace = true;
  pack(&options);
  assert_memory_equal(preset_read_text(state, "mine.zip"), "PK", 2);
}

static void
test_texts_can_be_added(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  folder_write(state, "CREDITS", 6, "thanks");
  options.texts[0] = folder_path(state, "CREDITS");
  options.n_texts  = 1;
  pack(&options);
  assert_string_equal(preset_read_text(state, "mine.lv2/CREDITS"), "thanks");

  options.replace = true;
  folder_write(state, "evil.so", 1, "x");
  options.texts[0] = folder_path(state, "evil.so");
  expect_fault(&options, STATUS_BAD_FILE, "evil.so: not a kind of file");
  folder_write(state, "manifest.ttl", 1, "x");
  options.texts[0] = folder_path(state, "manifest.ttl");
  expect_fault(&options, STATUS_BAD_OPTION, "such a file is there already");
  options.texts[0] = folder_path(state, "none.txt");
  expect_fault(&options, STATUS_NOT_FOUND, "none.txt");
  assert_true(preset_exists(state, "mine.lv2/CREDITS"));
}

static void
test_archives(void** state)
{
  static const char* const outs[]  = { "my room.zip", "a.tar.gz", "b.lv2.zip" };
  static const char* const names[] = { "my room.lv2", "a.lv2", "b.lv2" };
  for (int i = 0; i < 3; ++i) {
    char*  name = NULL;
    Bundle bundle;
    preset_make(state, outs[i]);
    folder_make(state, "to");
    assert_int_equal(
      archive_extract(folder_path(state, outs[i]), folder_path(state, "to"), &name, NULL),
      STATUS_SUCCESS);
    assert_string_equal(name, names[i]);
    free(name);
    assert_int_equal(rename(folder_path(state, "to"), folder_path(state, names[i])), 0);
    char below[64];
    snprintf(below, sizeof(below), "%s/%s", names[i], names[i]);
    assert_int_equal(bundle_check(folder_path(state, below), &bundle, NULL), STATUS_SUCCESS);
    bundle_clear(&bundle);
  }
}

/// A full disk leaves nothing behind.
static void
test_a_full_disk(void** state)
{
  PackOptions options = preset_options(state, "mine.lv2");
  preset_make(state, "mine.lv2");
  options.replace = true;
  options.name    = "New";
  signal(SIGXFSZ, SIG_IGN);
  folder_limit(1000);
  expect_fault(&options, STATUS_IO, "");
  folder_limit(FOLDER_NO_LIMIT);
  assert_int_equal(preset_count(state, "."), 2);
  assert_null(strstr(preset_read_text(state, "mine.lv2/presets.ttl"), "New"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_MODEL(test_a_bundle_holds_all_it_needs),
    WITH_MODEL(test_words_and_settings),
    WITH_MODEL(test_a_name_chooses_the_folder),
    WITH_MODEL(test_uris_differ_when_contents_do),
    WITH_MODEL(test_links_are_followed),
    WITH_MODEL(test_a_model_without_a_licence),
    WITH_MODEL(test_licences),
    WITH_MODEL(test_strange_cards),
    WITH_MODEL(test_words_that_are_not_plain),
    WITH_MODEL(test_models_that_do_not_fit),
    WITH_MODEL(test_outputs),
    WITH_MODEL(test_what_is_there_is_spared),
    WITH_MODEL(test_texts_can_be_added),
    WITH_MODEL(test_archives),
    WITH_MODEL(test_a_full_disk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
