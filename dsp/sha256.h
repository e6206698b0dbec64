// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SHA256_H
#define LAMINA_DSP_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// Room for a hash as text: 64 lower-case hexadecimal digits and a zero byte.
#define SHA256_TEXT_SIZE 65u

/// A hash being computed: FIPS 180-4, SHA-256.
typedef struct {
  uint32_t state[8];
  uint64_t length;    ///< Bytes so far
  uint8_t  block[64]; ///< The last length % 64 of them
} Sha256;

/// Begin a hash.
void
sha256_begin(Sha256* hash);

/// Add bytes; in how many pieces they come makes no difference.
void
sha256_add(Sha256* hash, size_t size, const void* bytes);

/// End a hash and write it as text.
void
sha256_end(Sha256* hash, char text[SHA256_TEXT_SIZE]);

#endif
