// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_metadata.h"

#include "dsp/network/model_file.h"
#include "dsp/text.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 48, TAPS_SIZE = LAYER_MAX_TAPS * 12 };

/// A number of a ModelShape and its key; floats are written with 9 digits, doubles with 17.
typedef struct {
  const char* key;
  size_t      offset;
  bool        is_float;
} NumberField;

/// Of every kind.
static const NumberField geometry[] = {
  { "rate_hz", offsetof(ModelShape, rate_hz), false },
  { "window_s", offsetof(ModelShape, window_s), false },
  { "hop_s", offsetof(ModelShape, hop_s), false },
};

/// Of MODEL_DENOISE.
static const NumberField features[] = {
  { "bands.step_hz", offsetof(ModelShape, features.bands.step_hz), true },
  { "bands.linear_hz", offsetof(ModelShape, features.bands.linear_hz), true },
  { "bands.top_hz", offsetof(ModelShape, features.bands.top_hz), true },
  { "features.silence_db", offsetof(ModelShape, features.silence_db), true },
  { "features.scale_db", offsetof(ModelShape, features.scale_db), true },
  { "features.rise_s", offsetof(ModelShape, features.rise_s), true },
  { "features.fall_s", offsetof(ModelShape, features.fall_s), true },
  { "features.smooth_s", offsetof(ModelShape, features.smooth_s), true },
  { "features.minimum_s", offsetof(ModelShape, features.minimum_s), true },
};

/// Of MODEL_DENOISE with two floors; missing where there is one.
static const NumberField long_floor = { "features.long_minimum_s",
                                        offsetof(ModelShape, features.long_minimum_s), true };

/// Of MODEL_DENOISE; missing where the answer is no.
static const char* const profile_key = "features.profile";

static const char* const prior_snr_key = "features.prior_snr";

static const char* const periodicity_key = "features.periodicity";

static const NumberField prior_limit = { "features.prior_limit_db",
                                         offsetof(ModelShape, features.prior_limit_db), true };

/// Of MODEL_AUTOENCODER and MODEL_CLASSIFY.
static const NumberField spectrum[] = {
  { "spectrum.top_db", offsetof(ModelShape, spectrum.top_db), true },
  { "spectrum.range_db", offsetof(ModelShape, spectrum.range_db), true },
};

/// Of MODEL_MORPH.
static const NumberField morph_scale = { "morph.scale_db", offsetof(ModelShape, scale_db), true };
static const char* const labels_key  = "morph.labels";
static const char* const anchors_key = "morph.anchors";

/// A word of a ModelCard and its key.
typedef struct {
  const char* key;
  size_t      offset;
} CardField;

static const CardField words[] = {
  { "card.name", offsetof(ModelCard, name) },
  { "card.licence", offsetof(ModelCard, licence) },
  { "card.data", offsetof(ModelCard, data) },
  { "card.recipe", offsetof(ModelCard, recipe) },
  { "card.scores", offsetof(ModelCard, scores) },
  { "card.tool", offsetof(ModelCard, tool) },
  { "card.classes", offsetof(ModelCard, classes) },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/// Writes strings until the first fault.
typedef struct {
  json_t*     object;
  Status      status;
  Diagnostic* why;
} Writer;

static void
write_text(Writer* writer, const char* key, const char* text)
{
  if (writer->status) {
    return;
  }
  json_t* const value = json_string(text);
  if (!value) {
    writer->status = diagnose(writer->why, STATUS_BAD_FILE,
                              "%s: not UTF-8 text, or not enough memory", key);
  } else if (json_object_set_new(writer->object, key, value)) {
    writer->status = diagnose(writer->why, STATUS_NO_MEMORY, "%s: not enough memory", key);
  }
}

static void
write_count(Writer* writer, const char* key, uint32_t count)
{
  char text[16];
  (void)snprintf(text, sizeof(text), "%u", count);
  write_text(writer, key, text);
}

static void
write_number(Writer* writer, const NumberField* field, const ModelShape* shape)
{
  const void* const at = (const char*)shape + field->offset;

  char text[40];
  if (field->is_float) {
    (void)snprintf(text, sizeof(text), "%.9g", (double)*(const float*)at);
  } else {
    (void)snprintf(text, sizeof(text), "%.17g", *(const double*)at);
  }
  write_text(writer, field->key, text);
}

static void
write_numbers(Writer* writer, size_t n, const NumberField* fields, const ModelShape* shape)
{
  for (size_t i = 0; i < n; ++i) {
    write_number(writer, &fields[i], shape);
  }
}

static void
write_truth(Writer* writer, const char* key, bool truth)
{
  write_text(writer, key, truth ? "yes" : "no");
}

/// Both networks' ways around and the code's prior, of all kinds but MODEL_DENOISE.
static void
write_code(Writer* writer, const ModelShape* shape)
{
  write_truth(writer, "variational", shape->variational);
  write_truth(writer, "bypassed", shape->bypassed);
}

/// What a frame is made of.
static void
write_frame(Writer* writer, const ModelShape* shape)
{
  write_numbers(writer, COUNT(geometry), geometry, shape);
  if (shape->kind == MODEL_DENOISE) {
    write_numbers(writer, COUNT(features), features, shape);
    write_count(writer, "bands.n_erb", shape->features.bands.n_erb);
    if (shape->features.long_minimum_s > 0.0f) {
      write_number(writer, &long_floor, shape);
    }
    if (shape->features.profile) {
      write_truth(writer, profile_key, true);
    }
    if (shape->features.prior_snr) {
      write_truth(writer, prior_snr_key, true);
      write_number(writer, &prior_limit, shape);
    }
    if (shape->features.periodicity) {
      write_truth(writer, periodicity_key, true);
    }
  } else if (shape->kind == MODEL_MORPH) {
    write_number(writer, &morph_scale, shape);
    write_code(writer, shape);
  } else {
    write_numbers(writer, COUNT(spectrum), spectrum, shape);
    write_truth(writer, "spectrum.unit", shape->spectrum.unit);
    write_code(writer, shape);
  }
}

/// Names one a line.  @param stride Bytes from one to the next.
static void
write_names(Writer* writer, const char* key, uint32_t n, const char* names, size_t stride)
{
  char   text[MODEL_MAX_ANCHORS * MODEL_NAME_SIZE] = "";
  size_t used                                      = 0;
  for (uint32_t i = 0; i < n; ++i) {
    used += (size_t)snprintf(text + used, sizeof(text) - used, i ? "\n%s" : "%s",
                             names + i * stride);
  }
  write_text(writer, key, text);
}

static void
write_space(Writer* writer, const MorphSpace* space)
{
  write_names(writer, labels_key, space->n_code, space->labels[0], sizeof(space->labels[0]));
  write_names(writer, anchors_key, space->n_anchors, space->anchors[0].name,
              sizeof(space->anchors[0]));
}

static void
write_layer(Writer* writer, const char* network, uint32_t index, const LayerShape* layer)
{
  char key[KEY_SIZE];
  (void)snprintf(key, sizeof(key), "%s.%u.units", network, index);
  write_count(writer, key, layer->n_out);

  char taps[TAPS_SIZE] = "";
  for (uint32_t k = 0; k < layer->n_taps; ++k) {
    const size_t used = strlen(taps);
    (void)snprintf(taps + used, sizeof(taps) - used, k ? " %u" : "%u", layer->taps[k]);
  }
  (void)snprintf(key, sizeof(key), "%s.%u.taps", network, index);
  write_text(writer, key, taps);

  (void)snprintf(key, sizeof(key), "%s.%u.activation", network, index);
  write_text(writer, key, activation_name(layer->activation));

  if (layer->gated) {
    (void)snprintf(key, sizeof(key), "%s.%u.gated", network, index);
    write_truth(writer, key, true);
  }
}

static void
write_layers(Writer* writer, const char* network, uint32_t n, const LayerShape* layers)
{
  char key[KEY_SIZE];
  (void)snprintf(key, sizeof(key), "%s.layers", network);
  write_count(writer, key, n);
  for (uint32_t l = 0; l < n; ++l) {
    write_layer(writer, network, l, &layers[l]);
  }
}

Status
model_metadata_write(const ModelShape* shape, const ModelCard* card, const MorphSpace* space,
                     json_t** metadata, Diagnostic* why)
{
  Writer writer = { json_object(), STATUS_SUCCESS, why };
  if (!writer.object) {
    return diagnose(why, STATUS_NO_MEMORY, "format: not enough memory");
  }
  write_text(&writer, "format", "lamina");
  write_count(&writer, "version", MODEL_VERSION);
  write_text(&writer, "kind", model_kind_name(shape->kind));
  write_frame(&writer, shape);
  if (shape->kind == MODEL_MORPH) {
    write_space(&writer, space);
  }
  write_count(&writer, "encoder.inputs", shape->encoder[0].n_in);
  write_layers(&writer, "encoder", shape->n_encoder, shape->encoder);
  write_layers(&writer, "decoder", shape->n_decoder, shape->decoder);
  for (size_t i = 0; i < COUNT(words); ++i) {
    char* const text = *(char* const*)((const char*)card + words[i].offset);
    if (text) {
      write_text(&writer, words[i].key, text);
    }
  }
  if (writer.status) {
    json_decref(writer.object);
    return writer.status;
  }
  *metadata = writer.object;
  return STATUS_SUCCESS;
}

/// Reads strings until the first fault, and remembers which were asked for.
typedef struct {
  json_t*     object;
  json_t*     known;
  Status      status;
  Diagnostic* why;
} Reader;

/// @return The text, owned by the object; NULL after a fault.
static const char*
read_text(Reader* reader, const char* key)
{
  if (reader->status) {
    return NULL;
  }
  if (json_object_set_new(reader->known, key, json_true())) {
    reader->status = diagnose(reader->why, STATUS_NO_MEMORY, "%s: not enough memory", key);
    return NULL;
  }
  const json_t* const value = json_object_get(reader->object, key);
  if (!json_is_string(value)) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE, "%s: %s", key,
                              value ? "not a string" : "missing");
    return NULL;
  }
  return json_string_value(value);
}

static void
read_bad(Reader* reader, const char* key, const char* text, const char* expected)
{
  reader->status = diagnose(reader->why, STATUS_BAD_FILE, "%s: %s expected, \"%.40s\" found", key,
                            expected, text);
}

static void
read_word(Reader* reader, const char* key, const char* word)
{
  const char* const text = read_text(reader, key);
  if (text && strcmp(text, word)) {
    char expected[32];
    (void)snprintf(expected, sizeof(expected), "\"%s\"", word);
    read_bad(reader, key, text, expected);
  }
}

/// A decimal number and no more; strtod() alone takes spaces, "0x1p3", "inf" and "nan" as well.
static bool
parse_number(const char* text, double* value)
{
  char* end = NULL;
  *value    = strtod(text, &end);
  return *text && !text[strspn(text, "0123456789+-.e")] && !*end && isfinite(*value);
}

/// @return The first character after the digits; NULL when there are none, or too many.
static const char*
parse_count(const char* text, uint32_t* value)
{
  const size_t n = strspn(text, "0123456789");
  *value         = n && n < 10 ? (uint32_t)strtoul(text, NULL, 10) : 0;
  return n && n < 10 ? text + n : NULL;
}

static void
read_number(Reader* reader, const NumberField* field, ModelShape* shape)
{
  void* const       at    = (char*)shape + field->offset;
  const char* const text  = read_text(reader, field->key);
  double            value = 0.0;
  if (text && !parse_number(text, &value)) {
    read_bad(reader, field->key, text, "a number");
  } else if (field->is_float) {
    *(float*)at = (float)value;
  } else {
    *(double*)at = value;
  }
}

static void
read_numbers(Reader* reader, size_t n, const NumberField* fields, ModelShape* shape)
{
  for (size_t i = 0; i < n; ++i) {
    read_number(reader, &fields[i], shape);
  }
}

static bool
read_truth(Reader* reader, const char* key)
{
  const char* const text  = read_text(reader, key);
  const bool        truth = text && !strcmp(text, "yes");
  if (text && !truth && strcmp(text, "no")) {
    read_bad(reader, key, text, "yes or no");
  }
  return truth;
}

static ModelKind
read_kind(Reader* reader)
{
  static const ModelKind kinds[] = { MODEL_DENOISE, MODEL_AUTOENCODER, MODEL_CLASSIFY,
                                     MODEL_MORPH };

  const char* const text = read_text(reader, "kind");
  for (size_t i = 0; text && i < COUNT(kinds); ++i) {
    if (!strcmp(text, model_kind_name(kinds[i]))) {
      return kinds[i];
    }
  }
  if (text) {
    read_bad(reader, "kind", text, "denoise, autoencoder, classify or morph");
  }
  return MODEL_DENOISE;
}

static uint32_t
read_count(Reader* reader, const char* key)
{
  const char* const text  = read_text(reader, key);
  uint32_t          value = 0;
  if (text) {
    const char* const end = parse_count(text, &value);
    if (!end || *end) {
      read_bad(reader, key, text, "a whole number");
    }
  }
  return value;
}

static void
read_taps(Reader* reader, const char* key, LayerShape* layer)
{
  const char* const text = read_text(reader, key);
  const char*       at   = text;
  layer->n_taps          = 0;
  while (at && layer->n_taps < LAYER_MAX_TAPS) {
    at = parse_count(at, &layer->taps[layer->n_taps++]);
    if (at && *at != ' ') {
      break;
    }
    at = at ? at + 1 : NULL;
  }
  if (text && (!at || *at)) {
    read_bad(reader, key, text, "a few whole numbers");
  }
}

static void
read_layer(Reader* reader, const char* network, uint32_t index, uint32_t n_in, LayerShape* layer)
{
  char key[KEY_SIZE];
  (void)snprintf(key, sizeof(key), "%s.%u.units", network, index);
  layer->n_in  = n_in;
  layer->n_out = read_count(reader, key);

  (void)snprintf(key, sizeof(key), "%s.%u.taps", network, index);
  read_taps(reader, key, layer);

  (void)snprintf(key, sizeof(key), "%s.%u.activation", network, index);
  const char* const name = read_text(reader, key);
  if (name && !activation_from_name(name, &layer->activation)) {
    read_bad(reader, key, name, "the name of an activation");
  }

  (void)snprintf(key, sizeof(key), "%s.%u.gated", network, index);
  layer->gated = json_object_get(reader->object, key) && read_truth(reader, key);
}

/// @return Units of the last layer.
static uint32_t
read_layers(Reader* reader, const char* network, uint32_t n_in, uint32_t* n, LayerShape* layers)
{
  char key[KEY_SIZE];
  (void)snprintf(key, sizeof(key), "%s.layers", network);
  *n = read_count(reader, key);
  if (!reader->status && (*n < 1 || *n > NETWORK_MAX_LAYERS)) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE, "%s: %u is not in 1…%u", key, *n,
                              NETWORK_MAX_LAYERS);
  }
  for (uint32_t l = 0; !reader->status && l < *n; ++l) {
    read_layer(reader, network, l, n_in, &layers[l]);
    n_in = layers[l].n_out;
  }
  return n_in;
}

static void
read_card(Reader* reader)
{
  for (size_t i = 0; i < COUNT(words); ++i) {
    if (json_object_get(reader->object, words[i].key)) {
      (void)read_text(reader, words[i].key);
    }
  }
}

/// A misspelt key must not lose what it stands for.
static void
read_unknown(Reader* reader)
{
  const char* key   = NULL;
  json_t*     value = NULL;
  json_object_foreach(reader->object, key, value)
  {
    if (!reader->status && !json_object_get(reader->known, key)) {
      reader->status = diagnose(reader->why, STATUS_BAD_FILE, "%.40s: unknown", key);
    }
  }
}

/// @return Lines of a text, whose last has no newline; 0 of no text.
static uint32_t
count_lines(const char* text)
{
  uint32_t n = *text != '\0';
  for (; *text; ++text) {
    n += *text == '\n';
  }
  return n;
}

static void
read_code(Reader* reader, ModelShape* shape)
{
  shape->variational = read_truth(reader, "variational");
  shape->bypassed    = read_truth(reader, "bypassed");
}

static void
read_space(Reader* reader, ModelShape* shape)
{
  read_number(reader, &morph_scale, shape);
  read_code(reader, shape);
  (void)read_text(reader, labels_key);
  const char* const anchors = read_text(reader, anchors_key);
  shape->n_anchors          = anchors ? count_lines(anchors) : 0;
}

static void
read_frame(Reader* reader, ModelShape* shape)
{
  read_numbers(reader, COUNT(geometry), geometry, shape);
  if (shape->kind == MODEL_DENOISE) {
    read_numbers(reader, COUNT(features), features, shape);
    shape->features.bands.n_erb = read_count(reader, "bands.n_erb");
    if (json_object_get(reader->object, long_floor.key)) {
      read_number(reader, &long_floor, shape);
    }
    if (json_object_get(reader->object, profile_key)) {
      shape->features.profile = read_truth(reader, profile_key);
    }
    if (json_object_get(reader->object, prior_snr_key)) {
      shape->features.prior_snr = read_truth(reader, prior_snr_key);
    }
    shape->features.prior_limit_db = FEATURES_PRIOR_LIMIT_DB;
    if (json_object_get(reader->object, prior_limit.key)) {
      read_number(reader, &prior_limit, shape);
    }
    if (json_object_get(reader->object, periodicity_key)) {
      shape->features.periodicity = read_truth(reader, periodicity_key);
    }
  } else if (shape->kind == MODEL_MORPH) {
    read_space(reader, shape);
  } else {
    read_numbers(reader, COUNT(spectrum), spectrum, shape);
    shape->spectrum.unit = read_truth(reader, "spectrum.unit");
    read_code(reader, shape);
  }
}

static void
read_shape(Reader* reader, ModelShape* shape)
{
  read_word(reader, "format", "lamina");
  if (read_count(reader, "version") != MODEL_VERSION && !reader->status) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE, "version: only %d can be read",
                              MODEL_VERSION);
  }
  shape->kind = read_kind(reader);
  read_frame(reader, shape);
  const uint32_t n_in   = read_count(reader, "encoder.inputs");
  const uint32_t n_code = read_layers(reader, "encoder", n_in, &shape->n_encoder, shape->encoder);
  read_layers(reader, "decoder", n_code, &shape->n_decoder, shape->decoder);
}

/// @return Names in a list of one a line; 0 when one of them is empty.
static uint32_t
count_names(const char* names)
{
  uint32_t n = 0;
  while (*names) {
    const size_t length = strcspn(names, "\n");
    if (!length) {
      return 0;
    }
    names += length + (names[length] == '\n');
    ++n;
  }
  return n;
}

/// Each output of a classifier has a name, and no other model has classes.
static void
check_classes(Reader* reader, const ModelShape* shape)
{
  const char* const names = json_string_value(json_object_get(reader->object, "card.classes"));
  if (shape->kind != MODEL_CLASSIFY) {
    if (names) {
      reader->status = diagnose(reader->why, STATUS_BAD_FILE,
                                "card.classes: not possible in a model of kind %s",
                                model_kind_name(shape->kind));
    }
    return;
  }
  const uint32_t n_expected = shape->decoder[shape->n_decoder - 1].n_out;
  const uint32_t n_found    = names ? count_names(names) : 0;
  if (n_found != n_expected) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE,
                              "card.classes: %u names expected, one a line, %u found", n_expected,
                              n_found);
  }
}

/// Copy the next line of a text.  @return What follows it; NULL when it is too long, or holds what
/// could command a terminal.
static const char*
next_name(const char* text, char* name)
{
  const size_t n    = strcspn(text, "\n");
  bool         good = n < MODEL_NAME_SIZE;
  for (size_t i = 0; i < n; ++i) {
    good = good && !text_control(text + i);
  }
  if (good) {
    memcpy(name, text, n);
    name[n] = '\0';
  }
  return good ? text + n + (text[n] == '\n') : NULL;
}

/// Copy `n` lines.  @param stride Bytes from one to the next.  @return False: one is no name.
static bool
split_names(const char* text, uint32_t n, char* names, size_t stride)
{
  for (uint32_t i = 0; text && i < n; ++i) {
    text = next_name(text, names + i * stride);
  }
  return text;
}

/// Not empty, and no two alike.
static bool
anchors_differ(uint32_t n, const ModelAnchor* anchors)
{
  bool ok = true;
  for (uint32_t i = 0; i < n; ++i) {
    ok = ok && *anchors[i].name;
    for (uint32_t j = 0; j < i; ++j) {
      ok = ok && strcmp(anchors[i].name, anchors[j].name);
    }
  }
  return ok;
}

/// @param shape Checked.
static void
check_names(Reader* reader, const ModelShape* shape)
{
  MorphSpace        space   = { .n_anchors = shape->n_anchors };
  const uint32_t    n_code  = model_shape_code(shape);
  const char* const labels  = json_string_value(json_object_get(reader->object, labels_key));
  const char* const anchors = json_string_value(json_object_get(reader->object, anchors_key));
  const uint32_t    n_found = *labels ? count_lines(labels) : 1;
  if (n_found != n_code) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE,
                              "%s: %u lines expected, one for each number of the code, %u found",
                              labels_key, n_code, n_found);
  } else if (!split_names(labels, n_code, space.labels[0], MODEL_NAME_SIZE)) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE,
                              "%s: a word of %u bytes at most expected for each", labels_key,
                              MODEL_NAME_SIZE - 1);
  } else if (!split_names(anchors, shape->n_anchors, space.anchors[0].name,
                          sizeof(space.anchors[0])) ||
             !anchors_differ(shape->n_anchors, space.anchors)) {
    reader->status = diagnose(reader->why, STATUS_BAD_FILE,
                              "%s: a name of its own, of 1…%u bytes, expected for each",
                              anchors_key, MODEL_NAME_SIZE - 1);
  }
}

Status
model_metadata_read(json_t* metadata, ModelShape* shape, Diagnostic* why)
{
  Reader reader = { metadata, json_object(), STATUS_SUCCESS, why };
  if (!reader.known) {
    return diagnose(why, STATUS_NO_MEMORY, "format: not enough memory");
  }
  *shape = (ModelShape){ 0 };
  read_shape(&reader, shape);
  read_card(&reader);
  read_unknown(&reader);
  json_decref(reader.known);
  if (!reader.status) {
    reader.status = model_shape_check(shape, why) ? STATUS_SUCCESS : STATUS_BAD_FILE;
  }
  if (!reader.status) {
    check_classes(&reader, shape);
  }
  if (!reader.status && shape->kind == MODEL_MORPH) {
    check_names(&reader, shape);
  }
  return reader.status;
}

bool
model_metadata_read_card(const json_t* metadata, ModelCard* card)
{
  bool ok = true;
  for (size_t i = 0; i < COUNT(words); ++i) {
    const char* const text = json_string_value(json_object_get(metadata, words[i].key));
    if (text) {
      char** const word = (char**)((char*)card + words[i].offset);
      *word             = strdup(text);
      ok                = ok && *word;
    }
  }
  return ok;
}

void
model_metadata_read_names(const json_t* metadata, MorphSpace* space)
{
  const char* const labels  = json_string_value(json_object_get(metadata, labels_key));
  const char* const anchors = json_string_value(json_object_get(metadata, anchors_key));
  (void)split_names(labels, space->n_code, space->labels[0], sizeof(space->labels[0]));
  (void)split_names(anchors, space->n_anchors, space->anchors[0].name, sizeof(space->anchors[0]));
}
