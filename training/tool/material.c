// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/material.h"

#include "dsp/network/model_file.h"
#include "training/corpus/dynamics.h"
#include "training/corpus/shapes.h"
#include "training/method/mixture_examples.h"
#include "training/method/shape_examples.h"
#include "training/method/table_examples.h"

#include <stdio.h>

/// Voices that are recorded well have pauses further below them than this, dB.
#define CLEAN_DB 30.0

/// Less noise is all one noise, seconds.
#define LEAST_NOISE_S 10.0

static Status
open_corpus(const Recipe* const recipe, const MaterialConfig* const config, const char* const name,
            const OptionList* const folders, Corpus** const corpus, Diagnostic* const why)
{
  const CorpusConfig what   = { .n_folders   = folders->n,
                                .folders     = folders->items,
                                .rate_hz     = recipe->rate_hz,
                                .valid_share = recipe->valid_share,
                                .by_group    = recipe->spectrum.by_group,
                                .by_chance   = config->by_chance,
                                .seed        = recipe_split_seed(recipe),
                                .report      = config->report,
                                .context     = config->context };
  const Status       status = corpus_open(&what, corpus, why);
  if (status) {
    return status;
  }

  const uint32_t n_train = corpus_files(*corpus, SPLIT_TRAIN);
  const uint32_t n_valid = corpus_files(*corpus, SPLIT_VALID);
  printf("%-6s %u files, %.1f min to learn from; %u files, %.1f min to judge by\n", name, n_train,
         corpus_seconds(*corpus, SPLIT_TRAIN) / 60.0, n_valid,
         corpus_seconds(*corpus, SPLIT_VALID) / 60.0);
  return n_train && n_valid
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION,
                      "%s: two readable files at least are needed, one to learn from and one to "
                      "judge by",
                      folders->items[0]);
}

/// Say what a denoiser would learn from odd data.
static Status
judge_mixtures(const Material* const material, Diagnostic* const why)
{
  double       below_db = 0.0;
  const Status status   = dynamics_measure(material->sound, SPLIT_TRAIN, &below_db, why);
  if (status) {
    return status;
  }

  if (below_db < CLEAN_DB) {
    printf("warning: the softest moments of the sound are only %.0f dB below its loud ones: noise "
           "that is heard there is learned as sound\n",
           below_db);
  }
  if (!material->noise) {
    printf("noise: none recorded: hiss, hum and the like are synthesized instead\n");
  } else if (corpus_seconds(material->noise, SPLIT_TRAIN) < LEAST_NOISE_S) {
    printf("warning: %.1f s of noise to learn from: other noise will be left; minutes are better\n",
           corpus_seconds(material->noise, SPLIT_TRAIN));
  }
  return STATUS_SUCCESS;
}

static Status
open_mixtures(const Recipe* const recipe, const MaterialConfig* const config,
              Material* const material, Diagnostic* const why)
{
  Status status = STATUS_SUCCESS;
  if (config->music->n) {
    status = open_corpus(recipe, config, "music:", config->music, &material->music, why);
  }
  if (!status && config->noise->n) {
    status = open_corpus(recipe, config, "noise:", config->noise, &material->noise, why);
  }
  status = status ? status : judge_mixtures(material, why);
  if (status) {
    return status;
  }

  const MixtureSources sources = { material->sound, material->music, material->noise };
  material->examples           = mixture_examples_new(recipe, &sources);
  return STATUS_SUCCESS;
}

static Status
read_frames(const Recipe* const recipe, Team* const team, Material* const material,
            Diagnostic* const why)
{
  ModelShape shape;
  recipe_model_shape(recipe, &shape);
  StftConfig stft           = stft_config(recipe->window_s, recipe->hop_s, recipe->rate_hz);
  stft.window               = WINDOW_HANN;
  const FramesConfig config = { .stft     = stft,
                                .per_file = recipe->spectrum.per_file,
                                .seed     = recipe->seed,
                                .classes  = recipe->task == MODEL_CLASSIFY };
  const Status       status = frames_read(&config, &shape.spectrum, material->sound, team,
                                          &material->frames, why);
  if (status) {
    return status;
  }

  const Table* const train = material->frames.split[SPLIT_TRAIN];
  const Table* const valid = material->frames.split[SPLIT_VALID];
  printf("frames %u to learn from, %u to judge by, of %u bins", train->n_rows, valid->n_rows,
         train->n_columns);
  printf(config.classes ? "; %u classes\n" : "\n", train->n_classes);
  material->examples = table_examples_new(train, valid, recipe->streams, recipe->seed);
  return STATUS_SUCCESS;
}

static void
judge_shapes(const Recipe* const recipe, const Material* const material)
{
  const double deviation_db = recipe->morph.scale_db *
                              shapes_deviation(material->frames.split[SPLIT_TRAIN]);
  const uint32_t n_without = material->timbres.n_found - material->timbres.n;
  printf("envelopes %u to learn from, %u to judge by, that differ by %.1f dB; %u anchors\n",
         material->frames.split[SPLIT_TRAIN]->n_rows, material->frames.split[SPLIT_VALID]->n_rows,
         deviation_db, material->timbres.n);
  if (n_without && !*recipe->morph.anchors) {
    printf("anchors: %u timbres with fewer files go without a name; morph.anchors chooses\n",
           n_without);
  }
  if (deviation_db < MATERIAL_ONE_TIMBRE_DB) {
    printf("warning: all of the sound is one steady timbre: there is nothing to move between\n");
  }
}

static Status
read_shapes(const Recipe* const recipe, Team* const team, Material* const material,
            Diagnostic* const why)
{
  const ShapesConfig config = { .stft     = stft_config(recipe->window_s, recipe->hop_s,
                                                        recipe->rate_hz),
                                .per_file = recipe->spectrum.per_file,
                                .seed     = recipe->seed,
                                .scale_db = recipe->morph.scale_db };
  Status status = timbres_find(material->sound, recipe->morph.anchors, &material->timbres, why);
  status = status ? status : shapes_read(&config, material->sound, team, &material->frames, why);
  if (!status) {
    judge_shapes(recipe, material);
    material->examples = shape_examples_new(recipe, material->frames.split[SPLIT_TRAIN],
                                            material->frames.split[SPLIT_VALID]);
  }
  return status;
}

Status
material_open(const Recipe* const recipe, const MaterialConfig* const config, Team* const team,
              Material* const material, Diagnostic* const why)
{
  Material opened = { 0 };
  Status   status = open_corpus(recipe, config, "sound:", config->data, &opened.sound, why);
  if (!status) {
    status = recipe->task == MODEL_DENOISE ? open_mixtures(recipe, config, &opened, why)
             : recipe->task == MODEL_MORPH ? read_shapes(recipe, team, &opened, why)
                                           : read_frames(recipe, team, &opened, why);
  }
  if (!status && !opened.examples) {
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory to train");
  }
  if (status) {
    material_clear(&opened);
    return status;
  }
  *material = opened;
  return STATUS_SUCCESS;
}

void
material_clear(Material* const material)
{
  examples_free(material->examples);
  frames_clear(&material->frames);
  timbres_clear(&material->timbres);
  corpus_free(material->noise);
  corpus_free(material->music);
  corpus_free(material->sound);
  *material = (Material){ 0 };
}

/// Principal components of the frames to learn from, as the first weights.
static Status
start_at_pca(const Material* const material, TrainingRun* const run, Diagnostic* const why)
{
  Pca*         pca    = NULL;
  const Status status = pca_new(material->frames.split[SPLIT_TRAIN],
                                unrolled_shape_code(&run->shape), &pca, why);
  if (!status) {
    training_run_start_at_pca(run, pca);
  }
  pca_free(pca);
  return status;
}

/// The numbers of another model, as the first weights.
static Status
start_at_model(TrainingRun* const run, Diagnostic* const why)
{
  const char* const path   = run->recipe->from;
  Model*            model  = NULL;
  Diagnostic        reason = { "" };
  Status            status = model_read(path, &model, why);
  if (!status && training_run_start_at_model(run, model, &reason)) {
    status = diagnose(why, STATUS_BAD_OPTION, "%s: %.400s", path, reason.text);
  }
  model_free(model);
  return status;
}

Status
material_begin(const Material* const material, const Recipe* const recipe, Team* const team,
               TrainingRun** const run, Diagnostic* const why)
{
  TrainingRun* const begun = training_run_new(recipe, material->examples, team);
  if (!begun) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to train");
  }

  const Status status = recipe->skip == SKIP_PCA ? start_at_pca(material, begun, why)
                        : *recipe->from          ? start_at_model(begun, why)
                                                 : STATUS_SUCCESS;
  if (status) {
    training_run_free(begun);
    return status;
  }
  *run = begun;
  return STATUS_SUCCESS;
}
