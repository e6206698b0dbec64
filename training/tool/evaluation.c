// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/evaluation.h"

#include "training/corpus/mixture.h"
#include "training/tool/measure.h"
#include "training/tool/render.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Clips between two words on the progress.
enum { CLIPS_AT_ONCE = 8 };

/// RMS of what goes into the model, dB re 1: the level that speech is usually recorded at.
static const double level_db = -26.0;

/// Greatest magnitude of what goes in.
static const double peak_max = 0.99;

/// One clip being scored, by one thread.
typedef struct {
  const Model*            model;
  const EvaluationConfig* config;
  uint32_t                index;
  EvaluationItem*         item;
  Status                  status;
  Diagnostic              why;
} Trial;

/// The sounds of a clip.
typedef struct {
  Sound clean;
  Sound noise;
  Sound noisy; ///< What goes into the model
} Clip;

static Status
clip_new(const EvaluationConfig* config, Clip* clip, Diagnostic* why)
{
  const double   rate_hz = corpus_rate(config->sound);
  const uint64_t n       = (uint64_t)lround(config->clip_s * rate_hz);
  Status         status  = sound_new(rate_hz, 1, n, &clip->clean, why);
  status                 = status ? status : sound_new(rate_hz, 1, n, &clip->noise, why);
  return status ? status : sound_new(rate_hz, 1, n, &clip->noisy, why);
}

static void
clip_clear(Clip* clip)
{
  sound_clear(&clip->clean);
  sound_clear(&clip->noise);
  sound_clear(&clip->noisy);
}

/// Draw the sound and the noise.
static Status
clip_draw(const EvaluationConfig* config, uint32_t index, Clip* clip, uint32_t* group,
          Diagnostic* why)
{
  const uint32_t n      = (uint32_t)clip->clean.n_frames;
  Random         random = random_at(config->seed, RANDOM_EVALUATION, index);
  Status         status = corpus_draw(config->sound, config->split, &random, &mixture_sound_join, n,
                                      clip->clean.samples, NULL, why);
  return status ? status
                : corpus_draw(config->noise, config->split, &random, &mixture_noise_join, n,
                              clip->noise.samples, group, why);
}

/// SI-SDR does not hear the level; a model may.
static void
set_level(Sound* sound)
{
  double energy = 0.0;
  double peak   = 0.0;
  for (uint64_t i = 0; i < sound->n_frames; ++i) {
    const double x = (double)sound->samples[i];
    energy += x * x;
    peak = fmax(peak, fabs(x));
  }
  if (peak > 0.0) {
    const double rms  = sqrt(energy / (double)sound->n_frames);
    const double gain = fmin(pow(10.0, level_db / 20.0) / rms, peak_max / peak);
    for (uint64_t i = 0; i < sound->n_frames; ++i) {
      sound->samples[i] = (float)(gain * (double)sound->samples[i]);
    }
  }
}

/// Run what is in `clip->noisy`.  @param in_db, out_db Written.
static Status
score(const Trial* trial, Clip* clip, double* in_db, double* out_db, Diagnostic* why)
{
  const uint64_t n   = clip->clean.n_frames;
  Sound          out = { 0 };
  set_level(&clip->noisy);

  const Status status = render_denoise(trial->model, &trial->config->params, &clip->noisy, &out,
                                       why);
  if (!status) {
    *in_db  = measure_si_sdr(n, clip->clean.samples, clip->noisy.samples);
    *out_db = measure_si_sdr(n, clip->clean.samples, out.samples);
  }
  sound_clear(&out);
  return status;
}

/// Score a clip at every ratio, and its sound alone.
static Status
score_all(const Trial* trial, Clip* clip, Diagnostic* why)
{
  const EvaluationConfig* const config = trial->config;
  EvaluationItem* const         item   = trial->item;
  const uint32_t                n      = (uint32_t)clip->clean.n_frames;
  Status                        status = STATUS_SUCCESS;

  for (uint32_t i = 0; i < config->n_snrs && !status; ++i) {
    item->in_db[i] = item->out_db[i] = (double)NAN;
    if (mixture_add(n, clip->clean.samples, clip->noise.samples, config->snr_db[i],
                    clip->noisy.samples) > 0.0) {
      status = score(trial, clip, &item->in_db[i], &item->out_db[i], why);
    }
  }
  if (!status) {
    double in_db = 0.0;
    memcpy(clip->noisy.samples, clip->clean.samples, n * sizeof *clip->noisy.samples);
    status         = score(trial, clip, &in_db, &item->clean_db, why);
    item->clean_db = in_db > 0.0 ? item->clean_db : (double)NAN;
  }
  return status;
}

/// A TeamTask: one clip.
static void
run_trial(void* context, uint32_t task)
{
  Trial* const trial = (Trial*)context + task;
  Clip         clip  = { 0 };

  Status status = clip_new(trial->config, &clip, &trial->why);
  if (!status) {
    status = clip_draw(trial->config, trial->index, &clip, &trial->item->noise, &trial->why);
  }
  trial->status = status ? status : score_all(trial, &clip, &trial->why);
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
    trials[i] = (Trial){
      .model = model, .config = config, .index = first + i, .item = evaluation->items + first + i
    };
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

Status
evaluation_run(const Model* model, const EvaluationConfig* config, Evaluation* evaluation,
               Diagnostic* why)
{
  assert(config->n_items > 0 && config->n_snrs <= EVALUATION_MAX_SNRS);
  assert(corpus_rate(config->sound) == corpus_rate(config->noise));

  Evaluation made = { *config, calloc(config->n_items, sizeof *made.items) };
  if (!made.items) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for %u scores", config->n_items);
  }

  Status status = STATUS_SUCCESS;
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
  *evaluation = (Evaluation){ 0 };
}
