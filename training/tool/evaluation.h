// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_EVALUATION_H
#define LAMINA_TRAINING_TOOL_EVALUATION_H

#include "dsp/effect/denoiser.h"
#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/engine/team.h"

#include <stddef.h>
#include <stdint.h>

/// Most ratios that one evaluation mixes at.
#define EVALUATION_MAX_SNRS 16u

/// What a model is tried on.
typedef struct {
  const Corpus*  sound;
  const Corpus*  noise; ///< At the same rate
  Split          split;
  uint32_t       n_items; ///< Clips of sound, each with one clip of noise, at least 1
  double         clip_s;  ///< Length of a clip
  uint32_t       n_snrs;
  double         snr_db[EVALUATION_MAX_SNRS]; ///< Every clip is mixed at each of them
  uint64_t       seed;                        ///< Of the clips
  DenoiserParams params;
  Team*          team;                                                ///< NULL: one thread
  void (*progress)(void* context, uint32_t n_done, uint32_t n_items); ///< May be NULL
  void* context;                                                      ///< Handed to `progress`
} EvaluationConfig;

/// SI-SDR of one clip, dB; NaN where its sound or noise is silent.
typedef struct {
  uint32_t noise;                       ///< A file of the noise's group, for corpus_group()
  double   in_db[EVALUATION_MAX_SNRS];  ///< Of the mixture, by `EvaluationConfig.snr_db`
  double   out_db[EVALUATION_MAX_SNRS]; ///< Of what is left of it
  double   clean_db;                    ///< Of what is left of the sound alone
} EvaluationItem;

/// Scores of a model.
typedef struct {
  EvaluationConfig config;
  EvaluationItem*  items; ///< [config.n_items]
} Evaluation;

/**
   Score a model on mixtures that depend on the corpora, the split and the seed, and on nothing
   else: two models can be compared clip by clip, and the number of threads changes nothing.

   A clip is run as the plugin would run it from its first sample on, at −26 dB RMS.

   @param config Copied; its corpora must outlive the result.
   @param evaluation Written on success; release it with evaluation_clear().
   @return As corpus_draw().
*/
NODISCARD
Status
evaluation_run(const Model* model, const EvaluationConfig* config, Evaluation* evaluation,
               Diagnostic* why);

/// Release the items; the struct becomes all zeros.
void
evaluation_clear(Evaluation* evaluation);

/**
   The scores as Markdown: what was measured, a table by SNR with 95 % intervals and the clean
   sound, and a table of gains by kind of noise.

   @return Owned by the caller; NULL when memory is short.
*/
char*
evaluation_text(const Evaluation* evaluation);

/// The scores of every clip as comma-separated values.  @return As evaluation_text().
char*
evaluation_csv(const Evaluation* evaluation);

#endif
