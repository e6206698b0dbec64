// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/turtle.h"

#include "dsp/file.h"
#include "training/preset/member.h"

#include <serd/serd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char*          path;
  const TurtleVisitor* visitor;
  SerdEnv*             env;
  Status               status; ///< First failure
  Diagnostic*          why;
} Reader;

static void
fail(Reader* const reader, const Status status, const char* const which, const char* const what)
{
  if (!reader->status) {
    reader->status = diagnose(reader->why, status, "%s: %.160s%s%s", reader->path, which,
                              *which ? ": " : "", what);
  }
}

bool
turtle_is_absolute(const char* const uri)
{
  return serd_uri_string_has_scheme((const uint8_t*)uri);
}

bool
turtle_is_name(const char* const uri)
{
  return !strncmp(uri, "urn:", 4) || !strncmp(uri, "http://", 7) || !strncmp(uri, "https://", 8);
}

/// The text of a node, prefixes written out; owned by the caller.  NULL on failure, which is kept.
static char*
expand(Reader* const reader, const SerdNode* const node)
{
  char*     text  = NULL;
  SerdChunk start = { 0 };
  SerdChunk end   = { 0 };
  if (node->type != SERD_CURIE) {
    text = strdup((const char*)node->buf);
  } else if (serd_env_expand(reader->env, node, &start, &end)) {
    fail(reader, STATUS_BAD_FILE, (const char*)node->buf, "an unknown prefix");
    return NULL;
  } else if (asprintf(&text, "%.*s%.*s", (int)start.len, (const char*)start.buf, (int)end.len,
                      (const char*)end.buf) < 0) {
    text = NULL;
  }
  if (!text) {
    fail(reader, STATUS_NO_MEMORY, "", "not enough memory");
  }
  return text;
}

static TermKind
kind_of(const SerdNode* const node)
{
  return node->type == SERD_LITERAL ? TERM_LITERAL
         : node->type == SERD_BLANK ? TERM_BLANK
                                    : TERM_URI;
}

static SerdStatus
take_statement(void* const handle, const SerdStatementFlags flags, const SerdNode* const graph,
               const SerdNode* const s, const SerdNode* const p, const SerdNode* const o,
               const SerdNode* const o_type, const SerdNode* const o_language)
{
  (void)flags;
  (void)graph;
  (void)o_language;
  Reader* const reader    = handle;
  const bool    typed     = o_type && o_type->buf;
  char* const   subject   = expand(reader, s);
  char* const   predicate = expand(reader, p);
  char* const   object    = expand(reader, o);
  char* const   type      = typed ? expand(reader, o_type) : NULL;
  if (!reader->status) {
    const Term subject_term = { kind_of(s), subject, NULL };
    const Term object_term  = { kind_of(o), object, type };
    reader->status = reader->visitor->statement(reader->visitor->context, &subject_term, predicate,
                                                &object_term, reader->why);
  }
  free(type);
  free(object);
  free(predicate);
  free(subject);
  return reader->status ? SERD_ERR_BAD_ARG : SERD_SUCCESS;
}

static SerdStatus
take_base(void* const handle, const SerdNode* const uri)
{
  Reader* const reader = handle;
  if (reader->visitor->plain) {
    fail(reader, STATUS_BAD_FILE, (const char*)uri->buf, "a @base is not taken");
  }
  return reader->status ? SERD_ERR_BAD_ARG : SERD_SUCCESS;
}

static SerdStatus
take_prefix(void* const handle, const SerdNode* const name, const SerdNode* const uri)
{
  Reader* const reader = handle;
  if (reader->visitor->plain && !turtle_is_name((const char*)uri->buf)) {
    fail(reader, STATUS_BAD_FILE, (const char*)uri->buf, "a prefix has to be a name");
  }
  if (!reader->status) {
    // It cannot take a relative one, which is an unknown prefix where it is used.
    (void)serd_env_set_prefix(reader->env, name, uri);
  }
  return reader->status ? SERD_ERR_BAD_ARG : SERD_SUCCESS;
}

static SerdStatus
take_error(void* const handle, const SerdError* const error)
{
  Reader* const reader = handle;
  char          line[32];
  char          text[256];
  (void)snprintf(line, sizeof(line), "line %u", error->line);
  (void)vsnprintf(text, sizeof(text), error->fmt, *error->args);
  text[strcspn(text, "\n")] = '\0';
  fail(reader, STATUS_BAD_FILE, line, text);
  return SERD_SUCCESS;
}

static void
check_text(Reader* const reader, const size_t size, const char* const text)
{
  size_t n_brackets = 0;
  size_t n_zeros    = 0;
  for (size_t i = 0; i < size; ++i) {
    n_brackets += text[i] == '[' || text[i] == '(';
    n_zeros += !text[i];
  }
  if (n_zeros) {
    fail(reader, STATUS_BAD_FILE, "", "not text");
  } else if (n_brackets > TURTLE_MAX_BRACKETS) {
    fail(reader, STATUS_BAD_FILE, "", "too many brackets");
  }
}

/// Not by serd_reader_read_string(), which reads on behind the end of an empty text.
static void
parse(Reader* const reader, const size_t size, char* const text)
{
  FILE* const       stream = fmemopen(text, size, "rb");
  SerdReader* const serd   = serd_reader_new(SERD_TURTLE, reader, NULL, take_base, take_prefix,
                                             take_statement, NULL);
  reader->env              = serd_env_new(NULL);
  serd_reader_set_strict(serd, true);
  serd_reader_set_error_sink(serd, take_error, reader);
  if (!stream) {
    fail(reader, STATUS_NO_MEMORY, "", "not enough memory");
  } else if (serd_reader_read_file_handle(serd, stream, (const uint8_t*)reader->path) >
             SERD_FAILURE) { // which is but the end
    fail(reader, STATUS_BAD_FILE, "", "not Turtle");
  }
  serd_env_free(reader->env);
  serd_reader_free(serd);
  if (stream) {
    (void)fclose(stream);
  }
}

Status
turtle_read(const char* const path, const TurtleVisitor* const visitor, Diagnostic* const why)
{
  void*        text   = NULL;
  size_t       size   = 0;
  const Status status = file_read(path, MEMBER_MAX_TEXT, &size, &text, why);
  if (status) {
    return status;
  }

  Reader reader = { path, visitor, NULL, STATUS_SUCCESS, why };
  check_text(&reader, size, text);
  if (!reader.status) {
    parse(&reader, size, text);
  }
  free(text);
  return reader.status;
}
