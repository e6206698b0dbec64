// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/corpus/fingerprint.h"
#include "training/engine/matrix.h"
#include "training/engine/progress.h"
#include "training/method/fine_tune.h"
#include "training/method/morph_model.h"
#include "training/method/recipe.h"
#include "training/method/stages.h"
#include "training/tool/evaluation.h"
#include "training/tool/material.h"
#include "training/tool/morph_score.h"
#include "training/tool/preview.h"
#include "training/tool/score_text.h"
#include "training/tool/train_options.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/// Clips that a finished model is scored on at once; lamina evaluate takes its time over more.
enum { SCORE_ITEMS = 40 };

/// Bytes of a resolved recipe that a model's header has room for.
enum { MAX_RECIPE = MODEL_MAX_HEADER / 4 };

/// All that a training needs, in the order it is made.
typedef struct {
  const TrainOptions* options;
  Recipe*             recipe;
  Material            material;
  Team*               team;
  TrainingRun*        run;
  Preview*            preview; ///< NULL: none
  Progress*           progress;
  char*               checkpoint;          ///< Path
  char*               key;                 ///< What the checkpoint is known by
  bool                resumed;             ///< There is a checkpoint to go on from
  double              rho[MODEL_MAX_CODE]; ///< What the axes of a morph model follow, and how well
  double              started;             ///< Seconds
} Training;

static volatile sig_atomic_t interrupted = 0;

static void
interrupt(const int signal_number)
{
  interrupted = signal_number;
}

static double
seconds_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void
report_file(void* const handle, const char* const path, const bool taken, const char* const reason)
{
  const TrainOptions* const options = (const TrainOptions*)handle;
  if (!taken) {
    fprintf(stderr, "left out: %s: %s\n", path, reason);
  } else if (options->verbose) {
    fprintf(stderr, "taken: %s: %s\n", path, reason);
  }
}

/// The resolved recipe, and names and lengths of the recordings: what tells two runs apart.
static Status
make_key(Training* const training, Diagnostic* const why)
{
  uint64_t print = FINGERPRINT_START;
  print          = fingerprint_corpus(print, training->material.sound);
  if (training->material.music) {
    print = fingerprint_corpus(print, training->material.music);
  }
  if (training->material.noise) {
    print = fingerprint_corpus(print, training->material.noise);
  }

  char* const text = recipe_text(training->recipe);
  const bool  fits = text && strlen(text) < MAX_RECIPE;
  const int   size = text ? asprintf(&training->key, "%s\nrecordings %016llx\n", text,
                                     (unsigned long long)print)
                          : -1;
  free(text);
  if (size < 0) {
    training->key = NULL;
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  return fits ? STATUS_SUCCESS
              : diagnose(why, STATUS_BAD_OPTION, "%s: too long to be kept in a model",
                         training->options->recipe);
}

static Status
check_checkpoint(Training* const training, Diagnostic* const why)
{
  if (asprintf(&training->checkpoint, "%s.checkpoint", training->options->output) < 0) {
    training->checkpoint = NULL;
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }

  const bool exists = !access(training->checkpoint, F_OK);
  training->resumed = training->options->resume && exists;
  if (training->options->resume && !exists) {
    printf("no %s: from the beginning\n", training->checkpoint);
  }
  return !training->options->resume && exists
           ? diagnose(why, STATUS_BAD_OPTION,
                      "%s exists: --resume goes on with it, removing it begins anew",
                      training->checkpoint)
           : STATUS_SUCCESS;
}

/// What the recipe asks for must be given, and nothing else.
static Status
check_folders(const Training* const training, Diagnostic* const why)
{
  const TrainOptions* const options    = training->options;
  const bool                denoises   = training->recipe->task == MODEL_DENOISE;
  const bool                has_music  = denoises && training->recipe->mixture.music_share > 0.0;
  const bool                has_steady = denoises && training->recipe->mixture.steady_share > 0.0;
  if (denoises ? !has_steady && !options->noise.n : options->noise.n > 0) {
    return diagnose(why, STATUS_BAD_OPTION,
                    denoises
                      ? "--noise DIR is missing: a denoiser learns from sound and noise, and "
                        "the recipe's mixture.steady_share, of noise that is synthesized, is 0"
                      : "--noise is for denoisers; the recipe's task is another");
  }
  if (has_music != (options->music.n > 0)) {
    return diagnose(why, STATUS_BAD_OPTION,
                    has_music
                      ? "--music DIR is missing: the recipe's mixture.music_share is above 0"
                    : denoises ? "--music needs a mixture.music_share above 0 in the recipe"
                               : "--music is for denoisers; the recipe's task is another");
  }
  return STATUS_SUCCESS;
}

/// Open what the recipe asks for.
static Status
open_material(Training* const training, Diagnostic* const why)
{
  const TrainOptions* const options = training->options;
  Status                    status  = check_folders(training, why);
  if (!status && options->preview && training->recipe->task != MODEL_MORPH) {
    status = diagnose(why, STATUS_BAD_OPTION,
                      "--preview is for morph models; the recipe's task is another");
  }
  if (status) {
    return status;
  }

  const MaterialConfig config = { .data    = &options->data,
                                  .music   = &options->music,
                                  .noise   = &options->noise,
                                  .report  = report_file,
                                  .context = (void*)(uintptr_t)options };
  status = material_open(training->recipe, &config, training->team, &training->material, why);
  return status || !options->preview
           ? status
           : preview_new(options->preview, training->material.sound, &training->preview, why);
}

/// Before folders are searched, which may take minutes.
static Status
check_start(const char* const path, Diagnostic* const why)
{
  return *path && access(path, R_OK)
           ? diagnose(why, STATUS_IO, "from: %s: %s", path, strerror(errno))
           : STATUS_SUCCESS;
}

static Status
open_training(Training* const training, Diagnostic* const why)
{
  const TrainOptions* const options = training->options;
  Status                    status  = option_output(options->output, why);
  status                            = status ? status : check_checkpoint(training, why);
  status                            = status ? status
                                             : recipe_read(options->recipe, options->settings.n, options->settings.items,
                                                           &training->recipe, why);
  status = status ? status : recipe_settle_precision(training->recipe, why);
  status = status ? status : check_start(training->recipe->from, why);
  if (status) {
    return status;
  }

  training->started  = seconds_now();
  training->team     = team_new(options->threads);
  training->progress = progress_new(stdout, isatty(STDOUT_FILENO), NULL);
  if (!training->team || !training->progress) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to train");
  }
  status = open_material(training, why);
  status = status ? status : make_key(training, why);
  return status ? status
                : material_begin(&training->material, training->recipe, training->team,
                                 &training->run, why);
}

static void
close_training(Training* const training)
{
  training_run_free(training->run);
  preview_free(training->preview);
  material_clear(&training->material);
  progress_free(training->progress);
  team_free(training->team);
  recipe_free(training->recipe);
  free(training->checkpoint);
  free(training->key);
}

static void
print_plan(const Training* const training)
{
  const Recipe* const      recipe = training->recipe;
  const TrainingRun* const run    = training->run;
  const char* const        best   = matrix_best_kernel();
  printf("layers %u up, %u down, %zu weights; kernels %s, %s, %u threads\n", run->shape.n_encoder,
         run->shape.n_decoder, run->parameters->n, matrix_kernel(),
         precision_name(recipe->precision), training->options->threads);
  if (best && strcasecmp(best, matrix_kernel())) {
    printf("note: OPENBLAS_CORETYPE=%s would suit this CPU better\n", best);
  }
  printf("steps  %u per layer, %u end to end, of %u × %u frames each\n", recipe->pretrain.steps,
         recipe->fine_tune.steps, recipe->streams, recipe->frames);
  fflush(stdout);
}

static void
stepped(void* const handle, const char* const stage, const Descent* const descent,
        const uint32_t n_steps)
{
  const Training* const training = (const Training*)handle;
  const Recipe* const   recipe   = training->recipe;
  char                  note[64] = "";
  if (isfinite(descent->best_loss)) {
    snprintf(note, sizeof(note), "best %.4f", descent->best_loss);
  }
  progress_step(training->progress, stage, descent->step, n_steps, recipe->streams * recipe->frames,
                descent->train_loss, note);
}

/// The model as it is trained so far, without words.
static Status
make_model(Training* const training, Model** const model, Diagnostic* const why)
{
  const Material* const material = &training->material;
  const ModelKind       task     = training->recipe->task;
  if (task == MODEL_MORPH) {
    return morph_model_new(training->run, &material->frames, &material->timbres, training->rho,
                           model, why);
  }
  *model = training_run_model(training->run,
                              task == MODEL_DENOISE ? NULL : &material->frames.spectrum);
  return *model ? STATUS_SUCCESS
                : diagnose(why, STATUS_NO_MEMORY, "not enough memory for the model");
}

/// Let the model be heard, where that is wanted.  @param name Of the file.
static Status
hear(const Training* const training, const Model* const model, const char* const name,
     Diagnostic* const why)
{
  return training->preview ? preview_write(training->preview, model, name, why) : STATUS_SUCCESS;
}

/// Let it be heard as it is trained so far.
static Status
hear_so_far(Training* const training, const char* const name, Diagnostic* const why)
{
  if (!training->preview) {
    return STATUS_SUCCESS;
  }
  Model* model  = NULL;
  Status status = make_model(training, &model, why);
  status        = status ? status : hear(training, model, name, why);
  model_free(model);
  return status;
}

/// Before anything is learned; a training that is gone on with was heard before.
static Status
hear_start(Training* const training, Diagnostic* const why)
{
  if (training->resumed || !training->preview) {
    return STATUS_SUCCESS;
  }
  const Status status = hear_so_far(training, "start", why);
  if (!status) {
    printf("preview of %s towards %s\n", preview_source(training->preview),
           preview_goal(training->preview));
  }
  return status;
}

/// A best that cannot be heard does not end a training.
static void
hear_best(Training* const training, const Descent* const descent)
{
  char       name[40];
  Diagnostic why = { "" };
  snprintf(name, sizeof(name), "best-%06llu", (unsigned long long)descent->step);
  if (hear_so_far(training, name, &why)) {
    char line[sizeof(why.text) + 16];
    snprintf(line, sizeof(line), "no preview: %s", why.text);
    progress_line(training->progress, line);
  }
}

static void
validated(void* const handle, const char* const stage, const Descent* const descent,
          const double loss)
{
  Training* const training = (Training*)handle;
  char            line[128];
  snprintf(line, sizeof(line), "%s, step %llu: %.4f on unseen files%s", stage,
           (unsigned long long)descent->step, loss, descent->n_worse ? "" : ", the best so far");
  progress_line(training->progress, line);
  if (!descent->n_worse && !strcmp(stage, FINE_TUNE_NAME)) {
    hear_best(training, descent);
  }
}

static void
recovered(void* const handle, const char* const stage, const Descent* const descent,
          const char* const fault)
{
  const Training* const training = (const Training*)handle;
  char                  line[256];
  snprintf(line, sizeof(line), "%s, step %llu: %s; back to step %llu, at half the rate", stage,
           (unsigned long long)descent->step, fault, (unsigned long long)descent->foothold.step);
  progress_line(training->progress, line);
}

static bool
stop(void* const handle)
{
  (void)handle;
  return interrupted;
}

/// Words for the model; a word without memory is left out.
static void
write_card(const Training* const training, Model* const model)
{
  const Recipe* const recipe = training->recipe;
  ModelCard* const    card   = &model->card;
  card->name                 = strdup(recipe->name);
  card->licence              = strdup(recipe->licence);
  card->data                 = strdup(recipe->data);
  card->recipe               = recipe_text(recipe);
  card->tool                 = strdup("lamina " LAMINA_VERSION);
  card->classes = training->material.frames.classes ? strdup(training->material.frames.classes)
                                                    : NULL;
}

/// Score a finished denoiser on files that it was not trained on; without recorded noise there are
/// none.
static Status
score_denoiser(const Training* const training, const Model* const model, char** const text,
               Diagnostic* const why)
{
  if (!training->material.noise) {
    printf("no scores without recorded noise; lamina evaluate --noise DIR finds them\n");
    return STATUS_SUCCESS;
  }

  EvaluationConfig config     = evaluation_defaults();
  Evaluation       evaluation = { 0 };
  config.sound                = training->material.sound;
  config.noise                = training->material.noise;
  config.n_items              = SCORE_ITEMS;
  config.seed                 = training->recipe->seed;
  config.team                 = training->team;

  const Status status = evaluation_run(model, &config, &evaluation, why);
  if (!status) {
    *text = evaluation_text(&evaluation);
  }
  evaluation_clear(&evaluation);
  return status;
}

/// The score goes into the model's card.
static Status
score(const Training* const training, Model* const model, Diagnostic* const why)
{
  const TrainingRun* const run    = training->run;
  const Frames* const      frames = &training->material.frames;
  char** const             text   = &model->card.scores;
  const Status status = model->kind == MODEL_DENOISE ? score_denoiser(training, model, text, why)
                        : model->kind == MODEL_MORPH
                          ? morph_score_text(run, frames, model, training->rho, text, why)
                          : score_text(run, frames, text, why);
  if (!status) {
    printf("\n%s\n", model->card.scores ? model->card.scores : "");
  }
  return status;
}

/// Write the model, and once more with its scores: what was learned is safe before it is judged.
static Status
write_model(const Training* const training, Model* const model, Diagnostic* const why)
{
  const char* const output = training->options->output;
  write_card(training, model);
  Status status = model_write(model, output, why);
  if (status) {
    return status;
  }

  printf("wrote %s after %.0f s\n", output, seconds_now() - training->started);
  fflush(stdout);
  status = score(training, model, why);
  status = status ? status : model_write(model, output, why);
  if (!status) {
    // Not before: a run that is killed meanwhile goes on here
    unlink(training->checkpoint);
  }
  return status;
}

static Status
finish(Training* const training, Diagnostic* const why)
{
  Model* model  = NULL;
  Status status = make_model(training, &model, why);
  if (!status && training->recipe->weights == WEIGHTS_FLOAT16) {
    model_halve(model);
  }
  status = status ? status : write_model(training, model, why);
  status = status ? status : hear(training, model, "end", why);
  model_free(model);
  return status;
}

static Status
train(Training* const training, Diagnostic* const why)
{
  Status status = open_training(training, why);
  if (status) {
    return status;
  }

  print_plan(training);
  status = hear_start(training, why);
  if (status) {
    return status;
  }
  const StagesConfig config  = { .path   = training->checkpoint,
                                 .key    = training->key,
                                 .resume = training->resumed };
  const Watcher      watcher = { .stepped   = stepped,
                                 .validated = validated,
                                 .recovered = recovered,
                                 .stop      = stop,
                                 .context   = training };
  signal(SIGINT, interrupt);
  signal(SIGTERM, interrupt);
  status = stages_run(training->run, &config, &watcher, why);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  progress_free(training->progress);
  training->progress = NULL;
  return status ? status : finish(training, why);
}

static Status
print_keys(Diagnostic* const why)
{
  char* const text = recipe_reference();
  if (!text) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  fputs(text, stdout);
  free(text);
  return STATUS_SUCCESS;
}

int
tool_train(const int argc, char** const argv)
{
  TrainOptions options = { 0 };
  Diagnostic   why     = { "" };
  if (train_options_read(argc, argv, &options, &why)) {
    return tool_fail(&why);
  }
  if (options.help) {
    fputs(train_usage, stdout);
    return EXIT_SUCCESS;
  }
  if (options.keys) {
    return print_keys(&why) ? tool_fail(&why) : EXIT_SUCCESS;
  }

  Training     training = { .options = &options };
  const Status status   = train(&training, &why);
  if (status == STATUS_INTERRUPTED) {
    fprintf(stderr, "lamina: %s; go on with --resume\n", why.text);
  }
  close_training(&training);
  return status == STATUS_INTERRUPTED ? 128 + interrupted : status ? tool_fail(&why) : EXIT_SUCCESS;
}
