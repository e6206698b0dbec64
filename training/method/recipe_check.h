// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_RECIPE_CHECK_H
#define LAMINA_TRAINING_METHOD_RECIPE_CHECK_H

#include "dsp/attributes.h"
#include "training/method/recipe.h"

#include <stdbool.h>

/// What cannot be.
typedef struct {
  char key[128];    ///< Of the choice to change: "layers.0.tied"
  char reason[384]; ///< For a person
} RecipeFault;

/**
   Find choices that are possible each, but not together: what a training could not carry out, or
   would carry out as something else than it says.

   @param recipe Every choice within its own range.
   @param fault Written when there is one: the first.
   @return False when there is a fault.
*/
NODISCARD
bool
recipe_check(const Recipe* recipe, RecipeFault* fault);

#endif
