// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/fuzz/fuzz.h"
#include "training/method/recipe.h"

#include <stdlib.h>
#include <string.h>

const size_t fuzz_allowance = (size_t)1 << 20;

static void
check_refusal(const Recipe* const recipe, const Diagnostic* const why)
{
  if (recipe || !*why->text || strchr(why->text, '\n')) {
    fuzz_fail("a refusal without a word");
  }
}

/// What a recipe was understood as is a recipe that is understood the same.
static void
check_text(const Recipe* const recipe)
{
  char* const text  = recipe_text(recipe);
  Recipe*     again = NULL;
  Diagnostic  why   = { "" };
  if (!text || recipe_read(fuzz_file(1, strlen(text), text), 0, NULL, &again, &why)) {
    fuzz_fail(text ? why.text : "no text");
  }
  char* const second = recipe_text(again);
  if (!second || strcmp(text, second) != 0) {
    fuzz_fail("a recipe that is not what it says");
  }
  free(second);
  recipe_free(again);
  free(text);
}

/// A recipe; behind a zero byte a setting of the command line.
void
fuzz_input(const size_t size, const uint8_t* const data)
{
  const uint8_t* const zero    = size ? memchr(data, 0, size) : NULL;
  const size_t         n       = zero ? (size_t)(zero - data) : size;
  char* const          setting = zero ? strndup((const char*)zero + 1, size - n - 1) : NULL;
  const char* const    list[]  = { setting };
  Recipe*              recipe  = NULL;
  Diagnostic           why     = { "" };
  if (recipe_read(fuzz_file(0, n, data), setting ? 1 : 0, list, &recipe, &why)) {
    check_refusal(recipe, &why);
  } else {
    ModelShape shape;
    recipe_model_shape(recipe, &shape);
    check_text(recipe);
  }
  recipe_free(recipe);
  free(setting);
}
