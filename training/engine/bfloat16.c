// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The C interface of oneDNN 2; its matrices are row-major, C [m × n] = A [m × k] · B [k × n].

#include "training/engine/bfloat16.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include <assert.h>
#include <immintrin.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(float), "bfloat16 is to train, not to check gradients");

/// Rows of a task: what it writes stays in the second cache for what comes after the product.
/// Inputs of a task of the weights' gradient: rows are rounded up to UNIT.
enum { MAX_ROWS = 256, MAX_INPUTS = 512, UNIT = 16, CACHE_LINE = 64, MAX_ARGUMENTS = 5 };

/// Inputs and outputs of the smallest layer that gains: at 8 nothing was gained.
enum { MIN_UNITS = 16 };

/// The upper half of a float32.
typedef uint16_t Half;

/// One call of the library, prepared: what it computes, and with what memory.  Of one task.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_stream_t    stream;
  int              n_arguments;
  dnnl_exec_arg_t  arguments[MAX_ARGUMENTS];
  void*            scratch;
} Call;

/// One tap's weights as the kernels want them.
typedef struct {
  dnnl_memory_desc_t layout;
  void*              numbers;
  Call               pack; ///< From the weights
} Packed;

struct Bfloat16 {
  LayerShape    shape; ///< Its outputs are the sums
  dnnl_engine_t engine;
  uint32_t      rows;   ///< Of a task
  uint32_t      n_rows; ///< Of the largest mini-batch, a multiple of `rows`
  uint32_t      front;  ///< Rows of zeros: before the first input, after the last slope
  uint32_t      inputs; ///< Of a task of the weights' gradient, but for the last one
  BatchShape    batch;
  Half*         x;      ///< [front + n_rows × n_in]; rows that the batch has not are zero
  Half*         da;     ///< [n_rows + front × n_out]; the same
  Half*         w;      ///< [n_taps × n_in × n_out], on their way to `down`
  Packed*       up;     ///< [n_taps], for the forward pass
  Packed*       down;   ///< [n_taps], transposed, for the backward pass
  Call*         output; ///< [n_taps × tasks]
  Call*         input;  ///< [n_taps × tasks]
  Call*         weight; ///< [n_taps × tasks]
  float*        y_end;  ///< Outputs of a task with fewer rows, [rows × n_out]
  float*        dx_end; ///< [rows × n_in]
};

static bool
has_amx(void)
{
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_amx) ==
         dnnl_cpu_isa_avx512_core_amx;
}

bool
bfloat16_works(void)
{
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) ==
         dnnl_cpu_isa_avx512_core_bf16;
}

bool
bfloat16_pays(void)
{
  __builtin_cpu_init();
  return has_amx() || (bfloat16_works() && __builtin_cpu_is("amd"));
}

bool
bfloat16_suits(const LayerShape* const shape)
{
  return shape->n_in >= MIN_UNITS && shape->n_out >= MIN_UNITS;
}

/// To the nearest, to even between two; a NaN stays one.  Every CPU that works has AVX512-BF16.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void
round_numbers(const size_t n, const float* const from, Half* const to)
{
  enum { WIDTH = 16 };

  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) {
    const __m256bh rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(from + i));
    memcpy(to + i, &rounded, sizeof(rounded));
  }
  const __mmask16 rest    = (__mmask16)((1u << (n - i)) - 1u);
  const __m256bh  rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(rest, from + i));
  _mm256_mask_storeu_epi16(to + i, rest, (__m256i)rounded);
}

/// Memory of a call.  @param numbers Where it is; may be set later, unless it is padded.
static bool
add_argument(Call* const call, const dnnl_engine_t engine, const int argument,
             const dnnl_memory_desc_t* const layout, void* const numbers)
{
  dnnl_exec_arg_t* const added = &call->arguments[call->n_arguments];
  added->arg                   = argument;
  if (dnnl_memory_create(&added->memory, layout, engine, numbers)) {
    return false;
  }
  ++call->n_arguments;
  return true;
}

/// @param kind Of the call, without its memory.  Freed.
static bool
prepare_call(Call* const call, const dnnl_engine_t engine, dnnl_primitive_desc_t kind)
{
  const dnnl_memory_desc_t* const layout = dnnl_primitive_desc_query_md(
    kind, dnnl_query_scratchpad_md, 0);
  const size_t size   = dnnl_memory_desc_get_size(layout);
  const size_t padded = (size + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
  call->scratch       = aligned_alloc(CACHE_LINE, padded);
  const bool ok       = call->scratch && !dnnl_primitive_create(&call->primitive, kind) &&
                  !dnnl_stream_create(&call->stream, engine, dnnl_stream_default_flags) &&
                  add_argument(call, engine, DNNL_ARG_SCRATCHPAD, layout, call->scratch);
  dnnl_primitive_desc_destroy(kind);
  return ok;
}

static void
clear_call(Call* const call)
{
  for (int i = 0; i < call->n_arguments; ++i) {
    dnnl_memory_destroy(call->arguments[i].memory);
  }
  dnnl_primitive_destroy(call->primitive);
  dnnl_stream_destroy(call->stream);
  free(call->scratch);
}

static void
free_calls(Call* const calls, const size_t n)
{
  for (size_t i = 0; calls && i < n; ++i) {
    clear_call(&calls[i]);
  }
  free(calls);
}

/// Tell a call where a memory is.
static void
set_argument(const Call* const call, const int argument, const void* const numbers)
{
  int i = 0;
  while (call->arguments[i].arg != argument) {
    ++i;
  }
  dnnl_memory_set_data_handle(call->arguments[i].memory, (void*)(uintptr_t)numbers);
}

static void
run_call(const Call* const call)
{
  omp_set_num_threads(1); // Of this thread; the engine shares out the tasks itself
  const dnnl_status_t status = dnnl_primitive_execute(call->primitive, call->stream,
                                                      call->n_arguments, call->arguments);
  assert(status == dnnl_success);
  (void)status;
}

/// Attributes of all calls: their scratch memory is ours.  @param add Whether to add to C.
static dnnl_primitive_attr_t
make_attributes(const bool add)
{
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t       after      = NULL;
  dnnl_primitive_attr_create(&attributes);
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (add && !dnnl_post_ops_create(&after)) {
    dnnl_post_ops_append_sum(after, 1.0f);
    dnnl_primitive_attr_set_post_ops(attributes, after);
    dnnl_post_ops_destroy(after);
  }
  return attributes;
}

/// One matrix product.
typedef struct {
  uint32_t           m, n, k;
  dnnl_memory_desc_t a;
  dnnl_memory_desc_t b; ///< Or any layout
  bool               biased;
  bool               add;
} Multiplication;

static dnnl_memory_desc_t
describe(const uint32_t n_rows, const uint32_t n_columns, const dnnl_data_type_t type,
         const dnnl_format_tag_t layout)
{
  dnnl_memory_desc_t described;
  const dnnl_dims_t  sizes = { n_rows, n_columns };
  dnnl_memory_desc_init_by_tag(&described, 2, sizes, type, layout);
  return described;
}

/// Some columns of a row-major matrix, seen transposed.  @param stride Columns of the matrix.
static dnnl_memory_desc_t
describe_columns(const uint32_t n_columns, const uint32_t n_rows, const uint32_t stride)
{
  dnnl_memory_desc_t described;
  const dnnl_dims_t  sizes   = { n_columns, n_rows };
  const dnnl_dims_t  strides = { 1, stride };
  dnnl_memory_desc_init_by_strides(&described, 2, sizes, dnnl_bf16, strides);
  return described;
}

/// @return NULL when it cannot be made.
static dnnl_primitive_desc_t
describe_multiplication(const dnnl_engine_t engine, const Multiplication* const product)
{
  const dnnl_memory_desc_t bias = describe(1, product->n, dnnl_f32, dnnl_ab);
  const dnnl_memory_desc_t c    = describe(product->m, product->n, dnnl_f32, dnnl_ab);
  dnnl_matmul_desc_t       matmul;
  dnnl_primitive_desc_t    described  = NULL;
  dnnl_primitive_attr_t    attributes = make_attributes(product->add);
  if (!dnnl_matmul_desc_init(&matmul, &product->a, &product->b, product->biased ? &bias : NULL,
                             &c)) {
    dnnl_primitive_desc_create(&described, &matmul, attributes, engine, NULL);
  }
  dnnl_primitive_attr_destroy(attributes);
  return described;
}

/// @param b Fixed place of B, or NULL.
static bool
prepare_multiplication(Call* const call, const dnnl_engine_t engine,
                       const Multiplication* const product, void* const b)
{
  const dnnl_memory_desc_t    c    = describe(product->m, product->n, dnnl_f32, dnnl_ab);
  const dnnl_memory_desc_t    bias = describe(1, product->n, dnnl_f32, dnnl_ab);
  const dnnl_primitive_desc_t kind = describe_multiplication(engine, product);
  return kind && prepare_call(call, engine, kind) &&
         add_argument(call, engine, DNNL_ARG_SRC, &product->a, DNNL_MEMORY_NONE) &&
         add_argument(call, engine, DNNL_ARG_WEIGHTS, &product->b, b) &&
         add_argument(call, engine, DNNL_ARG_DST, &c, DNNL_MEMORY_NONE) &&
         (!product->biased || add_argument(call, engine, DNNL_ARG_BIAS, &bias, DNNL_MEMORY_NONE));
}

/// The products of a task's rows with a tap's weights, one after another.
typedef struct {
  uint32_t n_in, n_out; ///< Columns of A and of C
  bool     turned;      ///< The weights are transposed
  bool     biased;
} Way;

static Multiplication
rows_product(const Bfloat16* const half, const Way* const way, const bool first)
{
  return (Multiplication){ .m = half->rows,
                           .n = way->n_out,
                           .k = way->n_in,
                           .a = describe(half->rows, way->n_in, dnnl_bf16, dnnl_ab),
                           .b = describe(way->n_in, way->n_out, dnnl_bf16, dnnl_format_tag_any),
                           .biased = way->biased && first,
                           .add    = !first };
}

/// The layout of B that the kernels want, and how to get there.
static bool
prepare_packed(const dnnl_engine_t engine, const Multiplication* const product,
               const dnnl_memory_desc_t* const from, void* const numbers, Packed* const packed)
{
  dnnl_primitive_desc_t kind = describe_multiplication(engine, product);
  if (!kind) {
    return false;
  }
  packed->layout  = *dnnl_primitive_desc_query_md(kind, dnnl_query_weights_md, 0);
  const size_t n  = dnnl_memory_desc_get_size(&packed->layout);
  packed->numbers = aligned_alloc(CACHE_LINE, (n + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  dnnl_primitive_desc_destroy(kind);

  dnnl_primitive_attr_t attributes = make_attributes(false);
  kind                             = NULL;
  dnnl_reorder_primitive_desc_create(&kind, from, engine, &packed->layout, engine, attributes);
  dnnl_primitive_attr_destroy(attributes);
  return packed->numbers && kind && prepare_call(&packed->pack, engine, kind) &&
         add_argument(&packed->pack, engine, DNNL_ARG_FROM, from, numbers) &&
         add_argument(&packed->pack, engine, DNNL_ARG_TO, &packed->layout, packed->numbers);
}

/// Tasks of rows in the largest mini-batch.
static uint32_t
row_tasks(const Bfloat16* const half)
{
  return half->n_rows / half->rows;
}

/// @param packed Of all taps, made.  @param calls [n_taps × tasks], made.
static bool
prepare_way(const Bfloat16* const half, const Way* const way, Packed* const packed,
            Call* const calls)
{
  const size_t             block = (size_t)way->n_in * way->n_out;
  const dnnl_memory_desc_t from  = way->turned ? describe(way->n_in, way->n_out, dnnl_bf16, dnnl_ba)
                                               : describe(way->n_in, way->n_out, dnnl_f32, dnnl_ab);
  bool                     ok    = packed && calls;
  for (uint32_t k = 0; ok && k < half->shape.n_taps; ++k) {
    Multiplication product = rows_product(half, way, !k);
    ok = prepare_packed(half->engine, &product, &from, way->turned ? half->w + k * block : NULL,
                        &packed[k]);
    product.b = packed[k].layout;
    for (uint32_t t = 0; ok && t < row_tasks(half); ++t) {
      ok = prepare_multiplication(&calls[k * row_tasks(half) + t], half->engine, &product,
                                  packed[k].numbers);
    }
  }
  return ok;
}

uint32_t
bfloat16_weight_tiles(const Bfloat16* const half)
{
  return (half->shape.n_in + half->inputs - 1) / half->inputs;
}

/// Inputs of a task of the weights' gradient.
static uint32_t
tile_inputs(const Bfloat16* const half, const uint32_t tile)
{
  const uint32_t left = half->shape.n_in - tile * half->inputs;
  return left < half->inputs ? left : half->inputs;
}

/// The gradient of a task's inputs' weights.
static Multiplication
weights_product(const Bfloat16* const half, const uint32_t tile)
{
  const uint32_t m = tile_inputs(half, tile);
  return (Multiplication){ .m = m,
                           .n = half->shape.n_out,
                           .k = half->n_rows,
                           .a = describe_columns(m, half->n_rows, half->shape.n_in),
                           .b = describe(half->n_rows, half->shape.n_out, dnnl_bf16, dnnl_ab) };
}

static bool
prepare_weights(const Bfloat16* const half)
{
  const uint32_t n_tiles = bfloat16_weight_tiles(half);
  bool           ok      = half->weight;
  for (uint32_t i = 0; ok && i < half->shape.n_taps * n_tiles; ++i) {
    const Multiplication product = weights_product(half, i % n_tiles);
    ok = prepare_multiplication(&half->weight[i], half->engine, &product, half->da);
  }
  return ok;
}

static uint32_t
round_up(const uint32_t n, const uint32_t unit)
{
  return (n + unit - 1) / unit * unit;
}

static void
set_sizes(Bfloat16* const half, const BatchShape largest)
{
  const uint32_t n      = batch_rows(largest);
  const uint32_t n_in   = half->shape.n_in;
  const uint32_t tiles  = (n_in + MAX_INPUTS - 1) / MAX_INPUTS;
  uint32_t       oldest = 0;
  for (uint32_t k = 0; k < half->shape.n_taps; ++k) {
    oldest = half->shape.taps[k] > oldest ? half->shape.taps[k] : oldest;
  }
  half->rows   = n < MAX_ROWS ? round_up(n, UNIT) : MAX_ROWS;
  half->n_rows = round_up(n, half->rows);
  half->front  = oldest < largest.n_steps ? oldest * largest.n_streams : n;
  half->inputs = round_up((n_in + tiles - 1) / tiles, UNIT);
}

static bool
allocate(Bfloat16* const half)
{
  const LayerShape* const shape = &half->shape;
  const size_t            rows  = (size_t)half->n_rows + half->front;
  const size_t            tasks = (size_t)shape->n_taps * row_tasks(half);
  half->x                       = calloc(rows * shape->n_in, sizeof(Half));
  half->da                      = calloc(rows * shape->n_out, sizeof(Half));
  half->w                       = calloc(layer_shape_weights(shape), sizeof(Half));
  half->up                      = calloc(shape->n_taps, sizeof(Packed));
  half->down                    = calloc(shape->n_taps, sizeof(Packed));
  half->output                  = calloc(tasks, sizeof(Call));
  half->input                   = calloc(tasks, sizeof(Call));
  half->weight = calloc((size_t)shape->n_taps * bfloat16_weight_tiles(half), sizeof(Call));
  half->y_end  = calloc((size_t)half->rows * shape->n_out, sizeof(float));
  half->dx_end = calloc((size_t)half->rows * shape->n_in, sizeof(float));
  return half->x && half->da && half->w && half->y_end && half->dx_end;
}

Bfloat16*
bfloat16_new(const LayerShape* const shape, const BatchShape largest)
{
  Bfloat16* const half = calloc(1, sizeof(Bfloat16));
  if (!half) {
    return NULL;
  }

  omp_set_num_threads(1); // What the kernels are made for
  half->shape           = *shape;
  half->shape.n_out     = layer_shape_sums(shape);
  half->shape.gated     = false; // What becomes of the sums is not a product
  const uint32_t n_in   = shape->n_in;
  const uint32_t n_sums = half->shape.n_out;
  const Way      up     = { .n_in = n_in, .n_out = n_sums, .biased = true };
  const Way      down   = { .n_in = n_sums, .n_out = n_in, .turned = true };
  set_sizes(half, largest);
  if (dnnl_engine_create(&half->engine, dnnl_cpu, 0) || !allocate(half) ||
      !prepare_way(half, &up, half->up, half->output) ||
      !prepare_way(half, &down, half->down, half->input) || !prepare_weights(half)) {
    bfloat16_free(half);
    return NULL;
  }
  return half;
}

static void
clear_packed(Packed* const packed)
{
  clear_call(&packed->pack);
  free(packed->numbers);
}

void
bfloat16_free(Bfloat16* const half)
{
  if (!half) {
    return;
  }

  const uint32_t n_taps = half->shape.n_taps;
  free_calls(half->output, (size_t)n_taps * row_tasks(half));
  free_calls(half->input, (size_t)n_taps * row_tasks(half));
  free_calls(half->weight, (size_t)n_taps * bfloat16_weight_tiles(half));
  for (uint32_t k = 0; half->up && half->down && k < n_taps; ++k) {
    clear_packed(&half->up[k]);
    clear_packed(&half->down[k]);
  }
  free(half->up);
  free(half->down);
  dnnl_engine_destroy(half->engine);
  free(half->x);
  free(half->da);
  free(half->w);
  free(half->y_end);
  free(half->dx_end);
  free(half);
}

uint32_t
bfloat16_rows(const Bfloat16* const half)
{
  return half->rows;
}

/// Place of the first row of the mini-batch's input.
static Half*
first_input(const Bfloat16* const half)
{
  return half->x + (size_t)half->front * half->shape.n_in;
}

void
bfloat16_begin(Bfloat16* const half, const BatchShape batch)
{
  const size_t n_in  = half->shape.n_in;
  const size_t n_out = half->shape.n_out;
  const size_t n     = batch_rows(batch);
  const size_t n_old = batch_rows(half->batch);
  assert(n <= half->n_rows);
  if (n < n_old) {
    memset(first_input(half) + n * n_in, 0, (n_old - n) * n_in * sizeof(Half));
    memset(half->da + n * n_out, 0, (n_old - n) * n_out * sizeof(Half));
  }
  half->batch = batch;
}

void
bfloat16_take_input(Bfloat16* const half, const uint32_t from, const uint32_t to,
                    const real* const x)
{
  const size_t n_in = half->shape.n_in;
  round_numbers((to - from) * n_in, x + from * n_in, first_input(half) + from * n_in);
}

void
bfloat16_take_slope(Bfloat16* const half, const uint32_t from, const uint32_t to,
                    const real* const da)
{
  const size_t n_out = half->shape.n_out;
  round_numbers((to - from) * n_out, da + from * n_out, half->da + from * n_out);
}

void
bfloat16_take_weights(Bfloat16* const half, const uint32_t tap, const real* const w)
{
  set_argument(&half->up[tap].pack, DNNL_ARG_FROM, w);
  run_call(&half->up[tap].pack);
}

void
bfloat16_turn_weights(Bfloat16* const half, const uint32_t tap, const real* const w)
{
  const size_t block = (size_t)half->shape.n_in * half->shape.n_out;
  round_numbers(block, w, half->w + tap * block); // To turn half as many bytes is faster
  run_call(&half->down[tap].pack);
}

/// Rows that a tap's input lies before; of one that reads nothing, all.
static size_t
tap_delay(const Bfloat16* const half, const uint32_t tap)
{
  const uint32_t steps = half->shape.taps[tap] < half->batch.n_steps ? half->shape.taps[tap]
                                                                     : half->batch.n_steps;
  const uint32_t delay = steps * half->batch.n_streams;
  assert(delay <= half->front);
  return delay;
}

/// Rows of a task, which has fewer of them at the end of a mini-batch.
static uint32_t
task_rows(const Bfloat16* const half, const uint32_t from)
{
  const uint32_t left = batch_rows(half->batch) - from;
  return left < half->rows ? left : half->rows;
}

void
bfloat16_output(Bfloat16* const half, const uint32_t from, const real* const b, real* const y)
{
  const LayerShape* const shape = &half->shape;
  const uint32_t          n     = task_rows(half, from);
  float* const            place = y + (size_t)from * shape->n_out;
  float* const            to    = n < half->rows ? half->y_end : place;
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    const Call* const call = &half->output[k * row_tasks(half) + from / half->rows];
    const Half* const x    = first_input(half) - tap_delay(half, k) * shape->n_in;
    set_argument(call, DNNL_ARG_SRC, x + (size_t)from * shape->n_in);
    set_argument(call, DNNL_ARG_DST, to);
    if (!k) {
      set_argument(call, DNNL_ARG_BIAS, b);
    }
    run_call(call);
  }
  if (to != place) {
    memcpy(place, to, (size_t)n * shape->n_out * sizeof(float));
  }
}

void
bfloat16_input(Bfloat16* const half, const uint32_t from, real* const dx)
{
  const LayerShape* const shape = &half->shape;
  const uint32_t          n     = task_rows(half, from);
  float* const            place = dx + (size_t)from * shape->n_in;
  float* const            to    = n < half->rows ? half->dx_end : place;
  for (uint32_t k = 0; k < shape->n_taps; ++k) {
    const Call* const call = &half->input[k * row_tasks(half) + from / half->rows];
    set_argument(call, DNNL_ARG_SRC, half->da + (from + tap_delay(half, k)) * shape->n_out);
    set_argument(call, DNNL_ARG_DST, to);
    run_call(call);
  }
  if (to != place) {
    memcpy(place, to, (size_t)n * shape->n_in * sizeof(float));
  }
}

void
bfloat16_weights(Bfloat16* const half, const uint32_t tap, const uint32_t tile, real* const dw)
{
  const LayerShape* const shape = &half->shape;
  const Call* const       call  = &half->weight[tap * bfloat16_weight_tiles(half) + tile];
  const size_t            from  = (size_t)tile * half->inputs;
  const Half* const       x     = first_input(half) - tap_delay(half, tap) * shape->n_in;
  set_argument(call, DNNL_ARG_SRC, x + from);
  set_argument(call, DNNL_ARG_DST, dw + from * shape->n_out);
  run_call(call);
}
