// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/hold_out.h"

#include "training/engine/random.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Of so many groups one is held out.
enum { ONE_OF = 10 };

/// Draw groups without repetition.  @param is_held [n_groups], all false, written.
static void
draw_groups(const uint32_t n_groups, const uint64_t seed, bool* const is_held)
{
  Random         random = random_at(seed, RANDOM_HOLD_OUT, 0);
  const uint32_t n      = n_groups > ONE_OF ? n_groups / ONE_OF : 1;
  for (uint32_t i = 0; i < n;) {
    const uint32_t group = random_below(&random, n_groups);
    i += !is_held[group];
    is_held[group] = true;
  }
}

/// The rows of the groups that are held, or of the others.  @return NULL: no memory.
static Table*
copy_rows(const Table* const table, const uint32_t* const groups, const bool* const is_held,
          const bool held)
{
  uint32_t n = 0;
  for (uint32_t row = 0; row < table->n_rows; ++row) {
    n += is_held[groups[table->files[row]]] == held;
  }
  Table* const part = table_new(n, table->n_columns, 0);
  uint32_t     to   = 0;
  for (uint32_t row = 0; part && row < table->n_rows; ++row) {
    if (is_held[groups[table->files[row]]] == held) {
      memcpy(part->x + (size_t)to++ * table->n_columns, table->x + (size_t)row * table->n_columns,
             table->n_columns * sizeof(float));
    }
  }
  return part;
}

Status
hold_out(const Table* const table, const uint32_t n_groups, const uint32_t* const groups,
         const uint64_t seed, HoldOut* const parts, Diagnostic* const why)
{
  bool* const is_held = calloc(n_groups, sizeof(bool));
  HoldOut     made    = { 0 };
  if (is_held) {
    draw_groups(n_groups, seed, is_held);
    made.rest = copy_rows(table, groups, is_held, false);
    made.held = copy_rows(table, groups, is_held, true);
    free(is_held);
  }

  Status status = STATUS_SUCCESS;
  if (!made.rest || !made.held) {
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory to compare");
  } else if (!made.rest->n_rows || !made.held->n_rows) {
    status = diagnose(why, STATUS_BAD_OPTION,
                      "two files or groups to learn from are needed at least: one is held out");
  }
  if (status) {
    hold_out_clear(&made);
    return status;
  }
  *parts = made;
  return STATUS_SUCCESS;
}

void
hold_out_clear(HoldOut* const parts)
{
  table_free(parts->rest);
  table_free(parts->held);
  *parts = (HoldOut){ 0 };
}
