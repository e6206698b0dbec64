// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/outline.h"

#include "dsp/file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

enum { PATH_SIZE = 128, MAX_DEPTH = 8, MAX_FILE_SIZE = 1 << 20 };

/// Reads one YAML text, a file's or a setting's, into an outline.
typedef struct {
  yaml_parser_t yaml;
  Outline*      outline;
  const char*   name;    ///< Of the file
  const char*   setting; ///< The text is this setting's; NULL: the file's
  Status        bad;     ///< What a fault is
  Diagnostic*   why;
} Reader;

const OutlineEntry*
outline_find(const Outline* outline, const char* path)
{
  for (uint32_t i = 0; i < outline->n; ++i) {
    if (!strcmp(outline->entries[i].path, path)) {
      return &outline->entries[i];
    }
  }
  return NULL;
}

static void
entry_clear(OutlineEntry* entry)
{
  free(entry->path);
  free(entry->value);
  free(entry->where);
}

void
outline_free(Outline* outline)
{
  if (outline) {
    for (uint32_t i = 0; i < outline->n; ++i) {
      entry_clear(&outline->entries[i]);
    }
    free(outline->entries);
    free(outline);
  }
}

/// "FILE:LINE" or "--set SETTING".  @return Owned by the caller; NULL when memory is short.
static char*
where_new(const Reader* reader, yaml_mark_t mark)
{
  char*     text = NULL;
  const int n    = reader->setting ? asprintf(&text, "--set %s", reader->setting)
                                   : asprintf(&text, "%s:%zu", reader->name, mark.line + 1);
  return n < 0 ? NULL : text;
}

/// @param subject What is at fault, or "".
static Status
fail(const Reader* reader, yaml_mark_t mark, const char* subject, const char* fault)
{
  char* const  where  = where_new(reader, mark);
  const Status status = diagnose(reader->why, reader->bad, "%s: %s%s%s",
                                 where ? where : reader->name, subject, *subject ? ": " : "",
                                 fault);
  free(where);
  return status;
}

/// @param value Of an OUTLINE_VALUE; NULL otherwise.
static Status
add(const Reader* reader, yaml_mark_t mark, const char* path, OutlineKind kind, const char* value)
{
  Outline* const outline = reader->outline;
  if (outline_find(outline, path)) {
    return fail(reader, mark, path, "given twice");
  }
  if (outline->n == OUTLINE_MAX_ENTRIES) {
    return fail(reader, mark, path, "too many entries");
  }
  OutlineEntry* const entry = &outline->entries[outline->n];
  *entry                    = (OutlineEntry){ strdup(path), kind, value ? strdup(value) : NULL,
                                              where_new(reader, mark), reader->bad };
  if (!entry->path || !entry->where || (value && !entry->value)) {
    entry_clear(entry);
    return diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", reader->name);
  }
  ++outline->n;
  return STATUS_SUCCESS;
}

static Status
next_event(Reader* reader, yaml_event_t* event)
{
  if (yaml_parser_parse(&reader->yaml, event)) {
    return STATUS_SUCCESS;
  }
  if (reader->yaml.error == YAML_MEMORY_ERROR) {
    return diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", reader->name);
  }
  const char* const problem = reader->yaml.problem;
  return fail(reader, reader->yaml.problem_mark, "not YAML", problem ? problem : "unreadable");
}

static Status
read_node(Reader* reader, const yaml_event_t* event, yaml_mark_t mark, const char* path,
          uint32_t depth);

/// @param child Written, [PATH_SIZE].
static Status
join(const Reader* reader, yaml_mark_t mark, const char* parent, const char* key, char* child)
{
  const char* const dot = *parent ? "." : "";
  if (snprintf(child, PATH_SIZE, "%s%s%s", parent, dot, key) >= PATH_SIZE) {
    return fail(reader, mark, parent, "too long a key");
  }
  return STATUS_SUCCESS;
}

static Status
read_item(Reader* reader, const yaml_event_t* event, uint32_t index, const char* path,
          uint32_t depth)
{
  char key[16];
  char child[PATH_SIZE];
  (void)snprintf(key, sizeof(key), "%u", index);
  const Status status = join(reader, event->start_mark, path, key, child);
  return status ? status : read_node(reader, event, event->start_mark, child, depth + 1);
}

/// @param key The event before the value's.
static Status
read_pair(Reader* reader, const yaml_event_t* key, const char* path, uint32_t depth)
{
  const char* const word = (const char*)key->data.scalar.value;
  if (key->type != YAML_SCALAR_EVENT || !*word || strchr(word, '.')) {
    return fail(reader, key->start_mark, path, "a key must be a word");
  }
  char   child[PATH_SIZE];
  Status status = join(reader, key->start_mark, path, word, child);
  if (status) {
    return status;
  }
  yaml_event_t value;
  status = next_event(reader, &value);
  if (!status) {
    status = read_node(reader, &value, key->start_mark, child, depth + 1);
    yaml_event_delete(&value);
  }
  return status;
}

/// Read a list or a section up to the event that ends it.
static Status
read_items(Reader* reader, yaml_event_type_t end, const char* path, uint32_t depth)
{
  for (uint32_t i = 0;; ++i) {
    yaml_event_t event;
    Status       status = next_event(reader, &event);
    if (status) {
      return status;
    }
    const bool done = event.type == end;
    if (!done) {
      status = end == YAML_MAPPING_END_EVENT ? read_pair(reader, &event, path, depth)
                                             : read_item(reader, &event, i, path, depth);
    }
    yaml_event_delete(&event);
    if (done || status) {
      return status;
    }
  }
}

static Status
read_scalar(Reader* reader, const yaml_event_t* event, yaml_mark_t mark, const char* path)
{
  const char* const text = (const char*)event->data.scalar.value;
  if (strlen(text) != event->data.scalar.length) {
    return fail(reader, mark, path, "holds a zero byte");
  }
  return add(reader, mark, path, OUTLINE_VALUE, text);
}

/// @param event The first of the node.  @param mark Where the node is said to be.
static Status
read_node(Reader* reader, const yaml_event_t* event, yaml_mark_t mark, const char* path,
          uint32_t depth)
{
  if (depth > MAX_DEPTH) {
    return fail(reader, mark, path, "nested too deeply");
  }
  Status status = STATUS_SUCCESS;
  switch (event->type) {
    case YAML_SCALAR_EVENT:
      return read_scalar(reader, event, mark, path);
    case YAML_SEQUENCE_START_EVENT:
      status = add(reader, mark, path, OUTLINE_LIST, NULL);
      return status ? status : read_items(reader, YAML_SEQUENCE_END_EVENT, path, depth);
    case YAML_MAPPING_START_EVENT:
      status = *path ? add(reader, mark, path, OUTLINE_SECTION, NULL) : STATUS_SUCCESS;
      return status ? status : read_items(reader, YAML_MAPPING_END_EVENT, path, depth);
    default:
      return fail(reader, mark, path, "aliases are not taken");
  }
}

/// Read the node of a document: the root of a file, or a setting's value.
static Status
read_root(Reader* reader, const yaml_event_t* event, const char* path)
{
  if (!reader->setting && event->type != YAML_MAPPING_START_EVENT) {
    return fail(reader, event->start_mark, "", "keys and values expected");
  }
  return read_node(reader, event, event->start_mark, path, 0);
}

/// Read the events of a text with one document at most: an empty setting is an empty value.
static Status
read_stream(Reader* reader, const char* path)
{
  uint32_t n_roots = 0;
  for (;;) {
    yaml_event_t event;
    Status       status = next_event(reader, &event);
    if (status) {
      return status;
    }
    const yaml_event_type_t type = event.type;
    const yaml_mark_t       mark = event.start_mark;
    if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT &&
        type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT) {
      status = n_roots++ ? fail(reader, mark, "", "more than one document")
                         : read_root(reader, &event, path);
    }
    yaml_event_delete(&event);
    if (!status && type == YAML_STREAM_END_EVENT && !n_roots) {
      status = reader->setting ? add(reader, mark, path, OUTLINE_VALUE, "")
                               : fail(reader, mark, "", "keys and values expected");
    }
    if (status || type == YAML_STREAM_END_EVENT) {
      return status;
    }
  }
}

/// Add all that `text` says at `path` and below.
static Status
read_text(Reader* reader, size_t size, const char* text, const char* path)
{
  if (!yaml_parser_initialize(&reader->yaml)) {
    return diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", reader->name);
  }
  yaml_parser_set_input_string(&reader->yaml, (const unsigned char*)text, size);
  const Status status = read_stream(reader, path);
  yaml_parser_delete(&reader->yaml);
  return status;
}

/// Take away what stands at `path` and below.
static void
remove_below(Outline* outline, const char* path)
{
  const size_t n    = strlen(path);
  uint32_t     kept = 0;
  for (uint32_t i = 0; i < outline->n; ++i) {
    const char* const found = outline->entries[i].path;
    if (!strncmp(found, path, n) && (!found[n] || found[n] == '.')) {
      entry_clear(&outline->entries[i]);
    } else {
      outline->entries[kept++] = outline->entries[i];
    }
  }
  outline->n = kept;
}

/// See that `path` can be set: its section is there or can be made, its list has such an item.
static Status
make_way(const Reader* reader, const char* path)
{
  const yaml_mark_t none = { 0 };
  const char* const dot  = strrchr(path, '.');
  if (!dot) {
    return STATUS_SUCCESS;
  }
  char parent[PATH_SIZE];
  (void)snprintf(parent, sizeof(parent), "%.*s", (int)(dot - path), path);
  const OutlineEntry* const entry = outline_find(reader->outline, parent);
  if (!entry) {
    const Status status = make_way(reader, parent);
    return status ? status : add(reader, none, parent, OUTLINE_SECTION, NULL);
  }
  if (entry->kind == OUTLINE_VALUE) {
    return fail(reader, none, parent, "holds a value, no section");
  }
  if (entry->kind == OUTLINE_LIST && !outline_find(reader->outline, path)) {
    return fail(reader, none, path, "no such item of the list");
  }
  return STATUS_SUCCESS;
}

static Status
apply_setting(Reader* reader)
{
  const yaml_mark_t none  = { 0 };
  const char* const equal = strchr(reader->setting, '=');
  const size_t      n     = equal ? (size_t)(equal - reader->setting) : 0;
  if (!n || n >= PATH_SIZE) {
    return fail(reader, none, "", "KEY=VALUE expected");
  }
  char path[PATH_SIZE];
  (void)snprintf(path, sizeof(path), "%.*s", (int)n, reader->setting);
  const Status status = make_way(reader, path);
  if (status) {
    return status;
  }
  remove_below(reader->outline, path);
  return read_text(reader, strlen(equal + 1), equal + 1, path);
}

static Status
read_all(Reader* reader, uint32_t n_settings, const char* const* settings)
{
  size_t size   = 0;
  void*  text   = NULL;
  Status status = file_read(reader->name, MAX_FILE_SIZE, &size, &text, reader->why);
  if (!status) {
    status = read_text(reader, size, text, "");
    free(text);
  }
  reader->bad = STATUS_BAD_OPTION;
  for (uint32_t i = 0; !status && i < n_settings; ++i) {
    reader->setting = settings[i];
    status          = apply_setting(reader);
  }
  return status;
}

Status
outline_read(const char* path, uint32_t n_settings, const char* const* settings, Outline** outline,
             Diagnostic* why)
{
  Outline* const built = calloc(1, sizeof(*built));
  if (built) {
    built->entries = calloc(OUTLINE_MAX_ENTRIES, sizeof(*built->entries));
  }
  if (!built || !built->entries) {
    outline_free(built);
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }
  Reader reader = { .outline = built, .name = path, .bad = STATUS_BAD_FILE, .why = why };

  const Status status = read_all(&reader, n_settings, settings);
  if (status) {
    outline_free(built);
    return status;
  }
  *outline = built;
  return STATUS_SUCCESS;
}
