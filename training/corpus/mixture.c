// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/mixture.h"

#include "training/corpus/equalizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const CorpusJoin mixture_sound_join = { 0.05, 0.3 };
const CorpusJoin mixture_noise_join = { 0.0, 0.0 };

/// Level of a second noise over the first, dB: at most as loud, and not so soft as to be masked.
#define SECOND_MIN_DB (-10.0)
#define SECOND_MAX_DB 0.0

/// Greatest magnitude of a mixture: it must not clip.
#define PEAK_MAX 0.99

static double
energy(uint32_t n, const float* x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum;
}

static double
peak(uint32_t n, const float* x)
{
  float greatest = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    greatest = fmaxf(greatest, fabsf(x[i]));
  }
  return (double)greatest;
}

static void
scale(uint32_t n, double gain, float* x)
{
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = (float)(gain * (double)x[i]);
  }
}

double
mixture_add(uint32_t n, const float* clean, const float* noise, double snr_db, float* noisy)
{
  const double sound_energy = energy(n, clean);
  const double noise_energy = energy(n, noise);
  const double gain         = sound_energy > 0.0 && noise_energy > 0.0
                                ? sqrt(sound_energy / noise_energy * pow(10.0, -snr_db / 10.0))
                                : 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    noisy[i] = (float)((double)clean[i] + gain * (double)noise[i]);
  }
  return gain;
}

/// @param out [n], written.  @param second [n], work area.
static Status
draw_noise(const MixtureConfig* config, const Corpus* noise, Split split, Random* random,
           uint32_t n, float* out, float* second, Diagnostic* why)
{
  const bool   is_double = random_uniform(random) < config->second_noise_share;
  const double below_db  = -random_between(random, SECOND_MIN_DB, SECOND_MAX_DB);

  Status status = corpus_draw(noise, split, random, &mixture_noise_join, n, out, NULL, why);
  if (!status && is_double) {
    status = corpus_draw(noise, split, random, &mixture_noise_join, n, second, NULL, why);
    if (!status) {
      mixture_add(n, out, second, below_db, out);
    }
  }
  if (!status) {
    equalizer_apply(random, config->equalizer_db, corpus_rate(noise), n, out);
  }
  return status;
}

/// Bring the mixture to a drawn level, and the clean sound with it.
static void
set_level(const MixtureConfig* config, Random* random, Mixture* out)
{
  const double level = pow(
    10.0, random_between(random, config->level_min_db, config->level_max_db) / 20.0);
  const double rms = sqrt(energy(out->n, out->noisy) / out->n);
  if (rms > 0.0) {
    // The clean sound may have the greater peak, where noise cancels it.
    const double highest = fmax(peak(out->n, out->noisy), peak(out->n, out->clean));
    const double gain    = fmin(level / rms, PEAK_MAX / highest);
    scale(out->n, gain, out->clean);
    scale(out->n, gain, out->noisy);
  }
}

/// Sound and noise are in `out->clean` and `noise`; either may be silent by itself.  Without noise
/// to add, at +INFINITY, none was drawn and `noise` is not read.
static void
mix(uint32_t n, const float* noise, double snr_db, Mixture* out)
{
  const bool clean  = snr_db == (double)INFINITY;
  const bool silent = !(energy(n, out->clean) > 0.0);
  out->snr_db       = snr_db;
  if (!clean && (silent || snr_db == -(double)INFINITY)) {
    memset(out->clean, 0, n * sizeof *out->clean);
    memcpy(out->noisy, noise, n * sizeof *noise);
    out->snr_db = -(double)INFINITY;
  } else if (clean || !(mixture_add(n, out->clean, noise, snr_db, out->noisy) > 0.0)) {
    memcpy(out->noisy, out->clean, n * sizeof *noise);
    out->snr_db = (double)INFINITY;
  }
}

static double
draw_snr(const MixtureConfig* config, Random* random)
{
  const double kind   = random_uniform(random);
  const double snr_db = random_between(random, config->snr_min_db, config->snr_max_db);
  if (kind < config->clean_share) {
    return (double)INFINITY;
  }
  return kind < config->clean_share + config->noise_share ? -(double)INFINITY : snr_db;
}

Status
mixture_draw(const MixtureConfig* config, const Corpus* speech, const Corpus* noise, Split split,
             Random* random, Mixture* out, Diagnostic* why)
{
  const uint32_t n    = out->n;
  float* const   work = malloc(2 * (size_t)n * sizeof *work);
  if (!work) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory for a mixture of %u samples", n);
  }

  const double snr_db = draw_snr(config, random);
  Status       status = STATUS_SUCCESS;
  memset(out->clean, 0, n * sizeof *out->clean);
  if (snr_db > -(double)INFINITY) {
    status = corpus_draw(speech, split, random, &mixture_sound_join, n, out->clean, NULL, why);
    if (!status) {
      equalizer_apply(random, config->equalizer_db, corpus_rate(speech), n, out->clean);
    }
  }
  if (!status && snr_db < (double)INFINITY) {
    status = draw_noise(config, noise, split, random, n, work, work + n, why);
  }
  if (!status) {
    mix(n, work, snr_db, out);
    set_level(config, random, out);
  }
  free(work);
  return status;
}
