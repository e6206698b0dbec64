// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_MIXTURE_H
#define LAMINA_TRAINING_CORPUS_MIXTURE_H

#include "training/corpus/corpus.h"

/// Silence between two recordings of sound, seconds: from the shortest gap between words to a
/// breath, so that single words become sentences and the noise is heard alone now and then.
extern const CorpusJoin mixture_sound_join;

/// Noise has no pauses: a short recording is followed at once by another of its kind.
extern const CorpusJoin mixture_noise_join;

/// How noisy the examples are.
typedef struct {
  double snr_min_db, snr_max_db;     ///< Energy of the sound over that of the noise
  double level_min_db, level_max_db; ///< RMS of the mixture, dB re 1; less where it would clip
  double clean_share;                ///< Examples without noise, 0…1
  double noise_share;                ///< Examples without sound, 0…1
  double second_noise_share;         ///< Examples with a second noise on top, 0…1
  double equalizer_db; ///< Greatest gain of equalizer_apply(), on sound and noise apart
} MixtureConfig;

/// One example: what went in and what should come out.  Both at the corpora's rate.
typedef struct {
  uint32_t n;
  float*   clean;  ///< [n]
  float*   noisy;  ///< [n], clean plus noise
  double   snr_db; ///< As drawn; +INFINITY without noise, −INFINITY without sound, or in silence
} Mixture;

/**
   Draw one example.

   @param speech What is kept: `out.clean`.
   @param noise What is added.
   @param random All choices come from it.
   @param out `n`, `clean` and `noisy` are the caller's; their contents and `snr_db` are written.
   @return As corpus_draw().
*/
NODISCARD
Status
mixture_draw(const MixtureConfig* config, const Corpus* speech, const Corpus* noise, Split split,
             Random* random, Mixture* out, Diagnostic* why);

/**
   Mix at an exact ratio: noisy = clean + g · noise, with g set by the energies of all n samples.

   @param noise [n].
   @param noisy [n], written.  May be `clean` or `noise`.
   @return g; 0 when either is silent.
*/
double
mixture_add(uint32_t n, const float* clean, const float* noise, double snr_db, float* noisy);

#endif
