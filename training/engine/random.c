// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
//
// One round of Philox4x32 takes the two 64-bit products p = M0·c0 and q = M1·c2 and gives
//   c' = (hi(q) ^ c1 ^ k0, lo(q), hi(p) ^ c3 ^ k1, lo(p));
// the key is raised by a Weyl sequence between rounds.

#include "training/engine/random.h"

#include <assert.h>
#include <math.h>

#define PHILOX_ROUNDS 10

/// Multipliers and key increments, table 2 and §4.3 of the paper.
static const uint32_t philox_m[2] = { 0xD2511F53u, 0xCD9E8D57u };
static const uint32_t philox_w[2] = { 0x9E3779B9u, 0xBB67AE85u };

static void
philox_round(uint32_t c[4], const uint32_t k[2])
{
  const uint64_t p  = (uint64_t)philox_m[0] * c[0];
  const uint64_t q  = (uint64_t)philox_m[1] * c[2];
  const uint32_t c0 = (uint32_t)(q >> 32u) ^ c[1] ^ k[0];
  const uint32_t c2 = (uint32_t)(p >> 32u) ^ c[3] ^ k[1];

  c[0] = c0;
  c[1] = (uint32_t)q;
  c[2] = c2;
  c[3] = (uint32_t)p;
}

void
philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t block[4])
{
  uint32_t k[2] = { key[0], key[1] };

  for (uint32_t i = 0; i < 4; ++i) {
    block[i] = counter[i];
  }
  for (uint32_t round = 0; round < PHILOX_ROUNDS; ++round) {
    philox_round(block, k);
    k[0] += philox_w[0];
    k[1] += philox_w[1];
  }
}

Random
random_at(uint64_t seed, RandomStream stream, uint64_t step)
{
  Random random = {
    .key     = { (uint32_t)seed, (uint32_t)(seed >> 32u) },
    .counter = { 0, (uint32_t)step, (uint32_t)(step >> 32u), (uint32_t)stream },
    .n_used  = 4,
  };
  return random;
}

uint32_t
random_bits(Random* random)
{
  if (random->n_used == 4) {
    philox4x32_10(random->counter, random->key, random->block);
    ++random->counter[0];
    random->n_used = 0;
  }
  return random->block[random->n_used++];
}

Random
random_branch(Random* random)
{
  const uint64_t high = random_bits(random);
  const uint64_t low  = random_bits(random);
  return random_at(high << 32u | low, (RandomStream)random->counter[3], 0);
}

double
random_uniform(Random* random)
{
  const uint32_t high = random_bits(random) >> 5u;
  const uint32_t low  = random_bits(random) >> 6u;

  // 53 bits, all that a double holds.
  return ((double)high * 0x1p26 + (double)low) * 0x1p-53;
}

double
random_between(Random* random, double low, double high)
{
  return low + (high - low) * random_uniform(random);
}

double
random_logarithmic(Random* random, double low, double high)
{
  return exp(random_between(random, log(low), log(high)));
}

uint32_t
random_below(Random* random, uint32_t n)
{
  assert(n > 0);

  // Lemire 2019: the high word of bits · n, without the few bits that would favor some.
  const uint32_t unfair  = (0u - n) % n;
  uint64_t       product = 0;
  do {
    product = (uint64_t)random_bits(random) * n;
  } while ((uint32_t)product < unfair);
  return (uint32_t)(product >> 32u);
}

double
random_normal(Random* random)
{
  static const double turn = 6.283185307179586;

  // 1 − u is in (0, 1], where the logarithm is finite.
  const double radius = sqrt(-2.0 * log(1.0 - random_uniform(random)));
  return radius * cos(turn * random_uniform(random));
}
