// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A recipe, and what a recipe may have, as text: see recipe.h.

#include "training/method/recipe.h"

#include "training/method/recipe_fields.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// In double quotes, so that it reads back to the same bytes.
static void
print_text(FILE* out, const char* text)
{
  (void)fputc('"', out);
  for (; *text; ++text) {
    const unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      (void)fprintf(out, "\\%c", c);
    } else if (c < ' ' || c == 127) {
      (void)fprintf(out, "\\x%02x", c);
    } else if (c == 0xc2 && (unsigned char)text[1] < 0xa0) {
      (void)fprintf(out, "\\x%02x", (unsigned char)*++text); // U+0080…U+009F
    } else {
      (void)fputc(c, out);
    }
  }
  (void)fputc('"', out);
}

/// With as few digits as read back to the same number.
static void
print_number(FILE* out, double value, bool single)
{
  if (value == round(value) && fabs(value) < 1e9) {
    (void)fprintf(out, "%.0f", value);
    return;
  }

  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    (void)snprintf(text, sizeof(text), "%.*g", digits, value);
    if (single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value) {
      break;
    }
  }
  (void)fputs(text, out);
}

static void
print_value(FILE* out, const Field* field, const void* at)
{
  switch (field->type) {
    case FIELD_COUNT:
      (void)fprintf(out, "%u", *(const uint32_t*)at);
      break;
    case FIELD_SEED:
      (void)fprintf(out, "%llu", (unsigned long long)*(const uint64_t*)at);
      break;
    case FIELD_REAL:
      print_number(out, *(const double*)at, false);
      break;
    case FIELD_SINGLE:
      print_number(out, (double)*(const float*)at, true);
      break;
    case FIELD_TEXT:
      print_text(out, *(char* const*)at);
      break;
    case FIELD_CHOICE:
      (void)fputs(field->names(*(const int*)at), out);
      break;
    case FIELD_SWITCH:
      (void)fputs(field->names(*(const bool*)at), out);
      break;
  }
}

static void
print_fields(FILE* out, const Recipe* recipe)
{
  const char* section = "";
  size_t      n       = 0;
  for (size_t i = 0; i < recipe_n_fields; ++i) {
    const char* const key = recipe_fields[i].key;
    const char* const dot = strchr(key, '.');
    if (!recipe_concerns(key, recipe->task)) {
      continue;
    }
    if (dot && (n != (size_t)(dot - key) || strncmp(section, key, n))) {
      section = key;
      n       = (size_t)(dot - key);
      (void)fprintf(out, "%.*s:\n", (int)n, key);
    }
    (void)fprintf(out, dot ? "  %s: " : "%s: ", dot ? dot + 1 : key);
    print_value(out, &recipe_fields[i], recipe_field_at(&recipe_fields[i], recipe));
    (void)fputc('\n', out);
  }
}

static size_t
field_size(const Field* field)
{
  return field->type == FIELD_REAL     ? sizeof(double)
         : field->type == FIELD_SWITCH ? sizeof(bool)
                                       : sizeof(uint32_t);
}

/// The units, how they are trained, and what else is not as in any layer.
static void
print_layer(FILE* out, const RecipeLayer* layer)
{
  (void)fputs("  - { ", out);
  for (size_t i = 0; i < recipe_n_layer_fields; ++i) {
    const Field* const field = &recipe_layer_fields[i];
    const void* const  at    = recipe_field_at(field, layer);
    if (i < recipe_n_main_layer_fields ||
        memcmp(at, recipe_field_at(field, &recipe_layer_default), field_size(field))) {
      (void)fprintf(out, "%s: ", field->key);
      print_value(out, field, at);
      (void)fputs(", ", out);
    }
  }
  (void)fputs("taps: [", out);
  for (uint32_t k = 0; k < layer->n_taps; ++k) {
    (void)fprintf(out, k ? ", %u" : "%u", layer->taps[k]);
  }
  (void)fputs("] }\n", out);
}

/// @param text Set by closing the stream.  @return It, or NULL when memory was short.
static char*
close_text(FILE* out, char** text)
{
  const bool bad = ferror(out);
  if (fclose(out) || bad) {
    free(*text);
    return NULL;
  }
  return *text;
}

char*
recipe_text(const Recipe* recipe)
{
  char*       text = NULL;
  size_t      size = 0;
  FILE* const out  = open_memstream(&text, &size);
  if (!out) {
    return NULL;
  }
  print_fields(out, recipe);
  (void)fputs("layers:\n", out);
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    print_layer(out, &recipe->layers[l]);
  }
  return close_text(out, &text);
}

/// The range of a field, or its names.
static void
print_range(FILE* out, const Field* field)
{
  switch (field->type) {
    case FIELD_COUNT:
    case FIELD_REAL:
    case FIELD_SINGLE:
      (void)fprintf(out, "%.10g…%.10g", field->min, field->max);
      break;
    case FIELD_SEED:
      (void)fputs("a whole number", out);
      break;
    case FIELD_TEXT:
      (void)fputs("words", out);
      break;
    case FIELD_CHOICE:
    case FIELD_SWITCH:
      for (int i = 0; field->names(i); ++i) {
        (void)fprintf(out, i ? ", %s" : "%s", field->names(i));
      }
      break;
  }
}

/// What a field is when it is left out: of the first task that it concerns, then of those that
/// have something else.
static void
print_default(FILE* out, const Field* field)
{
  static const ModelKind tasks[] = { MODEL_DENOISE, MODEL_AUTOENCODER, MODEL_MORPH };
  const void*            first   = NULL;
  Recipe                 recipes[sizeof(tasks) / sizeof(tasks[0])];
  for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); ++i) {
    recipes[i] = (Recipe){ .task = tasks[i] };
    recipe_set_defaults(&recipes[i]);
    recipes[i].features  = feature_config_default(recipes[i].window_s);
    const void* const at = recipe_field_at(field, &recipes[i]);
    if (!recipe_concerns(field->key, tasks[i]) ||
        (first && !memcmp(first, at, field_size(field)))) {
      continue;
    }
    (void)fprintf(out, first ? ", %s " : "; ", model_kind_name(tasks[i]));
    print_value(out, field, at);
    first = first ? first : at;
  }
}

/// One line.  @param prefix Before the key.
static void
print_reference(FILE* out, const char* prefix, const Field* field, const RecipeLayer* layer)
{
  const int width = (int)strlen(prefix);
  (void)fprintf(out, "%s%-*s %s (", prefix, 27 - width, field->key, field->words);
  print_range(out, field);
  if (layer && field->offset != offsetof(RecipeLayer, units)) {
    (void)fputs("; ", out);
    print_value(out, field, recipe_field_at(field, layer));
  } else if (!layer && field->type != FIELD_TEXT && field != recipe_fields) {
    print_default(out, field);
  }
  (void)fputs(")\n", out);
}

char*
recipe_reference(void)
{
  char*       text = NULL;
  size_t      size = 0;
  FILE* const out  = open_memstream(&text, &size);
  if (!out) {
    return NULL;
  }
  for (size_t i = 0; i < recipe_n_fields; ++i) {
    print_reference(out, "", &recipe_fields[i], NULL);
  }
  for (size_t i = 0; i < recipe_n_layer_fields; ++i) {
    print_reference(out, "layers.N.", &recipe_layer_fields[i], &recipe_layer_default);
  }
  (void)fprintf(out, "%-27s %s (", "layers.N.taps", recipe_tap_field.words);
  print_range(out, &recipe_tap_field);
  (void)fputs("; [0])\n", out);
  return close_text(out, &text);
}
