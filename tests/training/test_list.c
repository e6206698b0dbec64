// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/list.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/preset_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// The table of the folder "lv2" and of the models in "models"; the caller frees it.
static char*
list(void* const* state)
{
  char*       text    = NULL;
  size_t      size    = 0;
  FILE* const stream  = open_memstream(&text, &size);
  Folders     folders = { 2, { strdup("/nonexistent"), strdup(folder_path(state, "lv2")) } };
  assert_non_null(stream);
  assert_int_equal(preset_list(&folders, folder_path(state, "models"), stream, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(fclose(stream), 0);
  folders_clear(&folders);
  return text;
}

static void
expect_line(const char* const text, const char* const words)
{
  if (!strstr(text, words)) {
    fail_msg("\"%s\" has nothing of \"%s\"", text, words);
  }
}

static void
test_presets_and_models(void** state)
{
  char line[1024];
  folder_make(state, "lv2");
  folder_make(state, "models");
  preset_write_model(state, "models/mine.safetensors", "Küche", "MIT");
  preset_write_model(state, "models/other.txt", "Other", "MIT");
  preset_make(state, "lv2/room.lv2");
  char* const text = list(state);
  snprintf(line, sizeof(line),
           "NAME              PLUGIN                 MODEL  LICENCE  SIZE    PLACE\n"
           "Room              denoise, mono, stereo  Room   CC0-1.0  0.1 MB  %s/lv2/room.lv2\n"
           "mine.safetensors  no preset              Küche  MIT      0.1 MB  "
           "%s/models/mine.safetensors\n",
           (const char*)*state, (const char*)*state);
  assert_string_equal(text, line);
  free(text);
}

static void
test_nothing_to_list(void** state)
{
  folder_make(state, "lv2");
  folder_make(state, "lv2/other.lv2");
  folder_write(state, "lv2/other.lv2/manifest.ttl", 7, "nonsens");
  char* const text = list(state);
  assert_string_equal(text, "No presets found.\n");
  free(text);
}

static void
test_what_is_broken_is_told(void** state)
{
  folder_make(state, "lv2");
  preset_make(state, "lv2/a.lv2");
  unlink(folder_path(state, "lv2/a.lv2/room.safetensors"));
  PackOptions options = preset_options(state, "lv2/b.lv2");
  char*       path    = NULL;
  options.name        = "Other";
  assert_int_equal(preset_pack(&options, &path, NULL), STATUS_SUCCESS);
  free(path);
  folder_write(state, "lv2/b.lv2/room.safetensors", 3, "bad");
  char* const text = list(state);
  expect_line(text, "Room   denoise, mono, stereo  missing         –        –     ");
  expect_line(text, "Other  denoise, mono, stereo  cannot be used  –        –     ");
  free(text);
}

/// Bundles with more than presets are listed, too, and what differs has its own line.
static void
test_any_bundle(void** state)
{
  const char* const manifest =
    "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
    "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
    "<urn:lamina:denoise-mono> a lv2:Plugin ; lv2:binary <lamina.so> .\n"
    "<urn:p:1> a pset:Preset ; lv2:appliesTo <urn:lamina:denoise-mono> ; rdfs:label \"One\" ;\n"
    "  state:state [ <urn:lamina:model> <m.safetensors> ] .\n"
    "<urn:p:2> a pset:Preset ; lv2:appliesTo <urn:lamina:denoise-stereo> ;\n"
    "  rdfs:label \"T\\u001B[2Jwo\" ; state:state [ <urn:lamina:model> <m.safetensors> ] .\n";
  folder_make(state, "lv2");
  folder_make(state, "lv2/x.lv2");
  folder_write(state, "lv2/x.lv2/manifest.ttl", strlen(manifest), manifest);
  preset_write_model(state, "lv2/x.lv2/m.safetensors", NULL, NULL);
  char* const text = list(state);
  expect_line(text, "One      denoise, mono    –      –        0.1 MB");
  expect_line(text, "\nT?[2Jwo  denoise, stereo  –");
  free(text);
}

static void
test_long_words_are_cut(void** state)
{
  PackOptions options = preset_options(state, "lv2/a.lv2");
  char*       path    = NULL;
  folder_make(state, "lv2");
  options.name = "ääääääääääääääääääääääääääääääääääääääää";
  assert_int_equal(preset_pack(&options, &path, NULL), STATUS_SUCCESS);
  free(path);
  char* const text = list(state);
  expect_line(text, "ääääääääääääääääääääää...  denoise");
  free(text);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_MODEL(test_presets_and_models),     WITH_MODEL(test_nothing_to_list),
    WITH_MODEL(test_what_is_broken_is_told), WITH_MODEL(test_any_bundle),
    WITH_MODEL(test_long_words_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
