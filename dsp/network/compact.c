// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/compact.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
  BLOCK = COMPACT_BLOCK,
  PAIRS = BLOCK / 2, ///< Inputs are taken two by two, as processors multiply 16-bit numbers
  PANEL = 32,        ///< Outputs of which a pair's weights fill a cache line of 64 bytes
  TILE  = PAIRS * PANEL * 2
};

/// Numbers below this are read as zero: their scales would be too small to be exact.
static const float tiny = 1e-30f;

struct Compact {
  uint32_t n_taps;
  uint32_t n_in;
  uint32_t n_out;
  uint32_t n_blocks;
  uint32_t n_panels;
  int8_t*  w;     ///< [n_taps × n_blocks × n_panels][PAIRS][PANEL][2], padded with zeros
  float*   scale; ///< [n_taps × n_blocks × n_panels][PANEL]
};

/// The inputs of one block.
typedef struct {
  float    scale;
  uint32_t n_pairs;     ///< Those that are not zero
  uint32_t at[PAIRS];   ///< Where they stand in the block
  int16_t  x[PAIRS][2]; ///< What they are
} Inputs;

/// The smaller of the two.
static uint32_t
smaller(const uint32_t a, const uint32_t b)
{
  return a < b ? a : b;
}

/// One output's weights of one block, `stride` apart.  @return Their scale.
static float
pack_output(const uint32_t n, const uint32_t stride, const float* const w, int8_t* const packed)
{
  float peak = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    peak = fmaxf(peak, fabsf(w[(size_t)i * stride]));
  }
  const float scale = peak > tiny ? peak / 127.0f : 0.0f;
  for (uint32_t i = 0; i < n && scale > 0.0f; ++i) {
    const size_t at = (size_t)(i / 2) * PANEL * 2 + i % 2;
    packed[at]      = (int8_t)lrintf(w[(size_t)i * stride] / scale);
  }
  return scale;
}

/// One block of inputs to all outputs.
static void
pack_block(const Compact* const compact, const uint32_t n, const float* const w,
           int8_t* const packed, float* const scale)
{
  for (uint32_t j = 0; j < compact->n_out; ++j) {
    int8_t* const panel = packed + (size_t)(j / PANEL) * TILE;
    scale[j]            = pack_output(n, compact->n_out, w + j, panel + (size_t)(j % PANEL) * 2);
  }
}

static void
pack(Compact* const compact, const float* w)
{
  const size_t n_packed = (size_t)compact->n_panels * TILE;
  const size_t n_scales = (size_t)compact->n_panels * PANEL;
  int8_t*      packed   = compact->w;
  float*       scale    = compact->scale;
  for (uint32_t k = 0; k < compact->n_taps; ++k) {
    for (uint32_t i = 0; i < compact->n_in; i += BLOCK) {
      const uint32_t n = smaller(BLOCK, compact->n_in - i);
      pack_block(compact, n, w, packed, scale);
      w += (size_t)n * compact->n_out;
      packed += n_packed;
      scale += n_scales;
    }
  }
}

Compact*
compact_new(const uint32_t n_taps, const uint32_t n_in, const uint32_t n_out, const float* const w)
{
  Compact* const compact = calloc(1, sizeof(Compact));
  if (!compact) {
    return NULL;
  }

  compact->n_taps      = n_taps;
  compact->n_in        = n_in;
  compact->n_out       = n_out;
  compact->n_blocks    = (n_in + BLOCK - 1) / BLOCK;
  compact->n_panels    = (n_out + PANEL - 1) / PANEL;
  const size_t n_tiles = (size_t)n_taps * compact->n_blocks * compact->n_panels;
  compact->w           = aligned_alloc(64, n_tiles * TILE);
  compact->scale       = calloc(n_tiles * PANEL, sizeof(float));
  if (!compact->w || !compact->scale) {
    compact_free(compact);
    return NULL;
  }
  memset(compact->w, 0, n_tiles * TILE);
  pack(compact, w);
  return compact;
}

void
compact_free(Compact* const compact)
{
  if (compact) {
    free(compact->w);
    free(compact->scale);
    free(compact);
  }
}

/// The largest magnitude of `n` numbers, found by their bits, which are in the same order.
static inline __attribute__((always_inline)) float
peak_of(const uint32_t n, const float* const x)
{
  int32_t peak = 0;
  for (uint32_t i = 0; i < n; ++i) {
    int32_t bits;
    memcpy(&bits, &x[i], sizeof(bits));
    bits &= INT32_MAX;
    peak = bits > peak ? bits : peak;
  }
  float magnitude;
  memcpy(&magnitude, &peak, sizeof(magnitude));
  return magnitude;
}

/// Round to 16 bits.  Adding 1.5·2²³ leaves ones in a float's last bit.
static inline __attribute__((always_inline)) void
round_inputs(const uint32_t n, const float factor, const float* const x, int16_t* const rounded)
{
  for (uint32_t i = 0; i < n; ++i) {
    const float sum = x[i] * factor + 0x1.8p23f;
    int32_t     bits;
    memcpy(&bits, &sum, sizeof(bits));
    rounded[i] = (int16_t)bits;
  }
}

/// Round a block of `n` inputs and list the pairs that are not zero.
static inline __attribute__((always_inline)) void
read_block(const uint32_t n, const float* const x, Inputs* const inputs)
{
  const float peak = peak_of(n, x);
  inputs->n_pairs  = 0;
  if (!(peak > tiny && peak <= FLT_MAX)) {
    return;
  }
  int16_t pair[PAIRS][2] = { 0 };
  round_inputs(n, 32767.0f / peak, x, *pair);
  inputs->scale = peak / 32767.0f;
  for (uint32_t p = 0; p < (n + 1) / 2; ++p) {
    inputs->at[inputs->n_pairs] = p;
    memcpy(inputs->x[inputs->n_pairs], pair[p], sizeof(pair[p]));
    inputs->n_pairs += pair[p][0] || pair[p][1];
  }
}

/// sum_j = Σ_i x_i w_ij over one block and one panel.  At most 64·32767·127: no overflow.
typedef void (*SumTile)(const Inputs* inputs, const int8_t* w, int32_t* sum);

static void
sum_tile(const Inputs* const inputs, const int8_t* const w, int32_t* const sum)
{
  int32_t part[PANEL * 2] = { 0 };
  for (uint32_t p = 0; p < inputs->n_pairs; ++p) {
    const int8_t* const row = w + (size_t)inputs->at[p] * PANEL * 2;
    int16_t             x[PANEL * 2];
    for (uint32_t j = 0; j < PANEL * 2; j += 2) {
      memcpy(&x[j], inputs->x[p], sizeof(inputs->x[p]));
    }
    for (uint32_t j = 0; j < PANEL * 2; ++j) {
      part[j] += x[j] * (int16_t)row[j];
    }
  }
  for (uint32_t j = 0; j < PANEL; ++j) {
    sum[j] = part[2 * j] + part[2 * j + 1];
  }
}

/// y_j += sum_j, back in the units of inputs and weights.
static inline __attribute__((always_inline)) void
add_scaled(const uint32_t n, const float x_scale, const float* const scale,
           const int32_t* const sum, float* const y)
{
  for (uint32_t j = 0; j < n; ++j) {
    y[j] += x_scale * scale[j] * (float)sum[j];
  }
}

/// y += x·W of one block.
static inline __attribute__((always_inline)) void
add_block(const SumTile tile, const uint32_t n_out, const Inputs* const inputs, const int8_t* w,
          const float* const scale, float* const y)
{
  for (uint32_t j = 0; j < n_out; j += PANEL, w += TILE) {
    int32_t sum[PANEL];
    tile(inputs, w, sum);
    if (j + PANEL <= n_out) { // a constant, which makes whole vectors of it
      add_scaled(PANEL, inputs->scale, scale + j, sum, y + j);
    } else {
      add_scaled(n_out - j, inputs->scale, scale + j, sum, y + j);
    }
  }
}

/// Inlined into one copy for each kind of vector unit.
static inline __attribute__((always_inline)) void
add_taps(const SumTile tile, const Compact* const compact, const float* const* const x,
         float* const y)
{
  const int8_t* w     = compact->w;
  const float*  scale = compact->scale;
  for (uint32_t k = 0; k < compact->n_taps; ++k) {
    for (uint32_t i = 0; i < compact->n_in; i += BLOCK) {
      Inputs inputs;
      read_block(smaller(BLOCK, compact->n_in - i), x[k] + i, &inputs);
      if (inputs.n_pairs) {
        add_block(tile, compact->n_out, &inputs, w, scale, y);
      }
      w += (size_t)compact->n_panels * TILE;
      scale += (size_t)compact->n_panels * PANEL;
    }
  }
}

void
compact_add_plain(const Compact* const compact, const float* const* const x, float* const y)
{
  add_taps(sum_tile, compact, x, y);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) static inline void
sum_tile_avx2(const Inputs* const inputs, const int8_t* const w, int32_t* const sum)
{
  __m256i part[PANEL / 8] = { 0 };
  for (uint32_t p = 0; p < inputs->n_pairs; ++p) {
    const int8_t* const row = w + (size_t)inputs->at[p] * PANEL * 2;
    int32_t             pair;
    memcpy(&pair, inputs->x[p], sizeof(pair));
    const __m256i x = _mm256_set1_epi32(pair);
#pragma GCC unroll 4
    for (uint32_t k = 0; k < PANEL / 8; ++k) {
      const __m128i narrow = _mm_load_si128((const __m128i*)(const void*)(row + 16 * k));
      const __m256i wide   = _mm256_cvtepi8_epi16(narrow);
      part[k]              = _mm256_add_epi32(part[k], _mm256_madd_epi16(x, wide));
    }
  }
  memcpy(sum, part, sizeof(part));
}

// Without FMA, which would round unlike the plain code.
__attribute__((target("avx2"))) static void
add_taps_avx2(const Compact* const compact, const float* const* const x, float* const y)
{
  add_taps(sum_tile_avx2, compact, x, y);
}

void
compact_add(const Compact* const compact, const float* const* const x, float* const y)
{
  if (__builtin_cpu_supports("avx2")) {
    add_taps_avx2(compact, x, y);
  } else {
    compact_add_plain(compact, x, y);
  }
}

#else

void
compact_add(const Compact* const compact, const float* const* const x, float* const y)
{
  compact_add_plain(compact, x, y);
}

#endif
