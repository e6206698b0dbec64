// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/install.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/preset_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
install(void* const* state, const char* const source, const bool replace, const char* const place)
{
  Diagnostic why  = { "" };
  char*      path = NULL;
  Bundle     bundle;
  if (preset_install(folder_path(state, source), folder_path(state, "lv2"), replace, &path, &bundle,
                     &why)) {
    fail_msg("%s", why.text);
  }
  assert_string_equal(path, folder_path(state, place));
  assert_int_equal(bundle.n, 2);
  bundle_clear(&bundle);
  free(path);
}

static void
expect_fault(void* const* state, const char* const source, const bool replace,
             const Status expected, const char* const words)
{
  Diagnostic why  = { "" };
  char*      path = NULL;
  Bundle     bundle;
  assert_int_equal(preset_install(folder_path(state, source), folder_path(state, "lv2"), replace,
                                  &path, &bundle, &why),
                   expected);
  assert_null(path);
  if (!strstr(why.text, words) || strstr(why.text, ".lamina-")) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

static void
test_from_a_folder_and_from_archives(void** state)
{
  static const char* const sources[] = { "a.lv2", "a.zip", "a.tar.gz" };
  for (int i = 0; i < 3; ++i) {
    static char bytes[2][1 << 18];
    preset_make(state, sources[i]);
    install(state, sources[i], i > 0, "lv2/a.lv2");
    assert_int_equal(preset_count(state, "lv2"), 1);
    assert_int_equal(preset_count(state, "lv2/a.lv2"), 5);
    const size_t n = folder_read(state, "room.safetensors", sizeof(*bytes), bytes[0]);
    assert_int_equal(folder_read(state, "lv2/a.lv2/room.safetensors", sizeof(*bytes), bytes[1]), n);
    assert_memory_equal(bytes[0], bytes[1], n);
  }
}

static void
test_a_link_to_a_folder(void** state)
{
  preset_make(state, "a.lv2");
  assert_int_equal(symlink("a.lv2", folder_path(state, "link")), 0);
  install(state, "link", false, "lv2/a.lv2");
}

/// All may read what was installed, as far as the user's mask allows.
static void
test_rights(void** state)
{
  struct stat info;
  umask(022);
  preset_make(state, "a.zip");
  install(state, "a.zip", false, "lv2/a.lv2");
  assert_int_equal(stat(folder_path(state, "lv2/a.lv2"), &info), 0);
  assert_int_equal(info.st_mode & 0777, 0755);
  assert_int_equal(stat(folder_path(state, "lv2/a.lv2/room.safetensors"), &info), 0);
  assert_int_equal(info.st_mode & 0777, 0644);
}

static void
test_what_is_there_is_spared(void** state)
{
  PackOptions options = preset_options(state, "a.zip");
  char*       path    = NULL;
  preset_make(state, "a.lv2");
  install(state, "a.lv2", false, "lv2/a.lv2");
  options.name = "New";
  assert_int_equal(preset_pack(&options, &path, NULL), STATUS_SUCCESS);
  free(path);
  expect_fault(state, "a.zip", false, STATUS_BAD_OPTION, "lv2/a.lv2: is there already; --replace");
  assert_null(strstr(preset_read_text(state, "lv2/a.lv2/presets.ttl"), "New"));
  install(state, "a.zip", true, "lv2/a.lv2");
  assert_non_null(strstr(preset_read_text(state, "lv2/a.lv2/presets.ttl"), "New"));
  assert_int_equal(preset_count(state, "lv2"), 1);
}

/// A stranger's preset may be called like a plugin.
static void
test_a_plugin_is_never_replaced(void** state)
{
  const char* const plugin = "<urn:x> a <http://lv2plug.in/ns/lv2core#Plugin> .\n";
  folder_make(state, "lv2");
  folder_make(state, "lv2/lamina.lv2");
  folder_write(state, "lv2/lamina.lv2/manifest.ttl", strlen(plugin), plugin);
  preset_make(state, "lamina.zip");
  expect_fault(state, "lamina.zip", false, STATUS_BAD_OPTION, "is there already");
  expect_fault(state, "lamina.zip", true, STATUS_BAD_OPTION, "is no preset bundle");
  assert_string_equal(preset_read_text(state, "lv2/lamina.lv2/manifest.ttl"), plugin);

  assert_int_equal(symlink("lamina.lv2", folder_path(state, "lv2/link.lv2")), 0);
  preset_make(state, "link.zip");
  expect_fault(state, "link.zip", true, STATUS_BAD_OPTION, "is no preset bundle");
  assert_int_equal(preset_count(state, "lv2"), 2);
}

static void
test_the_same_preset_twice(void** state)
{
  preset_make(state, "a.lv2");
  preset_make(state, "b.zip");
  install(state, "a.lv2", false, "lv2/a.lv2");
  expect_fault(state, "b.zip", false, STATUS_BAD_OPTION,
               "lv2/a.lv2: is the same preset, installed already");
  assert_int_equal(preset_count(state, "lv2"), 1);
}

static void
test_bad_bundles(void** state)
{
  preset_make(state, "a.lv2");
  install(state, "a.lv2", false, "lv2/a.lv2");
  preset_write_model(state, "a.lv2/room.safetensors", "Room", NULL);
  expect_fault(state, "a.lv2", true, STATUS_BAD_FILE, "a.lv2/room.safetensors: without a licence");
  folder_write(state, "a.lv2/evil.so", 1, "x");
  expect_fault(state, "a.lv2", true, STATUS_BAD_FILE, "evil.so: not a kind");
  expect_fault(state, "none.zip", true, STATUS_NOT_FOUND, "none.zip: No such file");
  folder_write(state, "bad.zip", 4, "nope");
  expect_fault(state, "bad.zip", true, STATUS_BAD_FILE, "bad.zip: ");
  folder_make(state, "folder");
  expect_fault(state, "folder", true, STATUS_BAD_FILE, "a bundle's folder is called NAME.lv2");
  assert_int_equal(preset_count(state, "lv2"), 1);
  assert_int_equal(preset_count(state, "lv2/a.lv2"), 5);
}

/// A fault in an archive names the archive, not the copy that was looked at.
static void
test_faults_name_the_source(void** state)
{
  char command[1024];
  preset_make(state, "a.lv2");
  preset_write_model(state, "a.lv2/room.safetensors", "Room", NULL);
  snprintf(command, sizeof(command), "cd '%s' && tar czf a.tgz a.lv2", (const char*)*state);
  assert_int_equal(system(command), 0);
  expect_fault(state, "a.tgz", false, STATUS_BAD_FILE, "a.tgz/room.safetensors: without a licence");
  assert_int_equal(preset_count(state, "lv2"), 0);
}

static void
test_a_full_disk(void** state)
{
  preset_make(state, "a.zip");
  install(state, "a.zip", false, "lv2/a.lv2");
  signal(SIGXFSZ, SIG_IGN);
  folder_limit(1000);
  expect_fault(state, "a.zip", true, STATUS_IO, "");
  folder_limit(FOLDER_NO_LIMIT);
  assert_int_equal(preset_count(state, "lv2"), 1);
  assert_int_equal(preset_count(state, "lv2/a.lv2"), 5);
}

static void
test_where_nothing_can_be_written(void** state)
{
  Diagnostic why  = { "" };
  char*      path = NULL;
  Bundle     bundle;
  preset_make(state, "a.zip");
  assert_int_equal(preset_install(folder_path(state, "a.zip"), folder_path(state, "no/such"), false,
                                  &path, &bundle, &why),
                   STATUS_IO);
  assert_non_null(strstr(why.text, "no/such: cannot be made"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_MODEL(test_from_a_folder_and_from_archives),
    WITH_MODEL(test_a_link_to_a_folder),
    WITH_MODEL(test_rights),
    WITH_MODEL(test_what_is_there_is_spared),
    WITH_MODEL(test_a_plugin_is_never_replaced),
    WITH_MODEL(test_the_same_preset_twice),
    WITH_MODEL(test_bad_bundles),
    WITH_MODEL(test_faults_name_the_source),
    WITH_MODEL(test_a_full_disk),
    WITH_MODEL(test_where_nothing_can_be_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
