// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/picture.h"

#include "tests/support/test.h"

#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "test_picture.png";

/// One second of a sine at 48 kHz that sounds in its second half.
static Sound
sine(const double hz, const double amplitude)
{
  Sound sound = { 48000.0, 1, 48000, calloc(48000, sizeof(float)) };
  assert_non_null(sound.samples);
  for (int i = 24000; i < 48000; ++i) {
    sound.samples[i] = (float)(amplitude * sin(2.0 * M_PI * hz * i / 48000.0));
  }
  return sound;
}

/// Red, green and blue of one pixel, added.
static int
brightness(cairo_surface_t* const png, const int x, const int y)
{
  const unsigned char* const pixel = cairo_image_surface_get_data(png) +
                                     y * cairo_image_surface_get_stride(png) + 4 * x;
  return pixel[0] + pixel[1] + pixel[2];
}

/// Row of the brightest pixel in one column of one panel, from the panel's upper edge.
static int
brightest_row(cairo_surface_t* const png, const int panel, const int x)
{
  const int top  = PICTURE_PANEL_TOP + panel * PICTURE_PANEL_PITCH;
  int       best = 0;
  for (int row = 1; row < PICTURE_PANEL_HEIGHT; ++row) {
    if (brightness(png, x, top + row) > brightness(png, x, top + best)) {
      best = row;
    }
  }
  return best;
}

static cairo_surface_t*
read_picture(void)
{
  cairo_surface_t* const png = cairo_image_surface_create_from_png(path);
  assert_int_equal(cairo_surface_status(png), CAIRO_STATUS_SUCCESS);
  assert_int_equal(cairo_image_surface_get_width(png), PICTURE_WIDTH);
  return png;
}

static void
sine_is_brightest_at_its_frequency(void** const state)
{
  (void)state;
  Sound              low      = sine(1000.0, 0.5);
  Sound              high     = sine(10000.0, 0.5);
  const Sound* const sounds[] = { &low, &high };
  const char* const  titles[] = { "1 kHz", "10 kHz" };
  assert_int_equal(picture_spectrograms(2, sounds, titles, path, NULL), STATUS_SUCCESS);

  // From below, 1 kHz is at log 3 / log 41 = 0.29584 of the height, 10 kHz at
  // log 21 / log 41 = 0.81984: rows 169.0 and 43.2 of 240.
  cairo_surface_t* const png = read_picture();
  const int              x   = PICTURE_PANEL_LEFT + 3 * PICTURE_PANEL_WIDTH / 4;
  assert_in_range(brightest_row(png, 0, x), 167, 171);
  assert_in_range(brightest_row(png, 1, x), 42, 44);

  // The first half is silent, so black.
  const int y = PICTURE_PANEL_TOP + 169;
  assert_int_equal(brightness(png, PICTURE_PANEL_LEFT + PICTURE_PANEL_WIDTH / 4, y), 0);
  cairo_surface_destroy(png);
  free(low.samples);
  free(high.samples);
}

static void
panels_share_one_scale(void** const state)
{
  (void)state;
  Sound              loud     = sine(1000.0, 0.5);
  Sound              soft     = sine(1000.0, 0.005);
  const Sound* const sounds[] = { &loud, &soft };
  const char* const  titles[] = { "Loud", "Soft" };
  assert_int_equal(picture_spectrograms(2, sounds, titles, path, NULL), STATUS_SUCCESS);

  cairo_surface_t* const png = read_picture();
  const int              x   = PICTURE_PANEL_LEFT + 3 * PICTURE_PANEL_WIDTH / 4;
  const int              y   = PICTURE_PANEL_TOP + 169;
  const int              dim = brightness(png, x, y + PICTURE_PANEL_PITCH);
  assert_true(dim > 0);
  assert_true(brightness(png, x, y) > 2 * dim);
  cairo_surface_destroy(png);
  free(loud.samples);
  free(soft.samples);
}

static void
failure_is_told_and_leaves_the_old_file(void** const state)
{
  (void)state;
  Diagnostic         why      = { "" };
  Sound              sound    = sine(1000.0, 0.5);
  const Sound        empty    = { 48000.0, 1, 0, NULL };
  const char* const  titles[] = { "A title" };
  const Sound* const full[]   = { &sound };
  const Sound* const none[]   = { &empty };
  assert_int_equal(picture_spectrograms(1, full, titles, path, NULL), STATUS_SUCCESS);
  assert_int_equal(picture_spectrograms(1, none, titles, path, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, path));
  cairo_surface_destroy(read_picture());

  assert_int_equal(picture_spectrograms(1, full, titles, "no/such/folder.png", &why), STATUS_IO);
  assert_non_null(strstr(why.text, "no/such/folder.png"));
  free(sound.samples);
}

static int
clean_up(void** const state)
{
  (void)state;
  return unlink(path);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sine_is_brightest_at_its_frequency),
    cmocka_unit_test(panels_share_one_scale),
    cmocka_unit_test(failure_is_told_and_leaves_the_old_file),
  };
  return cmocka_run_group_tests(tests, NULL, clean_up);
}
