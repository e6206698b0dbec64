// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_DISPLAY_H
#define LAMINA_PLUGIN_DISPLAY_H

#include "dsp/attributes.h"
#include "plugin/effect.h"
#include "plugin/inline_display.h"

#include <stdbool.h>
#include <stdint.h>

/**
   What a plugin shows of itself in a mixer's strip.

   The audio thread writes a line some times in a second; another thread draws it.  As in
   memory_slot.h three buffers are exchanged in atomic steps, so nobody waits, and nobody reads what
   is being written.
*/
typedef struct Display Display;

/// @param host NULL: nobody looks.  @return Owned by the caller, or NULL when memory is short.
Display*
display_new(const InlineDisplay* host, double rate_hz);

/// Free; NULL is allowed.  No other thread may use it any more.
void
display_free(Display* display);

/// Count what sounds.  @return Where to write a line, when it is time for one; then display_show().
REALTIME
EffectLine*
display_run(Display* display, uint32_t n);

/// Show the line that was written, and ask the host to draw.
REALTIME
void
display_show(Display* display);

/**
   Draw the last line.  One thread at a time, not the audio thread; allocates.

   @return Owned by `display`, valid until the next call; NULL when memory is short, or there is no
   room.
*/
InlineDisplaySurface*
display_render(Display* display, uint32_t width, uint32_t max_height);

#endif
