// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_IMAGES_H
#define LAMINA_TESTS_TEXTBOOK_IMAGES_H

#include "dsp/status.h"
#include "training/corpus/table.h"

#include <stdint.h>

/// Where Debian's package dataset-fashion-mnist has them.
#define IMAGES_FOLDER "/usr/share/datasets/fashion-mnist"

/// The sets of images that figures are known of.
typedef enum {
  IMAGES_FASHION, ///< Fashion-MNIST (Xiao et al. 2017)
  IMAGES_MNIST,   ///< MNIST (LeCun et al. 1998)
  IMAGES_OTHER,
} ImageSet;

/// The name of a set.
const char*
image_set_name(ImageSet set);

/// Images to learn from, and others to judge by.
typedef struct {
  Table*   train;
  Table*   test;
  double   mean_error; ///< Squared error per test image of the mean of those to learn from
  ImageSet set;        ///< By `mean_error`, which no two sets share
} Images;

/// @param images Written on success; release it with images_clear().  @return As idx_read();
/// STATUS_BAD_FILE when the two halves differ in size.
NODISCARD
Status
images_read(const char* folder, Images* images, Diagnostic* why);

/// Release what images_read() allocated; the struct becomes all zeros.
void
images_clear(Images* images);

/// Some rows of a table, which stay the table's; not to be freed.
Table
images_view(const Table* table, uint32_t first, uint32_t n_rows);

#endif
