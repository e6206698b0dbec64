// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/recipe.h"

#include "training/method/outline.h"
#include "training/method/recipe_check.h"
#include "training/method/recipe_fields.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 128 };

/// What is being read.
typedef struct {
  const char*    path; ///< Of the file
  const Outline* outline;
  Recipe*        recipe;
  Diagnostic*    why;
} Reader;

/// "WHERE: KEY: fault", where WHERE is that of the key, or of what it would stand in.
static Status PRINTF_FORMAT(3, 4)
  fail(const Reader* reader, const char* key, const char* format, ...)
{
  va_list args;
  va_start(args, format);
  Diagnostic fault;
  (void)vsnprintf(fault.text, sizeof(fault.text), format, args);
  va_end(args);

  char path[PATH_SIZE];
  (void)snprintf(path, sizeof(path), "%s", key);
  const OutlineEntry* entry = outline_find(reader->outline, path);
  while (!entry && strrchr(path, '.')) {
    *strrchr(path, '.') = '\0';
    entry               = outline_find(reader->outline, path);
  }
  return diagnose(reader->why, entry ? entry->status : STATUS_BAD_FILE, "%s: %s: %.300s",
                  entry ? entry->where : reader->path, key, fault.text);
}

static bool
parse_choice(const Field* field, const char* text, int* value)
{
  *value = 0;
  while (field->names(*value) && strcmp(field->names(*value), text)) {
    ++*value;
  }
  return field->names(*value);
}

/// "denoise", or "identity, sigmoid, …"
static Status
fail_choice(const Reader* reader, const char* path, const Field* field, const char* text)
{
  char   list[200] = "";
  size_t used      = 0;
  for (int i = 0; field->names(i); ++i) {
    used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
                             field->names(i));
  }
  return fail(reader, path, "one of %s expected, \"%.40s\" found", list, text);
}

/// A decimal number and no more; strtod() alone takes spaces, "0x1p3", "inf" and "nan" as well.
static bool
parse_number(const char* text, double* value)
{
  char* end = NULL;
  *value    = strtod(text, &end);
  return *text && !text[strspn(text, "0123456789+-.eE")] && !*end && isfinite(*value);
}

static bool
parse_seed(const char* text, uint64_t* value)
{
  errno  = 0;
  *value = strtoull(text, NULL, 10);
  return *text && !text[strspn(text, "0123456789")] && !errno;
}

static Status
read_number(const Reader* reader, const char* path, const Field* field, const char* text, void* at)
{
  double     value = 0.0;
  const bool whole = field->type == FIELD_COUNT;
  const bool found = parse_number(text, &value) && (!whole || value == floor(value));
  if (!found || value < field->min || value > field->max) {
    return fail(reader, path, "%s in %.10g…%.10g expected, \"%.40s\" found",
                whole ? "a whole number" : "a number", field->min, field->max, text);
  }
  if (whole) {
    *(uint32_t*)at = (uint32_t)value;
  } else if (field->type == FIELD_SINGLE) {
    *(float*)at = strtof(text, NULL);
  } else {
    *(double*)at = value;
  }
  return STATUS_SUCCESS;
}

static Status
set_text(const Reader* reader, const char* text, char** at)
{
  free(*at);
  *at = strdup(text);
  return *at ? STATUS_SUCCESS
             : diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", reader->path);
}

static Status
read_switch(const Reader* reader, const char* path, const Field* field, const char* text, bool* at)
{
  int value = 0;
  if (!parse_choice(field, text, &value)) {
    return fail_choice(reader, path, field, text);
  }
  *at = value;
  return STATUS_SUCCESS;
}

/// Read what stands at `path`, if anything does.  @param at The field, in the recipe.
static Status
read_field(const Reader* reader, const char* path, const Field* field, void* at)
{
  const OutlineEntry* const entry = outline_find(reader->outline, path);
  if (!entry) {
    return field->type == FIELD_TEXT ? set_text(reader, "", at) : STATUS_SUCCESS;
  }
  switch (field->type) {
    case FIELD_COUNT:
    case FIELD_REAL:
    case FIELD_SINGLE:
      return read_number(reader, path, field, entry->value, at);
    case FIELD_SEED:
      return parse_seed(entry->value, at)
               ? STATUS_SUCCESS
               : fail(reader, path, "a whole number expected, \"%.40s\" found", entry->value);
    case FIELD_TEXT:
      return set_text(reader, entry->value, at);
    case FIELD_CHOICE:
      return parse_choice(field, entry->value, at) ? STATUS_SUCCESS
                                                   : fail_choice(reader, path, field, entry->value);
    case FIELD_SWITCH:
      return read_switch(reader, path, field, entry->value, at);
  }
  return STATUS_SUCCESS;
}

/// Items of the list at `path`.
static uint32_t
count_items(const Outline* outline, const char* path)
{
  char     item[PATH_SIZE + 16];
  uint32_t n = 0;
  for (;; ++n) {
    (void)snprintf(item, sizeof(item), "%s.%u", path, n);
    if (!outline_find(outline, item)) {
      return n;
    }
  }
}

static Status
read_taps(const Reader* reader, const char* path, RecipeLayer* layer)
{
  const uint32_t n = count_items(reader->outline, path);
  if (n < 1 || n > LAYER_MAX_TAPS) {
    return fail(reader, path, "%u taps, 1…%u are possible", n, LAYER_MAX_TAPS);
  }
  layer->n_taps = n;
  for (uint32_t k = 0; k < n; ++k) {
    char item[PATH_SIZE + 16];
    (void)snprintf(item, sizeof(item), "%s.%u", path, k);
    const Status status = read_field(reader, item, &recipe_tap_field, &layer->taps[k]);
    if (status) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

static Status
read_layer(const Reader* reader, uint32_t index, RecipeLayer* layer)
{
  *layer = recipe_layer_default;
  char path[PATH_SIZE];
  for (size_t i = 0; i < recipe_n_layer_fields; ++i) {
    const Field* const field = &recipe_layer_fields[i];
    (void)snprintf(path, sizeof(path), "layers.%u.%s", index, field->key);
    const Status status = read_field(reader, path, field, recipe_field_at(field, layer));
    if (status) {
      return status;
    }
  }
  (void)snprintf(path, sizeof(path), "layers.%u.units", index);
  if (!outline_find(reader->outline, path)) {
    return fail(reader, path, "missing");
  }
  (void)snprintf(path, sizeof(path), "layers.%u.taps", index);
  return outline_find(reader->outline, path) ? read_taps(reader, path, layer) : STATUS_SUCCESS;
}

static Status
read_layers(const Reader* reader)
{
  Recipe* const recipe = reader->recipe;
  if (!outline_find(reader->outline, "layers")) {
    return fail(reader, "layers", "missing");
  }
  recipe->n_layers = count_items(reader->outline, "layers");
  if (recipe->n_layers < 1 || recipe->n_layers > NETWORK_MAX_LAYERS) {
    return fail(reader, "layers", "%u layers, 1…%u are possible", recipe->n_layers,
                NETWORK_MAX_LAYERS);
  }
  Status status = STATUS_SUCCESS;
  for (uint32_t l = 0; !status && l < recipe->n_layers; ++l) {
    status = read_layer(reader, l, &recipe->layers[l]);
  }
  return status;
}

/// @param path At the number of an item.  @return What follows it: "" or ".units".
static const char*
after_index(const char* path)
{
  return path + strspn(path, "0123456789");
}

/// What should stand at a path of "layers.".  @param rest After "layers.".
static bool
expect_in_layers(const char* rest, OutlineKind* kind)
{
  const char* const key = after_index(rest);
  if (!*key) {
    *kind = OUTLINE_SECTION;
    return true;
  }
  if (!strncmp(key, ".taps", 5)) {
    *kind = key[5] ? OUTLINE_VALUE : OUTLINE_LIST;
    return !key[5] || (key[5] == '.' && !*after_index(key + 6));
  }
  *kind = OUTLINE_VALUE;
  for (size_t i = 0; i < recipe_n_layer_fields; ++i) {
    if (!strcmp(key + 1, recipe_layer_fields[i].key)) {
      return true;
    }
  }
  return false;
}

/// What should stand at `path`.  @return False when nothing should.
static bool
expect(const char* path, OutlineKind* kind)
{
  if (!strcmp(path, "layers")) {
    *kind = OUTLINE_LIST;
    return true;
  }
  if (!strncmp(path, "layers.", 7)) {
    return expect_in_layers(path + 7, kind);
  }
  const size_t n = strlen(path);
  for (size_t i = 0; i < recipe_n_fields; ++i) {
    const char* const key = recipe_fields[i].key;
    if (!strncmp(path, key, n) && (!key[n] || key[n] == '.')) {
      *kind = key[n] ? OUTLINE_SECTION : OUTLINE_VALUE;
      return true;
    }
  }
  return false;
}

/// Every key must be known and hold a value, a section or a list as it should.
static Status
check_keys(const Reader* reader)
{
  static const char* const kinds[] = {
    [OUTLINE_VALUE] = "a value", [OUTLINE_SECTION] = "keys and values", [OUTLINE_LIST] = "a list"
  };
  for (uint32_t i = 0; i < reader->outline->n; ++i) {
    const OutlineEntry* const entry = &reader->outline->entries[i];
    OutlineKind               kind  = OUTLINE_VALUE;
    if (!expect(entry->path, &kind)) {
      return fail(reader, entry->path, "unknown");
    }
    if (kind != entry->kind) {
      return fail(reader, entry->path, "%s expected, %s found", kinds[kind], kinds[entry->kind]);
    }
  }
  return STATUS_SUCCESS;
}

static Status
read_fields(const Reader* reader)
{
  Recipe* const recipe = reader->recipe;
  Status        status = read_field(reader, "task", &recipe_fields[0], &recipe->task);
  recipe_set_defaults(recipe);
  for (size_t i = 1; !status && i < recipe_n_fields; ++i) {
    if (!strcmp(recipe_fields[i].key, "bands.step_hz")) {
      // The window is known by now
      recipe->features = feature_config_default(recipe->window_s);
    }
    status = read_field(reader, recipe_fields[i].key, &recipe_fields[i],
                        recipe_field_at(&recipe_fields[i], recipe));
  }
  if (!status && !outline_find(reader->outline, "task")) {
    status = fail(reader, "task", "missing");
  }
  return status ? status : read_layers(reader);
}

/// Choices that are possible each, but not together.
static Status
check_choices(const Reader* reader)
{
  RecipeFault fault;
  return recipe_check(reader->recipe, &fault) ? STATUS_SUCCESS
                                              : fail(reader, fault.key, "%s", fault.reason);
}

/// Let a model that lies beside the file that names it be found from anywhere.
static Status
find_start(const Reader* reader)
{
  const OutlineEntry* const entry = outline_find(reader->outline, "from");
  const char* const         slash = strrchr(reader->path, '/');
  const bool beside = entry && entry->status == STATUS_BAD_FILE && slash && *entry->value &&
                      *entry->value != '/';
  char* path = NULL;
  if (beside &&
      asprintf(&path, "%.*s/%s", (int)(slash - reader->path), reader->path, entry->value) < 0) {
    return diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", reader->path);
  }
  const bool found = path && !access(path, R_OK);
  if (found) {
    free(reader->recipe->from);
    reader->recipe->from = path;
  } else {
    free(path);
  }
  return STATUS_SUCCESS;
}

Status
recipe_read(const char* path, uint32_t n_settings, const char* const* settings, Recipe** recipe,
            Diagnostic* why)
{
  Outline* outline = NULL;
  Status   status  = outline_read(path, n_settings, settings, &outline, why);
  if (status) {
    return status;
  }
  Recipe* const built  = calloc(1, sizeof(*built));
  const Reader  reader = { path, outline, built, why };

  status = built ? check_keys(&reader)
                 : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  status = status ? status : read_fields(&reader);
  status = status ? status : check_choices(&reader);
  status = status ? status : find_start(&reader);
  outline_free(outline);
  if (status) {
    recipe_free(built);
    return status;
  }
  *recipe = built;
  return STATUS_SUCCESS;
}

uint64_t
recipe_split_seed(const Recipe* recipe)
{
  return recipe->task == MODEL_DENOISE ? 1 : recipe->seed;
}

Status
recipe_settle_precision(Recipe* recipe, Diagnostic* why)
{
  if (recipe->precision == PRECISION_AUTO) {
    recipe->precision = bfloat16_pays() ? PRECISION_BFLOAT16 : PRECISION_FLOAT32;
  } else if (recipe->precision == PRECISION_BFLOAT16 && !bfloat16_works()) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "precision: bfloat16 is not possible with this CPU and this build; "
                    "float32 is");
  }
  return STATUS_SUCCESS;
}

void
recipe_free(Recipe* recipe)
{
  if (recipe) {
    free(recipe->name);
    free(recipe->licence);
    free(recipe->data);
    free(recipe->from);
    free(recipe->morph.anchors);
    free(recipe);
  }
}

static void
shape_encoder(const Recipe* recipe, uint32_t n_in, LayerShape* encoder)
{
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    const RecipeLayer* const layer = &recipe->layers[l];
    encoder[l]                     = (LayerShape){ .n_in       = n_in,
                                                   .n_out      = layer->units,
                                                   .n_taps     = layer->n_taps,
                                                   .activation = layer->activation,
                                                   .gated      = layer->gated };
    memcpy(encoder[l].taps, layer->taps, sizeof(layer->taps));
    n_in = layer->units;
  }
}

/// The mirror image of the encoder, but for its last layer, which is `output`.
static void
shape_decoder(const Recipe* recipe, LayerShape output, LayerShape* decoder)
{
  const uint32_t n    = recipe->n_layers;
  uint32_t       n_in = recipe->layers[n - 1].units;
  for (uint32_t l = 0; l + 1 < n; ++l) {
    const RecipeLayer* const mirror = &recipe->layers[n - 2 - l];
    decoder[l]                      = (LayerShape){
                           .n_in = n_in, .n_out = mirror->units, .n_taps = 1, .activation = mirror->activation
    };
    n_in = mirror->units;
  }
  decoder[n - 1]      = output;
  decoder[n - 1].n_in = n_in;
}

static void
shape_denoiser(const Recipe* recipe, ModelShape* shape)
{
  const LayerShape gains = { .n_out      = band_layout_count(&recipe->features.bands),
                             .n_taps     = 1,
                             .activation = ACTIVATION_SIGMOID };
  shape->features        = recipe->features;
  shape->n_decoder       = recipe->n_layers;
  shape_encoder(recipe, feature_config_size(&recipe->features), shape->encoder);
  shape_decoder(recipe, gains, shape->decoder);
}

/// Of envelopes, and back to them.
static void
shape_morph(const Recipe* recipe, ModelShape* shape)
{
  const LayerShape output = { .n_out = ENVELOPE_BANDS, .n_taps = 1 };
  shape->scale_db         = (float)recipe->morph.scale_db;
  shape->variational      = recipe->code == CODE_VARIATIONAL;
  shape->bypassed         = recipe->skip == SKIP_PCA;
  shape->n_decoder        = recipe->n_layers;
  shape_encoder(recipe, ENVELOPE_BANDS, shape->encoder);
  shape_decoder(recipe, output, shape->decoder);
}

/// Of whole spectra: back to them, or to one logit per class.
static void
shape_spectra(const Recipe* recipe, ModelShape* shape)
{
  const uint32_t n_bins = stft_bins(stft_config(recipe->window_s, recipe->hop_s, recipe->rate_hz));
  const bool     unit   = recipe->reconstruction == RECONSTRUCTION_CROSS_ENTROPY;
  LayerShape     output = { .n_in   = recipe->layers[recipe->n_layers - 1].units,
                            .n_out  = 1,
                            .n_taps = 1 };
  shape->spectrum       = (LogSpectrumConfig){ .range_db = (float)recipe->spectrum.range_db,
                                               .unit     = recipe->spectrum.unit };
  shape->variational    = recipe->code == CODE_VARIATIONAL;
  shape->bypassed       = recipe->skip == SKIP_PCA;
  shape_encoder(recipe, n_bins, shape->encoder);
  if (recipe->task == MODEL_CLASSIFY) {
    shape->n_decoder  = 1;
    shape->decoder[0] = output;
  } else {
    output.n_out      = n_bins;
    output.activation = unit ? ACTIVATION_SIGMOID : ACTIVATION_IDENTITY;
    shape->n_decoder  = recipe->n_layers;
    shape_decoder(recipe, output, shape->decoder);
  }
}

void
recipe_model_shape(const Recipe* recipe, ModelShape* shape)
{
  *shape = (ModelShape){ .kind      = recipe->task,
                         .rate_hz   = recipe->rate_hz,
                         .window_s  = recipe->window_s,
                         .hop_s     = recipe->hop_s,
                         .n_encoder = recipe->n_layers };
  if (recipe->task == MODEL_DENOISE) {
    shape_denoiser(recipe, shape);
  } else if (recipe->task == MODEL_MORPH) {
    shape_morph(recipe, shape);
  } else {
    shape_spectra(recipe, shape);
  }
}
