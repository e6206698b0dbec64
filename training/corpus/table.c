// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/table.h"

#include <stdlib.h>

Table*
table_new(const uint32_t n_rows, const uint32_t n_columns, const uint32_t n_classes)
{
  Table* const table = calloc(1, sizeof(Table));
  if (!table) {
    return NULL;
  }

  table->n_rows    = n_rows;
  table->n_columns = n_columns;
  table->n_classes = n_classes;
  table->x         = calloc((size_t)n_rows * n_columns, sizeof(float));
  table->labels    = n_classes ? calloc(n_rows, sizeof(uint32_t)) : NULL;
  table->files     = calloc(n_rows, sizeof(uint32_t));
  if (!table->x || !table->files || (n_classes && !table->labels)) {
    table_free(table);
    return NULL;
  }
  return table;
}

void
table_free(Table* const table)
{
  if (table) {
    free(table->x);
    free(table->labels);
    free(table->files);
    free(table);
  }
}
