// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_EXCERPT_H
#define LAMINA_TRAINING_CORPUS_EXCERPT_H

#include "dsp/status.h"

#include <stdint.h>

/**
   Read part of a sound file: channels averaged, resampled.

   The samples are those that resampling the whole file would give, to about 100 dB, and only the
   part and a margin are read.  Any number of threads.

   @param rate_hz Rate of the samples wanted.
   @param first First sample, at `rate_hz`.
   @param n Samples wanted.
   @param out [n], written; zeros after the end of the file, and from a damaged place on.  Samples
   that are not finite, or are beyond 2^32, read 0.
   @param n_read Samples that could be decoded, written: fewer than `n` when the file ends, or is
   damaged, before the last.
   @return STATUS_BAD_FILE when the file does not end before `first` and nothing can be decoded
   there, STATUS_IO, STATUS_NO_MEMORY or STATUS_BAD_OPTION.
*/
NODISCARD
Status
excerpt_read(const char* path, uint32_t rate_hz, uint64_t first, uint32_t n, float* out,
             uint32_t* n_read, Diagnostic* why);

#endif
