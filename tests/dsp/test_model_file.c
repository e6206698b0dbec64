// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_file.h"

#include "dsp/file.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A file in memory.
typedef struct {
  size_t   size;
  uint8_t* bytes;
} Image;

static ModelShape
small_shape(ModelKind kind)
{
  switch (kind) {
    case MODEL_AUTOENCODER:
      return models_tiny_autoencoder_shape();
    case MODEL_CLASSIFY:
      return models_tiny_classifier_shape();
    case MODEL_MORPH:
      return models_tiny_morph_shape();
    case MODEL_DENOISE:
      break;
  }
  return models_tiny_shape();
}

static Model*
small_model_of(ModelKind kind)
{
  const ModelShape shape = small_shape(kind);
  Model* const     model = models_of(&shape);
  for (size_t i = 0; i < model->n_weights; ++i) {
    model->weights[i] = (float)i / 3.0f;
  }
  model->card.name    = strdup("Kleine Prüfung");
  model->card.licence = strdup("CC-BY-4.0");
  model->card.recipe  = strdup("name: \"a\"\nseed: 1\n");
  return model;
}

static Model*
small_model(void)
{
  return small_model_of(MODEL_DENOISE);
}

static Image
small_image_of(void* const* state, ModelKind kind)
{
  Image image = { 0, malloc(1 << 16) };
  assert_non_null(image.bytes);
  models_write(state, "model.safetensors", small_model_of(kind));
  image.size = folder_read(state, "model.safetensors", 1 << 16, image.bytes);
  return image;
}

static Image
small_image(void* const* state)
{
  return small_image_of(state, MODEL_DENOISE);
}

static size_t
header_size(const Image* image)
{
  return image->bytes[0] + 256u * image->bytes[1];
}

static void
assert_layers_equal(const Network* a, const Network* b)
{
  assert_int_equal(a->n_layers, b->n_layers);
  for (uint32_t l = 0; l < a->n_layers; ++l) {
    assert_memory_equal(&a->layers[l].shape, &b->layers[l].shape, sizeof(LayerShape));
  }
  assert_int_equal(a->bypassed, b->bypassed);
  assert_memory_equal(&a->bypass.shape, &b->bypass.shape, sizeof(LayerShape));
}

static void
assert_models_equal(const Model* a, const Model* b)
{
  assert_int_equal(a->kind, b->kind);
  assert_true(a->rate_hz == b->rate_hz);
  assert_true(a->window_s == b->window_s);
  assert_true(a->hop_s == b->hop_s);
  assert_memory_equal(&a->features, &b->features, offsetof(FeatureConfig, profile));
  assert_int_equal(a->features.profile, b->features.profile);
  assert_int_equal(a->features.prior_snr, b->features.prior_snr);
  assert_int_equal(a->features.periodicity, b->features.periodicity);
  assert_true(!a->features.prior_snr || a->features.prior_limit_db == b->features.prior_limit_db);
  assert_true(a->spectrum.top_db == b->spectrum.top_db);
  assert_true(a->spectrum.range_db == b->spectrum.range_db);
  assert_int_equal(a->spectrum.unit, b->spectrum.unit);
  assert_int_equal(a->variational, b->variational);
  assert_layers_equal(&a->autoencoder.encoder, &b->autoencoder.encoder);
  assert_layers_equal(&a->autoencoder.decoder, &b->autoencoder.decoder);
  assert_int_equal(a->n_weights, b->n_weights);
  assert_memory_equal(a->weights, b->weights, a->n_weights * sizeof(float));
}

static void
test_round_trip(void** state)
{
  const char* const path = folder_path(state, "model.safetensors");
  Diagnostic        why;
  Model* const      model = small_model();
  Model*            again = NULL;
  assert_int_equal(model_write(model, path, &why), STATUS_SUCCESS);
  assert_int_equal(model_read(path, &again, &why), STATUS_SUCCESS);
  assert_models_equal(model, again);
  assert_string_equal(again->card.name, "Kleine Prüfung");
  assert_string_equal(again->card.licence, "CC-BY-4.0");
  assert_string_equal(again->card.recipe, "name: \"a\"\nseed: 1\n");
  assert_null(again->card.data);
  assert_null(again->card.scores);
  assert_null(again->card.tool);
  assert_null(again->card.classes);
  model_free(again);
  model_free(model);
}

/// What only some models have comes back as well.
static void
test_round_trip_of_every_feature(void** state)
{
  ModelShape shape                              = models_tiny_shape();
  shape.features.long_minimum_s                 = 4.1f;
  shape.features.profile                        = true;
  shape.features.prior_snr                      = true;
  shape.features.prior_limit_db                 = 3.5f;
  shape.features.periodicity                    = true;
  shape.decoder[shape.n_decoder - 1].activation = ACTIVATION_SIGMOID;
  shape.encoder[0].n_in                         = feature_config_size(&shape.features);
  Model* const model                            = models_of(&shape);
  Model*       again                            = NULL;
  assert_int_equal(shape.encoder[0].n_in, 21 + 20);
  models_write(state, "model.safetensors", models_of(&shape));
  assert_int_equal(model_read(folder_path(state, "model.safetensors"), &again, NULL),
                   STATUS_SUCCESS);
  assert_models_equal(model, again);
  model_free(again);
  model_free(model);
}

static void
assert_spaces_equal(const MorphSpace* a, const MorphSpace* b)
{
  assert_true(a->scale_db == b->scale_db);
  assert_int_equal(a->n_code, b->n_code);
  assert_int_equal(a->n_anchors, b->n_anchors);
  for (uint32_t i = 0; i < a->n_code; ++i) {
    assert_string_equal(a->labels[i], b->labels[i]);
  }
  for (uint32_t i = 0; i < a->n_anchors; ++i) {
    assert_string_equal(a->anchors[i].name, b->anchors[i].name);
  }
}

/// With anchors, and without any.
static void
test_round_trip_of_a_morph_model(void** state)
{
  for (uint32_t n_anchors = 0; n_anchors <= 2; n_anchors += 2) {
    ModelShape shape    = models_tiny_morph_shape();
    shape.n_anchors     = n_anchors;
    Model* const model  = models_of(&shape);
    Model*       again  = NULL;
    model->morph.low[1] = -1.0f;
    strcpy(model->morph.labels[2], "tilt");
    const char* const path = folder_path(state, "model.safetensors");
    assert_int_equal(model_write(model, path, NULL), STATUS_SUCCESS);
    assert_int_equal(model_read(path, &again, NULL), STATUS_SUCCESS);
    assert_models_equal(model, again);
    assert_spaces_equal(&model->morph, &again->morph);
    assert_true(again->morph.low[1] == -1.0f);
    assert_string_equal(again->morph.labels[0], "brightness");
    assert_string_equal(again->morph.labels[1], "");
    assert_string_equal(again->morph.labels[2], "tilt");
    model_free(again);
    model_free(model);
  }
}

static void
test_round_trip_of_spectra(void** state)
{
  static const ModelKind kinds[] = { MODEL_AUTOENCODER, MODEL_CLASSIFY };
  for (uint32_t i = 0; i < 2; ++i) {
    Model* const model = small_model_of(kinds[i]);
    Model*       again = NULL;
    models_write(state, "model.safetensors", small_model_of(kinds[i]));
    assert_int_equal(model_read(folder_path(state, "model.safetensors"), &again, NULL),
                     STATUS_SUCCESS);
    assert_models_equal(model, again);
    if (kinds[i] == MODEL_CLASSIFY) {
      assert_string_equal(again->card.classes, "flute\nGeige\nвиола\n");
    }
    model_free(again);
    model_free(model);
  }
}

static void
expect_rewritten_byte_for_byte(void* const* state, const char* path)
{
  Model* model = NULL;
  size_t sizes[2];
  void*  bytes[2];
  assert_int_equal(file_read(path, 1 << 24, &sizes[0], &bytes[0], NULL), STATUS_SUCCESS);
  assert_int_equal(model_read(path, &model, NULL), STATUS_SUCCESS);
  const char* const again = models_write(state, "again.safetensors", model);
  assert_int_equal(file_read(again, 1 << 24, &sizes[1], &bytes[1], NULL), STATUS_SUCCESS);
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(bytes[0], bytes[1], sizes[0]);
  free(bytes[0]);
  free(bytes[1]);
}

/// A file that is out in the world is written again as the same bytes.
static void
test_published_models_are_rewritten_byte_for_byte(void** state)
{
  static const char* const paths[] = { SOURCE_ROOT "/presets/voice/voice.safetensors",
                                       SOURCE_ROOT "/presets/instruments/instruments.safetensors" };
  for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); ++i) {
    if (access(paths[i], R_OK)) {
      skip(); // Not in this source tree
    }
    expect_rewritten_byte_for_byte(state, paths[i]);
  }
}

/// By the words of the format: a length, JSON, and IEEE singles with the low byte first.
static void
test_bytes_are_safetensors(void** state)
{
  static const uint8_t singles[] = { 0,    0,    0,    0,    0xab, 0xaa, 0xaa, 0x3e,   // 0, 1/3
                                     0xab, 0xaa, 0x2a, 0x3f, 0,    0,    0x80, 0x3f }; // 2/3, 1
  const Image          image     = small_image(state);
  const size_t         n         = header_size(&image);
  assert_int_equal(n % 8, 0);
  assert_memory_equal(image.bytes + 2, "\0\0\0\0\0\0{", 7);
  assert_true(image.bytes[8 + n - 1] == '}' || image.bytes[8 + n - 1] == ' ');
  assert_int_equal(image.size, 8 + n + 4 * 192);
  assert_memory_equal(image.bytes + 8 + n, singles, sizeof(singles));
  char* const header = strndup((const char*)image.bytes + 8, n);
  assert_non_null(strstr(header, "\"encoder.0.weight\":{\"dtype\":\"F32\",\"shape\":[3,10,4],"
                                 "\"data_offsets\":[0,480]}"));
  assert_non_null(strstr(header, "\"encoder.1.bias\":{\"dtype\":\"F32\",\"shape\":[3],"
                                 "\"data_offsets\":[592,604]}"));
  free(header);
  free(image.bytes);
}

/// The bypasses come after all layers, at the end of the data.
static void
test_bytes_of_a_bypassed_model(void** state)
{
  static const uint8_t two_thirds[] = { 0xab, 0xaa, 0x2a, 0x3f };
  Model* const         model        = small_model_of(MODEL_AUTOENCODER);
  model->weights[247]               = 2.0f / 3.0f; // After 247 numbers of the four layers
  models_write(state, "model.safetensors", model);
  Image image    = { 0, malloc(1 << 16) };
  image.size     = folder_read(state, "model.safetensors", 1 << 16, image.bytes);
  const size_t n = header_size(&image);
  assert_int_equal(image.size, 8 + n + 4 * (247 + 36 + 51));
  assert_memory_equal(image.bytes + 8 + n + 988, two_thirds, 4);
  char* const header = strndup((const char*)image.bytes + 8, n);
  assert_non_null(strstr(header, "\"encoder.bypass.weight\":{\"dtype\":\"F32\",\"shape\":[1,17,2],"
                                 "\"data_offsets\":[988,1124]}"));
  assert_non_null(strstr(header, "\"decoder.bypass.bias\":{\"dtype\":\"F32\",\"shape\":[17],"
                                 "\"data_offsets\":[1268,1336]}"));
  free(header);
  free(image.bytes);
}

/// In 16 bits: 2/3 is 0x3955 (IEEE 754), and what is read is what was rounded.
static void
test_bytes_of_halves(void** state)
{
  Model* const model = small_model();
  model_halve(model);
  models_write(state, "model.safetensors", model);
  Image image    = { 0, malloc(1 << 16) };
  image.size     = folder_read(state, "model.safetensors", 1 << 16, image.bytes);
  const size_t n = header_size(&image);
  assert_int_equal(image.size, 8 + n + 2 * 192);
  assert_memory_equal(image.bytes + 8 + n + 4, "\x55\x39\x00\x3c", 4); // 2/3, 1
  char* const header = strndup((const char*)image.bytes + 8, n);
  assert_non_null(strstr(header, "\"encoder.1.bias\":{\"dtype\":\"F16\",\"shape\":[3],"
                                 "\"data_offsets\":[296,302]}"));
  free(header);

  Model* again = NULL;
  assert_int_equal(model_parse("FILE", image.size, image.bytes, &again, NULL), STATUS_SUCCESS);
  assert_true(again->half && again->weights[2] == 0.66650390625f);
  Model* const expected = small_model();
  model_halve(expected);
  assert_memory_equal(again->weights, expected->weights, 192 * sizeof(float));
  model_free(again);
  model_free(expected);
  free(image.bytes);
}

static void
test_same_model_same_bytes(void** state)
{
  const Image a = small_image(state);
  const Image b = small_image(state);
  assert_int_equal(a.size, b.size);
  assert_memory_equal(a.bytes, b.bytes, a.size);
  free(a.bytes);
  free(b.bytes);
}

/// Parse bytes in a block of exactly that size, so that a sanitizer sees a read past the end.
static Status
parse_copy(const Image* image, size_t size, Model** model, Diagnostic* why)
{
  uint8_t* const exact = malloc(size ? size : 1);
  assert_non_null(exact);
  memcpy(exact, image->bytes, size);
  const Status status = model_parse("FILE", size, exact, model, why);
  free(exact);
  return status;
}

static void
expect_truncated_to_fail(const Image image)
{
  for (size_t size = 0; size < image.size; ++size) {
    Model*     model = NULL;
    Diagnostic why;
    assert_int_equal(parse_copy(&image, size, &model, &why), STATUS_BAD_FILE);
    assert_memory_equal(why.text, "FILE: ", 6);
    assert_null(model);
  }
  free(image.bytes);
}

static void
test_truncated_at_every_length(void** state)
{
  expect_truncated_to_fail(small_image_of(state, MODEL_DENOISE));
  expect_truncated_to_fail(small_image_of(state, MODEL_AUTOENCODER));
  expect_truncated_to_fail(small_image_of(state, MODEL_CLASSIFY));
  expect_truncated_to_fail(small_image_of(state, MODEL_MORPH));
}

static void
assert_layers_alike(const Network* network, const LayerShape* shapes, uint32_t n)
{
  assert_int_equal(network->n_layers, n);
  for (uint32_t l = 0; l < n; ++l) {
    assert_int_equal(network->layers[l].shape.n_in, shapes[l].n_in);
    assert_int_equal(network->layers[l].shape.n_out, shapes[l].n_out);
    assert_int_equal(network->layers[l].shape.n_taps, shapes[l].n_taps);
  }
}

/// @return True when it was taken, which it may be only with the shape it had.
static bool
parse_altered(const Image* image, ModelKind kind)
{
  const ModelShape shape  = small_shape(kind);
  Model*           model  = NULL;
  Diagnostic       why    = { "" };
  const Status     status = parse_copy(image, image->size, &model, &why);
  if (status) {
    assert_int_equal(status, STATUS_BAD_FILE);
    assert_memory_equal(why.text, "FILE: ", 6);
    assert_null(strchr(why.text, '\n'));
    assert_null(model);
    return false;
  }
  assert_int_equal(model->kind, kind);
  assert_layers_alike(&model->autoencoder.encoder, shape.encoder, shape.n_encoder);
  assert_layers_alike(&model->autoencoder.decoder, shape.decoder, shape.n_decoder);
  assert_int_equal(model->n_weights, model_shape_weights(&shape));
  model_free(model);
  return true;
}

static void
expect_altered_to_fail_or_be_valid(void* const* state, ModelKind kind)
{
  const Image  image   = small_image_of(state, kind);
  const size_t end     = 8 + header_size(&image);
  size_t       n_taken = 0;
  for (size_t i = 0; i < end; ++i) {
    const uint8_t old      = image.bytes[i];
    const uint8_t values[] = {
      0, '9', '"', ' ', '}', '\n', 0xff, (uint8_t)(old ^ 1), (uint8_t)(old ^ 0x80)
    };
    for (size_t v = 0; v < sizeof(values); ++v) {
      if (values[v] != old) {
        image.bytes[i] = values[v];
        n_taken += parse_altered(&image, kind);
      }
    }
    image.bytes[i] = old;
  }
  // A letter of the name or a digit of a constant may change; most bytes may not
  assert_in_range(n_taken, 10, end);
  free(image.bytes);
}

static void
test_altered_header_fails_or_is_valid(void** state)
{
  expect_altered_to_fail_or_be_valid(state, MODEL_DENOISE);
  expect_altered_to_fail_or_be_valid(state, MODEL_AUTOENCODER);
  expect_altered_to_fail_or_be_valid(state, MODEL_CLASSIFY);
  expect_altered_to_fail_or_be_valid(state, MODEL_MORPH);
}

/// Replace the first `from` of the header by `to`.
static void
edit(Image* image, const char* from, const char* to)
{
  const size_t n    = header_size(image);
  char* const  text = strndup((const char*)image->bytes + 8, n);
  char* const  at   = strstr(text, from);
  assert_non_null(at);
  char* edited = NULL;
  assert_true(asprintf(&edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);

  const size_t   edited_size = strlen(edited);
  const size_t   data_size   = image->size - 8 - n;
  uint8_t* const bytes       = malloc(8 + edited_size + data_size);
  assert_non_null(bytes);
  memset(bytes, 0, 8);
  bytes[0] = (uint8_t)edited_size;
  bytes[1] = (uint8_t)(edited_size >> 8);
  memcpy(bytes + 8, edited, edited_size);
  memcpy(bytes + 8 + edited_size, image->bytes + 8 + n, data_size);
  free(image->bytes);
  free(text);
  free(edited);
  *image = (Image){ 8 + edited_size + data_size, bytes };
}

/// One change of the header, and the line that it must bring.
typedef struct {
  const char* from;
  const char* to;
  const char* line;
} Fault;

#define OFFSETS "FILE: encoder.0.weight: data_offsets of 480 bytes among 768 expected"

static const Fault faults[] = {
  { "[3,10,4]", "[3,10,5]", "FILE: encoder.0.weight: shape [3, 10, 4] expected, [3, 10, 5] found" },
  { "[3,10,4]", "[120]", "FILE: encoder.0.weight: shape [3, 10, 4] expected, [120] found" },
  { "[3,10,4]", "[3,10,4.5]",
    "FILE: encoder.0.weight: shape [3, 10, 4] expected, [3, 10, 4.5] found" },
  { "\"F32\"", "\"F64\"", "FILE: encoder.0.weight: dtype F32 or F16 expected, F64 found" },
  { "\"F32\"", "32", "FILE: encoder.0.weight: dtype F32 or F16 expected, none found" },
  { "[0,480]", "[0,484]", OFFSETS },
  { "[0,480]", "[480,0]", OFFSETS },
  { "[0,480]", "[-480,0]", OFFSETS },
  { "[0,480]", "[0]", OFFSETS },
  { "[0,480]", "[9007199254740992,9007199254741472]", OFFSETS },
  { "[0,480]", "[0,480],\"more\":0", OFFSETS },
  { "[480,496]", "[476,492]", "FILE: encoder.0.bias: begins at 476, the one before ends at 480" },
  { "[480,496]", "[752,768]", "FILE: encoder.1.weight: begins at 496, the one before ends at 480" },
  { "\"encoder.1.bias\"", "\"encoder.7.bias\"", "FILE: encoder.1.bias: missing" },
  { "\"encoder.0.weight\"", "\"extra\":{},\"encoder.0.weight\"", "FILE: extra: unknown tensor" },
  { "\"__metadata__\"", "\"__metedata__\"", "FILE: not a Lamina model: no __metadata__" },
  { "\"lamina\"", "\"pt\"", "FILE: format: \"lamina\" expected, \"pt\" found" },
  { "\"version\":\"1\"", "\"version\":\"2\"", "FILE: version: only 1 can be read" },
  { "\"denoise\"", "\"dream\"",
    "FILE: kind: denoise, autoencoder, classify or morph expected, \"dream\" found" },
  { "\"card.name\"", "\"card.classes\"",
    "FILE: card.classes: not possible in a model of kind denoise" },
  { "\"44100\"", "44100", "FILE: rate_hz: not a string" },
  { "\"44100\"", "\"\"", "FILE: rate_hz: a number expected, \"\" found" },
  { "\"44100\"", "\"inf\"", "FILE: rate_hz: a number expected, \"inf\" found" },
  { "\"44100\"", "\"1e999\"", "FILE: rate_hz: a number expected, \"1e999\" found" },
  { "\"44100\"", "\"44100 Hz\"", "FILE: rate_hz: a number expected, \"44100 Hz\" found" },
  { "\"44100\"", "\"10\"", "FILE: rate_hz: 10 is not in 1000…768000" },
  { "\"rate_hz\"", "\"rate_hx\"", "FILE: rate_hz: missing" },
  { "\"card.name\"", "\"card.nome\"", "FILE: card.nome: unknown" },
  { "\"bands.n_erb\":\"2\"", "\"bands.n_erb\":\"-2\"",
    "FILE: bands.n_erb: a whole number expected, \"-2\" found" },
  { "\"bands.n_erb\":\"2\"", "\"bands.n_erb\":\"4294967298\"",
    "FILE: bands.n_erb: a whole number expected, \"4294967298\" found" },
  { "\"bands.n_erb\":\"2\"", "\"bands.n_erb\":\"3\"",
    "FILE: encoder.inputs: 12 expected, 10 found" },
  { "\"encoder.layers\":\"2\"", "\"encoder.layers\":\"0\"",
    "FILE: encoder.layers: 0 is not in 1…16" },
  { "\"encoder.layers\":\"2\"", "\"encoder.layers\":\"17\"",
    "FILE: encoder.layers: 17 is not in 1…16" },
  { "\"encoder.layers\":\"2\"", "\"encoder.layers\":\"1\"", "FILE: encoder.1.units: unknown" },
  { "\"0 1 2\"", "\"0 1  2\"",
    "FILE: encoder.0.taps: a few whole numbers expected, \"0 1  2\" found" },
  { "\"0 1 2\"", "\"0 1 2 3 4 5 6 7 8\"",
    "FILE: encoder.0.taps: a few whole numbers expected, \"0 1 2 3 4 5 6 7 8\" found" },
  { "\"0 1 2\"", "\"0 2 1\"",
    "FILE: encoder.0.taps: must begin with 0 and ascend to 4096 at most" },
  { "\"0 1 2\"", "\"0 1\"", "FILE: encoder.0.weight: shape [2, 10, 4] expected, [3, 10, 4] found" },
  { "\"tanh\"", "\"tank\"",
    "FILE: encoder.1.activation: the name of an activation expected, \"tank\" found" },
  { "{\"__metadata__\"", "[\"__metadata__\"", "FILE: not a safetensors file" },
};

static const Fault autoencoder_faults[] = {
  { "\"autoencoder\"", "\"denoise\"", "FILE: bands.step_hz: missing" },
  { "\"autoencoder\"", "\"classify\"",
    "FILE: variational: not possible in a model of kind classify" },
  { "\"spectrum.unit\":\"no\"", "\"spectrum.unit\":\"No\"",
    "FILE: spectrum.unit: yes or no expected, \"No\" found" },
  { "\"spectrum.unit\":\"no\"", "\"spectrum.unit\":false", "FILE: spectrum.unit: not a string" },
  { "\"spectrum.range_db\":\"80\"", "\"spectrum.range_db\":\"0.5\"",
    "FILE: spectrum.range_db: 0.5 is not in 1…300" },
  { "\"spectrum.top_db\"", "\"spectrum.top\"", "FILE: spectrum.top_db: missing" },
  { "\"bypassed\":\"yes\"", "\"bypassed\":\"no\"", "FILE: encoder.bypass.weight: unknown tensor" },
  { "\"bypassed\":\"yes\"", "\"features.rise_s\":\"1\",\"bypassed\":\"yes\"",
    "FILE: features.rise_s: unknown" },
  { "[1,17,2]", "[17,2]", "FILE: encoder.bypass.weight: shape [1, 17, 2] expected, [17, 2] found" },
  { "\"decoder.bypass.bias\"", "\"decoder.bypass.base\"", "FILE: decoder.bypass.bias: missing" },
  { "\"encoder.inputs\":\"17\"", "\"encoder.inputs\":\"16\"",
    "FILE: encoder.inputs: 17 expected, one per bin, 16 found" },
  { "\"8000\"", "\"768000\"", "FILE: encoder.inputs: 1537 expected, one per bin, 17 found" },
};

static const Fault classifier_faults[] = {
  { "flute\\n", "", "FILE: card.classes: 3 names expected, one a line, 2 found" },
  { "flute", "", "FILE: card.classes: 3 names expected, one a line, 0 found" },
  { "flute", "flute\\nflute", "FILE: card.classes: 3 names expected, one a line, 4 found" },
  { "\"card.classes\"", "\"card.data\"",
    "FILE: card.classes: 3 names expected, one a line, 0 found" },
  { "\"classify\"", "\"autoencoder\"", "FILE: decoder.0.units: 17 expected, one per bin, 3 found" },
  { "\"variational\":\"no\"", "\"variational\":\"yes\"",
    "FILE: variational: not possible in a model of kind classify" },
};

#define LABELS  "FILE: morph.labels: 3 lines expected, one for each number of the code, "
#define ANCHORS "FILE: morph.anchors: a name of its own, of 1…47 bytes, expected for each"
#define LONG    "0123456789abcdef0123456789abcdef0123456789abcdef"

static const Fault morph_faults[] = {
  { "\"morph\"", "\"denoise\"", "FILE: bands.step_hz: missing" },
  { "\"morph\"", "\"autoencoder\"", "FILE: spectrum.top_db: missing" },
  { "\"morph.scale_db\":\"20\"", "\"morph.scale_db\":\"0\"",
    "FILE: morph.scale_db: 0 is not in 0.1…1000" },
  { "\"morph.scale_db\"", "\"morph.scale\"", "FILE: morph.scale_db: missing" },
  { "\"morph.labels\"", "\"morph.label\"", "FILE: morph.labels: missing" },
  { "\"morph.anchors\"", "\"morph.anchor\"", "FILE: morph.anchors: missing" },
  { "brightness\\n\\n", "brightness\\n", LABELS "2 found" },
  { "brightness\\n\\n", "", LABELS "1 found" },
  { "brightness\\n\\n", "brightness\\n\\n\\n", LABELS "4 found" },
  { "brightness", LONG, "FILE: morph.labels: a word of 47 bytes at most expected for each" },
  { "brightness", "\\u001b[2J",
    "FILE: morph.labels: a word of 47 bytes at most expected for each" },
  { "flute", LONG, ANCHORS },
  { "flute", "Geige", ANCHORS },
  { "flute", "", ANCHORS },
  { "flute", "fl\\u0085te", ANCHORS },
  { "flute\\n", "", "FILE: anchors.code: shape [1, 3] expected, [2, 3] found" },
  { "flute\\nGeige", "", "FILE: anchors.code: unknown tensor" },
  { "[2,64]", "[128]", "FILE: anchors.shape_db: shape [2, 64] expected, [128] found" },
  { "\"code.low\"", "\"code.lowest\"", "FILE: code.low: missing" },
  { "\"code.high\"", "\"code.highest\"", "FILE: code.high: missing" },
};

static void
expect_line(const Image* image, const char* line)
{
  Model*     model = NULL;
  Diagnostic why;
  assert_int_equal(parse_copy(image, image->size, &model, &why), STATUS_BAD_FILE);
  assert_string_equal(why.text, line);
  assert_null(model);
}

static void
expect_lines(void* const* state, ModelKind kind, size_t n, const Fault* list)
{
  for (size_t i = 0; i < n; ++i) {
    Image image = small_image_of(state, kind);
    edit(&image, list[i].from, list[i].to);
    expect_line(&image, list[i].line);
    free(image.bytes);
  }
}

#define EXPECT_LINES(kind, faults) \
  expect_lines(state, kind, sizeof(faults) / sizeof((faults)[0]), faults)

static void
test_each_fault_has_its_line(void** state)
{
  EXPECT_LINES(MODEL_DENOISE, faults);
  EXPECT_LINES(MODEL_AUTOENCODER, autoencoder_faults);
  EXPECT_LINES(MODEL_CLASSIFY, classifier_faults);
  EXPECT_LINES(MODEL_MORPH, morph_faults);
}

static void
test_percentiles_ascend(void** state)
{
  const char* const path  = folder_path(state, "model.safetensors");
  Model* const      model = small_model_of(MODEL_MORPH);
  Diagnostic        why;
  model->morph.low[1] = model->morph.high[1] + 0.5f;
  assert_int_equal(model_write(model, path, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, ": code.low: number 1 is above that of code.high"));
  model->morph.low[1] = model->morph.high[1];
  assert_int_equal(model_write(model, path, &why), STATUS_SUCCESS);
  model_free(model);
}

/// The last name may end in a newline or not.
static void
test_last_class_needs_no_newline(void** state)
{
  Image image = small_image_of(state, MODEL_CLASSIFY);
  edit(&image, "виола\\n", "виола");
  Model* model = NULL;
  assert_int_equal(parse_copy(&image, image.size, &model, NULL), STATUS_SUCCESS);
  assert_string_equal(model->card.classes, "flute\nGeige\nвиола");
  model_free(model);
  free(image.bytes);
}

static void
test_json_that_is_not_json(void** state)
{
  static const char* const changes[][2] = {
    { "\"kind\":\"denoise\"", "\"kind\":\"denoise\",\"kind\":\"denoise\"" },
    { "Kleine", "\xff" },
    { "Kleine", "\\u0000" },
    { "[0,480]", "[0,48000000000000000000]" },
    { "[0,480]}", "[0,480]" },
  };
  for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); ++i) {
    Image image = small_image(state);
    edit(&image, changes[i][0], changes[i][1]);
    Model*     model = NULL;
    Diagnostic why;
    assert_int_equal(parse_copy(&image, image.size, &model, &why), STATUS_BAD_FILE);
    assert_memory_equal(why.text, "FILE: header, byte ", 19);
    free(image.bytes);
  }
}

/// As Python's safetensors writes them, which sorts arrays by name.
static void
test_tensors_may_lie_in_another_order(void** state)
{
  Image image = small_image(state);
  edit(&image, "[0,480]", "[16,496]");
  edit(&image, "[480,496]", "[0,16]");
  uint8_t* const data = image.bytes + 8 + header_size(&image);
  uint8_t        bias[16];
  memcpy(bias, data + 480, 16);
  memmove(data + 16, data, 480);
  memcpy(data, bias, 16);

  Model* const expected = small_model();
  Model*       model    = NULL;
  Diagnostic   why;
  assert_int_equal(parse_copy(&image, image.size, &model, &why), STATUS_SUCCESS);
  assert_models_equal(model, expected);
  model_free(model);
  model_free(expected);
  free(image.bytes);
}

static void
test_bytes_after_the_end(void** state)
{
  Image image = small_image(state);
  memset(image.bytes + image.size, 0, 4);
  image.size += 4;
  expect_line(&image, "FILE: 768 bytes of weights expected, 772 found");
  free(image.bytes);
}

static void
test_headers_that_lie_about_their_length(void** state)
{
  const Image image = small_image(state);
  memset(image.bytes, 0xff, 8);
  expect_line(&image, "FILE: not a safetensors file");

  memset(image.bytes, 0, 8);
  image.bytes[2] = 1;
  char line[80];
  (void)snprintf(line, sizeof(line), "FILE: a header of 65536 bytes in a file of %zu", image.size);
  expect_line(&image, line);
  free(image.bytes);
}

/// Nested deeper than the stack should be asked to follow.
static void
test_deep_json(void** state)
{
  (void)state;
  uint8_t bytes[8 + 60000];
  memset(bytes, '[', sizeof(bytes));
  memset(bytes, 0, 8);
  bytes[0] = 60000 & 255;
  bytes[1] = 60000 >> 8;
  memcpy(bytes + 8, "{\"a\":", 5);
  Model*     model = NULL;
  Diagnostic why;
  assert_int_equal(model_parse("FILE", sizeof(bytes), bytes, &model, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "maximum parsing depth"));
}

static void
test_weights_must_be_finite(void** state)
{
  static const uint8_t bad[][4] = {
    { 0, 0, 0x80, 0x7f }, // ∞
    { 0, 0, 0x80, 0xff }, // −∞
    { 1, 0, 0xc0, 0x7f }, // NaN
  };
  for (size_t i = 0; i < 3; ++i) {
    const Image image = small_image(state);
    memcpy(image.bytes + 8 + header_size(&image) + 480 + 8, bad[i], 4);
    expect_line(&image, "FILE: encoder.0.bias: number 2 is not finite");
    free(image.bytes);
  }
}

static void
assert_old_model(const char* path)
{
  Diagnostic   why;
  Model* const expected = small_model();
  Model*       found    = NULL;
  assert_int_equal(model_read(path, &found, &why), STATUS_SUCCESS);
  assert_models_equal(found, expected);
  model_free(found);
  model_free(expected);
}

static void
test_model_that_cannot_be_read_is_not_written(void** state)
{
  const char* const path = folder_path(state, "model.safetensors");
  Diagnostic        why;
  Model* const      model = small_model();
  assert_int_equal(model_write(model, path, &why), STATUS_SUCCESS);
  model->weights[0] = NAN;
  assert_int_equal(model_write(model, path, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "encoder.0.weight: number 0 is not finite"));
  model->weights[0] = 0.0f;
  model->card.data  = strdup("latin \xe9");
  assert_int_equal(model_write(model, path, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "card.data: not UTF-8 text"));
  assert_old_model(path);
  model_free(model);
}

static void
test_failed_write_leaves_the_old_file(void** state)
{
  const char* const path = folder_path(state, "model.safetensors");
  Diagnostic        why;
  Model* const      model = small_model();
  assert_int_equal(model_write(model, path, &why), STATUS_SUCCESS);
  model->weights[3] = 7.0f;
  folder_limit(1000);
  const Status status = model_write(model, path, &why);
  folder_limit(FOLDER_NO_LIMIT);
  assert_int_equal(status, STATUS_IO);
  assert_memory_equal(why.text, path, strlen(path));
  assert_old_model(path);
  model_free(model);
}

static void
test_missing_file(void** state)
{
  Model*     model = NULL;
  Diagnostic why;
  assert_int_equal(model_read("/nonexistent/model", &model, &why), STATUS_NOT_FOUND);
  assert_memory_equal(why.text, "/nonexistent/model: ", 20);
  assert_int_equal(model_read(folder_path(state, "."), &model, &why), STATUS_BAD_FILE);
  assert_null(model);
}

static void
test_hosts_that_write_a_decimal_comma(void** state)
{
  const char* const        path    = folder_path(state, "model.safetensors");
  static const char* const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "nl_NL.UTF-8" };
  const char*              found   = NULL;
  for (size_t i = 0; !found && i < sizeof(names) / sizeof(names[0]); ++i) {
    found = setlocale(LC_ALL, names[i]);
  }
  if (!found) {
    skip(); // No such language is installed
  }
  Diagnostic   why;
  Model* const model = small_model();
  assert_int_equal(model_write(model, path, &why), STATUS_SUCCESS);
  assert_old_model(path);
  assert_string_equal(localeconv()->decimal_point, ",");
  (void)setlocale(LC_ALL, "C");
  assert_old_model(path);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_round_trip_of_every_feature),
    cmocka_unit_test(test_round_trip_of_spectra),
    cmocka_unit_test(test_round_trip_of_a_morph_model),
    cmocka_unit_test(test_published_models_are_rewritten_byte_for_byte),
    cmocka_unit_test(test_bytes_are_safetensors),
    cmocka_unit_test(test_bytes_of_a_bypassed_model),
    cmocka_unit_test(test_bytes_of_halves),
    cmocka_unit_test(test_same_model_same_bytes),
    cmocka_unit_test(test_truncated_at_every_length),
    cmocka_unit_test(test_altered_header_fails_or_is_valid),
    cmocka_unit_test(test_each_fault_has_its_line),
    cmocka_unit_test(test_percentiles_ascend),
    cmocka_unit_test(test_last_class_needs_no_newline),
    cmocka_unit_test(test_json_that_is_not_json),
    cmocka_unit_test(test_tensors_may_lie_in_another_order),
    cmocka_unit_test(test_bytes_after_the_end),
    cmocka_unit_test(test_headers_that_lie_about_their_length),
    cmocka_unit_test(test_deep_json),
    cmocka_unit_test(test_weights_must_be_finite),
    cmocka_unit_test(test_model_that_cannot_be_read_is_not_written),
    cmocka_unit_test(test_failed_write_leaves_the_old_file),
    cmocka_unit_test(test_missing_file),
    cmocka_unit_test(test_hosts_that_write_a_decimal_comma),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
