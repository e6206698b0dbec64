// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/recipe.h"

#include "training/method/outline.h"
#include "training/method/recipe_check.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 128 };

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

/// One choice of a recipe: its key, its place in the struct and its range.
typedef struct {
  const char* key;
  FieldType   type;
  size_t      offset;
  double      min, max;
  Names       names;
} Field;

static const char*
task_name(int value)
{
  return value <= (int)MODEL_MORPH ? model_kind_name((ModelKind)value) : NULL;
}

static const char*
unit_name(int value)
{
  return value <= (int)ACTIVATION_SOFTPLUS ? activation_name((Activation)value) : NULL;
}

/// The name at `value`, or NULL.  @param names Up to a NULL.
static const char*
name_at(const char* const* names, int value)
{
  int n = 0;
  while (names[n] && n < value) {
    ++n;
  }
  return names[n];
}

#define NAMES(function, ...)                                  \
  static const char* function(int value)                      \
  {                                                           \
    static const char* const names[] = { __VA_ARGS__, NULL }; \
    return name_at(names, value);                             \
  }

NAMES(corruption_name, "none", "recorded", "masking", "salt_and_pepper", "gaussian")
NAMES(step_name, "autoencoder", "variational", "rbm")
NAMES(reconstruction_name, "squared", "cross_entropy", "rms")
NAMES(visible_name, "binary", "gaussian")
NAMES(optimizer_name, "adam", "momentum", "muon")
NAMES(skip_name, "none", "pca")
NAMES(code_name, "plain", "variational")
NAMES(weights_name, "float32", "float16")
NAMES(precision_choice, "float32", "bfloat16", "auto")
NAMES(switch_name, "no", "yes")

#define COUNT(key, member, min, max)                           \
  {                                                            \
    key, FIELD_COUNT, offsetof(Recipe, member), min, max, NULL \
  }
#define REAL(key, member, min, max)                           \
  {                                                           \
    key, FIELD_REAL, offsetof(Recipe, member), min, max, NULL \
  }
#define SINGLE(key, member, min, max)                           \
  {                                                             \
    key, FIELD_SINGLE, offsetof(Recipe, member), min, max, NULL \
  }
#define TEXT(key, member)                                 \
  {                                                       \
    key, FIELD_TEXT, offsetof(Recipe, member), 0, 0, NULL \
  }
#define CHOICE(key, member, names)                           \
  {                                                          \
    key, FIELD_CHOICE, offsetof(Recipe, member), 0, 0, names \
  }
#define SWITCH(key, member)                                        \
  {                                                                \
    key, FIELD_SWITCH, offsetof(Recipe, member), 0, 0, switch_name \
  }
#define STAGE(key, member)                                                                         \
  COUNT(key ".steps", member.steps, 0, 1e9),                                                       \
    CHOICE(key ".optimizer", member.optimizer, optimizer_name),                                    \
    REAL(key ".momentum", member.momentum, 0.0, 0.999), REAL(key ".rate", member.rate, 1e-9, 1.0), \
    COUNT(key ".warmup", member.warmup, 0, 1e9),                                                   \
    REAL(key ".final_rate", member.final_rate, 0.0, 1.0),                                          \
    REAL(key ".clip", member.clip, 1e-6, 1e6),                                                     \
    COUNT(key ".validate_every", member.validate_every, 1, 1e9),                                   \
    COUNT(key ".patience", member.patience, 0, 1e6),                                               \
    REAL(key ".average", member.average, 0.0, 0.99999)

/// What model_shape_check() looks at in detail is only kept from absurdity here.
static const Field fields[] = {
  CHOICE("task", task, task_name),
  TEXT("name", name),
  TEXT("licence", licence),
  TEXT("data", data),
  TEXT("from", from),
  { "seed", FIELD_SEED, offsetof(Recipe, seed), 0, 0, NULL },
  CHOICE("precision", precision, precision_choice),
  REAL("rate_hz", rate_hz, 8000.0, 192000.0),
  REAL("window_s", window_s, 0.001, 1.0),
  REAL("hop_s", hop_s, 0.001, 1.0),
  REAL("valid_share", valid_share, 0.001, 0.9),
  REAL("initial_gain", initial_gain, 0.01, 0.99),
  REAL("initial_spread", initial_spread, 0.01, 10.0),
  CHOICE("skip", skip, skip_name),
  CHOICE("code", code, code_name),
  CHOICE("weights", weights, weights_name),
  CHOICE("reconstruction", reconstruction, reconstruction_name),
  REAL("variational.beta", variational.beta, 0.0, 1000.0),
  COUNT("variational.warmup", variational.warmup, 0, 1e9),
  REAL("variational.free_bits", variational.free_bits, 0.0, 100.0),
  REAL("spectrum.range_db", spectrum.range_db, 10.0, 300.0),
  COUNT("spectrum.per_file", spectrum.per_file, 0, 1e6),
  SWITCH("spectrum.unit", spectrum.unit),
  SWITCH("spectrum.by_group", spectrum.by_group),
  REAL("morph.scale_db", morph.scale_db, 1.0, 100.0),
  TEXT("morph.anchors", morph.anchors),
  REAL("morph.shift_bands", morph.shift_bands, 0.0, 16.0),
  SINGLE("bands.step_hz", features.bands.step_hz, 1.0, 24000.0),
  SINGLE("bands.linear_hz", features.bands.linear_hz, 0.0, 96000.0),
  SINGLE("bands.top_hz", features.bands.top_hz, 0.0, 96000.0),
  COUNT("bands.n_erb", features.bands.n_erb, 0, BANDS_MAX),
  SINGLE("features.silence_db", features.silence_db, -300.0, 0.0),
  SINGLE("features.scale_db", features.scale_db, 0.1, 1000.0),
  SINGLE("features.rise_s", features.rise_s, 0.001, 60.0),
  SINGLE("features.fall_s", features.fall_s, 0.001, 60.0),
  SINGLE("features.smooth_s", features.smooth_s, 0.001, 60.0),
  SINGLE("features.minimum_s", features.minimum_s, 0.01, 60.0),
  SINGLE("features.long_minimum_s", features.long_minimum_s, 0.0, 60.0),
  SWITCH("features.profile", features.profile),
  SWITCH("features.prior_snr", features.prior_snr),
  SINGLE("features.prior_limit_db", features.prior_limit_db, -20.0, 120.0),
  SWITCH("features.periodicity", features.periodicity),
  REAL("mixture.snr_min_db", mixture.snr_min_db, -60.0, 100.0),
  REAL("mixture.snr_max_db", mixture.snr_max_db, -60.0, 100.0),
  REAL("mixture.level_min_db", mixture.level_min_db, -100.0, 0.0),
  REAL("mixture.level_max_db", mixture.level_max_db, -100.0, 0.0),
  REAL("mixture.clean_share", mixture.clean_share, 0.0, 1.0),
  REAL("mixture.noise_share", mixture.noise_share, 0.0, 1.0),
  REAL("mixture.second_noise_share", mixture.second_noise_share, 0.0, 1.0),
  REAL("mixture.music_share", mixture.music_share, 0.0, 1.0),
  REAL("mixture.music_snr_min_db", mixture.music_snr_min_db, -60.0, 100.0),
  REAL("mixture.backwards_share", mixture.backwards_share, 0.0, 1.0),
  REAL("mixture.loop_share", mixture.loop_share, 0.0, 1.0),
  REAL("mixture.shot_share", mixture.shot_share, 0.0, 1.0),
  REAL("mixture.call_share", mixture.call_share, 0.0, 1.0),
  REAL("mixture.steady_share", mixture.steady_share, 0.0, 1.0),
  REAL("mixture.babble_share", mixture.babble_share, 0.0, 1.0),
  REAL("mixture.profile_share", mixture.profile_share, 0.0, 1.0),
  REAL("mixture.reverberation_share", mixture.reverberation_share, 0.0, 1.0),
  REAL("mixture.low_pass_share", mixture.low_pass_share, 0.0, 1.0),
  REAL("mixture.drive_share", mixture.drive_share, 0.0, 1.0),
  REAL("mixture.clip_share", mixture.clip_share, 0.0, 1.0),
  REAL("mixture.equalizer_db", mixture.equalizer_db, 0.0, 40.0),
  REAL("mixture.sound_semitones", mixture.sound_semitones, 0.0, 24.0),
  REAL("mixture.noise_semitones", mixture.noise_semitones, 0.0, 24.0),
  COUNT("batch.streams", streams, 1, 65536),
  COUNT("batch.frames", frames, 1, 65536),
  COUNT("batch.lead", lead, 0, 65536),
  COUNT("batch.echoes", echoes, 1, 100),
  STAGE("pretrain", pretrain),
  STAGE("fine_tune", fine_tune),
  CHOICE("fine_tune.corruption", corruption, corruption_name),
  REAL("fine_tune.amount", corruption_amount, 0.0, 10.0),
  REAL("fine_tune.dropout", dropout, 0.0, 0.9),
  REAL("loss.compression", loss.compression, 0.05, 1.0),
  REAL("loss.magnitude", loss.magnitude, 0.0, 1000.0),
  REAL("loss.phase", loss.phase, 0.0, 1000.0),
  REAL("loss.energy", loss.energy, 0.0, 1000.0),
  REAL("loss.lost_sound", loss.lost_sound, 0.0, 1000.0),
  REAL("loss.noise_alone", loss.noise_alone, 0.0, 1000.0),
  REAL("loss.distance", loss.distance, 0.0, 1000.0),
  REAL("loss.above_band", loss.above_band, 0.0, 1.0),
};

static const RecipeLayer layer_default = { .n_taps     = 1,
                                           .activation = ACTIVATION_RELU,
                                           .sparsity   = { .activity = 0.05 },
                                           .cd_k       = 1 };

/// Of one item of "layers"; its taps are a list and stand apart.
static const Field layer_fields[] = {
  { "units", FIELD_COUNT, offsetof(RecipeLayer, units), 1, LAYER_MAX_UNITS, NULL },
  { "activation", FIELD_CHOICE, offsetof(RecipeLayer, activation), 0, 0, unit_name },
  { "step", FIELD_CHOICE, offsetof(RecipeLayer, step), 0, 0, step_name },
  { "corruption", FIELD_CHOICE, offsetof(RecipeLayer, corruption), 0, 0, corruption_name },
  { "amount", FIELD_REAL, offsetof(RecipeLayer, corruption_amount), 0.0, 10.0, NULL },
  { "reconstruction", FIELD_CHOICE, offsetof(RecipeLayer, reconstruction), 0, 0,
    reconstruction_name },
  { "gated", FIELD_SWITCH, offsetof(RecipeLayer, gated), 0, 0, switch_name },
  { "tied", FIELD_SWITCH, offsetof(RecipeLayer, tied), 0, 0, switch_name },
  { "sparsity", FIELD_REAL, offsetof(RecipeLayer, sparsity.weight), 0.0, 1e6, NULL },
  { "activity", FIELD_REAL, offsetof(RecipeLayer, sparsity.activity), 0.0, 1.0, NULL },
  { "l1", FIELD_REAL, offsetof(RecipeLayer, sparsity.l1), 0.0, 1e6, NULL },
  { "visible", FIELD_CHOICE, offsetof(RecipeLayer, visible), 0, 0, visible_name },
  { "cd_k", FIELD_COUNT, offsetof(RecipeLayer, cd_k), 1, 1000, NULL },
  { "rate", FIELD_REAL, offsetof(RecipeLayer, rate), 0.0, 1.0, NULL },
};

static const Field tap_field = { "taps", FIELD_COUNT, 0, 0, LAYER_MAX_DELAY, NULL };

#define N_FIELDS       (sizeof(fields) / sizeof(fields[0]))
#define N_LAYER_FIELDS (sizeof(layer_fields) / sizeof(layer_fields[0]))

/// The first of a layer's fields, which are always told.
#define N_MAIN_LAYER_FIELDS 4

/// @param recipe Its task is known.
static void
recipe_set_defaults(Recipe* recipe)
{
  const bool sequences   = recipe->task == MODEL_DENOISE;
  recipe->seed           = 1;
  recipe->precision      = PRECISION_AUTO;
  recipe->rate_hz        = 48000.0;
  recipe->window_s       = recipe->task == MODEL_MORPH ? 2048.0 / 48000.0 : 0.02;
  recipe->hop_s          = recipe->task == MODEL_MORPH ? 512.0 / 48000.0 : 0.01;
  recipe->valid_share    = 0.1;
  recipe->initial_gain   = 0.9;
  recipe->initial_spread = 1.0;
  recipe->echoes         = 1;
  recipe->variational    = (RecipeVariational){ .beta = 1.0 };
  recipe->spectrum       = (RecipeSpectrum){ .range_db = 100.0, .per_file = 40 };
  recipe->morph          = (RecipeMorph){ .scale_db = 20.0 };
  recipe->streams        = sequences ? 16 : 256;
  recipe->frames         = sequences ? 256 : 1;
  recipe->mixture        = (MixtureConfig){ .snr_min_db          = -5.0,
                                            .snr_max_db          = 25.0,
                                            .level_min_db        = -45.0,
                                            .level_max_db        = -15.0,
                                            .clean_share         = 0.1,
                                            .noise_share         = 0.05,
                                            .second_noise_share  = 0.3,
                                            .steady_share        = 0.35,
                                            .reverberation_share = 0.2,
                                            .low_pass_share      = 0.1,
                                            .clip_share          = 0.03,
                                            .equalizer_db        = 6.0 };
  recipe->pretrain       = (RecipeStage){ .steps          = 300,
                                          .momentum       = 0.9,
                                          .rate           = 1e-3,
                                          .warmup         = 20,
                                          .final_rate     = 0.1,
                                          .clip           = 1.0,
                                          .validate_every = 100 };
  recipe->fine_tune      = (RecipeStage){ .steps          = 12000,
                                          .momentum       = 0.9,
                                          .rate           = 1e-3,
                                          .warmup         = 200,
                                          .final_rate     = 0.02,
                                          .clip           = 1.0,
                                          .validate_every = 250 };
  recipe->loss           = (RecipeLoss){
              .compression = 0.3, .magnitude = 0.7, .phase = 0.3, .energy = 0.2, .lost_sound = 2.0
  };
}

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

static void*
field_at(const Field* field, const void* base)
{
  return (char*)(uintptr_t)base + field->offset;
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
    const Status status = read_field(reader, item, &tap_field, &layer->taps[k]);
    if (status) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

static Status
read_layer(const Reader* reader, uint32_t index, RecipeLayer* layer)
{
  *layer = layer_default;
  char path[PATH_SIZE];
  for (size_t i = 0; i < N_LAYER_FIELDS; ++i) {
    const Field* const field = &layer_fields[i];
    (void)snprintf(path, sizeof(path), "layers.%u.%s", index, field->key);
    const Status status = read_field(reader, path, field, field_at(field, layer));
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
  for (size_t i = 0; i < N_LAYER_FIELDS; ++i) {
    if (!strcmp(key + 1, layer_fields[i].key)) {
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
  for (size_t i = 0; i < N_FIELDS; ++i) {
    const char* const key = fields[i].key;
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
  Status        status = read_field(reader, "task", &fields[0], &recipe->task);
  recipe_set_defaults(recipe);
  for (size_t i = 1; !status && i < N_FIELDS; ++i) {
    if (!strcmp(fields[i].key, "bands.step_hz")) {
      // The window is known by now
      recipe->features = feature_config_default(recipe->window_s);
    }
    status = read_field(reader, fields[i].key, &fields[i], field_at(&fields[i], recipe));
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
  outline_free(outline);
  if (status) {
    recipe_free(built);
    return status;
  }
  *recipe = built;
  return STATUS_SUCCESS;
}

const char*
precision_name(Precision precision)
{
  return precision_choice((int)precision);
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

/// Whether a choice makes a difference to a task.
static bool
concerns(const char* key, ModelKind task)
{
  static const char* const not_denoise[] = { "skip",      "code",   "reconstruction",
                                             "spectrum.", "morph.", NULL };
  static const char* const not_spectra[] = { "initial_gain", "bands.",     "features.",
                                             "mixture.",     "batch.lead", "batch.echoes",
                                             "loss.",        "morph.",     NULL };
  static const char* const not_morph[]   = {
      "initial_gain", "bands.", "features.",         "mixture.",      "batch.lead",
      "batch.echoes", "loss.",  "spectrum.range_db", "spectrum.unit", NULL
  };

  const char* const* others = task == MODEL_DENOISE ? not_denoise
                              : task == MODEL_MORPH ? not_morph
                                                    : not_spectra;
  while (*others && strncmp(key, *others, strlen(*others))) {
    ++others;
  }
  return !*others;
}

static void
print_fields(FILE* out, const Recipe* recipe)
{
  const char* section = "";
  size_t      n       = 0;
  for (size_t i = 0; i < N_FIELDS; ++i) {
    const char* const key = fields[i].key;
    const char* const dot = strchr(key, '.');
    if (!concerns(key, recipe->task)) {
      continue;
    }
    if (dot && (n != (size_t)(dot - key) || strncmp(section, key, n))) {
      section = key;
      n       = (size_t)(dot - key);
      (void)fprintf(out, "%.*s:\n", (int)n, key);
    }
    (void)fprintf(out, dot ? "  %s: " : "%s: ", dot ? dot + 1 : key);
    print_value(out, &fields[i], field_at(&fields[i], recipe));
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
  for (size_t i = 0; i < N_LAYER_FIELDS; ++i) {
    const Field* const field = &layer_fields[i];
    const void* const  at    = field_at(field, layer);
    if (i < N_MAIN_LAYER_FIELDS || memcmp(at, field_at(field, &layer_default), field_size(field))) {
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
  const bool bad = ferror(out);
  if (fclose(out) || bad) {
    free(text);
    return NULL;
  }
  return text;
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
