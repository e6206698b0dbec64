// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/mains_hum.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Sound in a look, seconds: the more, the more a hum stands out from a voice.
static const double heard_s = 2.0;

/// Between two looks, seconds.
static const double look_s = 0.5;

/// A line over the median around it.
static const float outstanding = 7.0f;

/// Lines are where they should be, and where they were at the last look, within this, Hz: a long
/// spectrum tells no more.
static const float tolerance_hz = 0.35f;

/// Fundamentals of one hum differ by no more, as a share.
static const float agreement = 0.001f;

/// Share of a new look in what is known of a hum.
static const float renewal = 0.25f;

/// And their levels by no more than this, dB.
static const float steady_db = 2.5f;

/// Softest line, dB re a full-scale sine.
static const float softest_db = -80.0f;

/// Samples of a step.
enum { STEP = 128 };

/// Multiples whose lines are looked for in a step.
enum { PART = 8 };

/// Most multiples, those of 50 Hz up to TONES_MAX_HZ.
enum { MULTIPLES = 56 };

/// Steps of a look: its spectrum, the lines of both kinds of mains, and what is made of them.
enum { KINDS = 2, PARTS = MULTIPLES / PART, STEPS = 1 + KINDS * PARTS + 1 };

/// Fewest lines of a hum up to a multiple.
enum { FEWEST = 4, LOW = 10 };

/// Looks without the hum, after which it is given up.
enum { PATIENCE = 40 };

static const float mains_hz[KINDS] = { 50.0f, 60.0f };

/// What may be a hum: by multiple, from 1.
typedef struct {
  float hz[MULTIPLES + 1];       ///< 0: no line
  float level_db[MULTIPLES + 1]; ///< Where there is one
  bool  steady[MULTIPLES + 1];   ///< As it was at the look before
} Lines;

struct MainsHum {
  ToneFinder* finder;
  uint32_t    n_steps; ///< From look to look
  uint32_t    step;
  uint32_t    left;  ///< Samples of this step
  bool        rests; ///< Nothing but silence has come
  bool        looked;
  Lines       lines[KINDS];
  float       hz; ///< Fundamental of the hum; 0: none
  uint32_t    n_missed;
  Lines       known;
  Tones       tones;
};

MainsHum*
mains_hum_new(const double rate_hz)
{
  MainsHum* const hum = calloc(1, sizeof(MainsHum));
  if (!hum) {
    return NULL;
  }

  hum->finder  = tone_finder_new(rate_hz, heard_s, stft_config(0.02, 0.01, rate_hz));
  hum->n_steps = (uint32_t)fmax(STEPS, round(look_s * rate_hz / STEP));
  if (!hum->finder) {
    mains_hum_free(hum);
    return NULL;
  }
  mains_hum_reset(hum);
  return hum;
}

void
mains_hum_free(MainsHum* const hum)
{
  if (hum) {
    tone_finder_free(hum->finder);
    free(hum);
  }
}

static void
forget(MainsHum* const hum)
{
  hum->hz       = 0.0f;
  hum->n_missed = 0;
  hum->tones.n  = 0;
  memset(&hum->known, 0, sizeof(hum->known));
}

void
mains_hum_reset(MainsHum* const hum)
{
  tone_finder_reset(hum->finder);
  hum->step   = 0;
  hum->left   = STEP;
  hum->rests  = true;
  hum->looked = false;
  memset(hum->lines, 0, sizeof(hum->lines));
  forget(hum);
}

uint32_t
mains_hum_left(const MainsHum* const hum)
{
  return hum->left;
}

const Tones*
mains_hum_tones(const MainsHum* const hum)
{
  return &hum->tones;
}

/// Look for the line of a multiple.
static void
find_line(const MainsHum* const hum, const uint32_t kind, const uint32_t k, Lines* const lines)
{
  const float wanted   = mains_hz[kind] * (float)k;
  const float reach    = fmaxf(MAINS_DEVIATION * wanted, tolerance_hz);
  const bool  possible = hum->looked && wanted + reach < TONES_MAX_HZ;
  float       level_db = softest_db;
  const float hz = possible ? tone_finder_peak(hum->finder, wanted, reach, outstanding, &level_db)
                            : 0.0f;

  lines->steady[k] = hz > 0.0f && fabsf(hz - lines->hz[k]) <= tolerance_hz &&
                     fabsf(level_db - lines->level_db[k]) <= steady_db;
  lines->hz[k]       = level_db > softest_db ? hz : 0.0f;
  lines->level_db[k] = level_db;
}

/// Whether the line of a multiple is steady, and where a fundamental wants it.
static bool
fits(const Lines* const lines, const uint32_t k, const float hz)
{
  return lines->steady[k] && fabsf(lines->hz[k] - hz * (float)k) <= tolerance_hz;
}

static uint32_t
count(const Lines* const lines, const float hz)
{
  uint32_t n = 0;
  for (uint32_t k = 1; k <= MULTIPLES; ++k) {
    n += fits(lines, k, hz);
  }
  return n;
}

/// The fundamental that fits the most lines.
static float
best_fundamental(const Lines* const lines)
{
  float    best   = 0.0f;
  uint32_t n_best = 0;
  for (uint32_t k = MULTIPLES; k; --k) { // Higher ones tell it more exactly
    const float    hz = lines->hz[k] / (float)k;
    const uint32_t n  = lines->steady[k] ? count(lines, hz) : 0;
    best              = n > n_best ? hz : best;
    n_best            = n > n_best ? n : n_best;
  }
  return best;
}

/// Least squares over the lines that fit.
static float
refine(const Lines* const lines, const float hz)
{
  float above = 0.0f;
  float below = 0.0f;
  for (uint32_t k = 1; k <= MULTIPLES; ++k) {
    if (fits(lines, k, hz)) {
      above += (float)k * lines->hz[k];
      below += (float)(k * k);
    }
  }
  return below > 0.0f ? above / below : 0.0f;
}

static uint32_t
common_factor(uint32_t a, uint32_t b)
{
  while (b) {
    const uint32_t rest = a % b;
    a                   = b;
    b                   = rest;
  }
  return a;
}

/// @return Lines of what is a hum; 0 where it is none.
static uint32_t
judge(const Lines* const lines, const float hz)
{
  uint32_t n      = 0;
  uint32_t factor = 0;
  for (uint32_t k = 1; k <= LOW; ++k) {
    if (fits(lines, k, hz)) {
      factor = common_factor(k, factor);
      ++n;
    }
  }
  return n >= FEWEST && factor <= 2 ? count(lines, hz) : 0;
}

/// Renew what is known of the hum by a look at it, and its tones: the lowest that there is room
/// for.
static void
renew(MainsHum* const hum, const Lines* const lines, const float hz)
{
  Lines* const known = &hum->known;
  hum->hz            = hum->hz > 0.0f ? hum->hz + renewal * (hz - hum->hz) : hz;
  hum->n_missed      = 0;
  hum->tones.n       = 0;
  for (uint32_t k = 1; k <= MULTIPLES; ++k) {
    if (fits(lines, k, hz)) {
      const float level_db = lines->level_db[k];
      known->level_db[k] += (known->hz[k] > 0.0f ? renewal : 1.0f) *
                            (level_db - known->level_db[k]);
      known->hz[k] = hum->hz * (float)k;
    }
    if (known->hz[k] > 0.0f && hum->tones.n < TONES_MAX) {
      hum->tones.hz[hum->tones.n]         = hum->hz * (float)k;
      hum->tones.level_db[hum->tones.n++] = known->level_db[k];
    }
  }
}

/// End of a look.
static void
conclude(MainsHum* const hum)
{
  float    hz[KINDS];
  uint32_t n[KINDS];
  for (uint32_t i = 0; i < KINDS; ++i) {
    hz[i] = refine(&hum->lines[i], best_fundamental(&hum->lines[i]));
    n[i]  = judge(&hum->lines[i], hz[i]);
  }
  const uint32_t more = n[1] > n[0];
  const bool     same = hum->hz == 0.0f || fabsf(hz[more] - hum->hz) <= agreement * hum->hz;
  if (n[more] && same) {
    renew(hum, &hum->lines[more], hz[more]);
  } else if (++hum->n_missed == PATIENCE) {
    forget(hum);
  }
}

static void
take_step(MainsHum* const hum)
{
  const uint32_t step = hum->step;
  if (!step) {
    hum->looked = tone_finder_look(hum->finder);
  } else if (step < STEPS - 1) {
    const uint32_t kind = (step - 1) / PARTS;
    const uint32_t part = (step - 1) % PARTS;
    for (uint32_t k = part * PART + 1; k <= (part + 1) * PART; ++k) {
      find_line(hum, kind, k, &hum->lines[kind]);
    }
  } else if (step == STEPS - 1) {
    conclude(hum);
  }
  hum->step = step + 1 < hum->n_steps ? step + 1 : 0;
}

/// Samples of silence that it begins with, while it rests.
static uint32_t
rest(MainsHum* const hum, const uint32_t n, const float* const* const in)
{
  uint32_t m = 0;
  while (hum->rests && m < n) {
    hum->rests = in[0][m] == 0.0f && in[1][m] == 0.0f;
    m += hum->rests;
  }
  return m;
}

void
mains_hum_write(MainsHum* const hum, const uint32_t n_channels, const uint32_t n,
                const float* const* const in)
{
  const float*   from[2] = { in[0], in[n_channels - 1] };
  const uint32_t silence = rest(hum, n, from);
  from[0] += silence;
  from[1] += silence;
  for (uint32_t at = silence; at < n;) {
    const uint32_t part = n - at < hum->left ? n - at : hum->left;
    tone_finder_write(hum->finder, n_channels, part, from);
    for (uint32_t c = 0; c < 2; ++c) {
      from[c] += part;
    }
    at += part;
    hum->left -= part;
    if (!hum->left) {
      take_step(hum);
      hum->left = STEP;
    }
  }
}
