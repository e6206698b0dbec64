// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Where the library is missing, or the engine computes in double: nothing is ever made.

#include "training/engine/bfloat16.h"

#include <assert.h>
#include <stddef.h>

bool
bfloat16_works(void)
{
  return false;
}

bool
bfloat16_pays(void)
{
  return false;
}

bool
bfloat16_suits(const LayerShape* const shape)
{
  (void)shape;
  return false;
}

Bfloat16*
bfloat16_new(const LayerShape* const shape, const BatchShape largest)
{
  (void)shape;
  (void)largest;
  return NULL;
}

void
bfloat16_free(Bfloat16* const half)
{
  (void)half;
}

uint32_t
bfloat16_rows(const Bfloat16* const half)
{
  (void)half;
  assert(false);
  return 0;
}

uint32_t
bfloat16_weight_tiles(const Bfloat16* const half)
{
  (void)half;
  assert(false);
  return 0;
}

void
bfloat16_begin(Bfloat16* const half, const BatchShape batch)
{
  (void)half;
  (void)batch;
  assert(false);
}

void
bfloat16_take_input(Bfloat16* const half, const uint32_t from, const uint32_t to,
                    const real* const x)
{
  (void)half;
  (void)from;
  (void)to;
  (void)x;
  assert(false);
}

void
bfloat16_take_weights(Bfloat16* const half, const uint32_t tap, const real* const w)
{
  (void)half;
  (void)tap;
  (void)w;
  assert(false);
}

void
bfloat16_turn_weights(Bfloat16* const half, const uint32_t tap, const real* const w)
{
  (void)half;
  (void)tap;
  (void)w;
  assert(false);
}

void
bfloat16_take_slope(Bfloat16* const half, const uint32_t from, const uint32_t to,
                    const real* const da)
{
  (void)half;
  (void)from;
  (void)to;
  (void)da;
  assert(false);
}

void
bfloat16_output(Bfloat16* const half, const uint32_t from, const real* const b, real* const y)
{
  (void)half;
  (void)from;
  (void)b;
  (void)y;
  assert(false);
}

void
bfloat16_input(Bfloat16* const half, const uint32_t from, real* const dx)
{
  (void)half;
  (void)from;
  (void)dx;
  assert(false);
}

void
bfloat16_weights(Bfloat16* const half, const uint32_t tap, const uint32_t tile, real* const dw)
{
  (void)half;
  (void)tap;
  (void)tile;
  (void)dw;
  assert(false);
}
