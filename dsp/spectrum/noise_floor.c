// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/noise_floor.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Parts of the window.  More follow a rising floor sooner and cost as many comparisons a frame.
enum { N_PARTS = 8 };

/// Bands on either side that the first floor of a band is the mean of, too.
enum { NEIGHBORS = 4 };

struct NoiseFloor {
  uint32_t n_bands;
  float    keep;        ///< Of the smoothed level, per frame
  uint32_t part_frames; ///< Frames in a part of the window
  bool     started;
  uint32_t n_frames; ///< Of the current part
  uint32_t part;     ///< Index of the current part
  float*   smooth;   ///< [n_bands], dB
  float*   minimum;  ///< [N_PARTS][n_bands], dB
  float*   floor;    ///< [n_bands], dB
};

NoiseFloor*
noise_floor_new(const uint32_t n_bands, const double frames_per_s, const double smooth_s,
                const double window_s)
{
  NoiseFloor* const floor = calloc(1, sizeof(NoiseFloor));
  if (!floor) {
    return NULL;
  }

  floor->n_bands     = n_bands;
  floor->keep        = (float)exp(-1.0 / (smooth_s * frames_per_s));
  floor->part_frames = (uint32_t)fmax(1.0, round(window_s * frames_per_s / N_PARTS));
  floor->smooth      = calloc(n_bands, sizeof(float));
  floor->minimum     = calloc((size_t)n_bands * N_PARTS, sizeof(float));
  floor->floor       = calloc(n_bands, sizeof(float));
  if (!floor->smooth || !floor->minimum || !floor->floor) {
    noise_floor_free(floor);
    return NULL;
  }
  return floor;
}

void
noise_floor_free(NoiseFloor* const floor)
{
  if (floor) {
    free(floor->smooth);
    free(floor->minimum);
    free(floor->floor);
    free(floor);
  }
}

void
noise_floor_reset(NoiseFloor* const floor)
{
  floor->started = false;
}

/// Mean level of a band and its neighbors on either side.
static float
mean_around(const NoiseFloor* const floor, const float* const level_db, const uint32_t band)
{
  const uint32_t from = band > NEIGHBORS ? band - NEIGHBORS : 0;
  const uint32_t end  = band + NEIGHBORS < floor->n_bands ? band + NEIGHBORS + 1 : floor->n_bands;
  float          sum  = 0.0f;
  for (uint32_t i = from; i < end; ++i) {
    sum += level_db[i];
  }
  return sum / (float)(end - from);
}

/// One frame of noise has bands that are 10 dB too soft by chance, and would keep them for a
/// window.
static void
start(NoiseFloor* const floor, const float* const level_db)
{
  for (uint32_t i = 0; i < floor->n_bands; ++i) {
    floor->smooth[i] = mean_around(floor, level_db, i);
  }
  for (uint32_t part = 0; part < N_PARTS; ++part) {
    memcpy(floor->minimum + (size_t)part * floor->n_bands, floor->smooth,
           floor->n_bands * sizeof(float));
  }
  floor->n_frames = 0;
  floor->part     = 0;
  floor->started  = true;
}

/// Begin the next part of the window with the current level; the oldest part is forgotten.
static void
next_part(NoiseFloor* const floor)
{
  floor->part     = (floor->part + 1) % N_PARTS;
  floor->n_frames = 0;
  memcpy(floor->minimum + (size_t)floor->part * floor->n_bands, floor->smooth,
         floor->n_bands * sizeof(float));
}

static void
minimum_over_parts(NoiseFloor* const floor)
{
  memcpy(floor->floor, floor->minimum, floor->n_bands * sizeof(float));
  for (uint32_t part = 1; part < N_PARTS; ++part) {
    const float* const minimum = floor->minimum + (size_t)part * floor->n_bands;
    for (uint32_t i = 0; i < floor->n_bands; ++i) {
      floor->floor[i] = minimum[i] < floor->floor[i] ? minimum[i] : floor->floor[i];
    }
  }
}

const float*
noise_floor_track(NoiseFloor* const floor, const float* const level_db)
{
  if (!floor->started) {
    start(floor, level_db);
  } else if (floor->n_frames == floor->part_frames) {
    next_part(floor);
  }
  ++floor->n_frames;

  float* const minimum = floor->minimum + (size_t)floor->part * floor->n_bands;
  for (uint32_t i = 0; i < floor->n_bands; ++i) {
    floor->smooth[i] = level_db[i] + floor->keep * (floor->smooth[i] - level_db[i]);
    minimum[i]       = floor->smooth[i] < minimum[i] ? floor->smooth[i] : minimum[i];
  }
  minimum_over_parts(floor);
  return floor->floor;
}
