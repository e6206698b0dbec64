// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/bundle.h"

#include "training/preset/member.h"
#include "training/preset/tree.h"
#include "training/preset/turtle.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_ATOM  "http://lv2plug.in/ns/ext/atom#"
#define NS_DOAP  "http://usefulinc.com/ns/doap#"
#define NS_LV2   "http://lv2plug.in/ns/lv2core#"
#define NS_PSET  "http://lv2plug.in/ns/ext/presets#"
#define NS_RDF   "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define NS_RDFS  "http://www.w3.org/2000/01/rdf-schema#"
#define NS_STATE "http://lv2plug.in/ns/ext/state#"

/// Keys of a plugin's own values in a state.
#define NS_LAMINA "urn:lamina:"

typedef struct {
  BundleReading reading;
  const char*   path; ///< Of the file, for complaints
  const char*   file; ///< Its name in the bundle
  Bundle*       bundle;
  Status        status; ///< First failure
  Diagnostic*   why;
} Reader;

/// A fault of a bundle that is read strictly; nothing otherwise.
static void
refuse(Reader* const reader, const char* const which, const char* const what)
{
  if (!reader->status && reader->reading == BUNDLE_STRICT) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE, "%s: %.120s: %s", reader->path, which,
                              what);
  }
}

static void
fail_memory(Reader* const reader)
{
  if (!reader->status) {
    reader->status = diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", reader->path);
  }
}

static bool
begins(const char* const text, const char* const start)
{
  return !strncmp(text, start, strlen(start));
}

/// Decode %XX.  @return Owned by the caller.
static char*
decode(const char* const uri)
{
  char* const text = strdup(uri);
  char*       out  = text;
  for (const char* in = text; in && *in; ++in) {
    if (*in == '%' && isxdigit((unsigned char)in[1]) && isxdigit((unsigned char)in[2])) {
      const char digits[] = { in[1], in[2], '\0' };
      *out++              = (char)strtoul(digits, NULL, 16);
      in += 2;
    } else {
      *out++ = *in;
    }
  }
  if (out) {
    *out = '\0';
  }
  return text;
}

/// The file below the bundle that a node names, owned by the caller; NULL, and refused, for others.
static char*
member_of(Reader* const reader, const Term* const term)
{
  char* const path  = term->kind == TERM_URI ? decode(term->text) : strdup(term->text);
  const bool  place = term->kind != TERM_URI ||
                     (!turtle_is_absolute(term->text) && !strpbrk(term->text, "?#"));
  if (!path) {
    fail_memory(reader);
  } else if (!place || member_check_file(path, NULL)) {
    refuse(reader, term->text, "not a file that may be in this bundle");
    free(path);
    return NULL;
  }
  return path;
}

/// Keep a word that may be told once, or again alike.
static void
keep(Reader* const reader, char** const word, const char* const text, const char* const what)
{
  if (!*word) {
    *word = strdup(text);
    if (!*word) {
      fail_memory(reader);
    }
  } else if (strcmp(*word, text) != 0) {
    refuse(reader, text, what);
  }
}

/// What stands for a preset: an absolute URI, or a file of the bundle.  @return Owned, or NULL.
static char*
identity(Reader* const reader, const Term* const subject)
{
  if (turtle_is_absolute(subject->text)) {
    if (!begins(subject->text, BUNDLE_PRESET_URI)) {
      refuse(reader, subject->text,
             "a preset's URI begins with " BUNDLE_PRESET_URI ", or is a file's");
    }
    return strdup(subject->text);
  }
  return *subject->text ? member_of(reader, subject) : strdup(reader->file);
}

/// Find or begin the preset of a URI.  @return NULL when there are too many.
static Preset*
preset_of(Reader* const reader, const Term* const subject)
{
  Bundle* const bundle = reader->bundle;
  char* const   uri    = identity(reader, subject);
  for (uint32_t i = 0; uri && i < bundle->n; ++i) {
    if (!strcmp(bundle->presets[i].uri, uri)) {
      free(uri);
      return &bundle->presets[i];
    }
  }
  if (!uri || bundle->n == BUNDLE_MAX_PRESETS) {
    refuse(reader, subject->text, "not a preset, or one too many");
    free(uri);
    return NULL;
  }
  bundle->presets[bundle->n] = (Preset){ .uri = uri };
  return &bundle->presets[bundle->n++];
}

static void
add_plugin(Reader* const reader, Preset* const preset, const char* const uri)
{
  uint32_t                  width  = 0;
  const PresetEffect* const effect = effect_of_plugin(uri, &width);
  if (!effect) {
    refuse(reader, uri, "not a plugin that this version knows");
  } else if (preset->effect && (preset->effect != effect || preset->width != width)) {
    refuse(reader, uri, "a second plugin; it needs a preset of its own");
  } else {
    preset->effect = effect;
    preset->width  = width;
  }
}

static void
add_file(Reader* const reader, Preset* const preset, const Term* const object)
{
  char* const  path   = member_of(reader, object);
  const size_t length = path ? strlen(path) : 0;
  if (path && (strcmp(reader->file, "manifest.ttl") != 0 || strchr(path, '/') || length < 5 ||
               strcmp(path + length - 4, ".ttl") != 0)) {
    refuse(reader, path, "more of a preset is told by a Turtle file beside the manifest");
  } else if (path) {
    keep(reader, &preset->file, path, "a second file of one preset");
  }
  free(path);
}

/// Something is said of what has a name.
static void
read_preset(Reader* const reader, const Term* const subject, const char* const predicate,
            const Term* const object)
{
  const bool    is_uri  = object->kind == TERM_URI;
  const bool    is_text = object->kind == TERM_LITERAL;
  Preset* const preset  = preset_of(reader, subject);
  if (!preset) {
    return;
  }
  if (!strcmp(predicate, NS_RDF "type") && is_uri && !strcmp(object->text, NS_PSET "Preset")) {
    preset->typed = true;
  } else if (!strcmp(predicate, NS_LV2 "appliesTo") && is_uri) {
    add_plugin(reader, preset, object->text);
  } else if (!strcmp(predicate, NS_RDFS "seeAlso") && is_uri) {
    add_file(reader, preset, object);
  } else if (!strcmp(predicate, NS_RDFS "label") && is_text) {
    keep(reader, &preset->label, object->text, "a second label");
  } else if (!strcmp(predicate, NS_STATE "state") && object->kind == TERM_BLANK) {
    keep(reader, &preset->state, object->text, "a second state of one preset");
  } else if (!(!strcmp(predicate, NS_RDFS "comment") && is_text) &&
             !(!strcmp(predicate, NS_LV2 "port") && object->kind == TERM_BLANK) &&
             !(!strcmp(predicate, NS_DOAP "license") && is_uri && turtle_is_name(object->text))) {
    refuse(reader, predicate, "not something that a preset says");
  }
}

/// The model of the preset that a state belongs to.
static void
read_model(Reader* const reader, const Term* const subject, const Term* const object)
{
  Bundle* const bundle = reader->bundle;
  char* const   path   = member_of(reader, object);
  Preset*       preset = NULL;
  for (uint32_t i = 0; i < bundle->n && !preset; ++i) {
    Preset* const one = &bundle->presets[i];
    preset            = one->state && !strcmp(one->state, subject->text) ? one : NULL;
  }
  if (path && preset) {
    keep(reader, &preset->model, path, "a second model of one preset");
  } else if (path) {
    refuse(reader, path, "a model of no preset");
  }
  free(path);
}

static bool
is_finite_number(const Term* const term)
{
  char*        end   = NULL;
  const double value = strtod(term->text, &end);
  return term->kind == TERM_LITERAL && end != term->text && !*end && isfinite(value);
}

/// Something is said of a part of a preset: a port, a state, or a value in it.
static void
read_part(Reader* const reader, const Term* const subject, const char* const predicate,
          const Term* const object)
{
  const bool is_uri  = object->kind == TERM_URI;
  const bool is_path = object->type && !strcmp(object->type, NS_ATOM "Path");
  if (!strcmp(predicate, NS_LAMINA "model")) {
    if (is_uri || is_path) {
      read_model(reader, subject, object);
    } else {
      refuse(reader, object->text, "not the path of a model");
    }
  } else if (is_path || (is_uri && !turtle_is_name(object->text))) {
    refuse(reader, object->text, "no place for a file");
  } else if (!strcmp(predicate, NS_PSET "value")) {
    if (!is_finite_number(object)) {
      refuse(reader, object->text, "not a number");
    }
  } else if (!strcmp(predicate, NS_RDF "type")) {
    if (!begins(object->text, NS_ATOM)) {
      refuse(reader, object->text, "not a type of value");
    }
  } else if (strcmp(predicate, NS_LV2 "symbol") != 0 && !begins(predicate, NS_RDF) &&
             !begins(predicate, NS_ATOM) && !begins(predicate, NS_LAMINA)) {
    refuse(reader, predicate, "not something that a preset says");
  }
}

static Status
take_statement(void* const context, const Term* const subject, const char* const predicate,
               const Term* const object, Diagnostic* const why)
{
  (void)why; // The reader has it
  Reader* const reader = context;
  if (subject->kind == TERM_URI) {
    read_preset(reader, subject, predicate, object);
  } else {
    read_part(reader, subject, predicate, object);
  }
  return reader->status;
}

/// Blank nodes are those of one file.
static void
forget_states(Bundle* const bundle)
{
  for (uint32_t i = 0; i < bundle->n; ++i) {
    free(bundle->presets[i].state);
    bundle->presets[i].state = NULL;
  }
}

static Status
read_file(const char* const folder, const char* const file, const BundleReading reading,
          Bundle* const bundle, Diagnostic* const why)
{
  char* const path = tree_join(folder, file);
  if (!path) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", folder);
  }
  Reader              reader  = { reading, path, file, bundle, STATUS_SUCCESS, why };
  const TurtleVisitor visitor = { take_statement, &reader, reading == BUNDLE_STRICT };
  const Status        status  = turtle_read(path, &visitor, why);
  forget_states(bundle);
  free(path);
  return status;
}

/// Whether the file of a preset is that of one before it, or the manifest.
static bool
is_read(const Bundle* const bundle, const uint32_t index)
{
  const char* const file = bundle->presets[index].file;
  bool              read = !file || !strcmp(file, "manifest.ttl");
  for (uint32_t i = 0; i < index && !read; ++i) {
    read = bundle->presets[i].file && !strcmp(bundle->presets[i].file, file);
  }
  return read;
}

static Status
read_files(const char* const folder, const BundleReading reading, Bundle* const bundle,
           Diagnostic* const why)
{
  Status         status   = read_file(folder, "manifest.ttl", reading, bundle, why);
  const uint32_t n_listed = bundle->n;
  for (uint32_t i = 0; !status && i < n_listed; ++i) {
    const bool wanted = reading == BUNDLE_STRICT ||
                        (bundle->presets[i].typed && bundle->presets[i].effect);
    if (wanted && !is_read(bundle, i)) {
      status = read_file(folder, bundle->presets[i].file, reading, bundle, why);
    }
  }
  if (!status && bundle->n > n_listed && reading == BUNDLE_STRICT) {
    status = diagnose(why, STATUS_BAD_FILE, "%s: %.120s: not in the manifest", folder,
                      bundle->presets[n_listed].uri);
  }
  return status;
}

static void
clear_preset(Preset* const preset)
{
  free(preset->uri);
  free(preset->label);
  free(preset->file);
  free(preset->model);
  free(preset->state);
  *preset = (Preset){ 0 };
}

/// What a preset lacks; NULL for nothing.
static const char*
lacking(const Preset* const preset)
{
  return !preset->typed    ? "not said to be a preset"
         : !preset->effect ? "for no plugin"
         : !preset->label  ? "without a label"
         : !preset->model  ? "without a model, so it would not sound the same elsewhere"
                           : NULL;
}

static Status
check_presets(const char* const folder, const Bundle* const bundle, Diagnostic* const why)
{
  for (uint32_t i = 0; i < bundle->n; ++i) {
    const char* const fault = lacking(&bundle->presets[i]);
    if (fault) {
      return diagnose(why, STATUS_BAD_FILE, "%s: %.120s: %s", folder, bundle->presets[i].uri,
                      fault);
    }
  }
  return STATUS_SUCCESS;
}

/// Keep the presets that are for our plugins.
static void
drop_others(Bundle* const bundle)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < bundle->n; ++i) {
    Preset* const preset = &bundle->presets[i];
    if (!preset->typed || !preset->effect || !preset->model) {
      clear_preset(preset);
    } else {
      const Preset kept    = *preset;
      *preset              = (Preset){ 0 };
      bundle->presets[n++] = kept;
    }
  }
  bundle->n = n;
}

Status
bundle_read(const char* const folder, const BundleReading reading, Bundle* const bundle,
            Diagnostic* const why)
{
  *bundle       = (Bundle){ 0 };
  Status status = read_files(folder, reading, bundle, why);
  if (!status && reading == BUNDLE_STRICT) {
    status = check_presets(folder, bundle, why);
  }
  if (!status && reading == BUNDLE_ANY) {
    drop_others(bundle);
  }
  if (!status && !bundle->n) {
    status = diagnose(why, STATUS_BAD_FILE, "%s: holds no preset", folder);
  }
  if (status) {
    bundle_clear(bundle);
  }
  return status;
}

void
bundle_clear(Bundle* const bundle)
{
  for (uint32_t i = 0; i < bundle->n; ++i) {
    clear_preset(&bundle->presets[i]);
  }
  bundle->n = 0;
}
