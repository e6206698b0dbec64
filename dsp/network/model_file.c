// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_file.h"

#include "dsp/file.h"
#include "dsp/half.h"
#include "dsp/network/model_metadata.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LENGTH_SIZE = 8, ///< Bytes before the header
  FLOAT_SIZE  = 4,
  HALF_SIZE   = 2,
  MAX_DIMS    = 3,
  MAX_TENSORS = 2 * 2 * (NETWORK_MAX_LAYERS + 1) + 4,
};

/// One array of a model and where it lies.
typedef struct {
  char     name[32];
  uint32_t n_dims;
  uint32_t dims[MAX_DIMS];
  size_t   first; ///< Index of its first number in Model.weights
  size_t   n;     ///< Numbers
  uint64_t size;  ///< Bytes of one of them in the file: FLOAT_SIZE or HALF_SIZE
  uint64_t from;  ///< First byte in the file, from the end of the header
} Tensor;

/// Every array of a model, in the order of its weights.
typedef struct {
  uint32_t n;
  size_t   n_weights;
  Tensor   list[MAX_TENSORS];
} Tensors;

/// @param of "encoder.0" of "encoder.0.weight".
static void
tensors_add(Tensors* tensors, const char* of, const LayerShape* layer)
{
  Tensor* const weight = &tensors->list[tensors->n++];
  Tensor* const bias   = &tensors->list[tensors->n++];

  const uint32_t n_sums = layer_shape_sums(layer);
  *weight               = (Tensor){ .n_dims = 3,
                                    .dims   = { layer->n_taps, layer->n_in, n_sums },
                                    .first  = tensors->n_weights,
                                    .n      = layer_shape_weights(layer) };
  *bias =
    (Tensor){ .n_dims = 1, .dims = { n_sums }, .first = weight->first + weight->n, .n = n_sums };
  (void)snprintf(weight->name, sizeof(weight->name), "%s.weight", of);
  (void)snprintf(bias->name, sizeof(bias->name), "%s.bias", of);
  tensors->n_weights = bias->first + bias->n;
}

static void
tensors_add_layers(Tensors* tensors, const char* network, uint32_t n, const LayerShape* layers)
{
  for (uint32_t l = 0; l < n; ++l) {
    char of[24];
    (void)snprintf(of, sizeof(of), "%s.%u", network, l);
    tensors_add(tensors, of, &layers[l]);
  }
}

/// @param n_rows 0: a row alone.
static void
tensors_add_space(Tensors* tensors, const char* name, uint32_t n_rows, uint32_t n_columns)
{
  Tensor* const tensor = &tensors->list[tensors->n++];
  *tensor              = (Tensor){ .n_dims = n_rows ? 2 : 1,
                                   .dims   = { n_rows ? n_rows : n_columns, n_columns },
                                   .first  = tensors->n_weights,
                                   .n      = (size_t)(n_rows ? n_rows : 1) * n_columns };
  (void)snprintf(tensor->name, sizeof(tensor->name), "%s", name);
  tensors->n_weights = tensor->first + tensor->n;
}

static Tensors
tensors_of(const ModelShape* shape)
{
  Tensors tensors = { 0 };
  tensors_add_layers(&tensors, "encoder", shape->n_encoder, shape->encoder);
  tensors_add_layers(&tensors, "decoder", shape->n_decoder, shape->decoder);
  if (shape->bypassed) {
    const LayerShape encoder = model_bypass_shape(shape->n_encoder, shape->encoder);
    const LayerShape decoder = model_bypass_shape(shape->n_decoder, shape->decoder);
    tensors_add(&tensors, "encoder.bypass", &encoder);
    tensors_add(&tensors, "decoder.bypass", &decoder);
  }
  if (shape->kind == MODEL_MORPH) {
    tensors_add_space(&tensors, "code.low", 0, model_shape_code(shape));
    tensors_add_space(&tensors, "code.high", 0, model_shape_code(shape));
  }
  if (shape->kind == MODEL_MORPH && shape->n_anchors) {
    tensors_add_space(&tensors, "anchors.code", shape->n_anchors, model_shape_code(shape));
    tensors_add_space(&tensors, "anchors.shape_db", shape->n_anchors, ENVELOPE_BANDS);
  }
  return tensors;
}

// Bytes are put together one by one, so that the order of the host's does not matter.

static uint64_t
load_u64(const uint8_t* bytes)
{
  uint64_t value = 0;
  for (uint32_t i = 0; i < LENGTH_SIZE; ++i) {
    value |= (uint64_t)bytes[i] << (8 * i);
  }
  return value;
}

static void
store_u64(uint64_t value, uint8_t* bytes)
{
  for (uint32_t i = 0; i < LENGTH_SIZE; ++i) {
    bytes[i] = (uint8_t)(value >> (8 * i));
  }
}

static float
load_float(const uint8_t* bytes)
{
  const uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                        (uint32_t)bytes[3] << 24;
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

static float
load_half(const uint8_t* bytes)
{
  return half_to_float((uint16_t)(bytes[0] | bytes[1] << 8));
}

static void
store_half(float value, uint8_t* bytes)
{
  const uint16_t half = half_from_float(value);
  bytes[0]            = (uint8_t)half;
  bytes[1]            = (uint8_t)(half >> 8);
}

static void
store_float(float value, uint8_t* bytes)
{
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  for (uint32_t i = 0; i < FLOAT_SIZE; ++i) {
    bytes[i] = (uint8_t)(bits >> (8 * i));
  }
}

/// "[3, 256, 255]"
static void
format_dims(uint32_t n_dims, const uint32_t* dims, size_t size, char* text)
{
  size_t used = (size_t)snprintf(text, size, "[");
  for (uint32_t i = 0; i < n_dims; ++i) {
    used += (size_t)snprintf(text + used, size - used, i ? ", %u" : "%u", dims[i]);
  }
  (void)snprintf(text + used, size - used, "]");
}

static bool
dims_equal(const json_t* found, const Tensor* tensor)
{
  bool equal = json_is_array(found) && json_array_size(found) == tensor->n_dims;
  for (uint32_t i = 0; equal && i < tensor->n_dims; ++i) {
    const json_t* const dim = json_array_get(found, i);
    equal = json_is_integer(dim) && json_integer_value(dim) == (json_int_t)tensor->dims[i];
  }
  return equal;
}

static Status
check_dims(const char* name, const json_t* found, const Tensor* tensor, Diagnostic* why)
{
  if (dims_equal(found, tensor)) {
    return STATUS_SUCCESS;
  }
  char expected[48];
  format_dims(tensor->n_dims, tensor->dims, sizeof(expected), expected);
  char* const  text   = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;
  const Status status = diagnose(why, STATUS_BAD_FILE, "%s: %s: shape %s expected, %.60s found",
                                 name, tensor->name, expected, text ? text : "none");
  free(text);
  return status;
}

/// Read one of "data_offsets".  @return False when it is not a number in 0…max.
static bool
read_offset(const json_t* offsets, size_t index, uint64_t max, uint64_t* value)
{
  const json_t* const number = json_array_get(offsets, index);
  const json_int_t    offset = json_is_integer(number) ? json_integer_value(number) : -1;
  *value                     = (uint64_t)offset;
  return offset >= 0 && *value <= max;
}

/// @return Bytes of a number, or 0.
static uint64_t
size_of_dtype(const char* dtype)
{
  return !dtype ? 0 : !strcmp(dtype, "F32") ? FLOAT_SIZE : !strcmp(dtype, "F16") ? HALF_SIZE : 0;
}

/// Check one entry of the header and set `tensor->from` and `size`.
static Status
read_entry(const char* name, const json_t* entry, uint64_t data_size, Tensor* tensor,
           Diagnostic* why)
{
  if (!json_is_object(entry)) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %s: missing", name, tensor->name);
  }
  const char* const dtype = json_string_value(json_object_get(entry, "dtype"));
  tensor->size            = size_of_dtype(dtype);
  if (!tensor->size) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %s: dtype F32 or F16 expected, %.16s found", name,
                    tensor->name, dtype ? dtype : "none");
  }
  const Status status = check_dims(name, json_object_get(entry, "shape"), tensor, why);
  if (status) {
    return status;
  }
  const json_t* const offsets = json_object_get(entry, "data_offsets");
  const uint64_t      size    = (uint64_t)tensor->n * tensor->size;
  uint64_t            end     = 0;
  if (json_object_size(entry) != 3 || json_array_size(offsets) != 2 ||
      !read_offset(offsets, 0, data_size, &tensor->from) ||
      !read_offset(offsets, 1, data_size, &end) || end < tensor->from ||
      end - tensor->from != size) {
    return diagnose(why, STATUS_BAD_FILE,
                    "%s: %s: data_offsets of %" PRIu64 " bytes among %" PRIu64 " expected", name,
                    tensor->name, size, data_size);
  }
  return STATUS_SUCCESS;
}

static int
compare_from(const void* a, const void* b)
{
  const uint64_t from_a = ((const Tensor*)a)->from;
  const uint64_t from_b = ((const Tensor*)b)->from;
  return (from_a > from_b) - (from_a < from_b);
}

/// The arrays must fill the data: no gap, no overlap, nothing after the last.  Sorts them.
static Status
check_tiling(const char* name, uint64_t data_size, Tensors* tensors, Diagnostic* why)
{
  uint64_t end = 0;
  qsort(tensors->list, tensors->n, sizeof(Tensor), compare_from);
  for (uint32_t i = 0; i < tensors->n; ++i) {
    const Tensor* const tensor = &tensors->list[i];
    if (tensor->from != end) {
      return diagnose(why, STATUS_BAD_FILE,
                      "%s: %s: begins at %" PRIu64 ", the one before ends at %" PRIu64, name,
                      tensor->name, tensor->from, end);
    }
    end += (uint64_t)tensor->n * tensor->size;
  }
  if (end != data_size) {
    return diagnose(why, STATUS_BAD_FILE,
                    "%s: %" PRIu64 " bytes of weights expected, %" PRIu64 " found", name, end,
                    data_size);
  }
  return STATUS_SUCCESS;
}

/// Find every array of `tensors` in the header, and no other.  Removes them from `root`.
static Status
read_tensors(const char* name, json_t* root, uint64_t data_size, Tensors* tensors, Diagnostic* why)
{
  for (uint32_t i = 0; i < tensors->n; ++i) {
    Tensor* const tensor = &tensors->list[i];
    const Status  status = read_entry(name, json_object_get(root, tensor->name), data_size, tensor,
                                      why);
    if (status) {
      return status;
    }
    (void)json_object_del(root, tensor->name);
  }
  const char* key   = NULL;
  json_t*     value = NULL;
  json_object_foreach(root, key, value)
  {
    if (strcmp(key, "__metadata__")) {
      return diagnose(why, STATUS_BAD_FILE, "%s: %.40s: unknown tensor", name, key);
    }
  }
  return check_tiling(name, data_size, tensors, why);
}

static Status
read_weights(const char* name, const uint8_t* data, const Tensors* tensors, float* weights,
             Diagnostic* why)
{
  for (uint32_t i = 0; i < tensors->n; ++i) {
    const Tensor* const  tensor = &tensors->list[i];
    const uint8_t* const bytes  = data + tensor->from;
    for (size_t j = 0; j < tensor->n; ++j) {
      const uint8_t* const at = bytes + j * tensor->size;
      const float          w  = tensor->size == HALF_SIZE ? load_half(at) : load_float(at);
      if (!isfinite(w)) {
        return diagnose(why, STATUS_BAD_FILE, "%s: %s: number %zu is not finite", name,
                        tensor->name, j);
      }
      weights[tensor->first + j] = w;
    }
  }
  return STATUS_SUCCESS;
}

static Status
check_percentiles(const char* name, const MorphSpace* space, Diagnostic* why)
{
  for (uint32_t i = 0; i < space->n_code; ++i) {
    if (space->low[i] > space->high[i]) {
      return diagnose(why, STATUS_BAD_FILE, "%s: code.low: number %u is above that of code.high",
                      name, i);
    }
  }
  return STATUS_SUCCESS;
}

/// Build the model once all that the header says has been found true.
static Status
build(const char* name, const json_t* metadata, const ModelShape* shape, const uint8_t* data,
      const Tensors* tensors, Model** model, Diagnostic* why)
{
  Model* const built = model_new(shape);
  if (!built || !model_metadata_read_card(metadata, &built->card)) {
    model_free(built);
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", name);
  }
  model_metadata_read_names(metadata, &built->morph);
  built->half   = tensors->list[0].size == HALF_SIZE;
  Status status = read_weights(name, data, tensors, built->weights, why);
  status        = status ? status : check_percentiles(name, &built->morph, why);
  if (status) {
    model_free(built);
    return status;
  }
  *model = built;
  return STATUS_SUCCESS;
}

static Status
parse_root(const char* name, json_t* root, size_t data_size, const uint8_t* data, Model** model,
           Diagnostic* why)
{
  json_t* const metadata = json_object_get(root, "__metadata__");
  if (!json_is_object(metadata)) {
    return diagnose(why, STATUS_BAD_FILE, "%s: not a Lamina model: no __metadata__", name);
  }
  ModelShape shape;
  Diagnostic fault;
  Status     status = model_metadata_read(metadata, &shape, &fault);
  if (status) {
    return diagnose(why, status, "%s: %.400s", name, fault.text);
  }
  Tensors tensors = tensors_of(&shape);
  status          = read_tensors(name, root, data_size, &tensors, why);
  return status ? status : build(name, metadata, &shape, data, &tensors, model, why);
}

static Status
parse(const char* name, size_t size, const uint8_t* bytes, Model** model, Diagnostic* why)
{
  if (size < LENGTH_SIZE + 2) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %zu bytes are too few for a model", name, size);
  }
  const uint64_t header_size = load_u64(bytes);
  const char*    header      = (const char*)bytes + LENGTH_SIZE;
  if (header_size > MODEL_MAX_HEADER || header[0] != '{') {
    return diagnose(why, STATUS_BAD_FILE, "%s: not a safetensors file", name);
  }
  if (header_size > size - LENGTH_SIZE) {
    return diagnose(why, STATUS_BAD_FILE, "%s: a header of %" PRIu64 " bytes in a file of %zu",
                    name, header_size, size);
  }
  json_error_t  error;
  json_t* const root = json_loadb(header, header_size, JSON_REJECT_DUPLICATES, &error);
  if (!root) {
    return diagnose(why, STATUS_BAD_FILE, "%s: header, byte %d: %s", name, error.position,
                    error.text);
  }
  const Status status = parse_root(name, root, size - LENGTH_SIZE - header_size,
                                   bytes + LENGTH_SIZE + header_size, model, why);
  json_decref(root);
  return status;
}

/// Numbers are written with a point whatever the host's language.  @return What to put back.
static locale_t
locale_enter(locale_t* plain)
{
  *plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  return uselocale(*plain); // With no memory for a locale it only tells the current one
}

static void
locale_leave(locale_t old, locale_t plain)
{
  (void)uselocale(old);
  if (plain) {
    freelocale(plain);
  }
}

Status
model_parse(const char* name, size_t size, const void* bytes, Model** model, Diagnostic* why)
{
  locale_t       plain;
  const locale_t old    = locale_enter(&plain);
  const Status   status = parse(name, size, bytes, model, why);
  locale_leave(old, plain);
  return status;
}

Status
model_read(const char* path, Model** model, Diagnostic* why)
{
  size_t size   = 0;
  void*  bytes  = NULL;
  Status status = file_read(path, MODEL_MAX_FILE, &size, &bytes, why);
  if (!status) {
    status = model_parse(path, size, bytes, model, why);
    free(bytes);
  }
  return status;
}

/// @return The entry of one array in the header; NULL when memory is short.
static json_t*
entry_new(const Tensor* tensor, bool half)
{
  const json_int_t number_size = half ? HALF_SIZE : FLOAT_SIZE;
  json_t* const    shape       = json_array();
  for (uint32_t i = 0; i < tensor->n_dims; ++i) {
    (void)json_array_append_new(shape, json_integer(tensor->dims[i]));
  }
  const json_int_t from = (json_int_t)tensor->first * number_size;
  const json_int_t size = (json_int_t)tensor->n * number_size;
  return json_pack("{s:s, s:o, s:[I, I]}", "dtype", half ? "F16" : "F32", "shape", shape,
                   "data_offsets", from, from + size);
}

/// @return The header's JSON, owned by the caller; NULL when memory is short.
static char*
header_new(json_t* metadata, const Tensors* tensors, bool half)
{
  json_t* const root = json_object();
  bool          ok   = !json_object_set(root, "__metadata__", metadata);
  for (uint32_t i = 0; i < tensors->n; ++i) {
    const Tensor* const tensor = &tensors->list[i];
    ok = ok && !json_object_set_new(root, tensor->name, entry_new(tensor, half));
  }
  char* const text = ok ? json_dumps(root, JSON_COMPACT) : NULL;
  json_decref(root);
  return text;
}

/// Header and weights in one block.  @return Owned by the caller; NULL when memory is short.
static uint8_t*
bytes_new(const char* header, const Model* model, size_t* size)
{
  const size_t header_size = strlen(header);
  const size_t padded_size = (header_size + LENGTH_SIZE - 1) / LENGTH_SIZE * LENGTH_SIZE;
  const size_t number_size = model->half ? HALF_SIZE : FLOAT_SIZE;
  const size_t data_size   = model->n_weights * number_size;
  *size                    = LENGTH_SIZE + padded_size + data_size;
  uint8_t* const bytes     = malloc(*size);
  if (bytes) {
    store_u64(padded_size, bytes);
    memcpy(bytes + LENGTH_SIZE, header, header_size);
    memset(bytes + LENGTH_SIZE + header_size, ' ', padded_size - header_size);
    uint8_t* const data = bytes + LENGTH_SIZE + padded_size;
    for (size_t i = 0; i < model->n_weights; ++i) {
      (model->half ? store_half : store_float)(model->weights[i], data + i * number_size);
    }
  }
  return bytes;
}

/// @param bytes Set on success, owned by the caller.
static Status
format_model(const Model* model, const char* path, size_t* size, uint8_t** bytes, Diagnostic* why)
{
  ModelShape shape;
  model_get_shape(model, &shape);
  const Tensors tensors = tensors_of(&shape);
  assert(tensors.n_weights == model->n_weights);

  json_t*      metadata = NULL;
  Diagnostic   fault;
  const Status status = model_metadata_write(&shape, &model->card, &model->morph, &metadata,
                                             &fault);
  if (status) {
    return diagnose(why, status, "%s: %.400s", path, fault.text);
  }
  char* const header = header_new(metadata, &tensors, model->half);
  *bytes             = header ? bytes_new(header, model, size) : NULL;
  free(header);
  json_decref(metadata);
  return *bytes ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
}

Status
model_write(const Model* model, const char* path, Diagnostic* why)
{
  locale_t       plain;
  const locale_t old    = locale_enter(&plain);
  size_t         size   = 0;
  uint8_t*       bytes  = NULL;
  Model*         again  = NULL;
  Status         status = format_model(model, path, &size, &bytes, why);
  locale_leave(old, plain);
  if (!status) {
    // What cannot be read must not take the place of what can
    status = model_parse(path, size, bytes, &again, why);
  }
  if (!status) {
    status = file_replace(path, size, bytes, why);
  }
  model_free(again);
  free(bytes);
  return status;
}
