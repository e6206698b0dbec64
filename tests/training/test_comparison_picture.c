// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/small_comparison.h"

#include <cairo.h>

#include <stdlib.h>
#include <string.h>

static cairo_surface_t*
draw(void* const* state, const Comparison* const comparison)
{
  const char* const path = folder_path(state, "out.png");
  assert_int_equal(comparison_picture(comparison, path, NULL), STATUS_SUCCESS);
  cairo_surface_t* const png = cairo_image_surface_create_from_png(path);
  assert_int_equal(cairo_surface_status(png), CAIRO_STATUS_SUCCESS);
  assert_int_equal(cairo_image_surface_get_width(png), COMPARISON_WIDTH);
  return png;
}

static uint32_t
color_at(cairo_surface_t* const png, const int x, const int y)
{
  uint32_t                   color = 0;
  const unsigned char* const row   = cairo_image_surface_get_data(png) +
                                   (ptrdiff_t)y * cairo_image_surface_get_stride(png);
  memcpy(&color, row + (ptrdiff_t)4 * x, sizeof(color));
  return color & 0xffffffu;
}

/// Middle of the longest run of a side's color, downwards, in the upper plot's columns of a code.
static int
find_point(cairo_surface_t* const png, const Side side, const int code)
{
  const uint32_t color = comparison_color(side);
  const int      width = COMPARISON_PLOT_WIDTH / 2;
  int            best  = 0;
  int            place = -1;
  for (int x = COMPARISON_LEFT + code * width; x < COMPARISON_LEFT + (code + 1) * width; ++x) {
    int run = 0;
    for (int y = COMPARISON_TOP; y < COMPARISON_TOP + COMPARISON_HEIGHT; ++y) {
      run = color_at(png, x, y) == color ? run + 1 : 0;
      if (run > best) {
        best  = run;
        place = y - run / 2;
      }
    }
  }
  return place;
}

static void
errors_are_where_the_scale_has_them(void** state)
{
  SmallComparison small;
  small_comparison_make(&small);
  cairo_surface_t* const png = draw(state, &small.comparison);

  // From 4 dB, below 4.75 − 0.25, to 10 dB, above 9 + 0.25: 63.3 pixels each.
  const double db = COMPARISON_HEIGHT / 6.0;
  assert_in_range(find_point(png, SIDE_PCA, 0), COMPARISON_TOP + 2 * db - 3,
                  COMPARISON_TOP + 2 * db + 3);
  assert_in_range(find_point(png, SIDE_PCA, 1), COMPARISON_TOP + 4 * db - 3,
                  COMPARISON_TOP + 4 * db + 3);
  assert_in_range(find_point(png, SIDE_END_TO_END, 0), COMPARISON_TOP + 3 * db - 3,
                  COMPARISON_TOP + 3 * db + 3);
  assert_in_range(find_point(png, SIDE_FINE_TUNED, 1), COMPARISON_TOP + 5.25 * db - 3,
                  COMPARISON_TOP + 5.25 * db + 3);
  assert_int_equal(find_point(png, SIDE_SKIP, 0), -1);
  assert_int_equal(find_point(png, SIDE_RBM, 0), -1);
  cairo_surface_destroy(png);
  small_comparison_clear(&small);
}

static void
every_code_has_a_row_of_panels(void** state)
{
  SmallComparison small;
  small_comparison_make(&small);
  cairo_surface_t* const two = draw(state, &small.comparison);
  assert_int_equal(cairo_image_surface_get_height(two),
                   COMPARISON_PANELS_TOP + 2 * COMPARISON_PITCH);

  small.comparison.config.n_codes = 1;
  cairo_surface_t* const one      = draw(state, &small.comparison);
  assert_int_equal(cairo_image_surface_get_height(one), COMPARISON_PANELS_TOP + COMPARISON_PITCH);
  small.comparison.config.n_codes = 2;
  cairo_surface_destroy(one);
  cairo_surface_destroy(two);
  small_comparison_clear(&small);
}

static void
norms_begin_in_their_panel(void** state)
{
  SmallComparison small;
  small_comparison_make(&small);
  cairo_surface_t* const png = draw(state, &small.comparison);

  // The panel of end to end is the second; its two epochs are a quarter and three of its width.
  const int left   = COMPARISON_LEFT + 204;
  uint32_t  n_dark = 0;
  for (int x = left; x < left + 38; ++x) {
    for (int y = COMPARISON_PANELS_TOP + 2; y < COMPARISON_PANELS_TOP + 102; ++y) {
      const uint32_t color = color_at(png, x, y);
      n_dark += color != 0xffffffu && color != 0xddddddu;
    }
  }
  assert_int_equal(n_dark, 0);
  cairo_surface_destroy(png);
  small_comparison_clear(&small);
}

static void
nothing_found_is_drawn_as_nothing(void** state)
{
  SmallComparison small;
  small_comparison_make(&small);
  for (uint32_t i = 0; i < 2 * N_SIDES; ++i) {
    small.comparison.cells[i].n_trials = 0;
  }
  gradient_norms_clear(&small.comparison.cells[SIDE_END_TO_END].norms);
  cairo_surface_t* const png = draw(state, &small.comparison);
  assert_int_equal(find_point(png, SIDE_END_TO_END, 0), -1);
  cairo_surface_destroy(png);
  small_comparison_clear(&small);
}

static void
a_folder_that_is_missing_is_told(void** state)
{
  (void)state;
  SmallComparison small;
  Diagnostic      why = { "" };
  small_comparison_make(&small);
  assert_int_equal(comparison_picture(&small.comparison, "no/such/folder.png", &why), STATUS_IO);
  assert_non_null(strstr(why.text, "no/such/folder.png"));
  small_comparison_clear(&small);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(errors_are_where_the_scale_has_them), IN_FOLDER(every_code_has_a_row_of_panels),
    IN_FOLDER(norms_begin_in_their_panel),          IN_FOLDER(nothing_found_is_drawn_as_nothing),
    IN_FOLDER(a_folder_that_is_missing_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
