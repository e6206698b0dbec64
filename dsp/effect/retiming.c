// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/retiming.h"

#include "dsp/spectrum/envelope.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/// What is so far below the loudest band is not heard, dB.  Spectra are counted down to 60 dB, but
/// most of their bins lie well below the envelope, between the harmonics; this makes the steps
/// between single notes the most even, measured.
static const float heard_db = 45.0f;

/// What is heard at a share of the way: levels below the loudest band, dB.
static void
hear(const float* const from_db, const float* const to_db, const float share, float* const level)
{
  float top = -INFINITY;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    level[b] = from_db[b] + share * (to_db[b] - from_db[b]);
    top      = fmaxf(top, level[b]);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    level[b] = fmaxf(level[b] - top, -heard_db);
  }
}

static float
distance(const float* const a, const float* const b)
{
  float sum = 0.0f;
  for (uint32_t i = 0; i < ENVELOPE_BANDS; ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sqrtf(sum);
}

void
retiming_set(Retiming* const retiming, const float* const from_db, const float* const to_db)
{
  float* const reached = retiming->reached;
  float        last[ENVELOPE_BANDS];
  float        level[ENVELOPE_BANDS];
  reached[0] = 0.0f;
  hear(from_db, to_db, 0.0f, last);
  for (uint32_t i = 1; i <= RETIMING_STEPS; ++i) {
    // A trace of the even way keeps the table rising.
    hear(from_db, to_db, (float)i / (float)RETIMING_STEPS, level);
    reached[i] = reached[i - 1] + distance(last, level) + 1e-3f;
    memcpy(last, level, sizeof last);
  }
  for (uint32_t i = 1; i <= RETIMING_STEPS; ++i) {
    reached[i] /= i < RETIMING_STEPS ? reached[RETIMING_STEPS] : reached[i];
  }
}

float
retiming_share(const Retiming* const retiming, const float position)
{
  const float* const reached = retiming->reached;
  if (!(position > 0.0f && position < 1.0f)) {
    return position;
  }

  uint32_t i = 1;
  while (i < RETIMING_STEPS && reached[i] < position) {
    ++i;
  }
  const float within = (position - reached[i - 1]) / (reached[i] - reached[i - 1]);
  return ((float)(i - 1) + within) / (float)RETIMING_STEPS;
}
