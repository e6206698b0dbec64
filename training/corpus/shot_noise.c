// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/shot_noise.h"

#include "training/corpus/energy.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/// Most sections that a burst goes through.
enum { SECTIONS = 2 + SHOT_RESONANCES };

/// Of both ends of a burst's band: no hump.
static const double edge_q = 0.7071;

static ShotSort
draw_sort(Random* random)
{
  ShotSort     sort;
  const bool   is_regular = random_uniform(random) < 0.5;
  const double regularity = random_uniform(random);
  const double octaves    = random_between(random, 1.0, 7.0);
  const double decay_s    = random_logarithmic(random, 0.003, 0.4);
  sort.rate_hz            = random_logarithmic(random, 0.4, 60.0);
  sort.regularity         = is_regular ? regularity : 0.0;
  sort.spread_db          = random_between(random, 1.0, 8.0);
  sort.decay_s            = fmin(decay_s, 1.0 / sort.rate_hz); // Or it would be no event
  sort.attack_s           = sort.decay_s * random_logarithmic(random, 0.02, 0.7);
  sort.low_hz             = random_logarithmic(random, 40.0, 3000.0);
  sort.high_hz            = fmin(sort.low_hz * pow(2.0, octaves), 20000.0);
  sort.n_resonances       = random_below(random, SHOT_RESONANCES + 1);
  sort.level_db           = random_between(random, -12.0, 0.0);
  for (uint32_t i = 0; i < SHOT_RESONANCES; ++i) {
    sort.resonances[i].frequency_hz = random_logarithmic(random, 80.0, 8000.0);
    sort.resonances[i].gain_db      = random_between(random, 6.0, 36.0);
    sort.resonances[i].q            = random_logarithmic(random, 3.0, 60.0);
  }
  return sort;
}

ShotNoise
shot_noise_draw(Random* random)
{
  ShotNoise noise;
  noise.n_sorts = 1 + random_below(random, SHOT_SORTS);
  for (uint32_t i = 0; i < SHOT_SORTS; ++i) {
    noise.sorts[i] = draw_sort(random);
  }
  return noise;
}

/// Samples to the next event.
static double
draw_gap(const ShotSort* sort, Random* random, double rate_hz)
{
  const double waiting = -log(1.0 - random_uniform(random));
  return rate_hz / sort->rate_hz * (sort->regularity + (1.0 - sort->regularity) * waiting);
}

/// @param out [n], written.
static void
make_bursts(const ShotSort* sort, Random* random, double rate_hz, uint32_t n, float* out)
{
  const double decay  = exp(-1.0 / (sort->decay_s * rate_hz));
  const double attack = exp(-1.0 / (sort->attack_s * rate_hz));
  double       slow   = 0.0;
  double       fast   = 0.0;
  double       next   = random_uniform(random) * draw_gap(sort, random, rate_hz);
  for (uint32_t i = 0; i < n; ++i) {
    while (next <= i) {
      const double level = pow(10.0, sort->spread_db * random_normal(random) / 20.0);
      slow += level;
      fast += level;
      next += draw_gap(sort, random, rate_hz);
    }
    out[i] = (float)((slow - fast) * (int32_t)random_bits(random) * 0x1p-31);
    slow *= decay;
    fast *= attack;
  }
}

static void
ring(const ShotSort* sort, double rate_hz, uint32_t n, float* x)
{
  Biquad       sections[SECTIONS];
  const double highest_hz = 0.45 * rate_hz;
  sections[0]             = biquad_high_pass(rate_hz, fmin(sort->low_hz, highest_hz), edge_q);
  sections[1]             = biquad_low_pass(rate_hz, fmin(sort->high_hz, highest_hz), edge_q);
  for (uint32_t i = 0; i < sort->n_resonances; ++i) {
    sections[2 + i] = biquad_resonance(rate_hz, &sort->resonances[i]);
  }
  biquad_apply(2 + sort->n_resonances, sections, n, x);
}

void
shot_noise_make(const ShotNoise* noise, Random* random, double rate_hz, uint32_t n, float* out,
                float* work)
{
  memset(out, 0, n * sizeof *out);
  for (uint32_t s = 0; s < noise->n_sorts; ++s) {
    const ShotSort* const sort = &noise->sorts[s];
    make_bursts(sort, random, rate_hz, n, work);
    ring(sort, rate_hz, n, work);
    energy_set(n, n * pow(10.0, sort->level_db / 10.0), work);
    for (uint32_t i = 0; i < n; ++i) {
      out[i] += work[i];
    }
  }
  energy_set(n, n, out);
}
