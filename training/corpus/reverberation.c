// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A feedback delay network: Jot & Chaigne, "Digital delay networks for designing artificial
// reverberators", AES 90th convention, 1991.  What leaves N delay lines is made softer by as much
// as it travelled, and goes through a matrix that keeps energy, back into the lines:
//   d_i = g_i(z) · z^−m_i · s_i,   s = x + (I − 2/N·11ᵀ)·d,   wet = Σ c_i·d_i,
// with g = 10^(−3·m/(RT60·rate)) at 0 Hz.  The first arrivals are the room's early reflections.

#include "training/corpus/reverberation.h"

#include "training/corpus/energy.h"

#include <math.h>
#include <stdlib.h>

/// A line and the low-pass at its end: d = (1 − pole)·gain·line + pole·d.
typedef struct {
  float*   line; ///< [length]
  uint32_t length;
  uint32_t at;
  float    gain;
  float    pole;
  float    out; ///< d
} Path;

Room
room_draw(Random* random)
{
  Room room;
  room.rt60_s    = random_logarithmic(random, 0.1, 0.5);
  room.highs     = random_between(random, 0.2, 0.9);
  room.direct_db = random_between(random, 0.0, 18.0);
  // From 2 to 9 m of way for a small room, to twice that; each path its own part of the range.
  const double size = random_between(random, 1.0, 2.0);
  for (uint32_t i = 0; i < ROOM_PATHS; ++i) {
    room.path_s[i] = size * 0.006 * pow(4.5, (i + random_uniform(random)) / ROOM_PATHS);
    room.signs[i]  = random_uniform(random) < 0.5 ? -1.0 : 1.0;
  }
  return room;
}

/// @param line Zeros, enough for the path.
static Path
make_path(const Room* room, uint32_t i, double rate_hz, float* line)
{
  const uint32_t length = (uint32_t)lround(room->path_s[i] * rate_hz) + 1;
  // Per round, at 0 Hz and at half the rate: (1 − p)·g and (1 − p)/(1 + p)·g of a low-pass.
  const double low  = pow(10.0, -3.0 * length / (room->rt60_s * rate_hz));
  const double high = pow(10.0, -3.0 * length / (room->rt60_s * room->highs * rate_hz));
  const double pole = (low - high) / (low + high);
  return (Path){ .line = line, .length = length, .gain = (float)low, .pole = (float)pole };
}

/// One sample.  @return What the paths give.
static float
step(Path* paths, const float* signs, float x)
{
  float wet = 0.0f;
  float sum = 0.0f;
  for (uint32_t i = 0; i < ROOM_PATHS; ++i) {
    Path* const path = &paths[i];
    path->out = (1.0f - path->pole) * path->gain * path->line[path->at] + path->pole * path->out;
    wet += signs[i] * path->out;
    sum += path->out;
  }
  for (uint32_t i = 0; i < ROOM_PATHS; ++i) {
    Path* const path     = &paths[i];
    path->line[path->at] = x + path->out - 2.0f / ROOM_PATHS * sum;
    path->at             = path->at + 1 < path->length ? path->at + 1 : 0;
  }
  return wet;
}

/// @param lines Zeros, enough for all paths.  @param wet [n], written.
static void
answer(const Room* room, double rate_hz, uint32_t n, const float* x, float* lines, float* wet)
{
  Path  paths[ROOM_PATHS];
  float signs[ROOM_PATHS];
  for (uint32_t i = 0; i < ROOM_PATHS; ++i) {
    paths[i] = make_path(room, i, rate_hz, lines);
    signs[i] = (float)room->signs[i];
    lines += paths[i].length;
  }
  for (uint32_t i = 0; i < n; ++i) {
    // A tail that has died away must not become denormal: −300 dB of alternating sign.
    wet[i] = step(paths, signs, x[i] + (i & 1u ? 1e-15f : -1e-15f));
  }
}

Status
room_apply(const Room* room, double rate_hz, uint32_t n, float* x, Diagnostic* why)
{
  size_t n_lines = 0;
  for (uint32_t i = 0; i < ROOM_PATHS; ++i) {
    n_lines += (size_t)lround(room->path_s[i] * rate_hz) + 1;
  }
  float* const work = calloc(n_lines + n, sizeof *work);
  if (!work) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory for a room");
  }

  float* const wet = work + n_lines;
  answer(room, rate_hz, n, x, work, wet);
  const double direct = energy_sum(n, x);
  const double walls  = energy_sum(n, wet);
  // Where sound begins with the last samples nothing has come back yet.
  const float gain = walls > 1e-9 * direct
                       ? (float)sqrt(direct / walls * pow(10.0, -room->direct_db / 10.0))
                       : 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    x[i] += gain * wet[i];
  }
  free(work);
  return STATUS_SUCCESS;
}
