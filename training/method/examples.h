// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_EXAMPLES_H
#define LAMINA_TRAINING_METHOD_EXAMPLES_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/engine/dense.h"
#include "training/engine/real.h"
#include "training/engine/team.h"
#include "training/method/mask_loss.h"

#include <stdbool.h>
#include <stdint.h>

/// One mini-batch.  What it points to belongs to the examples, until the next is drawn.
typedef struct {
  BatchShape  shape;
  const real* x;             ///< What the network is given, [rows × n_features]
  const real* clean;         ///< The same without noise, [rows × n_features]; may be `x`; NULL
                             ///< where nobody asks for it and it costs time
  const uint32_t*   labels;  ///< Classes, [rows]; NULL where there are none
  const MaskTarget* spectra; ///< Of sound with noise; NULL for others
} Batch;

/**
   Where mini-batches come from: mixture_examples.h, table_examples.h.

   What batch number n of a split holds depends on the recipe, the data, the split and n, and on
   nothing else.
*/
typedef struct Examples {
  uint32_t   n_features;
  uint32_t   n_classes;  ///< 0 where rows have no labels
  BatchShape shape;      ///< Of the largest mini-batch
  uint32_t   n_valid;    ///< Mini-batches of a look at what is never learned from
  bool       with_clean; ///< Whether Batch.clean is asked for; at first it is

  /// As examples_draw().
  Status (*draw)(struct Examples* examples, Team* team, Split split, uint64_t batch, Batch* drawn,
                 Diagnostic* why);

  /// As examples_free().
  void (*free)(struct Examples* examples);
} Examples;

/**
   Draw a mini-batch.

   @param batch Its number; below n_valid for SPLIT_VALID.
   @param drawn Written on success.
*/
NODISCARD
Status
examples_draw(Examples* examples, Team* team, Split split, uint64_t batch, Batch* drawn,
              Diagnostic* why);

/// Free; NULL is allowed.
void
examples_free(Examples* examples);

#endif
