// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/evaluation.h"

#include "training/tool/clip.h"
#include "training/tool/render.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/// Clips between two words on the progress.
enum { CLIPS_AT_ONCE = 8 };

/// One clip being scored, by one thread.
typedef struct {
  const Model*      model;
  const Evaluation* evaluation;
  uint32_t          index;
  Status            status;
  Diagnostic        why;
} Trial;

EvaluationConfig
evaluation_defaults(void)
{
  return (EvaluationConfig){ .split   = SPLIT_VALID,
                             .n_items = 100,
                             .clip_s  = 6.0,
                             .lead_s  = 1.0,
                             .n_snrs  = 5,
                             .snr_db  = { -5.0, 0.0, 5.0, 10.0, 15.0 },
                             .seed    = 1,
                             .params  = denoiser_params_default() };
}

/// Scores of a clip at a ratio, [N_ENTRANTS].
static Quality*
scores_at(const Evaluation* evaluation, uint32_t item, uint32_t snr)
{
  const size_t n_rows = (size_t)evaluation->config.n_snrs + 1;
  return evaluation->scores + (item * n_rows + snr) * N_ENTRANTS;
}

const Quality*
evaluation_quality(const Evaluation* evaluation, uint32_t item, uint32_t snr, uint32_t entrant)
{
  assert(item < evaluation->config.n_items && snr <= evaluation->config.n_snrs);
  assert(entrant < N_ENTRANTS);
  return scores_at(evaluation, item, snr) + entrant;
}

const char*
evaluation_entrant(const Evaluation* evaluation, uint32_t entrant)
{
  (void)evaluation;
  return entrant == ENTRANT_INPUT ? "input" : "lamina";
}

/// Measure one sound against the clip's.  @param out [clip->n].
static Status
judge(const Clip* clip, const float* out, Quality* quality, Diagnostic* why)
{
  const Sound mixture = clip_mixture(clip);
  return quality_measure(mixture.rate_hz, clip->n, clip->target.samples, mixture.samples, out,
                         quality, why);
}

static Status
try_model(const Trial* trial, const Clip* clip, Quality* quality, Diagnostic* why)
{
  const RenderConfig render = { .params   = trial->evaluation->config.params,
                                .learn_to = clip->n_lead };
  Sound              out    = { 0 };
  const Status       status = render_denoise(trial->model, &render, &clip->take, &out, why);
  if (status) {
    return status;
  }
  const Status judged = judge(clip, out.samples + clip->n_lead, quality, why);
  sound_clear(&out);
  return judged;
}

/// Score a clip that is mixed.  @param scores [N_ENTRANTS], written.
static Status
try_all(const Trial* trial, const Clip* clip, Quality* scores, Diagnostic* why)
{
  const Status status = judge(clip, clip_mixture(clip).samples, scores + ENTRANT_INPUT, why);
  return status ? status : try_model(trial, clip, scores + ENTRANT_MODEL, why);
}

/// Score a clip at every ratio, and its sound alone.
static Status
try_ratios(const Trial* trial, Clip* clip, Diagnostic* why)
{
  const EvaluationConfig* const config = &trial->evaluation->config;
  Status                        status = STATUS_SUCCESS;
  for (uint32_t i = 0; i <= config->n_snrs && !status; ++i) {
    Quality* const scores = scores_at(trial->evaluation, trial->index, i);
    for (uint32_t k = 0; k < N_ENTRANTS; ++k) {
      scores[k] = quality_none();
    }
    if (clip_mix(clip, i < config->n_snrs ? config->snr_db[i] : (double)INFINITY)) {
      status = try_all(trial, clip, scores, why);
    }
  }
  return status;
}

/// A TeamTask: one clip.
static void
run_trial(void* context, uint32_t task)
{
  Trial* const                  trial  = (Trial*)context + task;
  const EvaluationConfig* const config = &trial->evaluation->config;
  EvaluationItem* const         item   = trial->evaluation->items + trial->index;
  const ClipSource source = { config->sound, config->noise, config->split, config->seed };
  Clip             clip;

  Status status = clip_new(corpus_rate(config->sound), config->clip_s, config->lead_s, &clip,
                           &trial->why);
  if (!status) {
    status = clip_draw(&clip, &source, trial->index, &item->sound, &item->noise, &trial->why);
  }
  trial->status = status ? status : try_ratios(trial, &clip, &trial->why);
  clip_clear(&clip);
}

/// Score the clips from `first` on.
static Status
run_some(const Model* model, const Evaluation* evaluation, uint32_t first, uint32_t n,
         Diagnostic* why)
{
  const EvaluationConfig* const config = &evaluation->config;
  Trial                         trials[CLIPS_AT_ONCE];
  for (uint32_t i = 0; i < n; ++i) {
    trials[i] = (Trial){ .model = model, .evaluation = evaluation, .index = first + i };
  }
  team_run(config->team, n, run_trial, trials);

  for (uint32_t i = 0; i < n; ++i) {
    if (trials[i].status) {
      return diagnose(why, trials[i].status, "%s", trials[i].why.text);
    }
  }
  if (config->progress) {
    config->progress(config->context, first + n, config->n_items);
  }
  return STATUS_SUCCESS;
}

static Status
evaluation_new(const EvaluationConfig* config, Evaluation* evaluation, Diagnostic* why)
{
  const size_t n_scores = ((size_t)config->n_snrs + 1) * N_ENTRANTS;
  evaluation->config    = *config;
  evaluation->items     = calloc(config->n_items, sizeof *evaluation->items);
  evaluation->scores    = calloc(config->n_items, n_scores * sizeof *evaluation->scores);
  if (!evaluation->items || !evaluation->scores) {
    evaluation_clear(evaluation);
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for %u scores", config->n_items);
  }
  return STATUS_SUCCESS;
}

Status
evaluation_run(const Model* model, const EvaluationConfig* config, Evaluation* evaluation,
               Diagnostic* why)
{
  assert(config->n_items > 0 && config->n_snrs <= EVALUATION_MAX_SNRS);
  assert(corpus_rate(config->sound) == corpus_rate(config->noise));

  Evaluation made;
  Status     status = evaluation_new(config, &made, why);
  if (status) {
    return status;
  }
  for (uint32_t first = 0; first < config->n_items && !status; first += CLIPS_AT_ONCE) {
    const uint32_t rest = config->n_items - first;
    status = run_some(model, &made, first, rest < CLIPS_AT_ONCE ? rest : CLIPS_AT_ONCE, why);
  }
  if (status) {
    evaluation_clear(&made);
    return status;
  }
  *evaluation = made;
  return STATUS_SUCCESS;
}

void
evaluation_clear(Evaluation* evaluation)
{
  free(evaluation->items);
  free(evaluation->scores);
  *evaluation = (Evaluation){ 0 };
}
