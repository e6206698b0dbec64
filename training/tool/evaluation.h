// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_EVALUATION_H
#define LAMINA_TRAINING_TOOL_EVALUATION_H

#include "dsp/effect/denoiser.h"
#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/engine/team.h"
#include "training/tool/quality.h"
#include "training/tool/rival.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Most ratios that one evaluation mixes at.
#define EVALUATION_MAX_SNRS 16u

/// Most rivals of one evaluation.
#define EVALUATION_MAX_RIVALS 16u

/// What a model is tried on.
typedef struct {
  const Corpus*  sound;
  const Corpus*  noise; ///< At the same rate
  Split          split;
  uint32_t       n_items; ///< Clips of sound, each with one clip of noise, at least 1
  double         clip_s;  ///< Length of a clip
  double         lead_s;  ///< Noise alone that is drawn before each clip, for who can learn it
  bool           learn;   ///< The model does: it hears the noise alone with Learn held
  uint32_t       n_snrs;
  double         snr_db[EVALUATION_MAX_SNRS]; ///< Every clip is mixed at each of them
  uint64_t       seed;                        ///< Of the clips
  DenoiserParams params;
  uint32_t       n_rivals;
  const Rival*   rivals; ///< [n_rivals], who take noise out of the same mixtures
  Team*          team;   ///< NULL: one thread
  void (*progress)(void* context, uint32_t n_done, uint32_t n_items); ///< May be NULL
  bool (*stop)(void* context); ///< Asked now and then; may be NULL
  void* context;               ///< Handed to both
} EvaluationConfig;

/// What every evaluation is unless asked otherwise: 100 clips of the valid split, −5…15 dB.  The
/// corpora are the caller's to set.
EvaluationConfig
evaluation_defaults(void);

/// Who is scored: the mixture as it went in, what the model left of it, and what its rivals did.
enum { ENTRANT_INPUT, ENTRANT_MODEL, ENTRANT_RIVALS };

/// What a clip was made of: files of the groups, for corpus_group().
typedef struct {
  uint32_t sound;
  uint32_t noise;
} EvaluationItem;

/// Scores of a model.
typedef struct {
  EvaluationConfig config;
  EvaluationItem*  items;                         ///< [config.n_items]
  Quality*         scores;                        ///< [config.n_items][config.n_snrs + 1][entrants]
  int32_t          delays[EVALUATION_MAX_RIVALS]; ///< Of the rivals, samples
} Evaluation;

/**
   Score a model on mixtures that depend on the corpora, the split and the seed, and on nothing
   else: two models can be compared clip by clip, and the number of threads changes nothing.

   A clip is run as the plugin would run it from its first sample on, at −26 dB RMS; the noise alone
   is not heard without `learn`, and never scored.  The delay of a rival is taken out: the one that
   it has most often, of 9 clips without noise.

   @param config Copied; its corpora and rivals must outlive the result.
   @param evaluation Written on success; release it with evaluation_clear().
   @return As corpus_draw() and rival_run(); STATUS_INTERRUPTED when asked to stop.
*/
NODISCARD
Status
evaluation_run(const Model* model, const EvaluationConfig* config, Evaluation* evaluation,
               Diagnostic* why);

/// Release the scores; the struct becomes all zeros.
void
evaluation_clear(Evaluation* evaluation);

/**
   The scores of one clip.

   @param snr Which of the ratios; config.n_snrs: the sound alone.
   @return NaN in all places where the sound or the noise is silent.  Owned by `evaluation`.
*/
const Quality*
evaluation_quality(const Evaluation* evaluation, uint32_t item, uint32_t snr, uint32_t entrant);

/// How many there are: ENTRANT_RIVALS and the rivals.
uint32_t
evaluation_entrants(const Evaluation* evaluation);

/// "input", "lamina" or the name of a rival.
const char*
evaluation_entrant(const Evaluation* evaluation, uint32_t entrant);

/**
   The scores as Markdown: what was measured, and tables of all measures by SNR, by kind of noise
   and by kind of sound, with 95 % intervals; with rivals, how far the model is above each.

   @return Owned by the caller; NULL when memory is short.
*/
char*
evaluation_text(const Evaluation* evaluation);

/// The scores of every clip as comma-separated values.  @return As evaluation_text().
char*
evaluation_csv(const Evaluation* evaluation);

#endif
