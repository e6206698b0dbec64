// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/status.h"

#include "tests/support/test.h"

#include <string.h>

static void
test_every_status_has_its_own_words(void** state)
{
  (void)state;
  for (int a = STATUS_SUCCESS; a <= STATUS_INTERRUPTED; ++a) {
    assert_true(strlen(status_string((Status)a)) > 3);
    for (int b = a + 1; b <= STATUS_INTERRUPTED; ++b) {
      assert_string_not_equal(status_string((Status)a), status_string((Status)b));
    }
  }
}

static void
test_diagnose_writes_and_passes_on(void** state)
{
  (void)state;
  Diagnostic why;
  assert_int_equal(diagnose(&why, STATUS_IO, "%s:%d: no", "a.yaml", 7), STATUS_IO);
  assert_string_equal(why.text, "a.yaml:7: no");
  assert_int_equal(diagnose(NULL, STATUS_NOT_FOUND, "nobody listens"), STATUS_NOT_FOUND);
}

static void
test_diagnose_keeps_to_one_harmless_line(void** state)
{
  (void)state;
  Diagnostic why;
  diagnose(&why, STATUS_BAD_FILE, "%s: unknown", "a\nb\x1b[2Jé\x7f\xc2\x9b");
  assert_string_equal(why.text, "a?b?[2Jé??: unknown");
}

static void
test_diagnose_truncates(void** state)
{
  (void)state;
  char text[2000];
  memset(text, 'x', sizeof(text) - 1);
  text[sizeof(text) - 1] = '\0';
  Diagnostic why;
  diagnose(&why, STATUS_IO, "%s", text);
  assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_status_has_its_own_words),
    cmocka_unit_test(test_diagnose_writes_and_passes_on),
    cmocka_unit_test(test_diagnose_keeps_to_one_harmless_line),
    cmocka_unit_test(test_diagnose_truncates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
