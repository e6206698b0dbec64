// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_FINGERPRINT_H
#define LAMINA_TRAINING_CORPUS_FINGERPRINT_H

#include "training/corpus/corpus.h"

#include <stddef.h>
#include <stdint.h>

/// Of nothing.
#define FINGERPRINT_START 0xcbf29ce484222325u

/// Mix bytes into a fingerprint: FNV-1a (Fowler, Noll & Vo), 64 bits.
uint64_t
fingerprint_bytes(uint64_t fingerprint, const void* bytes, size_t size);

/// Mix in the names and lengths of all files of a corpus, wherever its folders are.
uint64_t
fingerprint_corpus(uint64_t fingerprint, const Corpus* corpus);

#endif
