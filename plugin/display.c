// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/display.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/// Lines in a second.
static const double rate = 20.0;

/// Pixels, at most: no strip is as large.
enum { MAX_SIZE = 4096 };

enum { INDEX = 3, FRESH = 4 };

// Alpha, red, green, blue.
static const uint32_t background = 0xFF202428u;
static const uint32_t grid       = 0xFF3A4046u;
static const uint32_t filling    = 0xFF6B4A22u;
static const uint32_t ink        = 0xFFFFA83Cu;

struct Display {
  const InlineDisplay* host;
  uint32_t             n_wait; ///< Samples from line to line
  uint32_t             n_heard;

  EffectLine        lines[3];
  uint32_t          writing; ///< Index, the audio thread's own
  uint32_t          reading; ///< Index, the drawing thread's own
  _Atomic(uint32_t) between; ///< Index, and FRESH when it was written and not yet read

  InlineDisplaySurface surface; ///< The drawing thread's own
};

Display*
display_new(const InlineDisplay* const host, const double rate_hz)
{
  Display* const display = calloc(1, sizeof(Display));
  if (display) {
    display->host    = host;
    display->n_wait  = (uint32_t)fmax(1.0, rate_hz / rate);
    display->reading = 1;
    atomic_init(&display->between, 2);
  }
  return display;
}

void
display_free(Display* const display)
{
  if (display) {
    free(display->surface.data);
    free(display);
  }
}

EffectLine*
display_run(Display* const display, const uint32_t n)
{
  if (!display->host) {
    return NULL;
  }
  display->n_heard += n < display->n_wait ? n : display->n_wait;
  if (display->n_heard < display->n_wait) {
    return NULL;
  }
  display->n_heard = 0;
  return &display->lines[display->writing];
}

void
display_show(Display* const display)
{
  display->writing = atomic_exchange(&display->between, display->writing | FRESH) & INDEX;
  display->host->queue_draw(display->host->handle);
}

/// The last line that was shown, valid until the next call; an empty one before the first.
static const EffectLine*
receive(Display* const display)
{
  if (atomic_load(&display->between) & FRESH) {
    display->reading = atomic_exchange(&display->between, display->reading) & INDEX;
  }
  return &display->lines[display->reading];
}

static void
put(const InlineDisplaySurface* const surface, const int x, const int y, const uint32_t color)
{
  if (x >= 0 && x < surface->width && y >= 0 && y < surface->height) {
    memcpy(surface->data + (ptrdiff_t)y * surface->stride + (ptrdiff_t)x * 4, &color,
           sizeof(color));
  }
}

static void
draw_background(const InlineDisplaySurface* const surface)
{
  for (int y = 0; y < surface->height; ++y) {
    // Three lines in the space between the edges.
    const bool on_grid = y && y * 4 / surface->height != (y - 1) * 4 / surface->height;
    for (int x = 0; x < surface->width; ++x) {
      put(surface, x, y, on_grid ? grid : background);
    }
  }
}

/// A share of the width or height as a pixel.
static int
to_pixel(const float share, const int size)
{
  return (int)lrintf(fminf(fmaxf(share, 0.0f), 1.0f) * (float)(size - 1)); // 0 for NaN
}

/// From one point to the next, as many pixels as the longer side.
static void
draw_segment(const InlineDisplaySurface* const surface, const EffectLine* const line,
             const uint32_t i)
{
  const int x0 = to_pixel(line->x[i], surface->width);
  const int y0 = to_pixel(line->y[i], surface->height);
  const int dx = to_pixel(line->x[i + 1], surface->width) - x0;
  const int dy = to_pixel(line->y[i + 1], surface->height) - y0;
  const int n  = abs(dx) > abs(dy) ? abs(dx) : abs(dy);
  for (int k = 0; k <= n; ++k) {
    const int x = x0 + (n ? dx * k / n : 0);
    const int y = y0 + (n ? dy * k / n : 0);
    for (int above = 0; above < y && line->filled; ++above) {
      put(surface, x, above, filling);
    }
    put(surface, x, y, ink);
  }
}

/// Room for a picture, as large as the last one if it can be.  @return False when memory is short.
static bool
resize(InlineDisplaySurface* const surface, const int width, const int height)
{
  if (surface->data && surface->width == width && surface->height == height) {
    return true;
  }
  free(surface->data);
  *surface = (InlineDisplaySurface){ malloc((size_t)width * (size_t)height * 4), width, height,
                                     width * 4 };
  return surface->data != NULL;
}

InlineDisplaySurface*
display_render(Display* const display, const uint32_t width, const uint32_t max_height)
{
  const uint32_t wide   = width < MAX_SIZE ? width : MAX_SIZE;
  const uint32_t height = wide / 2 < max_height ? wide / 2 : max_height;
  if (!height || !resize(&display->surface, (int)wide, (int)height)) {
    return NULL;
  }

  const EffectLine* const line = receive(display);
  draw_background(&display->surface);
  for (uint32_t i = 0; i + 1 < line->n; ++i) {
    draw_segment(&display->surface, line, i);
  }
  return &display->surface;
}
