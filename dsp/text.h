// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_TEXT_H
#define LAMINA_DSP_TEXT_H

#include <stddef.h>

/**
   Bytes of the control character that a text begins with, which could command a terminal.

   @param text UTF-8.
   @return 1 for U+0001…U+001F and U+007F, 2 for U+0080…U+009F, 0 for all else and for no text.
*/
size_t
text_control(const char* text);

/// Write "?" for each control character, in place.
void
text_mask(char* text);

/// Make what a file system calls something text of a model file, in place: as text_mask(), and "?"
/// for each byte beyond ASCII where not all of it is UTF-8.
void
text_clean(char* name);

#endif
