// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/clip.h"

#include "training/corpus/mixture.h"

#include <math.h>
#include <string.h>

/// RMS of a mixture, dB re 1: the level that speech is usually recorded at.
static const double level_db = -26.0;

/// Greatest magnitude of a mixture.
static const double peak_max = 0.99;

Status
clip_new(double rate_hz, double seconds, double lead_s, Clip* clip, Diagnostic* why)
{
  *clip = (Clip){ .n      = (uint32_t)lround(seconds * rate_hz),
                  .n_lead = (uint32_t)lround(lead_s * rate_hz) };

  const uint64_t n_all  = (uint64_t)clip->n_lead + clip->n;
  Status         status = sound_new(rate_hz, 1, clip->n, &clip->clean, why);
  status                = status ? status : sound_new(rate_hz, 1, clip->n, &clip->target, why);
  status                = status ? status : sound_new(rate_hz, 1, n_all, &clip->noise, why);
  return status ? status : sound_new(rate_hz, 1, n_all, &clip->take, why);
}

void
clip_clear(Clip* clip)
{
  sound_clear(&clip->clean);
  sound_clear(&clip->target);
  sound_clear(&clip->noise);
  sound_clear(&clip->take);
  *clip = (Clip){ 0 };
}

Status
clip_draw(Clip* clip, const ClipSource* source, uint32_t index, uint32_t* sound_group,
          uint32_t* noise_group, Diagnostic* why)
{
  Random       random = random_at(source->seed, RANDOM_EVALUATION, index);
  const Status status = corpus_draw(source->sound, source->split, &random, &mixture_sound_play,
                                    clip->n, clip->clean.samples, sound_group, why);
  return status ? status
                : corpus_draw(source->noise, source->split, &random, &mixture_noise_play,
                              clip->n_lead + clip->n, clip->noise.samples, noise_group, why);
}

/// Gain that brings a mixture to its level.  @return 0 for silence.
static double
level_gain(uint32_t n, const float* x)
{
  double energy = 0.0;
  double peak   = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    energy += (double)x[i] * (double)x[i];
    peak = fmax(peak, fabs((double)x[i]));
  }
  return peak > 0.0 ? fmin(pow(10.0, level_db / 20.0) / sqrt(energy / n), peak_max / peak) : 0.0;
}

static void
scale(uint32_t n, double gain, const float* from, float* to)
{
  for (uint32_t i = 0; i < n; ++i) {
    to[i] = (float)(gain * (double)from[i]);
  }
}

bool
clip_mix(Clip* clip, double snr_db)
{
  const bool   alone = snr_db == (double)INFINITY;
  float* const mix   = clip->take.samples + clip->n_lead;
  double       noise = 0.0;
  if (alone) {
    memcpy(mix, clip->clean.samples, clip->n * sizeof *mix);
  } else {
    noise = mixture_add(clip->n, clip->clean.samples, clip->noise.samples + clip->n_lead, snr_db,
                        mix);
  }

  const double gain = level_gain(clip->n, mix);
  scale(clip->n_lead, gain * noise, clip->noise.samples, clip->take.samples);
  scale(clip->n, gain, mix, mix);
  scale(clip->n, gain, clip->clean.samples, clip->target.samples);
  return gain > 0.0 && (alone || noise > 0.0);
}

/// Part of a sound of one channel.
static Sound
part(const Sound* sound, uint32_t from, uint32_t n)
{
  return (Sound){ sound->rate_hz, 1, n, sound->samples + from };
}

Sound
clip_mixture(const Clip* clip)
{
  return part(&clip->take, clip->n_lead, clip->n);
}

Sound
clip_lead(const Clip* clip)
{
  return part(&clip->take, 0, clip->n_lead);
}
