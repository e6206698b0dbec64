// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/noise_profile.h"

#include <math.h>
#include <string.h>

/// Of the row of numbers.
enum { VERSION_WITHOUT_TONES = 1, VERSION = 2 };

/// Numbers in front of the levels.
enum { HEAD = 7 };

uint32_t
noise_profile_known(const NoiseProfile* const profile)
{
  // A band begins at the centre of the one below.
  const uint32_t n_bands = band_layout_count(&profile->bands);
  uint32_t       n       = 1;
  while (n < n_bands && band_layout_centre(&profile->bands, n - 1) < 0.5 * profile->rate_hz) {
    ++n;
  }
  return n;
}

/// Equal, but for what is lost when a number is written in decimals.
static bool
is_same(const double a, const double b)
{
  return fabs(a - b) <= 1e-5 * fabs(b);
}

static bool
is_same_layout(const NoiseProfile* const a, const NoiseProfile* const b)
{
  return is_same(a->window_s, b->window_s) &&
         is_same((double)a->bands.step_hz, (double)b->bands.step_hz) &&
         is_same((double)a->bands.linear_hz, (double)b->bands.linear_hz) &&
         is_same((double)a->bands.top_hz, (double)b->bands.top_hz) &&
         a->bands.n_erb == b->bands.n_erb;
}

static void
copy_levels(const NoiseProfile* const from, const uint32_t n_known, NoiseProfile* const to)
{
  const uint32_t n_bands = band_layout_count(&to->bands);
  for (uint32_t i = 0; i < n_bands; ++i) {
    to->level_db[i] = from->level_db[i < n_known ? i : n_known - 1];
  }
}

/// Where a band lies that has a level; the others are never reached.
static double
known_centre(const NoiseProfile* const profile, const uint32_t n_known, const uint32_t band)
{
  return band < n_known ? band_layout_centre(&profile->bands, band) : (double)INFINITY;
}

static void
interpolate_levels(const NoiseProfile* const from, const uint32_t n_known, NoiseProfile* const to)
{
  const uint32_t n_bands  = band_layout_count(&to->bands);
  const float    shift_db = (float)(10.0 * log10(from->window_s / to->window_s));
  uint32_t       upper    = 1;
  double         below    = 0.0;
  double         above    = known_centre(from, n_known, upper);
  for (uint32_t i = 0; i < n_bands; ++i) {
    const double hz = band_layout_centre(&to->bands, i);
    while (above <= hz) {
      below = above;
      above = known_centre(from, n_known, ++upper);
    }
    float level = from->level_db[upper - 1];
    if (upper < n_known) {
      level += (float)((hz - below) / (above - below)) * (from->level_db[upper] - level);
    }
    to->level_db[i] = level + shift_db;
  }
}

void
noise_profile_convert(const NoiseProfile* const from, NoiseProfile* const to)
{
  const uint32_t n_known = noise_profile_known(from);
  if (is_same_layout(from, to)) {
    copy_levels(from, n_known, to);
  } else {
    interpolate_levels(from, n_known, to);
  }
  to->tones = from->tones;
}

uint32_t
noise_profile_pack(const NoiseProfile* const profile, float* const packed)
{
  const uint32_t n_bands = band_layout_count(&profile->bands);
  const float    head[]  = {
        VERSION,
        (float)profile->rate_hz,
        (float)(1000.0 * profile->window_s),
        profile->bands.step_hz,
        profile->bands.linear_hz,
        profile->bands.top_hz,
        (float)profile->bands.n_erb,
  };
  memcpy(packed, head, sizeof(head));
  memcpy(packed + HEAD, profile->level_db, n_bands * sizeof(float));

  const uint32_t n_tones = profile->tones.n;
  packed[HEAD + n_bands] = (float)n_tones;
  memcpy(packed + HEAD + n_bands + 1, profile->tones.hz, n_tones * sizeof(float));
  memcpy(packed + HEAD + n_bands + 1 + n_tones, profile->tones.level_db, n_tones * sizeof(float));
  return HEAD + n_bands + 1 + 2 * n_tones;
}

/// False for NaN too.
static bool
is_within(const float x, const float least, const float most)
{
  return x >= least && x <= most;
}

/// The layout that four numbers say.  @return False when there is none such.
static bool
unpack_bands(const float* const packed, BandLayout* const bands)
{
  if (!is_within(packed[0], 1.0f, 24000.0f) || !is_within(packed[1], 0.0f, 384000.0f) ||
      !is_within(packed[2], 0.0f, 384000.0f) || !is_within(packed[3], 0.0f, BANDS_MAX) ||
      packed[3] != floorf(packed[3]) || packed[1] > (float)BANDS_MAX * packed[0]) {
    return false;
  }
  *bands = (BandLayout){ packed[0], packed[1], packed[2], (uint32_t)packed[3] };
  return !bands->n_erb || bands->top_hz > bands->linear_hz;
}

static bool
are_levels(const uint32_t n, const float* const packed)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (!is_within(packed[i], -NOISE_PROFILE_MAX_DB, NOISE_PROFILE_MAX_DB)) {
      return false;
    }
  }
  return true;
}

/// @param packed What comes after the levels, [n].  @return False when that is not tones.
static bool
unpack_tones(const uint32_t n, const float* const packed, Tones* const tones)
{
  const uint32_t n_tones = n / 2;
  if (n != 1 + 2 * n_tones || n_tones > TONES_MAX || packed[0] != (float)n_tones ||
      !are_levels(n_tones, packed + 1 + n_tones)) {
    return false;
  }

  tones->n    = n_tones;
  float below = 0.0f;
  for (uint32_t i = 0; i < tones->n; ++i) {
    const float hz = packed[1 + i];
    if (!is_within(hz, below, TONES_MAX_HZ) || !(hz > below)) {
      return false;
    }
    tones->hz[i] = hz;
    below        = hz;
  }
  memcpy(tones->level_db, packed + 1 + n_tones, n_tones * sizeof(float));
  return true;
}

bool
noise_profile_unpack(const uint32_t n, const float* const packed, NoiseProfile* const profile)
{
  BandLayout bands;
  if (n < HEAD || !(packed[0] == VERSION || packed[0] == VERSION_WITHOUT_TONES) ||
      !is_within(packed[1], 1000.0f, 1e7f) || !is_within(packed[2], 1.0f, 2000.0f) ||
      !unpack_bands(packed + 3, &bands)) {
    return false;
  }

  const uint32_t n_bands = band_layout_count(&bands);
  const uint32_t n_known = HEAD + n_bands;
  Tones          tones   = { .n = 0 };
  if (n_bands > BANDS_MAX || n < n_known || !are_levels(n_bands, packed + HEAD)) {
    return false;
  }
  if (packed[0] == VERSION ? !unpack_tones(n - n_known, packed + n_known, &tones) : n > n_known) {
    return false;
  }
  profile->rate_hz  = (double)packed[1];
  profile->window_s = (double)packed[2] / 1000.0;
  profile->bands    = bands;
  profile->tones    = tones;
  memcpy(profile->level_db, packed + HEAD, n_bands * sizeof(float));
  return true;
}
