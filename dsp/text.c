// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/text.h"

#include <jansson.h>

size_t
text_control(const char* text)
{
  const unsigned char c = (unsigned char)text[0];
  if ((c && c < ' ') || c == 127) {
    return 1;
  }
  // A byte below 0x80 cannot follow in UTF-8; the end of the text is one.
  const unsigned char next = c == 0xc2 ? (unsigned char)text[1] : 0;
  return next >= 0x80 && next < 0xa0 ? 2 : 0;
}

void
text_mask(char* text)
{
  char* out = text;
  for (const char* in = text; *in;) {
    const size_t n_masked = text_control(in);
    *out++                = n_masked ? '?' : *in;
    in += n_masked ? n_masked : 1;
  }
  *out = '\0';
}

void
text_clean(char* name)
{
  text_mask(name);
  json_t* const utf8 = json_string(name);
  for (char* at = name; !utf8 && *at; ++at) {
    *at = (unsigned char)*at < 0x80 ? *at : '?';
  }
  json_decref(utf8);
}
