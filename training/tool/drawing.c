// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/drawing.h"

#include "dsp/file.h"

#include <stdlib.h>
#include <string.h>

cairo_t*
drawing_begin(const int width, const int height)
{
  cairo_surface_t* const surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  cairo_t* const         cairo   = cairo_create(surface);
  cairo_surface_destroy(surface); // The context holds it
  cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
  cairo_paint(cairo);
  cairo_set_source_rgb(cairo, 0.0, 0.0, 0.0);
  cairo_set_font_size(cairo, 12.0);
  return cairo;
}

void
drawing_text(cairo_t* const cairo, const double x, const double y, const double align,
             const char* const text)
{
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, text, &extents);
  cairo_move_to(cairo, x - align * extents.x_advance, y);
  cairo_show_text(cairo, text);
}

/// Bytes that grow.
typedef struct {
  size_t         size;
  unsigned char* bytes;
} Buffer;

static cairo_status_t
buffer_append(void* const closure, const unsigned char* const data, const unsigned int length)
{
  Buffer* const        buffer = closure;
  unsigned char* const bytes  = realloc(buffer->bytes, buffer->size + length);
  if (!bytes) {
    return CAIRO_STATUS_NO_MEMORY;
  }

  memcpy(bytes + buffer->size, data, length);
  buffer->bytes = bytes;
  buffer->size += length;
  return CAIRO_STATUS_SUCCESS;
}

/// What went wrong while drawing; cairo leaves out the rest of a picture without a word.
static Status
check_drawn(const cairo_status_t drawn, const char* const path, Diagnostic* const why)
{
  switch (drawn) {
    case CAIRO_STATUS_SUCCESS:
      return STATUS_SUCCESS;
    case CAIRO_STATUS_NO_MEMORY:
      return diagnose(why, STATUS_NO_MEMORY, "%s: no memory for the picture", path);
    case CAIRO_STATUS_INVALID_STRING:
      return diagnose(why, STATUS_BAD_OPTION, "%s: a title to draw is not UTF-8", path);
    default:
      return diagnose(why, STATUS_BAD_OPTION, "%s: cannot be drawn: %s", path,
                      cairo_status_to_string(drawn));
  }
}

/// Write, and leave the surface as it is.
static Status
write_png(cairo_surface_t* const surface, const char* const path, Diagnostic* const why)
{
  Buffer buffer = { 0, NULL };
  Status status = STATUS_SUCCESS;
  if (cairo_surface_write_to_png_stream(surface, buffer_append, &buffer) != CAIRO_STATUS_SUCCESS) {
    status = diagnose(why, STATUS_NO_MEMORY, "%s: no memory for the picture", path);
  } else {
    status = file_replace(path, buffer.size, buffer.bytes, why);
  }
  free(buffer.bytes);
  return status;
}

Status
drawing_end(cairo_t* const cairo, const char* const path, Diagnostic* const why)
{
  Status status = check_drawn(cairo_status(cairo), path, why);
  if (!status) {
    status = write_png(cairo_get_target(cairo), path, why);
  }
  cairo_destroy(cairo);
  return status;
}
