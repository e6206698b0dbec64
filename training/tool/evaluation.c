// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/evaluation.h"

#include "training/tool/alignment.h"
#include "training/tool/clip.h"
#include "training/tool/render.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/// Clips between two words on the progress.
enum { CLIPS_AT_ONCE = 8 };

/// Clips that the delays of rivals are found in, an odd number.
enum { DELAY_CLIPS = 9 };

/// What all clips have in common.
typedef struct {
  const Model* model;
  Evaluation*  evaluation;
  char*        folder; ///< Of the rivals' files; NULL without rivals
  int32_t      delays[EVALUATION_MAX_RIVALS][DELAY_CLIPS]; ///< As found in the first clips
} Contest;

/// What is done with a clip.
typedef struct Trial Trial;
typedef Status (*TrialStep)(const Trial* trial, Clip* clip, Diagnostic* why);

/// One clip, by one thread.
struct Trial {
  Contest*   contest;
  TrialStep  step;
  uint32_t   index;
  Status     status;
  Diagnostic why;
};

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

uint32_t
evaluation_entrants(const Evaluation* evaluation)
{
  return ENTRANT_RIVALS + evaluation->config.n_rivals;
}

const char*
evaluation_entrant(const Evaluation* evaluation, uint32_t entrant)
{
  assert(entrant < evaluation_entrants(evaluation));
  return entrant == ENTRANT_INPUT   ? "input"
         : entrant == ENTRANT_MODEL ? "lamina"
                                    : evaluation->config.rivals[entrant - ENTRANT_RIVALS].name;
}

/// Scores of a clip at a ratio, one per entrant.
static Quality*
scores_at(const Evaluation* evaluation, uint32_t item, uint32_t snr)
{
  const size_t n_rows = (size_t)evaluation->config.n_snrs + 1;
  return evaluation->scores + (item * n_rows + snr) * evaluation_entrants(evaluation);
}

const Quality*
evaluation_quality(const Evaluation* evaluation, uint32_t item, uint32_t snr, uint32_t entrant)
{
  assert(item < evaluation->config.n_items && snr <= evaluation->config.n_snrs);
  assert(entrant < evaluation_entrants(evaluation));
  return scores_at(evaluation, item, snr) + entrant;
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
try_model(const Contest* contest, const Clip* clip, Quality* quality, Diagnostic* why)
{
  const Evaluation* const evaluation = contest->evaluation;
  const bool              learn      = evaluation->config.learn;
  const Sound             in         = learn ? clip->take : clip_mixture(clip);
  const uint32_t          n_lead     = learn ? clip->n_lead : 0;
  const RenderConfig      render     = { .params = evaluation->config.params, .learn_to = n_lead };
  Sound                   out        = { 0 };
  const Status            status     = render_denoise(contest->model, &render, &in, &out, why);
  if (status) {
    return status;
  }
  const Status judged = judge(clip, out.samples + n_lead, quality, why);
  sound_clear(&out);
  return judged;
}

/// What a rival makes of a clip that is mixed, late as it is.
static Status
run_rival(const Trial* trial, const Clip* clip, uint32_t rival, Sound* out, Diagnostic* why)
{
  const Contest* const contest = trial->contest;
  const Sound          mixture = clip_mixture(clip);
  const Sound          lead    = clip_lead(clip);
  return rival_run(contest->evaluation->config.rivals + rival, contest->folder, trial->index,
                   &mixture, &lead, out, why);
}

static Status
try_rival(const Trial* trial, const Clip* clip, uint32_t rival, Quality* quality, Diagnostic* why)
{
  const int32_t delay  = trial->contest->evaluation->delays[rival];
  Sound         late   = { 0 };
  Sound         out    = { 0 };
  Status        status = run_rival(trial, clip, rival, &late, why);
  status               = status ? status : sound_new(late.rate_hz, 1, clip->n, &out, why);
  if (!status) {
    alignment_shift((uint32_t)late.n_frames, late.samples, delay, clip->n, out.samples);
    status = judge(clip, out.samples, quality, why);
  }
  sound_clear(&late);
  sound_clear(&out);
  return status;
}

/// Score a clip that is mixed.  @param scores One per entrant, written.
static Status
try_all(const Trial* trial, const Clip* clip, Quality* scores, Diagnostic* why)
{
  const Contest* const contest  = trial->contest;
  const uint32_t       n_rivals = contest->evaluation->config.n_rivals;
  Status status = judge(clip, clip_mixture(clip).samples, scores + ENTRANT_INPUT, why);
  status        = status ? status : try_model(contest, clip, scores + ENTRANT_MODEL, why);
  for (uint32_t i = 0; i < n_rivals && !status; ++i) {
    status = try_rival(trial, clip, i, scores + ENTRANT_RIVALS + i, why);
  }
  return status;
}

/// A TrialStep: score a clip at every ratio, and its sound alone.
static Status
try_ratios(const Trial* trial, Clip* clip, Diagnostic* why)
{
  const Evaluation* const       evaluation = trial->contest->evaluation;
  const EvaluationConfig* const config     = &evaluation->config;
  Status                        status     = STATUS_SUCCESS;
  for (uint32_t i = 0; i <= config->n_snrs && !status; ++i) {
    Quality* const scores = scores_at(evaluation, trial->index, i);
    for (uint32_t k = 0; k < evaluation_entrants(evaluation); ++k) {
      scores[k] = quality_none();
    }
    if (clip_mix(clip, i < config->n_snrs ? config->snr_db[i] : (double)INFINITY)) {
      status = try_all(trial, clip, scores, why);
    }
  }
  return status;
}

/// A TrialStep: find how late each rival is with a sound without noise.
static Status
find_delays(const Trial* trial, Clip* clip, Diagnostic* why)
{
  Contest* const contest = trial->contest;
  const Sound    in      = clip_mixture(clip);
  const uint32_t most    = (uint32_t)lround(RIVAL_MAX_DELAY_S * in.rate_hz);
  Status         status  = STATUS_SUCCESS;
  clip_mix(clip, (double)INFINITY);
  for (uint32_t i = 0; i < contest->evaluation->config.n_rivals && !status; ++i) {
    Sound out = { 0 };
    status    = run_rival(trial, clip, i, &out, why);
    if (!status) {
      status = alignment_find(clip->n, in.samples, (uint32_t)out.n_frames, out.samples, most,
                              &contest->delays[i][trial->index], why);
    }
    sound_clear(&out);
  }
  return status;
}

/// A TeamTask: one clip.
static void
run_trial(void* context, uint32_t task)
{
  Trial* const                  trial  = (Trial*)context + task;
  const EvaluationConfig* const config = &trial->contest->evaluation->config;
  EvaluationItem* const         item   = trial->contest->evaluation->items + trial->index;
  const ClipSource source = { config->sound, config->noise, config->split, config->seed };
  Clip             clip;

  Status status = clip_new(corpus_rate(config->sound), config->clip_s, config->lead_s, &clip,
                           &trial->why);
  if (!status) {
    status = clip_draw(&clip, &source, trial->index, &item->sound, &item->noise, &trial->why);
  }
  trial->status = status ? status : trial->step(trial, &clip, &trial->why);
  clip_clear(&clip);
}

/// Take a step with the clips from `first` on.  @param n At most CLIPS_AT_ONCE.
static Status
run_some(Contest* contest, TrialStep step, uint32_t first, uint32_t n, Diagnostic* why)
{
  const EvaluationConfig* const config = &contest->evaluation->config;
  Trial                         trials[CLIPS_AT_ONCE];
  for (uint32_t i = 0; i < n; ++i) {
    trials[i] = (Trial){ .contest = contest, .step = step, .index = first + i };
  }
  team_run(config->team, n, run_trial, trials);

  for (uint32_t i = 0; i < n; ++i) {
    if (trials[i].status) {
      return diagnose(why, trials[i].status, "%s", trials[i].why.text);
    }
  }
  return config->stop && config->stop(config->context)
           ? diagnose(why, STATUS_INTERRUPTED, "interrupted, nothing is scored")
           : STATUS_SUCCESS;
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

/// Take a step with the first clips, and say how far that is when it takes long.
static Status
run_clips(Contest* contest, TrialStep step, uint32_t n, Diagnostic* why)
{
  const EvaluationConfig* const config = &contest->evaluation->config;
  Status                        status = STATUS_SUCCESS;
  for (uint32_t first = 0; first < n && !status; first += CLIPS_AT_ONCE) {
    const uint32_t n_now = smaller(n - first, CLIPS_AT_ONCE);
    status               = run_some(contest, step, first, n_now, why);
    if (!status && config->progress && step == try_ratios) {
      config->progress(config->context, first + n_now, config->n_items);
    }
  }
  return status;
}

static int
compare_delays(const void* a, const void* b)
{
  const int32_t x = *(const int32_t*)a;
  const int32_t y = *(const int32_t*)b;
  return x < y ? -1 : x > y;
}

/// The delays of all rivals: medians, so that a clip in which one cannot be found does no harm.
static Status
measure_delays(Contest* contest, Diagnostic* why)
{
  Evaluation* const evaluation = contest->evaluation;
  const uint32_t    n_clips    = smaller(evaluation->config.n_items, DELAY_CLIPS);
  const Status      status     = run_clips(contest, find_delays, n_clips, why);
  for (uint32_t i = 0; i < evaluation->config.n_rivals && !status; ++i) {
    qsort(contest->delays[i], n_clips, sizeof contest->delays[i][0], compare_delays);
    evaluation->delays[i] = contest->delays[i][n_clips / 2];
  }
  return status;
}

static Status
evaluation_new(const EvaluationConfig* config, Evaluation* evaluation, Diagnostic* why)
{
  *evaluation           = (Evaluation){ .config = *config };
  const size_t n_scores = ((size_t)config->n_snrs + 1) * evaluation_entrants(evaluation);
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
  assert(config->n_rivals <= EVALUATION_MAX_RIVALS);
  assert(corpus_rate(config->sound) == corpus_rate(config->noise));

  Evaluation made;
  Contest    contest = { .model = model, .evaluation = &made };
  Status     status  = evaluation_new(config, &made, why);
  if (status) {
    return status;
  }
  if (config->n_rivals) {
    status = rival_folder_make(&contest.folder, why);
    status = status ? status : measure_delays(&contest, why);
  }
  status = status ? status : run_clips(&contest, try_ratios, config->n_items, why);
  rival_folder_remove(contest.folder);
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
