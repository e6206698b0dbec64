// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/babble.h"

#include "training/corpus/energy.h"

#include <math.h>
#include <string.h>

/// Level of the softest voice below the loudest, dB.
static const double range_db = 6.0;

/// Add a voice of a given RMS; a silent one is none.
static void
add_voice(uint32_t n, double rms, const float* voice, float* out)
{
  const float gain = energy_silent(n, voice) ? 0.0f : (float)(rms / sqrt(energy_sum(n, voice) / n));
  for (uint32_t i = 0; i < n; ++i) {
    out[i] += gain * voice[i];
  }
}

Status
babble_draw(const Corpus* voices, Split split, Random* random, const CorpusPlay* play, uint32_t n,
            float* out, float* work, Diagnostic* why)
{
  const uint32_t n_voices = BABBLE_LEAST + random_below(random, BABBLE_MOST - BABBLE_LEAST + 1);
  Status         status   = STATUS_SUCCESS;
  memset(out, 0, n * sizeof *out);
  for (uint32_t i = 0; i < n_voices && !status; ++i) {
    const double below_db = i ? random_between(random, 0.0, range_db) : 0.0;
    status                = corpus_draw(voices, split, random, play, n, work, NULL, why);
    if (!status) {
      add_voice(n, pow(10.0, -below_db / 20.0), work, out);
    }
  }
  return status;
}
