// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/optimizer.h"

#include <math.h>
#include <stdlib.h>

/// Numbers that one task updates.
enum { CHUNK = 1 << 16 };

static const double beta1 = 0.9;
static const double beta2 = 0.999;

Adam*
adam_new(const size_t n)
{
  Adam* const adam = calloc(1, sizeof(Adam));
  if (!adam) {
    return NULL;
  }

  adam->n      = n;
  adam->mean   = calloc(n, sizeof(real));
  adam->square = calloc(n, sizeof(real));
  if (!adam->mean || !adam->square) {
    adam_free(adam);
    return NULL;
  }
  return adam;
}

void
adam_free(Adam* const adam)
{
  if (adam) {
    free(adam->mean);
    free(adam->square);
    free(adam);
  }
}

typedef struct {
  Adam*       adam;
  real        rate;    ///< rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)
  real        epsilon; ///< 1e-8 · √(1 − β₂ᵗ)
  const real* gradient;
  real*       value;
} Update;

#ifdef LAMINA_DOUBLE
#define SQRT sqrt
#else
#define SQRT sqrtf
#endif

static void
update_chunk(void* const handle, const uint32_t chunk)
{
  const Update* const update = (const Update*)handle;
  const size_t        from   = (size_t)chunk * CHUNK;
  const size_t        left   = update->adam->n - from;
  const size_t        n      = left < CHUNK ? left : CHUNK;
  const real          keep1  = (real)beta1;
  const real          keep2  = (real)beta2;
  const real          rate   = update->rate;
  const real          eps    = update->epsilon;

  const real* restrict g = update->gradient + from;
  real* restrict m       = update->adam->mean + from;
  real* restrict v       = update->adam->square + from;
  real* restrict theta   = update->value + from;
  for (size_t i = 0; i < n; ++i) {
    m[i] = keep1 * m[i] + (1 - keep1) * g[i];
    v[i] = keep2 * v[i] + (1 - keep2) * g[i] * g[i];
    theta[i] -= rate * m[i] / (SQRT(v[i]) + eps);
  }
}

void
adam_step(Adam* const adam, Team* const team, const double rate, const real* const gradient,
          real* const value)
{
  ++adam->step;
  const double root   = sqrt(1.0 - pow(beta2, (double)adam->step));
  Update       update = { .adam     = adam,
                          .rate     = (real)(rate * root / (1.0 - pow(beta1, (double)adam->step))),
                          .epsilon  = (real)(1e-8 * root),
                          .gradient = gradient,
                          .value    = value };
  team_run(team, (uint32_t)((adam->n + CHUNK - 1) / CHUNK), update_chunk, &update);
}

double
gradient_clip(const size_t n, const double limit, real* const gradient)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) {
    sum += (double)gradient[i] * (double)gradient[i];
  }

  const double norm = sqrt(sum);
  if (limit > 0.0 && isfinite(norm) && norm > limit) {
    const real scale = (real)(limit / norm);
    for (size_t i = 0; i < n; ++i) {
      gradient[i] *= scale;
    }
  }
  return norm;
}

double
rate_at(const uint64_t step, const uint64_t n_steps, const uint64_t n_warmup, const double rate,
        const double final)
{
  if (step < n_warmup) {
    return rate * (double)(step + 1) / (double)n_warmup;
  }

  const double done = (double)(step - n_warmup) / (double)(n_steps - n_warmup);
  return rate * (final + (1.0 - final) * 0.5 * (1.0 + cos(M_PI * done)));
}
