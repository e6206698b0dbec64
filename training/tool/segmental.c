// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

/*
  Segmental SNR: Hansen & Pellom, "An effective quality evaluation protocol for speech enhancement
  algorithms", 1998:  mean over frames of 10·log10(Σ s² / Σ (s − ŝ)²), each within −10…35 dB.
*/

#include "training/tool/segmental.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/// Length of a frame, seconds.
static const double frame_s = 0.02;

/// Frames this far below the loudest are not active, dB.
static const double range_db = 40.0;

/// How both sounds are cut.
typedef struct {
  uint32_t size;
  uint32_t hop;
  uint32_t n;
  double*  energy; ///< Of the sound, [n]
  double   least;  ///< Energy above which a frame is active
} Frames;

static double
energy_of(uint32_t n, const float* x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum;
}

static double
energy_of_difference(uint32_t n, const float* x, const float* y)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double difference = (double)x[i] - (double)y[i];
    sum += difference * difference;
  }
  return sum;
}

static Status
frames_find(double rate_hz, uint32_t n, const float* clean, Frames* frames, Diagnostic* why)
{
  frames->hop    = (uint32_t)lround(fmax(frame_s * rate_hz / 2.0, 1.0));
  frames->size   = 2 * frames->hop;
  frames->n      = n < frames->size ? 0 : (n - frames->size) / frames->hop + 1;
  frames->energy = malloc((frames->n + 1) * sizeof *frames->energy);
  if (!frames->energy) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory to measure %u samples", n);
  }

  double loudest = 0.0;
  for (uint32_t m = 0; m < frames->n; ++m) {
    frames->energy[m] = energy_of(frames->size, clean + m * frames->hop);
    loudest           = fmax(loudest, frames->energy[m]);
  }
  frames->least = loudest * pow(10.0, -range_db / 10.0);
  return STATUS_SUCCESS;
}

static bool
is_active(const Frames* frames, uint32_t m)
{
  return frames->energy[m] > frames->least;
}

static bool
is_pause(const Frames* frames, uint32_t m)
{
  return m > 0 && m + 1 < frames->n && !is_active(frames, m - 1) && !is_active(frames, m) &&
         !is_active(frames, m + 1);
}

static double
frame_snr(double sound, double error)
{
  const double snr_db = error > 0.0 ? 10.0 * log10(sound / error) : SEGMENTAL_MAX_DB;
  return fmin(fmax(snr_db, SEGMENTAL_MIN_DB), SEGMENTAL_MAX_DB);
}

/// @return NaN when `from` is nothing.
static double
ratio_db(double to, double from)
{
  return from > 0.0 ? fmax(10.0 * log10(to / from), RESIDUAL_MIN_DB) : (double)NAN;
}

Status
segmental_measure(double rate_hz, uint32_t n, const float* clean, const float* mixture,
                  const float* out, Segmental* result, Diagnostic* why)
{
  Frames       frames = { 0 };
  const Status status = frames_find(rate_hz, n, clean, &frames, why);
  if (status) {
    return status;
  }

  uint32_t n_active = 0;
  double   snr_sum  = 0.0;
  double   sound = 0.0, left = 0.0, before = 0.0, after = 0.0;
  for (uint32_t m = 0; m < frames.n; ++m) {
    const uint32_t at = m * frames.hop;
    if (is_active(&frames, m)) {
      const double error = energy_of_difference(frames.size, clean + at, out + at);
      snr_sum += frame_snr(frames.energy[m], error);
      sound += frames.energy[m];
      left += energy_of(frames.size, out + at);
      ++n_active;
    } else if (is_pause(&frames, m)) {
      before += energy_of(frames.size, mixture + at);
      after += energy_of(frames.size, out + at);
    }
  }
  free(frames.energy);
  *result = (Segmental){ .snr_db      = n_active ? snr_sum / n_active : (double)NAN,
                         .level_db    = ratio_db(left, sound),
                         .residual_db = ratio_db(after, before) };
  return STATUS_SUCCESS;
}
