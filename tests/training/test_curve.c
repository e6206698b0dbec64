// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/curve.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

static Status
read_text(void* const* state, const char* text, Curve* curve, Diagnostic* why)
{
  folder_write(state, "c.txt", strlen(text), text);
  return curve_read(folder_path(state, "c.txt"), -0.3, 1.3, curve, why);
}

static void
lines_lie_between_points(void** state)
{
  static const double expected[][2] = {
    { -5.0, 0.25 }, { 1.0, 0.25 },  { 1.5, 0.5 }, { 2.0, 0.75 }, { 2.999, 0.75 },
    { 3.0, -0.25 }, { 4.0, 0.375 }, { 5.0, 1.0 }, { 99.0, 1.0 },
  };
  Curve curve = { 0 };
  assert_int_equal(
    read_text(state, "# a jump at 3 s\n1 0.25\n\n  2\t0.75\r\n3 0.75\n3 -0.25\n5 1", &curve, NULL),
    STATUS_SUCCESS);
  assert_int_equal(curve.n, 5);
  for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); ++i) {
    assert_true(fabs(curve_at(&curve, expected[i][0]) - expected[i][1]) < 1e-9);
  }
  curve_clear(&curve);
  assert_null(curve.values);
}

static void
faults_name_the_line(void** state)
{
  static const char* const cases[][2] = {
    { "0 1\n1\n", "c.txt:2: seconds and a value expected" },
    { "0 1 2\n", "c.txt:1: seconds and a value expected" },
    { "0 x\n", "c.txt:1: seconds and a value expected" },
    { "nan 1\n", "c.txt:1: seconds and a value expected" },
    { "0 1\n1 1.4\n", "c.txt:2: a value from -0.3 to 1.3 expected" },
    { "1 1\n\n0 1\n", "c.txt:3: before the point above it" },
    { "# nothing\n\n", "c.txt: without a point" },
    { "", "c.txt: without a point" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    Curve      curve = { 0 };
    Diagnostic why   = { "" };
    assert_int_equal(read_text(state, cases[i][0], &curve, &why), STATUS_BAD_FILE);
    assert_non_null(strstr(why.text, cases[i][1]));
    assert_null(curve.values);
  }
  Curve curve = { 0 };
  assert_int_equal(curve_read(folder_path(state, "none"), 0.0, 1.0, &curve, NULL),
                   STATUS_NOT_FOUND);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(lines_lie_between_points),
    IN_FOLDER(faults_name_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
