// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_RECIPE_FIELDS_H
#define LAMINA_TRAINING_METHOD_RECIPE_FIELDS_H

#include "training/method/recipe.h"

#include <stdbool.h>
#include <stddef.h>

/// How a value is written and what it becomes.
typedef enum {
  FIELD_COUNT,  ///< Whole number → uint32_t
  FIELD_SEED,   ///< Whole number → uint64_t
  FIELD_REAL,   ///< Number → double
  FIELD_SINGLE, ///< Number → float
  FIELD_TEXT,   ///< Words → char*
  FIELD_CHOICE, ///< One of `names` → an enumeration
  FIELD_SWITCH, ///< "no" or "yes" → bool
} FieldType;

/// The name of a value of an enumeration; NULL after the last.
typedef const char* (*Names)(int value);

/// One choice of a recipe.
typedef struct {
  const char* key; ///< Dotted; of a layer, without what comes before
  FieldType   type;
  size_t      offset; ///< In the struct
  double      min, max;
  Names       names;
  const char* words; ///< What it is, for a person
} Field;

/// All but the layers; the first is `task`.
extern const Field  recipe_fields[];
extern const size_t recipe_n_fields;

/// Of one layer, in a RecipeLayer; the first are those that are always told.
extern const Field  recipe_layer_fields[];
extern const size_t recipe_n_layer_fields;
extern const size_t recipe_n_main_layer_fields;

/// Of a layer, too, but a list: one tap.
extern const Field recipe_tap_field;

/// What a layer is where a recipe tells nothing.
extern const RecipeLayer recipe_layer_default;

/// The defaults of a task, but for the features, which depend on the window.  @param recipe Its
/// task is known.
void
recipe_set_defaults(Recipe* recipe);

/// Where a field is.  @param base The Recipe, or RecipeLayer.
void*
recipe_field_at(const Field* field, const void* base);

/// Whether a choice makes a difference to a task.
bool
recipe_concerns(const char* key, ModelKind task);

#endif
