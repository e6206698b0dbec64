// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_DRAWING_H
#define LAMINA_TRAINING_TOOL_DRAWING_H

#include "dsp/status.h"

#include <cairo.h>

/**
   A white picture to draw on, in black and with letters of 12 pixels.

   @return Owned by the caller, never NULL; what went wrong is told by drawing_end().
*/
cairo_t*
drawing_begin(int width, int height);

/**
   Write a word.

   @param y Of the line that letters stand on.
   @param align Share of its width that lies left of `x`: 0 begins there, 1 ends there.
   @param text UTF-8.
*/
void
drawing_text(cairo_t* cairo, double x, double y, double align, const char* text);

/**
   Write the picture as a PNG, and free it, on failure as well.

   @param path Written beside and renamed: on failure what was there is still there.
   @return STATUS_BAD_OPTION when a word was not UTF-8, STATUS_IO or STATUS_NO_MEMORY.
*/
NODISCARD
Status
drawing_end(cairo_t* cairo, const char* path, Diagnostic* why);

#endif
