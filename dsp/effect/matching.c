// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/matching.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_SMOOTHINGS = 2 };

/// No band lacks more, dB: silence cannot be made a sound.
static const float most_missing_db = 20.0f;

/// Share of what is found missing that is added, and of what was added before that stays: a part of
/// what cannot be had is forgotten again and again.
static const float step = 0.8f;
static const float kept = 0.8f;

struct Matching {
  Envelope* envelope;
  uint32_t  n_bins;
  float*    gain;                    ///< dB, [n_bins]
  float*    power;                   ///< [n_bins]
  float     missing[ENVELOPE_BANDS]; ///< dB
};

Matching*
matching_new(Envelope* const envelope, const StftConfig stft)
{
  Matching* const matching = calloc(1, sizeof(Matching));
  if (!matching) {
    return NULL;
  }

  matching->envelope = envelope;
  matching->n_bins   = stft_bins(stft);
  matching->gain     = calloc(matching->n_bins, sizeof(float));
  matching->power    = calloc(matching->n_bins, sizeof(float));
  if (!matching->gain || !matching->power) {
    matching_free(matching);
    return NULL;
  }
  return matching;
}

void
matching_free(Matching* const matching)
{
  if (matching) {
    free(matching->gain);
    free(matching->power);
    free(matching);
  }
}

/// Triangles over three bands; the outermost are their own neighbors.
static void
smooth(float* const band_db)
{
  float last = band_db[0];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const float here = band_db[b];
    const float next = b + 1 < ENVELOPE_BANDS ? band_db[b + 1] : here;
    band_db[b]       = 0.25f * last + 0.5f * here + 0.25f * next;
    last             = here;
  }
}

static float
mean(const float* const band_db)
{
  float sum = 0.0f;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    sum += band_db[b];
  }
  return sum / (float)ENVELOPE_BANDS;
}

/// The envelope of the frame with gains, less its mean.
static void
measure(const Matching* const matching, const float* const bin_power, const float* const gain_db,
        float* const heard_db)
{
  static const float log2_per_db = 0.332192809f; // log2(10) / 10
  envelope_to_bins(matching->envelope, gain_db, matching->gain);
  for (uint32_t k = 0; k < matching->n_bins; ++k) {
    matching->power[k] = bin_power[k] * exp2f(log2_per_db * matching->gain[k]);
  }
  envelope_from_filtered(matching->envelope, matching->power, heard_db);
}

void
matching_reset(Matching* const matching)
{
  memset(matching->missing, 0, sizeof(matching->missing));
}

const float*
matching_find(Matching* const matching, const float* const bin_power, const float* const wanted_db,
              const float* const gain_db)
{
  float* const missing  = matching->missing;
  const float  level_db = mean(wanted_db);
  float        all_db[ENVELOPE_BANDS];
  float        error_db[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    missing[b] *= kept;
    all_db[b] = gain_db[b] + missing[b];
  }
  measure(matching, bin_power, all_db, error_db);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    error_db[b] = wanted_db[b] - level_db - error_db[b];
  }
  for (uint32_t n = 0; n < N_SMOOTHINGS; ++n) {
    smooth(error_db);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const float more = missing[b] + step * error_db[b];
    missing[b]       = fminf(fmaxf(more, -most_missing_db), most_missing_db);
  }
  return missing;
}
