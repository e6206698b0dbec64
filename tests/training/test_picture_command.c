// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/picture.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/sound_folder.h"

#include <cairo.h>

#include <string.h>
#include <unistd.h>

/// Run in the folder.  @return Exit status.
static int
picture(void* const* state, const char* arguments)
{
  return program_lamina(state, "picture", arguments);
}

/// Height of a picture, pixels; 0 when there is none.
static int
height(void* const* state, const char* name)
{
  cairo_surface_t* const png = cairo_image_surface_create_from_png(folder_path(state, name));
  const int result           = cairo_surface_status(png) ? 0 : cairo_image_surface_get_height(png);
  cairo_surface_destroy(png);
  return result;
}

static void
every_file_is_a_panel(void** state)
{
  folder_constant(state, "a.wav", 8000, 0.5, 0.1f);
  folder_constant(state, "b=c.wav", 48000, 0.2, 0.2f);
  assert_int_equal(picture(state, "one.png a.wav"), 0);
  assert_string_equal(program_output, "");
  assert_int_equal(picture(state, "three.png a.wav=Left a.wav 'b=c.wav=Right'"), 0);
  assert_true(height(state, "one.png") > PICTURE_PANEL_HEIGHT);
  assert_int_equal(height(state, "three.png") - height(state, "one.png"), 2 * PICTURE_PANEL_PITCH);
}

static void
faults_are_told(void** state)
{
  folder_constant(state, "a.wav", 8000, 0.5, 0.1f);
  assert_int_equal(picture(state, ""), 1);
  program_expect_complaint("OUT.png and 1 to 16 files");
  assert_int_equal(picture(state, "out.png"), 1);
  program_expect_complaint("OUT.png and 1 to 16 files");
  assert_int_equal(picture(state, "--loud out.png a.wav"), 1);
  program_expect_complaint("--loud");
  assert_int_equal(picture(state, "out.png a.wav missing.wav=Title"), 1);
  program_expect_complaint("missing.wav");
  assert_int_equal(picture(state, "no/folder.png a.wav"), 1);
  program_expect_complaint("no: No such file");
  assert_int_equal(access(folder_path(state, "out.png"), F_OK), -1);
}

/// Whoever forgets OUT.png names a recording first.
static void
recordings_are_not_drawn_over(void** state)
{
  folder_constant(state, "a.wav", 8000, 0.5, 0.1f);
  folder_constant(state, "b.wav", 8000, 0.5, 0.1f);
  assert_int_equal(picture(state, "a.wav b.wav"), 1);
  program_expect_complaint("a.wav: the name must end in .png");
  assert_int_equal(picture(state, "out.png a.wav"), 0);
}

static void
titles_that_cannot_be_drawn_are_told(void** state)
{
  folder_constant(state, "a.wav", 8000, 0.5, 0.1f);
  assert_int_equal(picture(state, "out.png 'a.wav=caf\xe9'"), 1);
  program_expect_complaint("out.png: a title to draw is not UTF-8");
  assert_int_equal(access(folder_path(state, "out.png"), F_OK), -1);
  assert_int_equal(picture(state, "out.png 'a.wav=café'"), 0);
}

static void
the_shortest_sound_is_drawn(void** state)
{
  folder_constant(state, "a.wav", 48000, 1.0 / 48000.0, 0.5f);
  assert_int_equal(picture(state, "out.png a.wav"), 0);
  assert_true(height(state, "out.png") > PICTURE_PANEL_HEIGHT);
}

static void
help_is_printed(void** state)
{
  assert_int_equal(picture(state, "--help"), 0);
  assert_non_null(strstr(program_output, "FILE[=TITLE]"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(every_file_is_a_panel),         IN_FOLDER(faults_are_told),
    IN_FOLDER(recordings_are_not_drawn_over), IN_FOLDER(titles_that_cannot_be_drawn_are_told),
    IN_FOLDER(the_shortest_sound_is_drawn),   IN_FOLDER(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
