// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/bundle.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#define PREFIXES                                                   \
  "@prefix atom: <http://lv2plug.in/ns/ext/atom#> .\n"             \
  "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"               \
  "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"          \
  "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" \
  "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"      \
  "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"

#define MANIFEST \
  PREFIXES       \
  "<p.ttl> a pset:Preset ; lv2:appliesTo <urn:lamina:denoise-mono> ; rdfs:seeAlso <p.ttl> .\n"

/// A preset, and room for one more statement of it and for others.
#define PRESET(more, model)                                                                       \
  PREFIXES "<> a pset:Preset ; lv2:appliesTo <urn:lamina:denoise-mono> ; rdfs:label \"Room\" ;\n" \
           "  lv2:port [ lv2:symbol \"reduction\" ; pset:value 24.0 ] ;\n" more                   \
           "  state:state [ <urn:lamina:model> " model " ] .\n"

static Status
read_both(void* const* state, const char* const manifest, const char* const preset,
          const BundleReading reading, Bundle* const bundle, Diagnostic* const why)
{
  folder_write(state, "manifest.ttl", strlen(manifest), manifest);
  folder_write(state, "p.ttl", strlen(preset), preset);
  return bundle_read(*state, reading, bundle, why);
}

static void
expect_fault(void* const* state, const char* const manifest, const char* const preset,
             const char* const words)
{
  Bundle     bundle;
  Diagnostic why = { "" };
  assert_int_equal(read_both(state, manifest, preset, BUNDLE_STRICT, &bundle, &why),
                   STATUS_BAD_FILE);
  assert_int_equal(bundle.n, 0);
  if (!strstr(why.text, words)) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

/// What hosts write when a user saves a preset.
static void
test_a_preset_saved_by_a_host(void** state)
{
  Bundle bundle;
  assert_int_equal(read_both(state, MANIFEST, PRESET("", "<my%20model.safetensors>"), BUNDLE_STRICT,
                             &bundle, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(bundle.n, 1);
  assert_string_equal(bundle.presets[0].uri, "p.ttl");
  assert_string_equal(bundle.presets[0].file, "p.ttl");
  assert_string_equal(bundle.presets[0].label, "Room");
  assert_string_equal(bundle.presets[0].model, "my model.safetensors");
  assert_string_equal(bundle.presets[0].effect->name, "denoise");
  assert_int_equal(bundle.presets[0].width, 0);
  bundle_clear(&bundle);
}

static void
test_other_values_of_a_state(void** state)
{
  Bundle            bundle;
  const char* const preset = PRESET(
    "", "<m.safetensors> ; <urn:lamina:noise-profile> [ a atom:Vector ; "
        "atom:childType atom:Float ; rdf:value ( 1.0 2.5 ) ]");
  assert_int_equal(read_both(state, MANIFEST, preset, BUNDLE_STRICT, &bundle, NULL),
                   STATUS_SUCCESS);
  bundle_clear(&bundle);
  assert_int_equal(read_both(state, MANIFEST, PRESET("", "\"m%20.safetensors\"^^atom:Path"),
                             BUNDLE_STRICT, &bundle, NULL),
                   STATUS_SUCCESS);
  assert_string_equal(bundle.presets[0].model, "m%20.safetensors");
  bundle_clear(&bundle);
}

static void
test_models_elsewhere(void** state)
{
  static const char* const models[] = {
    "</etc/passwd.txt>",
    "<file:///etc/passwd.txt>",
    "<FILE:///etc/passwd.txt>",
    "<../m.safetensors>",
    "<a/../../m.safetensors>",
    "<%2e%2e/m.safetensors>",
    "<..%2Fm.safetensors>",
    "<%2Fetc%2Fpasswd.txt>",
    "<http://example.org/m.safetensors>",
    "<//host/m.safetensors>",
    "<m.safetensors#x>",
    "<m.safetensors?x>",
    "<>",
    "<m.so>",
    "<.m.safetensors>",
    "\"/etc/passwd.txt\"^^atom:Path",
    "\"../m.safetensors\"^^atom:Path",
  };
  for (size_t i = 0; i < sizeof(models) / sizeof(*models); ++i) {
    char preset[4096];
    snprintf(preset, sizeof(preset), PRESET("", "%s"), models[i]);
    expect_fault(state, MANIFEST, preset, "p.ttl: ");
    if (models[i][0] == '<' && models[i][1] != '>') {
      expect_fault(state, MANIFEST, preset, "not a file that may be in this bundle");
    }
  }
  expect_fault(state, MANIFEST, PRESET("", "\"m.safetensors\""), "not the path of a model");
}

static void
test_files_in_other_values(void** state)
{
  expect_fault(state, MANIFEST, PRESET("", "<m.safetensors> ; <urn:lamina:x> </etc/passwd>"),
               "no place for a file");
  expect_fault(state, MANIFEST, PRESET("", "<m.safetensors> ; <urn:lamina:x> \"a\"^^atom:Path"),
               "no place for a file");
}

static void
test_code(void** state)
{
  expect_fault(state, MANIFEST "<urn:x> a lv2:Plugin ; lv2:binary <file:///tmp/x.so> .\n",
               PRESET("", "<m.safetensors>"), "urn:x: a preset's URI begins with");
  expect_fault(state, MANIFEST "<p.ttl> lv2:binary <x.so> .\n", PRESET("", "<m.safetensors>"),
               "lv2core#binary: not something that a preset says");
  expect_fault(state, MANIFEST "<urn:lamina:preset:1> a lv2:Plugin .\n",
               PRESET("", "<m.safetensors>"), "not something that a preset says");
  expect_fault(state, MANIFEST, PRESET("<http://lv2plug.in/ns/extensions/ui#ui> <u> ;", "<m.ttl>"),
               "not something that a preset says");
  expect_fault(state, MANIFEST "[] a lv2:Plugin .\n", PRESET("", "<m.ttl>"), "not a type of value");
  expect_fault(state, MANIFEST "[] lv2:binary <x.so> .\n", PRESET("", "<m.ttl>"), "no place for");
}

static void
test_words_about_what_others_made(void** state)
{
  expect_fault(state, MANIFEST "<urn:lamina:denoise-mono> rdfs:label \"Mine\" .\n", "",
               "a preset's URI begins with");
  expect_fault(state, MANIFEST "<urn:lamina:denoise-mono:voice> rdfs:label \"Mine\" .\n", "",
               "a preset's URI begins with");
  expect_fault(state, MANIFEST "<http://example.org/p> a pset:Preset .\n", "",
               "a preset's URI begins with");
  expect_fault(state, MANIFEST "<../other.lv2/p.ttl> a pset:Preset .\n", "", "not a file that may");
}

static void
test_other_files(void** state)
{
  expect_fault(state, MANIFEST "<p.ttl> rdfs:seeAlso </etc/x.ttl> .\n", "", "not a file that may");
  expect_fault(state, PREFIXES "<q> rdfs:seeAlso <http://example.org/x.ttl> .\n", "",
               "not a file that may");
  expect_fault(state, PREFIXES "<a.ttl> rdfs:seeAlso <sub/p.ttl> .\n", "", "beside the manifest");
  expect_fault(state, PREFIXES "<a.ttl> rdfs:seeAlso <m.md> .\n", "", "beside the manifest");
  expect_fault(state, MANIFEST, PRESET("rdfs:seeAlso <q.ttl> ;", "<m.ttl>"), "beside the manifest");
  expect_fault(state, MANIFEST "<p.ttl> rdfs:seeAlso <q.ttl> .\n", "", "a second file");
}

static void
test_what_is_said_twice(void** state)
{
  expect_fault(state, MANIFEST, PRESET("rdfs:label \"Other\" ;", "<m.ttl>"), "a second label");
  expect_fault(state, MANIFEST,
               PRESET("lv2:appliesTo <urn:lamina:denoise-stereo> ;", "<m.safetensors>"),
               "a second plugin");
  expect_fault(state, MANIFEST, PRESET("", "<a.safetensors> , <b.safetensors>"), "a second model");
  expect_fault(state, MANIFEST, PRESET("state:state [ ] ;", "<a.safetensors>"), "a second state");
  expect_fault(state, MANIFEST, PRESET("", "<a.safetensors>") "[] <urn:lamina:model> <b.md> .\n",
               "a model of no preset");
}

static void
test_what_is_missing(void** state)
{
  const char* const preset = PRESET("", "<m.safetensors>");
  expect_fault(state, PREFIXES, preset, "holds no preset");
  expect_fault(state, PREFIXES "<p.ttl> lv2:appliesTo <urn:lamina:denoise-mono> .\n", preset,
               "not said to be a preset");
  expect_fault(state, PREFIXES "<p.ttl> a pset:Preset .\n", preset, "for no plugin");
  expect_fault(state, MANIFEST, PREFIXES, "without a label");
  expect_fault(state, MANIFEST, PREFIXES "<> rdfs:label \"Room\" .\n", "without a model");
  expect_fault(state, MANIFEST, PRESET("", "<m.md>") "<q.ttl> a pset:Preset .\n",
               "q.ttl: not in the manifest");
  expect_fault(state, MANIFEST "<p.ttl> lv2:appliesTo <urn:other:plugin> .\n", preset,
               "not a plugin that this version knows");
  expect_fault(state, MANIFEST, PRESET("lv2:port [ pset:value \"nan\" ] ;", "<m.md>"),
               "not a number");
}

static void
test_files_that_are_not_there(void** state)
{
  Bundle     bundle;
  Diagnostic why = { "" };
  assert_int_equal(bundle_read(*state, BUNDLE_STRICT, &bundle, &why), STATUS_NOT_FOUND);
  assert_non_null(strstr(why.text, "manifest.ttl: No such file"));
  folder_write(state, "manifest.ttl", strlen(MANIFEST), MANIFEST);
  assert_int_equal(bundle_read(*state, BUNDLE_STRICT, &bundle, &why), STATUS_NOT_FOUND);
  assert_non_null(strstr(why.text, "p.ttl: No such file"));
}

/// A file cut anywhere is refused, or what is left is whole.
static void
test_truncated_files(void** state)
{
  const char* const preset = PRESET("", "<m.safetensors>");
  const size_t      length = strlen(preset);
  folder_write(state, "manifest.ttl", strlen(MANIFEST), MANIFEST);
  for (size_t n = 0; n <= length; ++n) {
    Bundle bundle;
    folder_write(state, "p.ttl", n, preset);
    const Status status = bundle_read(*state, BUNDLE_STRICT, &bundle, NULL);
    assert_int_equal(status, n + 1 < length ? STATUS_BAD_FILE : STATUS_SUCCESS);
    bundle_clear(&bundle);
  }
}

static void
test_too_many_presets(void** state)
{
  static char manifest[16384] = PREFIXES;
  for (unsigned i = 0; i <= BUNDLE_MAX_PRESETS; ++i) {
    char line[128];
    snprintf(line, sizeof(line), "<" BUNDLE_PRESET_URI "%u> a pset:Preset .\n", i);
    strcat(manifest, line);
  }
  expect_fault(state, manifest, "", "one too many");
}

/// A bundle of a plugin and its presets: the presets are found, the rest is passed over.
static void
test_reading_any_bundle(void** state)
{
  Bundle            bundle;
  const char* const manifest = MANIFEST
    "<urn:lamina:denoise-mono> a lv2:Plugin ; lv2:binary <l.so> ; rdfs:seeAlso <l.ttl> .\n"
    "<http://x.org/p> a pset:Preset ; lv2:appliesTo <http://x.org/x> ; rdfs:seeAlso <no> .\n";
  assert_int_equal(
    read_both(state, manifest, PRESET("", "<models/m.safetensors>"), BUNDLE_ANY, &bundle, NULL),
    STATUS_SUCCESS);
  assert_int_equal(bundle.n, 1);
  assert_string_equal(bundle.presets[0].model, "models/m.safetensors");
  bundle_clear(&bundle);
  assert_int_equal(
    read_both(state, manifest, PRESET("", "</etc/passwd>"), BUNDLE_ANY, &bundle, NULL),
    STATUS_BAD_FILE);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(test_a_preset_saved_by_a_host),
    IN_FOLDER(test_other_values_of_a_state),
    IN_FOLDER(test_models_elsewhere),
    IN_FOLDER(test_files_in_other_values),
    IN_FOLDER(test_code),
    IN_FOLDER(test_words_about_what_others_made),
    IN_FOLDER(test_other_files),
    IN_FOLDER(test_what_is_said_twice),
    IN_FOLDER(test_what_is_missing),
    IN_FOLDER(test_files_that_are_not_there),
    IN_FOLDER(test_truncated_files),
    IN_FOLDER(test_too_many_presets),
    IN_FOLDER(test_reading_any_bundle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
