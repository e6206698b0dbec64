// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/turtle.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static char seen[4096];

/// Write a statement into `seen`.  @param context Status to answer with.
static Status
note(void* const context, const Term* const s, const char* const p, const Term* const o,
     Diagnostic* const why)
{
  const size_t n = strlen(seen);
  snprintf(seen + n, sizeof(seen) - n, "%d:%s %s %d:%s %s\n", s->kind, s->text, p, o->kind, o->text,
           o->type ? o->type : "-");
  return diagnose(why, *(const Status*)context, "enough");
}

static Status
read_text(void* const* state, const char* const text, const bool plain, Status answer,
          Diagnostic* const why)
{
  const TurtleVisitor visitor = { note, &answer, plain };
  seen[0]                     = '\0';
  folder_write(state, "a.ttl", strlen(text), text);
  return turtle_read(folder_path(state, "a.ttl"), &visitor, why);
}

static void
expect_fault(void* const* state, const char* const text, const char* const words)
{
  Diagnostic why = { "" };
  assert_int_equal(read_text(state, text, true, STATUS_SUCCESS, &why), STATUS_BAD_FILE);
  if (!strstr(why.text, "a.ttl: ") || !strstr(why.text, words)) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

static void
test_statements(void** state)
{
  const char* const text = "@prefix x: <urn:x:> .\n"
                           "x:a x:b <c/d%20e.ttl> , \"w\\\"\"^^x:t , 1.5 , x:z .\n"
                           "<> a [ x:k true ] .\n";
  assert_int_equal(read_text(state, text, true, STATUS_SUCCESS, NULL), STATUS_SUCCESS);
  assert_string_equal(seen, "0:urn:x:a urn:x:b 0:c/d%20e.ttl -\n"
                            "0:urn:x:a urn:x:b 2:w\" urn:x:t\n"
                            "0:urn:x:a urn:x:b 2:1.5 http://www.w3.org/2001/XMLSchema#decimal\n"
                            "0:urn:x:a urn:x:b 0:urn:x:z -\n"
                            "0: http://www.w3.org/1999/02/22-rdf-syntax-ns#type 1:b1 -\n"
                            "1:b1 urn:x:k 2:true http://www.w3.org/2001/XMLSchema#boolean\n");
}

static void
test_a_statement_can_end_the_reading(void** state)
{
  Diagnostic why = { "" };
  assert_int_equal(read_text(state, "<urn:a> <urn:b> 1, 2 .", true, STATUS_INTERRUPTED, &why),
                   STATUS_INTERRUPTED);
  assert_string_equal(why.text, "enough");
  assert_null(strchr(strchr(seen, '\n') + 1, '\n'));
}

static void
test_what_changes_where_paths_lead(void** state)
{
  const char* const base   = "@base <file:///etc/> .\n<urn:a> <urn:b> <passwd> .\n";
  const char* const prefix = "@prefix x: <file:///etc/> .\n<urn:a> <urn:b> x:passwd .\n";
  expect_fault(state, base, "@base");
  expect_fault(state, prefix, "a prefix has to be a name");
  expect_fault(state, "@prefix x: <../> .\n<urn:a> <urn:b> x:y .\n", "a prefix has to be a name");
  assert_int_equal(read_text(state, base, false, STATUS_SUCCESS, NULL), STATUS_SUCCESS);
  assert_int_equal(read_text(state, prefix, false, STATUS_SUCCESS, NULL), STATUS_SUCCESS);
}

static void
test_broken_text(void** state)
{
  expect_fault(state, "<urn:a> <urn:b>", "a.ttl: line 1: ");
  expect_fault(state, "\n\n<urn:a> <urn:b> x:y .", "x:y: an unknown prefix");
  expect_fault(state, "<urn:a> <urn:b> \"\xff\xfe\" .", "a.ttl: ");
  expect_fault(state,
               "\x7f"
               "ELF",
               "a.ttl: ");
  assert_int_equal(read_text(state, "", true, STATUS_SUCCESS, NULL), STATUS_SUCCESS);

  const TurtleVisitor visitor = { note, NULL, true };
  Diagnostic          why     = { "" };
  folder_write(state, "a.ttl", 4, "# \0\n");
  assert_int_equal(turtle_read(folder_path(state, "a.ttl"), &visitor, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "not text"));
  assert_int_equal(turtle_read(folder_path(state, "b.ttl"), &visitor, &why), STATUS_NOT_FOUND);
}

/// As deep as is taken, it must not exhaust the stack; deeper it does, at some depth.
static void
test_deep_nesting(void** state)
{
  static char text[10 * TURTLE_MAX_BRACKETS + 100];
  static char list[TURTLE_MAX_BRACKETS + 100] = "<urn:a> <urn:b> ";
  strcpy(text, "<urn:a> <urn:b> ");
  char* at = text + strlen(text);
  for (unsigned i = 0; i < TURTLE_MAX_BRACKETS; ++i) {
    at = stpcpy(at, "[ <x:y> ");
  }
  memset(list + strlen(list), '(', TURTLE_MAX_BRACKETS);
  expect_fault(state, text, "line 1");
  expect_fault(state, list, "line 1");
  expect_fault(state, strcat(text, "["), "too many brackets");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_statements),
    cmocka_unit_test(test_a_statement_can_end_the_reading),
    cmocka_unit_test(test_what_changes_where_paths_lead),
    cmocka_unit_test(test_broken_text),
    cmocka_unit_test(test_deep_nesting),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
