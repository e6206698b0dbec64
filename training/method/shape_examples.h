// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_SHAPE_EXAMPLES_H
#define LAMINA_TRAINING_METHOD_SHAPE_EXAMPLES_H

#include "training/corpus/table.h"
#include "training/method/examples.h"
#include "training/method/recipe.h"

/**
   Mini-batches of envelopes, of which those to learn from are moved along the bands: instruments
   of other sizes, and voices of other people (Jaitly & Hinton, "Vocal tract length perturbation
   improves speech recognition", 2013).

   A row is moved by as many bands as are drawn uniformly from ±`shift_bands`, between bands by
   straight lines; its outermost bands go on.  What comes out has a mean of 0 again.  Rows to judge
   by stay as they are.

   @param recipe Of MODEL_MORPH; must outlive the examples.
   @param train Rows of ENVELOPE_BANDS to learn from; both tables must outlive the examples.
   @return Owned by the caller, or NULL when memory is short.
*/
Examples*
shape_examples_new(const Recipe* recipe, const Table* train, const Table* valid);

#endif
