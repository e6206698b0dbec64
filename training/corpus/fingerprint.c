// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/fingerprint.h"

#include <string.h>

uint64_t
fingerprint_bytes(uint64_t fingerprint, const void* bytes, size_t size)
{
  const unsigned char* const byte = (const unsigned char*)bytes;
  for (size_t i = 0; i < size; ++i) {
    fingerprint = (fingerprint ^ byte[i]) * 0x100000001b3u;
  }
  return fingerprint;
}

uint64_t
fingerprint_corpus(uint64_t fingerprint, const Corpus* corpus)
{
  for (int split = SPLIT_TRAIN; split <= SPLIT_VALID; ++split) {
    for (uint32_t file = 0; file < corpus_files(corpus, (Split)split); ++file) {
      const char* const name    = strrchr(corpus_path(corpus, (Split)split, file), '/');
      const double      seconds = corpus_file_seconds(corpus, (Split)split, file);
      fingerprint = fingerprint_bytes(fingerprint, name ? name : "", name ? strlen(name) + 1 : 1);
      fingerprint = fingerprint_bytes(fingerprint, &seconds, sizeof(seconds));
    }
    fingerprint = fingerprint_bytes(fingerprint, &split, sizeof(split));
  }
  return fingerprint;
}
