// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_HOLD_OUT_H
#define LAMINA_TRAINING_TOOL_HOLD_OUT_H

#include "dsp/status.h"
#include "training/corpus/table.h"

#include <stdint.h>

/// A table in two parts, owned.
typedef struct {
  Table* rest; ///< In the order of the whole
  Table* held;
} HoldOut;

/**
   Hold a tenth of the files of a table out of what is learned from, to make choices by.

   @param table With `files`; not changed.
   @param n_groups At least 1.
   @param groups Of every file, below n_groups: the files of a group stay together.
   @param seed Of the groups that are drawn, one at least.
   @param parts Written on success; release them with hold_out_clear().
   @return STATUS_NO_MEMORY; STATUS_BAD_OPTION when a part would be empty.
*/
NODISCARD
Status
hold_out(const Table* table, uint32_t n_groups, const uint32_t* groups, uint64_t seed,
         HoldOut* parts, Diagnostic* why);

/// Release; the struct becomes all zeros.
void
hold_out_clear(HoldOut* parts);

#endif
