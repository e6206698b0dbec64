// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_TABLE_H
#define LAMINA_TRAINING_CORPUS_TABLE_H

#include <stdint.h>

/// Examples that fit into memory: frames of sound, images.
typedef struct {
  uint32_t  n_rows;
  uint32_t  n_columns;
  float*    x;         ///< [n_rows × n_columns]
  uint32_t  n_classes; ///< 0: rows have no labels
  uint32_t* labels;    ///< [n_rows], below n_classes; NULL without classes
  uint32_t* files;     ///< [n_rows], which file a row is from, ascending
} Table;

/// All zeros.  @param n_classes 0 for none.  @return Owned by the caller, or NULL: memory is short.
Table*
table_new(uint32_t n_rows, uint32_t n_columns, uint32_t n_classes);

/// Free; NULL is allowed.
void
table_free(Table* table);

#endif
