// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_TABLE_EXAMPLES_H
#define LAMINA_TRAINING_METHOD_TABLE_EXAMPLES_H

#include "training/corpus/table.h"
#include "training/method/examples.h"

#include <stdint.h>

/**
   Rows of a table, each once an epoch, in an order that is shuffled anew for every epoch.

   Mini-batches of the half to learn from are always full: an epoch's last rows and the next
   epoch's first may share one.  Those of the half to judge by are in the table's order, and the
   last may be smaller.

   @param train, valid Must outlive the result; of the same columns and classes.
   @param n_batch Rows of a mini-batch; more than the table has rows are allowed.
   @param seed Of the order.
   @return Owned by the caller, or NULL when memory is short.
*/
Examples*
table_examples_new(const Table* train, const Table* valid, uint32_t n_batch, uint64_t seed);

#endif
