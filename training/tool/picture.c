// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/picture.h"

#include "training/tool/color_map.h"
#include "training/tool/drawing.h"
#include "training/tool/spectrogram.h"

#include <assert.h>
#include <cairo.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOP_HZ   20000.0
#define BEND_HZ  500.0
#define RANGE_DB 70.0

/// Room below the last panel for the time axis.
#define FOOT 44

/// The scale of levels at the right.
enum { LEGEND_LEFT = PICTURE_PANEL_LEFT + PICTURE_PANEL_WIDTH + 20, LEGEND_WIDTH = 16 };

/// What all panels share.
typedef struct {
  cairo_t* cairo;
  double   length_s;
  double   top_db; ///< Level of the brightest color
} Picture;

/// Pixels below the upper edge of a panel.
static double
frequency_to_row(const double hz)
{
  return PICTURE_PANEL_HEIGHT * (1.0 - log1p(hz / BEND_HZ) / log1p(TOP_HZ / BEND_HZ));
}

/// The inverse of frequency_to_row().
static double
row_to_frequency(const double row)
{
  return BEND_HZ * expm1((1.0 - row / PICTURE_PANEL_HEIGHT) * log1p(TOP_HZ / BEND_HZ));
}

/// A colored image of levels; the caller destroys it.
static cairo_surface_t*
level_image(const Spectrogram* const spectrogram, const double top_db)
{
  cairo_surface_t* const image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PICTURE_PANEL_WIDTH,
                                                            PICTURE_PANEL_HEIGHT);
  if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
    return image;
  }

  cairo_surface_flush(image);
  unsigned char* const pixels = cairo_image_surface_get_data(image);
  const int            stride = cairo_image_surface_get_stride(image);
  for (int row = 0; row < PICTURE_PANEL_HEIGHT; ++row) {
    const double high_hz = row_to_frequency(row);
    const double low_hz  = row_to_frequency(row + 1.0);
    for (uint32_t column = 0; column < PICTURE_PANEL_WIDTH; ++column) {
      const float    level = spectrogram_level(spectrogram, column, low_hz, high_hz);
      const uint32_t color = color_map(1.0 + ((double)level - top_db) / RANGE_DB);
      memcpy(pixels + row * stride + column * sizeof(color), &color, sizeof(color));
    }
  }
  cairo_surface_mark_dirty(image);
  return image;
}

static void
draw_frequency_axis(cairo_t* const cairo, const double top)
{
  static const struct {
    double      hz;
    const char* label;
  } ticks[] = { { 0.0, "0" },     { 200.0, "200" }, { 500.0, "500" },   { 1000.0, "1k" },
                { 2000.0, "2k" }, { 5000.0, "5k" }, { 10000.0, "10k" }, { 20000.0, "20k" } };

  for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); ++i) {
    const double y = top + frequency_to_row(ticks[i].hz);
    cairo_rectangle(cairo, PICTURE_PANEL_LEFT - 5, round(y), 5, 1);
    cairo_fill(cairo);
    drawing_text(cairo, PICTURE_PANEL_LEFT - 8, y + 4, 1.0, ticks[i].label);
  }
  drawing_text(cairo, PICTURE_PANEL_LEFT - 8, top - 12, 1.0, "Hz");
}

static void
draw_panel(const Picture* const picture, const uint32_t index, const char* const title,
           const Spectrogram* const spectrogram)
{
  cairo_t* const         cairo = picture->cairo;
  const double           top   = PICTURE_PANEL_TOP + index * (double)PICTURE_PANEL_PITCH;
  cairo_surface_t* const image = level_image(spectrogram, picture->top_db);
  cairo_set_source_surface(cairo, image, PICTURE_PANEL_LEFT, top);
  cairo_paint(cairo);
  cairo_surface_destroy(image);

  cairo_set_source_rgb(cairo, 0.0, 0.0, 0.0);
  draw_frequency_axis(cairo, top);
  cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  drawing_text(cairo, PICTURE_PANEL_LEFT, top - 9, 0.0, title);
  cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
}

/// Seconds between two ticks: 1, 2 or 5 times a power of ten, at most ten ticks.
static double
tick_distance(const double length_s)
{
  const double decade = pow(10.0, floor(log10(length_s / 10.0)));
  const double n      = length_s / 10.0 / decade;

  return decade * (n <= 1.0 ? 1.0 : n <= 2.0 ? 2.0 : n <= 5.0 ? 5.0 : 10.0);
}

static void
draw_time_axis(const Picture* const picture, const double y)
{
  const double step = tick_distance(picture->length_s);
  for (uint32_t i = 0; i * step <= picture->length_s * (1.0 + 1e-9); ++i) {
    char         label[32];
    const double x = PICTURE_PANEL_LEFT + PICTURE_PANEL_WIDTH * i * step / picture->length_s;
    (void)snprintf(label, sizeof(label), "%g", i * step);
    cairo_rectangle(picture->cairo, round(x), y, 1, 5);
    cairo_fill(picture->cairo);
    drawing_text(picture->cairo, x, y + 18, 0.5, label);
  }
  drawing_text(picture->cairo, PICTURE_PANEL_LEFT + 0.5 * PICTURE_PANEL_WIDTH, y + 34, 0.5, "s");
}

static void
draw_legend(const Picture* const picture)
{
  cairo_t* const cairo = picture->cairo;
  for (int row = 0; row < PICTURE_PANEL_HEIGHT; ++row) {
    const uint32_t color = color_map(1.0 - (row + 0.5) / PICTURE_PANEL_HEIGHT);
    cairo_set_source_rgb(cairo, (color >> 16) / 255.0, (color >> 8 & 0xff) / 255.0,
                         (color & 0xff) / 255.0);
    cairo_rectangle(cairo, LEGEND_LEFT, PICTURE_PANEL_TOP + row, LEGEND_WIDTH, 1);
    cairo_fill(cairo);
  }

  cairo_set_source_rgb(cairo, 0.0, 0.0, 0.0);
  for (double down_db = 0.0; down_db <= RANGE_DB; down_db += 10.0) {
    char         label[32];
    const double y = PICTURE_PANEL_TOP + PICTURE_PANEL_HEIGHT * down_db / RANGE_DB;
    (void)snprintf(label, sizeof(label), "%g", picture->top_db - down_db);
    drawing_text(cairo, LEGEND_LEFT + LEGEND_WIDTH + 5, y + 4, 0.0, label);
  }
  drawing_text(cairo, LEGEND_LEFT, PICTURE_PANEL_TOP - 12, 0.0, "dB");
}

/// The loudest level of all sounds, rounded up to 5 dB.
static double
brightest(const uint32_t n, const Spectrogram* const spectrograms)
{
  float most = SPECTROGRAM_SILENCE_DB;
  for (uint32_t i = 0; i < n; ++i) {
    const size_t n_levels = (size_t)spectrograms[i].n_columns * spectrograms[i].n_bins;
    for (size_t k = 0; k < n_levels; ++k) {
      most = fmaxf(most, spectrograms[i].level_db[k]);
    }
  }
  return 5.0 * ceil((double)most / 5.0) + 0.0; // Never -0
}

static Status
draw(const uint32_t n, const Spectrogram* const spectrograms, const char* const titles[],
     const double length_s, const char* const path, Diagnostic* const why)
{
  const int axis_y = PICTURE_PANEL_TOP + ((int)n - 1) * PICTURE_PANEL_PITCH + PICTURE_PANEL_HEIGHT;
  const Picture picture = { drawing_begin(PICTURE_WIDTH, axis_y + FOOT), length_s,
                            brightest(n, spectrograms) };
  for (uint32_t i = 0; i < n; ++i) {
    draw_panel(&picture, i, titles[i], &spectrograms[i]);
  }
  draw_time_axis(&picture, axis_y);
  draw_legend(&picture);

  return drawing_end(picture.cairo, path, why);
}

Status
picture_spectrograms(const uint32_t n, const Sound* const sounds[], const char* const titles[],
                     const char* const path, Diagnostic* const why)
{
  assert(n >= 1 && n <= PICTURE_MAX_PANELS);
  double length_s = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    length_s = fmax(length_s, (double)sounds[i]->n_frames / sounds[i]->rate_hz);
  }
  if (length_s <= 0.0) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: the sounds to draw are empty", path);
  }

  Spectrogram spectrograms[PICTURE_MAX_PANELS] = { 0 };
  Status      status                           = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < n; ++i) {
    status = spectrogram_measure(sounds[i], PICTURE_PANEL_WIDTH, length_s, &spectrograms[i], why);
  }
  if (!status) {
    status = draw(n, spectrograms, titles, length_s, path, why);
  }
  for (uint32_t i = 0; i < n; ++i) {
    spectrogram_clear(&spectrograms[i]);
  }
  return status;
}
