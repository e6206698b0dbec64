// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_PICTURE_H
#define LAMINA_TRAINING_TOOL_PICTURE_H

#include "dsp/status.h"
#include "training/corpus/sound_file.h"

#include <stdint.h>

/// Most panels of a picture.
#define PICTURE_MAX_PANELS 16u

/// Where things are in a picture, in pixels.
enum {
  PICTURE_WIDTH        = 1080,
  PICTURE_PANEL_LEFT   = 64,  ///< Left edge of every panel
  PICTURE_PANEL_TOP    = 34,  ///< Upper edge of the first panel
  PICTURE_PANEL_WIDTH  = 920, ///< Time, the same for all panels
  PICTURE_PANEL_HEIGHT = 240, ///< Frequency
  PICTURE_PANEL_PITCH  = 284, ///< From the upper edge of one panel to that of the next
};

/**
   Draw the spectrograms of some sounds, one above the other, as a PNG.

   All panels share one time axis, as long as the longest sound, and one scale of levels, 70 dB
   down from the loudest level in any of them, which is drawn at the right.  Frequencies go from
   0 at the lower edge to 20 kHz at the upper one, as log(1 + f / 500 Hz): nearly linear below
   500 Hz, nearly logarithmic above.

   @param n Panels, 1…PICTURE_MAX_PANELS.
   @param sounds [n], at least one not empty.
   @param titles [n], UTF-8.
   @param path Written beside and renamed: on failure what was there is still there.
   @return STATUS_BAD_OPTION when all sounds are empty or a title is not UTF-8; STATUS_IO or
   STATUS_NO_MEMORY.
*/
NODISCARD
Status
picture_spectrograms(uint32_t n, const Sound* const sounds[], const char* const titles[],
                     const char* path, Diagnostic* why);

#endif
