// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_IDX_H
#define LAMINA_TESTS_TEXTBOOK_IDX_H

#include "dsp/status.h"
#include "training/corpus/table.h"

/// Kinds of images in the sets that are read: digits, garments.
#define IDX_CLASSES 10u

/**
   Read images and their labels: two idx files, as MNIST is given away in.

   A magic number, then one big-endian size per dimension, then a byte per pixel or label.  The
   files may be packed by gzip.

   @param folder Where they are.
   @param half "train" or "t10k": what their names begin with.
   @param table Set on success, owned by the caller: a row per image, pixels in 0…1 row by row.
   @param why One line that begins with the path.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE or STATUS_NO_MEMORY.
*/
NODISCARD
Status
idx_read(const char* folder, const char* half, Table** table, Diagnostic* why);

#endif
