// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/color_map.h"
#include "training/tool/comparison.h"
#include "training/tool/drawing.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/// Of a panel of norms.
enum { PANEL_WIDTH = 170, PANEL_HEIGHT = 104, PANEL_PITCH = 204 };

/// From one side's points to the next side's, so that intervals do not hide each other.
enum { SIDE_PITCH = 7 };

/// A range of numbers and the rows of pixels that it is drawn on.
typedef struct {
  double low;
  double high;
  double top; ///< Row of `high`
  double height;
} Axis;

uint32_t
comparison_color(const Side side)
{
  // Told apart by most eyes (Okabe & Ito, "Color universal design", 2008).
  static const uint32_t colors[N_SIDES] = {
    [SIDE_MEAN] = 0x999999,       [SIDE_PCA] = 0x000000,    [SIDE_SHALLOW] = 0xe69f00,
    [SIDE_END_TO_END] = 0x0072b2, [SIDE_GREEDY] = 0xcc79a7, [SIDE_FINE_TUNED] = 0xd55e00,
    [SIDE_RBM] = 0x009e73,        [SIDE_SKIP] = 0x56b4e9,
  };
  return colors[side];
}

static void
set_color(cairo_t* const cairo, const uint32_t color)
{
  cairo_set_source_rgb(cairo, (color >> 16) / 255.0, (color >> 8 & 0xff) / 255.0,
                       (color & 0xff) / 255.0);
}

static double
row_of(const Axis* const axis, const double x)
{
  return axis->top + axis->height * (axis->high - x) / (axis->high - axis->low);
}

static void
draw_line(cairo_t* const cairo, const double from_x, const double from_y, const double to_x,
          const double to_y)
{
  cairo_move_to(cairo, from_x, from_y);
  cairo_line_to(cairo, to_x, to_y);
  cairo_stroke(cairo);
}

/// Lines across, each with its number at the left.
static void
draw_grid(cairo_t* const cairo, const Axis* const axis, const double left, const double width,
          const double step, const char* const format, double (*const number)(double))
{
  cairo_set_line_width(cairo, 1.0);
  for (double x = axis->low; x < axis->high + 0.5 * step; x += step) {
    const double row = round(row_of(axis, x)) + 0.5;
    char         label[32];
    set_color(cairo, 0xdddddd);
    draw_line(cairo, left, row, left + width, row);
    set_color(cairo, 0x000000);
    (void)snprintf(label, sizeof(label), format, number(x));
    drawing_text(cairo, left - 6, row + 4, 1.0, label);
  }
}

static double
itself(const double x)
{
  return x;
}

static double
power_of_ten(const double x)
{
  return pow(10.0, x);
}

/// Middle of the column of a code.
static double
code_column(const Comparison* const comparison, const uint32_t code, const Side side)
{
  const double width = (double)COMPARISON_PLOT_WIDTH / comparison->config.n_codes;
  return COMPARISON_LEFT + width * (code + 0.5) + SIDE_PITCH * ((int)side - N_SIDES / 2);
}

static double
finite_or_0(const double x)
{
  return isfinite(x) ? x : 0.0;
}

/// From a whole number of decibels to another, around all errors.
static Axis
error_axis(const Comparison* const comparison)
{
  double low  = HUGE_VAL;
  double high = 0.0;
  for (uint32_t i = 0; i < comparison->config.n_codes * N_SIDES; ++i) {
    const ComparisonCell* const cell  = &comparison->cells[i];
    const Average               error = comparison_error(cell);
    if (error.n && cell->side != SIDE_MEAN) {
      low  = fmin(low, error.mean - finite_or_0(error.margin));
      high = fmax(high, error.mean + finite_or_0(error.margin));
    }
  }
  low = low < high ? fmax(0.0, floor(low)) : 0.0;
  return (Axis){ low, fmax(ceil(high), low + 1.0), COMPARISON_TOP, COMPARISON_HEIGHT };
}

static void
draw_error(cairo_t* const cairo, const Axis* const axis, const double x, const Average* const error)
{
  const double margin = finite_or_0(error->margin);
  cairo_set_line_width(cairo, 2.0);
  draw_line(cairo, x, row_of(axis, error->mean - margin), x, row_of(axis, error->mean + margin));
  cairo_arc(cairo, x, row_of(axis, error->mean), 4.0, 0.0, 2.0 * M_PI);
  cairo_fill(cairo);
}

/// The points of a side, and a thin line from one code to the next.
static void
draw_side(cairo_t* const cairo, const Comparison* const comparison, const Axis* const axis,
          const Side side)
{
  double last_x = 0.0;
  double last_y = 0.0;
  bool   begun  = false;
  set_color(cairo, comparison_color(side));
  for (uint32_t code = 0; code < comparison->config.n_codes; ++code) {
    const Average error = comparison_error(comparison_cell(comparison, code, side));
    const double  x     = code_column(comparison, code, side);
    if (!error.n) {
      continue;
    }
    const double y = row_of(axis, error.mean);
    if (begun) {
      cairo_set_line_width(cairo, 1.0);
      draw_line(cairo, last_x, last_y, x, y);
    }
    draw_error(cairo, axis, x, &error);
    last_x = x;
    last_y = y;
    begun  = true;
  }
}

static void
draw_legend(cairo_t* const cairo)
{
  const double left = COMPARISON_LEFT + COMPARISON_PLOT_WIDTH + 24;
  double       y    = COMPARISON_TOP + 12;
  for (int side = SIDE_MEAN + 1; side < N_SIDES; ++side) {
    set_color(cairo, comparison_color((Side)side));
    cairo_arc(cairo, left, y - 4, 4.0, 0.0, 2.0 * M_PI);
    cairo_fill(cairo);
    set_color(cairo, 0x000000);
    drawing_text(cairo, left + 12, y, 0.0, side_name((Side)side));
    y += 20;
  }
}

static void
draw_errors(cairo_t* const cairo, const Comparison* const comparison)
{
  const Axis   axis = error_axis(comparison);
  const double step = fmax(1.0, ceil((axis.high - axis.low) / 12.0));
  draw_grid(cairo, &axis, COMPARISON_LEFT, COMPARISON_PLOT_WIDTH, step, "%g", itself);
  drawing_text(cairo, COMPARISON_LEFT, COMPARISON_TOP - 14, 0.0,
               "Error on files never learned from, dB, and its 95 % interval");
  for (uint32_t code = 0; code < comparison->config.n_codes; ++code) {
    char label[32];
    (void)snprintf(label, sizeof(label), "%u", comparison_cell(comparison, code, SIDE_PCA)->code);
    drawing_text(cairo, code_column(comparison, code, (Side)(N_SIDES / 2)),
                 COMPARISON_TOP + COMPARISON_HEIGHT + 18, 0.5, label);
  }
  drawing_text(cairo, COMPARISON_LEFT + 0.5 * COMPARISON_PLOT_WIDTH,
               COMPARISON_TOP + COMPARISON_HEIGHT + 36, 0.5, "numbers in a code");
  for (int side = SIDE_MEAN + 1; side < N_SIDES; ++side) {
    draw_side(cairo, comparison, &axis, (Side)side);
  }
  draw_legend(cairo);
}

/// Widen a range by a number, unless it has no logarithm.
static void
widen(const double x, double* const low, double* const high)
{
  if (isfinite(x) && x > 0.0) {
    *low  = fmin(*low, log10(x));
    *high = fmax(*high, log10(x));
  }
}

/// Whole decades around the norms of all sides; logarithms.
static Axis
norm_axis(const Comparison* const comparison)
{
  double low  = HUGE_VAL;
  double high = -HUGE_VAL;
  for (uint32_t i = 0; i < comparison->config.n_codes * N_SIDES; ++i) {
    const GradientNorms* const norms = &comparison->cells[i].norms;
    for (uint32_t epoch = 0; epoch < norms->n_epochs; ++epoch) {
      for (uint32_t layer = 0; layer < norms->n_layers; ++layer) {
        widen(gradient_norms_mean(norms, epoch, layer), &low, &high);
      }
    }
  }
  low  = low <= high ? floor(low) : 0.0;
  high = fmax(ceil(high), low + 1.0);
  return (Axis){ low, high, 0.0, PANEL_HEIGHT };
}

static void
draw_norms_of(cairo_t* const cairo, const GradientNorms* const norms, const uint32_t layer,
              const Axis* const axis, const double left)
{
  const uint32_t end = gradient_norms_end(norms);
  cairo_new_path(cairo); // Text leaves a point behind, which a line would begin at
  for (uint32_t epoch = 0; epoch < end; ++epoch) {
    const double x     = left + PANEL_WIDTH * (epoch + 0.5) / end;
    const double mean  = gradient_norms_mean(norms, epoch, layer);
    const double level = mean > 0.0 ? fmax(log10(mean), axis->low) : axis->low;
    if (isnan(mean)) {
      continue;
    }
    if (end == 1) {
      cairo_arc(cairo, x, row_of(axis, level), 2.0, 0.0, 2.0 * M_PI);
    } else {
      cairo_line_to(cairo, x, row_of(axis, level));
    }
  }
  cairo_stroke(cairo);
}

/// One side and code; encoder from dark up, bypasses dashed.
static void
draw_panel(cairo_t* const cairo, const ComparisonCell* const cell, const Axis* const axis,
           const double left)
{
  static const double  dashes[] = { 4.0, 3.0 };
  const GradientNorms* norms    = &cell->norms;
  char                 label[64];
  draw_grid(cairo, axis, left, PANEL_WIDTH, fmax(1.0, ceil((axis->high - axis->low) / 4.0)), "%g",
            power_of_ten);
  cairo_set_line_width(cairo, 1.5);
  for (uint32_t layer = 0; layer < norms->n_layers; ++layer) {
    const uint32_t n_plain = 2 * cell->n_layers;
    const bool     around  = layer >= n_plain;
    const double   place   = (double)(around ? layer - n_plain : layer) / (around ? 2 : n_plain);
    set_color(cairo, color_map(0.2 + 0.6 * place));
    cairo_set_dash(cairo, dashes, around ? 2 : 0, 0.0);
    draw_norms_of(cairo, norms, layer, axis, left);
  }
  cairo_set_dash(cairo, dashes, 0, 0.0);
  set_color(cairo, 0x000000);
  (void)snprintf(label, sizeof(label), "%s, %u", side_name(cell->side), cell->code);
  drawing_text(cairo, left, axis->top - 6, 0.0, label);
  (void)snprintf(label, sizeof(label), "%u epochs", gradient_norms_end(norms));
  drawing_text(cairo, left + PANEL_WIDTH, axis->top + PANEL_HEIGHT + 14, 1.0, label);
}

static void
draw_norms(cairo_t* const cairo, const Comparison* const comparison)
{
  Axis axis = norm_axis(comparison);
  drawing_text(cairo, COMPARISON_LEFT, COMPARISON_PANELS_TOP - 28, 0.0,
               "Norms of the gradients by epoch: encoder from dark on, decoder to light, bypasses "
               "dashed");
  for (uint32_t code = 0; code < comparison->config.n_codes; ++code) {
    double left = COMPARISON_LEFT;
    axis.top    = COMPARISON_PANELS_TOP + COMPARISON_PITCH * (double)code;
    for (int side = 0; side < N_SIDES; ++side) {
      if (side_is_fine_tuned((Side)side)) {
        draw_panel(cairo, comparison_cell(comparison, code, (Side)side), &axis, left);
        left += PANEL_PITCH;
      }
    }
  }
}

Status
comparison_picture(const Comparison* const comparison, const char* const path,
                   Diagnostic* const why)
{
  const int height     = COMPARISON_PANELS_TOP + COMPARISON_PITCH * (int)comparison->config.n_codes;
  cairo_t* const cairo = drawing_begin(COMPARISON_WIDTH, height);
  draw_errors(cairo, comparison);
  draw_norms(cairo, comparison);
  return drawing_end(cairo, path, why);
}
