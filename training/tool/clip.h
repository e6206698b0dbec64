// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_CLIP_H
#define LAMINA_TRAINING_TOOL_CLIP_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/corpus/sound_file.h"

#include <stdbool.h>
#include <stdint.h>

/// A sound, and the noise that is mixed with it and sounds alone before.  All at one rate.
typedef struct {
  uint32_t n;      ///< Samples of the mixture
  uint32_t n_lead; ///< Samples of noise alone before it
  Sound    clean;  ///< As drawn, [n]
  Sound    noise;  ///< As drawn, [n_lead + n]
  Sound    take;   ///< What clip_mix() made: noise alone, and the mixture, [n_lead + n]
  Sound    target; ///< The sound as loud as it is in `take`, [n]
} Clip;

/// Allocate zeros.  @param clip Written; clear it with clip_clear() even after failure.
NODISCARD
Status
clip_new(double rate_hz, double seconds, double lead_s, Clip* clip, Diagnostic* why);

/// Release the sounds; the struct becomes all zeros.
void
clip_clear(Clip* clip);

/// What a clip is drawn from.
typedef struct {
  const Corpus* sound;
  const Corpus* noise; ///< At the same rate
  Split         split;
  uint64_t      seed;
} ClipSource;

/**
   Draw the sound and the noise, which depend on the source, the index and the lengths.

   @param sound_group, noise_group Written: a file of the group, for corpus_group().
   @return As corpus_draw().
*/
NODISCARD
Status
clip_draw(Clip* clip, const ClipSource* source, uint32_t index, uint32_t* sound_group,
          uint32_t* noise_group, Diagnostic* why);

/**
   Mix at a ratio, and at −26 dB RMS, or less loud where that would clip.

   @param snr_db +INFINITY: the sound alone, after silence.
   @return False when the sound is silent, or the noise that should be mixed with it.
*/
bool
clip_mix(Clip* clip, double snr_db);

/// The mixture, without what sounds before.  @return A view; not to be cleared.
Sound
clip_mixture(const Clip* clip);

/// The noise alone.  @return A view; not to be cleared.
Sound
clip_lead(const Clip* clip);

#endif
