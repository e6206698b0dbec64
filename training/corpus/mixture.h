// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_MIXTURE_H
#define LAMINA_TRAINING_CORPUS_MIXTURE_H

#include "training/corpus/corpus.h"

#include <stdbool.h>

/// Silence between two recordings of sound, seconds: from the shortest gap between words to a
/// breath, so that single words become sentences and the noise is heard alone now and then.
extern const CorpusPlay mixture_sound_play;

/// Noise has no pauses: a short recording is followed at once by another of its kind.
extern const CorpusPlay mixture_noise_play;

/// How noisy the examples are, and what else happens to them.  Shares are chances, 0…1.
typedef struct {
  double snr_min_db, snr_max_db;     ///< Energy of the sound over that of the noise
  double music_snr_min_db;           ///< The same of music, up to `snr_max_db`
  double level_min_db, level_max_db; ///< RMS of the mixture, dB re 1; less where it would clip
  double clean_share;                ///< Examples without noise
  double noise_share;                ///< Examples without sound
  double music_share;                ///< Of the examples with sound, those whose sound is music
  double second_noise_share;         ///< Examples with a second noise on top
  double steady_share;               ///< Noises that are steady_noise.h, not recorded
  double babble_share;               ///< Noises that are babble.h of the sound's voices
  double shot_share;                 ///< Noises that are shot_noise.h, never under music
  double call_share;                 ///< Noises that are call_noise.h, never under music
  double profile_share;              ///< Of the examples with noise, those that come with a profile
  double reverberation_share;        ///< Sounds that are kept together with a room's answer
  double low_pass_share;             ///< Sounds without highs; half of these without noise there
  double drive_share;                ///< Sounds that went through an overdriven amplifier
  double clip_share;                 ///< Mixtures that are cut off, up to 12 dB below their peak
  double equalizer_db;    ///< Greatest gain of equalizer_apply(), on sound and noise apart
  double sound_semitones; ///< Sounds are played lower or higher by up to this, as a tape
  double noise_semitones; ///< And recorded noises
  double backwards_share; ///< Recorded noises that are played backwards
  double loop_share;      ///< Recorded noises of which a stretch of 0.15…3 s is repeated
} MixtureConfig;

/// What examples are made of, all at one rate.
typedef struct {
  const Corpus* sound; ///< What is kept: voices, where there is babble
  const Corpus* music; ///< What is kept as well; NULL without `music_share`
  const Corpus* noise; ///< What is added; NULL: what is synthesised stands for what is recorded
} MixtureSources;

/// One example: what went in and what should come out.  All at the corpora's rate.
typedef struct {
  uint32_t n;
  uint32_t n_profile; ///< 0: never a profile
  float*   clean;     ///< [n]
  float*   noisy;     ///< [n], clean plus noise; perhaps cut off
  /// [n_profile], the noise alone, as loud as it is in `noisy`, up to the moment where that begins,
  /// not cut off;
  /// read it only where there is one
  float* profile;
  bool   has_profile;
  double snr_db; ///< As drawn; +INFINITY without noise, −INFINITY without sound, or in silence
} Mixture;

/**
   Draw one example.

   What is decided about an example (its ratio, its level, what it is made of) depends on `random`
   alone, of which always as many numbers are used: damaged or other files change what is heard, and
   one key of the config nothing but what it is about.

   @param random All choices come from it.
   @param out `n`, `n_profile` and the buffers are the caller's; the rest, and their contents, are
   written.
   @return As corpus_draw().
*/
NODISCARD
Status
mixture_draw(const MixtureConfig* config, const MixtureSources* sources, Split split,
             Random* random, Mixture* out, Diagnostic* why);

/**
   Mix at an exact ratio: noisy = clean + g · noise, with g set by the energies of all n samples.

   @param noise [n].
   @param noisy [n], written.  May be `clean` or `noise`.
   @return g; 0 when either is silent, see energy_silent().
*/
double
mixture_add(uint32_t n, const float* clean, const float* noise, double snr_db, float* noisy);

#endif
