// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/file.h"
#include "dsp/network/model_file.h"
#include "training/corpus/sound_file.h"
#include "training/method/recipe.h"
#include "training/tool/evaluation.h"
#include "training/tool/measure.h"
#include "training/tool/options.h"
#include "training/tool/render.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char* const usage =
  "Usage: lamina evaluate MODEL --data DIR... --noise DIR... [OPTION]...\n"
  "       lamina evaluate MODEL --clean FILE --noisy FILE [OPTION]...\n"
  "Score a model: on mixtures of sound and noise that it was not trained on, or on one recording\n"
  "of which the clean sound is known.  Measured are SI-SDR, the energy of the sound over that of\n"
  "all that is not it, segmental SNR, STOI and ESTOI, the log-spectral distance, the level of\n"
  "what sounds, and what is left in the pauses; all by ratio, by kind of noise and of sound.  Of "
  "one recording\n"
  "SI-SDR alone is told.\n"
  "\n"
  "  -d, --data DIR       folder of sound, searched to its depth, or a file; may be repeated\n"
  "  -n, --noise DIR      folder of noise, or a file; may be repeated\n"
  "      --snr LIST       ratios to mix at, dB; -5,0,5,10,15\n"
  "      --items N        clips; 100\n"
  "      --seconds S      length of a clip; 6\n"
  "      --learn S        let the model learn the noise alone for so long first; the mixtures are\n"
  "                       those without this option when it is 1\n"
  "      --rate HZ        rate to run at; 48000\n"
  "      --seed N         another seed, other clips; 1\n"
  "      --valid-share X  share of the files that was kept from training where no MANIFEST.tsv\n"
  "                       says so; the share in the model's recipe; 1: try all files\n"
  "      --all-noise      try all files of noise, on sound that was kept from training as before\n"
  "      --csv FILE       write the scores of every clip, too\n"
  "      --against NAME=COMMAND\n"
  "                       score another program on the same mixtures; may be repeated.  The shell\n"
  "                       runs COMMAND for each, with paths in the places of {in}, a WAV of\n"
  "                       16 bits and one channel; {noise}, the noise alone before it; and {out},\n"
  "                       which COMMAND is to write at the same rate.  The delay that it always\n"
  "                       has is found and taken out\n"
  "  -t, --threads N      threads; as many as the machine has cores\n"
  "      --clean FILE     the sound alone\n"
  "      --noisy FILE     the same sound with noise\n"
  "\n" OPTION_DENOISER_USAGE "  -h, --help           print this\n";

enum {
  OPTION_SNR = OPTION_KEEP_HUM + 1,
  OPTION_ITEMS,
  OPTION_SECONDS,
  OPTION_LEARN,
  OPTION_RATE,
  OPTION_SEED,
  OPTION_SHARE,
  OPTION_ALL_NOISE,
  OPTION_CSV,
  OPTION_AGAINST,
  OPTION_CLEAN,
  OPTION_NOISY,
};

/// The least that a model of any window learns from, seconds.
#define LEARN_MIN_S 0.25

typedef struct {
  const char*      model;
  OptionList       data;
  OptionList       noise;
  const char*      clean;
  const char*      noisy;
  const char*      csv;
  double           rate_hz;
  double           valid_share; ///< Negative: as the model's recipe says
  bool             all_noise;
  uint32_t         threads;
  EvaluationConfig config;
  Rival            rivals[EVALUATION_MAX_RIVALS];
  bool             help;
} Options;

/// "0,5,10".
static Status
read_snrs(const char* text, EvaluationConfig* config, Diagnostic* why)
{
  char* const list   = strdup(text);
  char*       rest   = list;
  Status      status = list ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "no memory");

  config->n_snrs = 0;
  while (!status && rest) {
    if (config->n_snrs == EVALUATION_MAX_SNRS) {
      status = diagnose(why, STATUS_BAD_OPTION, "--snr %s: more than %u", text,
                        EVALUATION_MAX_SNRS);
    } else {
      status = option_number("--snr", strsep(&rest, ","), -100.0, 100.0,
                             &config->snr_db[config->n_snrs++], why);
    }
  }
  free(list);
  return status;
}

static Status
read_path(const char** path)
{
  *path = optarg;
  return STATUS_SUCCESS;
}

static Status
add_rival(Options* options, Diagnostic* why)
{
  EvaluationConfig* const config = &options->config;
  if (config->n_rivals == EVALUATION_MAX_RIVALS) {
    return diagnose(why, STATUS_BAD_OPTION, "--against: more than %u", EVALUATION_MAX_RIVALS);
  }
  config->rivals = options->rivals;
  return rival_read(optarg, options->rivals + config->n_rivals++, why);
}

static Status
read_option(Options* options, int option, Diagnostic* why)
{
  EvaluationConfig* const config = &options->config;
  switch (option) {
    case 'd':
      return option_list_add(&options->data, optarg, why);
    case 'n':
      return option_list_add(&options->noise, optarg, why);
    case 't':
      return option_count("--threads", optarg, 1, 256, &options->threads, why);
    case 'h':
      options->help = true;
      return STATUS_SUCCESS;
    case OPTION_SNR:
      return read_snrs(optarg, config, why);
    case OPTION_ITEMS:
      return option_count("--items", optarg, 1, 1000000, &config->n_items, why);
    case OPTION_SECONDS:
      return option_number("--seconds", optarg, 0.1, 600.0, &config->clip_s, why);
    case OPTION_LEARN:
      config->learn = true;
      return option_number("--learn", optarg, LEARN_MIN_S, 60.0, &config->lead_s, why);
    case OPTION_RATE:
      return option_number("--rate", optarg, 1000.0, 768000.0, &options->rate_hz, why);
    case OPTION_SEED:
      return option_seed("--seed", optarg, &config->seed, why);
    case OPTION_SHARE:
      return option_number("--valid-share", optarg, 0.0, 1.0, &options->valid_share, why);
    case OPTION_ALL_NOISE:
      options->all_noise = true;
      return STATUS_SUCCESS;
    case OPTION_CSV:
      return read_path(&options->csv);
    case OPTION_AGAINST:
      return add_rival(options, why);
    case OPTION_CLEAN:
      return read_path(&options->clean);
    case OPTION_NOISY:
      return read_path(&options->noisy);
    default:
      return option_denoiser(option, optarg, &config->params, why);
  }
}

static Status
check_options(const Options* options, Diagnostic* why)
{
  const bool        pair    = options->clean || options->noisy;
  const bool        folders = options->data.n || options->noise.n;
  const char* const fault   = !options->model                    ? "MODEL is missing"
                              : pair && folders                  ? "either folders or two files"
                              : pair && options->rivals->command ? "--against needs folders"
                              : pair && !options->clean          ? "--clean FILE is missing"
                              : pair && !options->noisy          ? "--noisy FILE is missing"
                              : !pair && !options->data.n        ? "--data DIR is missing"
                              : !pair && !options->noise.n       ? "--noise DIR is missing"
                              : options->valid_share == 0.0      ? "--valid-share 0 leaves no file"
                                                                 : NULL;
  return fault          ? diagnose(why, STATUS_BAD_OPTION, "%s; see lamina evaluate --help", fault)
         : options->csv ? option_output(options->csv, why)
                        : STATUS_SUCCESS;
}

static void
set_defaults(Options* options)
{
  const long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
  *options           = (Options){
              .rate_hz     = 48000.0,
              .valid_share = -1.0,
              .threads     = n_cores > 0 ? (uint32_t)n_cores : 1,
              .config      = evaluation_defaults(),
  };
}

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = {
    { "data", required_argument, NULL, 'd' },
    { "noise", required_argument, NULL, 'n' },
    { "snr", required_argument, NULL, OPTION_SNR },
    { "items", required_argument, NULL, OPTION_ITEMS },
    { "seconds", required_argument, NULL, OPTION_SECONDS },
    { "learn", required_argument, NULL, OPTION_LEARN },
    { "rate", required_argument, NULL, OPTION_RATE },
    { "seed", required_argument, NULL, OPTION_SEED },
    { "valid-share", required_argument, NULL, OPTION_SHARE },
    { "all-noise", no_argument, NULL, OPTION_ALL_NOISE },
    { "csv", required_argument, NULL, OPTION_CSV },
    { "against", required_argument, NULL, OPTION_AGAINST },
    { "threads", required_argument, NULL, 't' },
    { "clean", required_argument, NULL, OPTION_CLEAN },
    { "noisy", required_argument, NULL, OPTION_NOISY },
    { "reduction", required_argument, NULL, OPTION_REDUCTION },
    { "strength", required_argument, NULL, OPTION_STRENGTH },
    { "smoothing", required_argument, NULL, OPTION_SMOOTHING },
    { "keep-hum", no_argument, NULL, OPTION_KEEP_HUM },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  set_defaults(options);
  Status status = STATUS_SUCCESS;
  int    option = 0;
  opterr        = 0;
  while (!status && (option = getopt_long(argc, argv, "d:n:t:h", names, NULL)) != -1) {
    status = option == '?' ? option_unknown("evaluate", argv, why)
                           : read_option(options, option, why);
  }
  if (!status && optind < argc) {
    options->model = argv[optind++];
  }
  if (!status && optind < argc) {
    status = diagnose(why, STATUS_BAD_OPTION, "%s: one model is enough; folders follow --data",
                      argv[optind]);
  }
  return status || options->help ? status : check_options(options, why);
}

/**
   Read the recipe that a model carries.

   @return NULL when there is none that can be read: another program may have written the model.
*/
static Recipe*
model_recipe(const Model* model)
{
  const char* const text   = model->card.recipe;
  const int         fd     = text ? memfd_create("recipe", MFD_CLOEXEC) : -1;
  Recipe*           recipe = NULL;
  char              path[64];
  if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text)) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (recipe_read(path, 0, NULL, &recipe, NULL)) {
      recipe = NULL;
    }
  }
  if (fd >= 0) {
    close(fd);
  }
  return recipe;
}

static void
report_file(void* context, const char* path, bool taken, const char* reason)
{
  (void)context;
  if (!taken) {
    fprintf(stderr, "left out: %s: %s\n", path, reason);
  }
}

/// Open both corpora, split as the model's training split them.
static Status
open_corpora(const Options* options, const Model* model, Corpus** sound, Corpus** noise,
             Diagnostic* why)
{
  Recipe* const recipe = model_recipe(model);
  CorpusConfig  config = { .n_folders   = options->data.n,
                           .folders     = options->data.items,
                           .rate_hz     = options->rate_hz,
                           .valid_share = recipe ? recipe->valid_share : 0.1,
                           .seed        = recipe ? recipe_split_seed(recipe) : 1,
                           .report      = report_file };
  recipe_free(recipe);
  if (options->valid_share >= 0.0) {
    config.valid_share = options->valid_share;
  }

  const Status status = corpus_open(&config, sound, why);
  config.n_folders    = options->noise.n;
  config.folders      = options->noise.items;
  config.valid_share  = options->all_noise ? 1.0 : config.valid_share;
  return status ? status : corpus_open(&config, noise, why);
}

static volatile sig_atomic_t interrupted;

static void
interrupt(int signal_number)
{
  interrupted = signal_number;
}

/// So that no files of rivals are left behind.
static bool
stop(void* context)
{
  (void)context;
  return interrupted;
}

static void
show_progress(void* context, uint32_t n_done, uint32_t n_items)
{
  (void)context;
  fprintf(stderr, "\r%u of %u clips%s", n_done, n_items, n_done == n_items ? "\r\033[K" : "");
}

static Status
print_scores(const Options* options, const Evaluation* evaluation, Diagnostic* why)
{
  char* const text   = evaluation_text(evaluation);
  char* const csv    = evaluation_csv(evaluation);
  Status      status = text && csv ? STATUS_SUCCESS
                                   : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  if (!status) {
    fputs(text, stdout);
  }
  if (!status && options->csv) {
    status = file_replace(options->csv, strlen(csv), csv, why);
  }
  free(text);
  free(csv);
  return status;
}

static Status
evaluate_folders(const Options* options, const Model* model, Diagnostic* why)
{
  EvaluationConfig config     = options->config;
  Evaluation       evaluation = { 0 };
  Corpus*          sound      = NULL;
  Corpus*          noise      = NULL;
  Status           status     = open_corpora(options, model, &sound, &noise, why);
  if (!status) {
    config.sound    = sound;
    config.noise    = noise;
    config.team     = team_new(options->threads);
    config.progress = isatty(STDERR_FILENO) ? show_progress : NULL;
    config.stop     = stop;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    status = evaluation_run(model, &config, &evaluation, why);
  }
  status = status ? status : print_scores(options, &evaluation, why);
  evaluation_clear(&evaluation);
  team_free(config.team);
  corpus_free(sound);
  corpus_free(noise);
  return status;
}

/// The mean over the channels.
static double
score(const Sound* clean, const Sound* other)
{
  const uint64_t n   = clean->n_frames < other->n_frames ? clean->n_frames : other->n_frames;
  double         sum = 0.0;
  for (uint32_t c = 0; c < clean->n_channels; ++c) {
    sum += measure_si_sdr(n, clean->samples + c * clean->n_frames,
                          other->samples + c * other->n_frames);
  }
  return sum / clean->n_channels;
}

static Status
evaluate_pair(const Options* options, const Model* model, Diagnostic* why)
{
  Sound  clean  = { 0 };
  Sound  noisy  = { 0 };
  Sound  out    = { 0 };
  Status status = sound_read(options->clean, &clean, why);
  status        = status ? status : sound_read(options->noisy, &noisy, why);
  if (!status && (clean.rate_hz != noisy.rate_hz || clean.n_channels != noisy.n_channels)) {
    status = diagnose(why, STATUS_BAD_OPTION, "%s and %s differ in rate or number of channels",
                      options->clean, options->noisy);
  }
  const RenderConfig render = { .params = options->config.params };
  status                    = status ? status : render_denoise(model, &render, &noisy, &out, why);
  if (!status) {
    const double before_db = score(&clean, &noisy);
    const double after_db  = score(&clean, &out);
    printf("SI-SDR %.2f dB before, %.2f dB after, gain %+.2f dB\n", before_db, after_db,
           after_db - before_db);
  }
  sound_clear(&clean);
  sound_clear(&noisy);
  sound_clear(&out);
  return status;
}

static Status
evaluate(const Options* options, Diagnostic* why)
{
  Model* model  = NULL;
  Status status = model_read(options->model, &model, why);
  status        = status ? status : model_check_kind(model, options->model, MODEL_DENOISE, why);
  status        = status ? status : model_compact(model, why);
  if (!status) {
    status = options->clean ? evaluate_pair(options, model, why)
                            : evaluate_folders(options, model, why);
  }
  model_free(model);
  return status;
}

int
tool_evaluate(int argc, char** argv)
{
  Options    options;
  Diagnostic why = { "" };
  if (read_options(argc, argv, &options, &why)) {
    return tool_fail(&why);
  }
  if (options.help) {
    fputs(usage, stdout);
    return EXIT_SUCCESS;
  }
  return evaluate(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
