// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/images.h"

#include "dsp/network/layer.h"
#include "tests/textbook/idx.h"

#include <math.h>
#include <stddef.h>

/// What the mean image of each set that is known leaves, and how well it is known.
static const double mean_errors[] = { [IMAGES_FASHION] = 67.927, [IMAGES_MNIST] = 52.897 };
static const double mean_known    = 0.001;

const char*
image_set_name(ImageSet set)
{
  static const char* const names[] = {
    [IMAGES_FASHION] = "Fashion-MNIST", [IMAGES_MNIST] = "MNIST", [IMAGES_OTHER] = "unknown images"
  };
  return names[set];
}

/// Squared error per image of `test` when each is taken for the mean of `train`.
static double
mean_error(const Table* train, const Table* test)
{
  const uint32_t n                     = train->n_columns;
  double         mean[LAYER_MAX_UNITS] = { 0.0 }; // idx_read() takes no larger images
  double         error                 = 0.0;
  for (uint32_t i = 0; i < train->n_rows; ++i) {
    for (uint32_t j = 0; j < n; ++j) {
      mean[j] += (double)train->x[(size_t)i * n + j] / train->n_rows;
    }
  }
  for (uint32_t i = 0; i < test->n_rows; ++i) {
    for (uint32_t j = 0; j < n; ++j) {
      const double off = (double)test->x[(size_t)i * n + j] - mean[j];
      error += off * off;
    }
  }
  return error / test->n_rows;
}

static ImageSet
recognize(double error)
{
  ImageSet set = IMAGES_FASHION;
  while (set < IMAGES_OTHER && fabs(error - mean_errors[set]) > mean_known) {
    ++set;
  }
  return set;
}

Status
images_read(const char* folder, Images* images, Diagnostic* why)
{
  Images read   = { 0 };
  Status status = idx_read(folder, "train", &read.train, why);
  status        = status ? status : idx_read(folder, "t10k", &read.test, why);
  if (!status && read.train->n_columns != read.test->n_columns) {
    status = diagnose(why, STATUS_BAD_FILE, "%s: images to learn from of %u pixels, others of %u",
                      folder, read.train->n_columns, read.test->n_columns);
  }
  if (status) {
    images_clear(&read);
    return status;
  }
  read.mean_error = mean_error(read.train, read.test);
  read.set        = recognize(read.mean_error);
  *images         = read;
  return STATUS_SUCCESS;
}

void
images_clear(Images* images)
{
  table_free(images->train);
  table_free(images->test);
  *images = (Images){ 0 };
}

Table
images_view(const Table* table, uint32_t first, uint32_t n_rows)
{
  Table view  = *table;
  view.n_rows = n_rows;
  view.x += (size_t)first * table->n_columns;
  view.labels += first;
  view.files += first;
  return view;
}
