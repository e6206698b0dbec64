// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/sha256.h"

#include <string.h>

// Names follow FIPS 180-4: W is the message schedule, K and H are constants of sections 4.2.2 and
// 5.3.3, a…h are the working variables of section 6.2.2.

static const uint32_t K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t H[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

static uint32_t
rotate_right(const uint32_t x, const unsigned n)
{
  return x >> n | x << (32 - n);
}

static uint32_t
read_word(const uint8_t* const bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void
schedule(const uint8_t* const block, uint32_t* const W)
{
  for (unsigned t = 0; t < 16; ++t) {
    W[t] = read_word(block + 4 * t);
  }
  for (unsigned t = 16; t < 64; ++t) {
    const uint32_t x = W[t - 15];
    const uint32_t y = W[t - 2];
    const uint32_t s = rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
    const uint32_t r = rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10;
    W[t]             = r + W[t - 7] + s + W[t - 16];
  }
}

static void
compress(uint32_t* const state, const uint8_t* const block)
{
  uint32_t W[64];
  uint32_t v[8]; // a…h
  schedule(block, W);
  memcpy(v, state, sizeof(v));
  for (unsigned t = 0; t < 64; ++t) {
    const uint32_t e  = v[4];
    const uint32_t a  = v[0];
    const uint32_t S1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
    const uint32_t S0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
    const uint32_t T1 = v[7] + S1 + ((e & v[5]) ^ (~e & v[6])) + K[t] + W[t];
    const uint32_t T2 = S0 + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof(*v));
    v[4] += T1;
    v[0] = T1 + T2;
  }
  for (unsigned i = 0; i < 8; ++i) {
    state[i] += v[i];
  }
}

void
sha256_begin(Sha256* const hash)
{
  *hash = (Sha256){ .length = 0 };
  memcpy(hash->state, H, sizeof(H));
}

void
sha256_add(Sha256* const hash, size_t size, const void* const bytes)
{
  const uint8_t* at = bytes;
  while (size) {
    const size_t kept = hash->length % sizeof(hash->block);
    const size_t room = sizeof(hash->block) - kept;
    const size_t n    = size < room ? size : room;
    memcpy(hash->block + kept, at, n);
    hash->length += n;
    if (n == room) {
      compress(hash->state, hash->block);
    }
    at += n;
    size -= n;
  }
}

void
sha256_end(Sha256* const hash, char text[SHA256_TEXT_SIZE])
{
  static const uint8_t padding[64] = { 0x80 };
  static const char    digits[]    = "0123456789abcdef";

  const uint64_t n_bits = hash->length * 8;
  const size_t   kept   = hash->length % 64;
  uint8_t        end[8];
  for (unsigned i = 0; i < 8; ++i) {
    end[i] = (uint8_t)(n_bits >> (56 - 8 * i));
  }
  sha256_add(hash, kept < 56 ? 56 - kept : 120 - kept, padding);
  sha256_add(hash, sizeof(end), end);

  for (unsigned i = 0; i < SHA256_TEXT_SIZE - 1; ++i) {
    text[i] = digits[hash->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
  }
  text[SHA256_TEXT_SIZE - 1] = '\0';
}
