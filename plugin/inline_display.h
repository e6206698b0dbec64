// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_INLINE_DISPLAY_H
#define LAMINA_PLUGIN_INLINE_DISPLAY_H

#include <lv2/core/lv2.h>

#include <stdint.h>

// Harrison's extension, by which Ardour and Carla show a plugin in a mixer's strip.  It is in no
// package of headers; this is what hosts have agreed on.

#define INLINE_DISPLAY_URI         "http://harrisonconsoles.com/lv2/inlinedisplay"
#define INLINE_DISPLAY__interface  INLINE_DISPLAY_URI "#interface"
#define INLINE_DISPLAY__queue_draw INLINE_DISPLAY_URI "#queue_draw"

/// Pixels of 32 bits, blue in the lowest byte, then green, red, alpha; colors are multiplied by it.
typedef struct {
  unsigned char* data; ///< [height][stride]
  int            width;
  int            height;
  int            stride; ///< Bytes
} InlineDisplaySurface;

/// Extension data.
typedef struct {
  /// Not on the audio thread.  @return Owned by the plugin, valid until the next call; or NULL.
  InlineDisplaySurface* (*render)(LV2_Handle instance, uint32_t width, uint32_t max_height);
} InlineDisplayInterface;

/// Feature.
typedef struct {
  void* handle;
  void (*queue_draw)(void* handle); ///< Ask for a picture.  Real-time
} InlineDisplay;

#endif
