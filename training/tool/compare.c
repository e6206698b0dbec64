// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/file.h"
#include "training/engine/matrix.h"
#include "training/engine/progress.h"
#include "training/tool/comparison.h"
#include "training/tool/hold_out.h"
#include "training/tool/material.h"
#include "training/tool/options.h"

#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* const usage =
  "Usage: lamina compare RECIPE --data DIR... [OPTION]...\n"
  "Train the recipe's autoencoder in every way, at equal cost, and compare: principal components,\n"
  "a shallow one, end to end, greedy alone, greedy and fine-tuned, Boltzmann machines and\n"
  "fine-tuned, and around principal components.\n"
  "\n"
  "  -d, --data DIR       folder of sound, searched to its depth; may be repeated\n"
  "      --by-chance      split the files by chance, whatever a MANIFEST.tsv says\n"
  "  -c, --codes N,...    numbers in a code; those of the recipe's last layer\n"
  "  -l, --rates X,...    learning rates, of which each side gets its best; 3e-4,1e-3,3e-3\n"
  "  -n, --seeds N        trainings of each side at each rate; 3\n"
  "      --csv FILE       write every number\n"
  "      --picture FILE   draw errors and norms of gradients as a PNG\n"
  "  -s, --set KEY=VALUE  change the recipe: layers.0.units=256\n"
  "  -t, --threads N      threads; as many as the machine has cores\n"
  "  -v, --verbose        name every file that is taken, too\n"
  "  -h, --help           print this\n"
  "\n"
  "The table goes to the standard output, in Markdown.  Ctrl-C ends with what is done so far.\n";

typedef struct {
  const char* recipe;
  OptionList  data;
  OptionList  settings;
  uint32_t    n_codes; ///< 0: that of the recipe
  double      codes[COMPARISON_MAX_CODES];
  uint32_t    n_rates;
  double      rates[COMPARISON_MAX_RATES];
  uint32_t    n_seeds;
  const char* csv;
  const char* picture;
  uint32_t    threads;
  bool        by_chance;
  bool        verbose;
  bool        help;
} Options;

/// All that a comparison needs, in the order it is made.
typedef struct {
  const Options* options;
  uint32_t       n_recipes; ///< One for each code
  Recipe*        recipes[COMPARISON_MAX_CODES];
  Team*          team;
  Progress*      progress;
  Material       material;
  HoldOut        parts; ///< Of the half to learn from
} Comparing;

static volatile sig_atomic_t interrupted = 0;

static void
interrupt(const int signal_number)
{
  interrupted = signal_number;
}

/// What getopt_long() returns for options of no letter.
enum { OPTION_BY_CHANCE = 256, OPTION_CSV, OPTION_PICTURE };

static Status
read_option(Options* const options, const int option, char** const argv, Diagnostic* const why)
{
  switch (option) {
    case 'd':
      return option_list_add(&options->data, optarg, why);
    case 's':
      return option_list_add(&options->settings, optarg, why);
    case 'c':
      return option_numbers("--codes", optarg, 1.0, LAYER_MAX_UNITS, COMPARISON_MAX_CODES,
                            &options->n_codes, options->codes, why);
    case 'l':
      return option_numbers("--rates", optarg, 1e-9, 1.0, COMPARISON_MAX_RATES, &options->n_rates,
                            options->rates, why);
    case 'n':
      return option_count("--seeds", optarg, 1, COMPARISON_MAX_SEEDS, &options->n_seeds, why);
    case 't':
      return option_count("--threads", optarg, 1, 256, &options->threads, why);
    case OPTION_BY_CHANCE:
      options->by_chance = true;
      return STATUS_SUCCESS;
    case OPTION_CSV:
      options->csv = optarg;
      return STATUS_SUCCESS;
    case OPTION_PICTURE:
      options->picture = optarg;
      return STATUS_SUCCESS;
    case 'v':
      options->verbose = true;
      return STATUS_SUCCESS;
    case 'h':
      options->help = true;
      return STATUS_SUCCESS;
    default:
      return option_unknown("compare", argv, why);
  }
}

static Status
check_options(const Options* const options, Diagnostic* const why)
{
  const char* const missing = !options->recipe ? "RECIPE" : !options->data.n ? "--data DIR" : NULL;
  Status            status  = missing ? diagnose(why, STATUS_BAD_OPTION,
                                                 "%s is missing; see lamina compare --help", missing)
                                      : STATUS_SUCCESS;
  status                    = !status && options->csv ? option_output(options->csv, why) : status;
  return !status && options->picture ? option_picture_output(options->picture, why) : status;
}

static void
set_defaults(Options* const options)
{
  const long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
  options->threads   = n_cores > 0 ? (uint32_t)n_cores : 1;
  options->n_rates   = 3;
  options->rates[0]  = 3e-4;
  options->rates[1]  = 1e-3;
  options->rates[2]  = 3e-3;
  options->n_seeds   = 3;
}

static Status
read_options(const int argc, char** const argv, Options* const options, Diagnostic* const why)
{
  static const struct option names[] = {
    { "data", required_argument, NULL, 'd' },
    { "codes", required_argument, NULL, 'c' },
    { "rates", required_argument, NULL, 'l' },
    { "seeds", required_argument, NULL, 'n' },
    { "by-chance", no_argument, NULL, OPTION_BY_CHANCE },
    { "csv", required_argument, NULL, OPTION_CSV },
    { "picture", required_argument, NULL, OPTION_PICTURE },
    { "set", required_argument, NULL, 's' },
    { "threads", required_argument, NULL, 't' },
    { "verbose", no_argument, NULL, 'v' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  set_defaults(options);
  Status status = STATUS_SUCCESS;
  int    option = 0;
  opterr        = 0;
  while (!status && (option = getopt_long(argc, argv, "d:c:l:n:s:t:vh", names, NULL)) != -1) {
    status = read_option(options, option, argv, why);
  }
  if (!status && optind < argc) {
    options->recipe = argv[optind++];
  }
  if (!status && optind < argc) {
    status = diagnose(why, STATUS_BAD_OPTION, "%s: one recipe is enough; folders follow --data",
                      argv[optind]);
  }
  return status || options->help ? status : check_options(options, why);
}

/// Whether all sides can be made of a recipe.
static Status
check_recipe(const char* const path, const Recipe* const recipe, Diagnostic* const why)
{
  if (recipe->task != MODEL_AUTOENCODER) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "%s: task %s; only those of task autoencoder can be compared", path,
                    model_kind_name(recipe->task));
  }
  if (recipe->code != CODE_PLAIN) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: only a plain code can be compared", path);
  }
  return recipe->pretrain.steps && recipe->fine_tune.steps
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION,
                      "%s: pretrain.steps and fine_tune.steps say what a training may cost; "
                      "neither can be 0 here",
                      path);
}

/// The recipe with another number of units in its last layer.
static Status
read_recipe(Comparing* const comparing, const uint32_t layer, const double code,
            Diagnostic* const why)
{
  const Options* const options  = comparing->options;
  OptionList           settings = options->settings;
  char                 setting[64];
  (void)snprintf(setting, sizeof(setting), "layers.%u.units=%.17g", layer, code);
  Status status = option_list_add(&settings, setting, why);
  status        = status ? status
                         : recipe_read(options->recipe, settings.n, settings.items,
                                       &comparing->recipes[comparing->n_recipes], why);
  comparing->n_recipes += !status;
  status = status ? status
                  : recipe_settle_precision(comparing->recipes[comparing->n_recipes - 1], why);
  return status;
}

/// One recipe for each code.
static Status
read_recipes(Comparing* const comparing, Diagnostic* const why)
{
  const Options* const options = comparing->options;
  Recipe*              recipe  = NULL;
  Status status = recipe_read(options->recipe, options->settings.n, options->settings.items,
                              &recipe, why);
  if (status) {
    return status;
  }

  status = check_recipe(options->recipe, recipe, why);
  status = status ? status : recipe_settle_precision(recipe, why);
  if (!status && !options->n_codes) {
    comparing->recipes[comparing->n_recipes++] = recipe;
    return STATUS_SUCCESS;
  }
  for (uint32_t i = 0; !status && i < options->n_codes; ++i) {
    status = read_recipe(comparing, recipe->n_layers - 1, options->codes[i], why);
  }
  recipe_free(recipe);
  return status;
}

static void
report_file(void* const handle, const char* const path, const bool taken, const char* const reason)
{
  const Options* const options = (const Options*)handle;
  if (!taken) {
    fprintf(stderr, "left out: %s: %s\n", path, reason);
  } else if (options->verbose) {
    fprintf(stderr, "taken: %s: %s\n", path, reason);
  }
}

/// The group of every file to learn from, or else its own number: what is held out as a whole.
static uint32_t
number_groups(const Corpus* const corpus, const bool by_group, uint32_t* const groups)
{
  uint32_t n = 0;
  for (uint32_t file = 0; file < corpus_files(corpus, SPLIT_TRAIN); ++file) {
    uint32_t other = by_group ? 0 : file;
    while (other < file && strcmp(corpus_group(corpus, SPLIT_TRAIN, other),
                                  corpus_group(corpus, SPLIT_TRAIN, file)) != 0) {
      ++other;
    }
    groups[file] = other < file ? groups[other] : n++;
  }
  return n;
}

/// Part what is learned from; the whole is not needed any more.
static Status
part_frames(Comparing* const comparing, Diagnostic* const why)
{
  const Corpus* const corpus = comparing->material.sound;
  const Recipe* const recipe = comparing->recipes[0];
  uint32_t* const     groups = malloc(corpus_files(corpus, SPLIT_TRAIN) * sizeof(uint32_t));
  if (!groups) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to compare");
  }

  Table** const  learn    = &comparing->material.frames.split[SPLIT_TRAIN];
  const uint32_t n_groups = number_groups(corpus, recipe->spectrum.by_group, groups);
  const Status   status = hold_out(*learn, n_groups, groups, recipe->seed, &comparing->parts, why);
  free(groups);
  if (!status) {
    table_free(*learn);
    *learn = NULL;
  }
  return status;
}

static Status
open_comparing(Comparing* const comparing, Diagnostic* const why)
{
  const Options* const options = comparing->options;
  Status               status  = read_recipes(comparing, why);
  if (status) {
    return status;
  }

  comparing->team     = team_new(options->threads);
  comparing->progress = progress_new(stderr, isatty(STDERR_FILENO), NULL);
  if (!comparing->team || !comparing->progress) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to compare");
  }

  const MaterialConfig config = { .data      = &options->data,
                                  .report    = report_file,
                                  .context   = (void*)(uintptr_t)options,
                                  .by_chance = options->by_chance };
  status = material_open(comparing->recipes[0], &config, comparing->team, &comparing->material,
                         why);
  return status ? status : part_frames(comparing, why);
}

static void
close_comparing(Comparing* const comparing)
{
  hold_out_clear(&comparing->parts);
  material_clear(&comparing->material);
  progress_free(comparing->progress);
  team_free(comparing->team);
  for (uint32_t i = 0; i < comparing->n_recipes; ++i) {
    recipe_free(comparing->recipes[i]);
  }
}

static void
stepped(void* const handle, const char* const trial, const uint64_t n_done, const uint64_t n_all,
        const double loss)
{
  const Comparing* const comparing = (const Comparing*)handle;
  progress_step(comparing->progress, "compare", n_done, n_all, comparing->recipes[0]->streams, loss,
                trial);
}

static void
finished(void* const handle, const char* const line)
{
  progress_line(((const Comparing*)handle)->progress, line);
}

static bool
stop(void* const handle)
{
  (void)handle;
  return interrupted;
}

/// Write a text that may be NULL, and free it.
static Status
write_text(char* const text, const char* const path, Diagnostic* const why)
{
  const Status status = !text  ? diagnose(why, STATUS_NO_MEMORY, "not enough memory to tell")
                        : path ? file_replace(path, strlen(text), text, why)
                               : STATUS_SUCCESS;
  if (!status && !path) {
    printf("\n%s", text);
    fflush(stdout);
  }
  free(text);
  return status;
}

static Status
tell(const Options* const options, const Comparison* const comparison, Diagnostic* const why)
{
  Status status = write_text(comparison_text(comparison), NULL, why);
  if (!status && options->csv) {
    status = write_text(comparison_csv(comparison), options->csv, why);
  }
  return !status && options->picture ? comparison_picture(comparison, options->picture, why)
                                     : status;
}

static ComparisonConfig
make_config(Comparing* const comparing)
{
  const Options* const        options  = comparing->options;
  const RecipeSpectrum* const spectrum = &comparing->recipes[0]->spectrum;
  ComparisonConfig            config   = {
                 .n_codes = comparing->n_recipes,
                 .recipes = (const Recipe* const*)comparing->recipes,
                 .learn   = comparing->parts.rest,
                 .held    = comparing->parts.held,
                 .judge   = comparing->material.frames.split[SPLIT_VALID],
                 .scale   = spectrum->unit ? spectrum->range_db : 0.5 * spectrum->range_db,
                 .n_rates = options->n_rates,
                 .n_seeds = options->n_seeds,
                 .team    = comparing->team,
                 .watcher = { .stepped = stepped, .finished = finished, .stop = stop, .context = comparing }
  };
  memcpy(config.rates, options->rates, sizeof(config.rates));
  return config;
}

static Status
compare(Comparing* const comparing, Diagnostic* const why)
{
  Status status = open_comparing(comparing, why);
  if (status) {
    return status;
  }

  const ComparisonConfig config     = make_config(comparing);
  Comparison             comparison = { 0 };
  signal(SIGINT, interrupt);
  signal(SIGTERM, interrupt);
  status = comparison_run(&config, &comparison, why);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  progress_free(comparing->progress);
  comparing->progress = NULL;
  if (!status || status == STATUS_INTERRUPTED) {
    const Status failure = tell(comparing->options, &comparison, why);
    status               = failure ? failure : status;
  }
  comparison_clear(&comparison);
  return status;
}

int
tool_compare(const int argc, char** const argv)
{
  Options    options = { 0 };
  Diagnostic why     = { "" };
  if (read_options(argc, argv, &options, &why)) {
    return tool_fail(&why);
  }
  if (options.help) {
    fputs(usage, stdout);
    return EXIT_SUCCESS;
  }

  Comparing    comparing = { .options = &options };
  const Status status    = compare(&comparing, &why);
  close_comparing(&comparing);
  if (status == STATUS_INTERRUPTED) {
    fprintf(stderr, "lamina: stopped; what is above was done by then\n");
    return 128 + interrupted;
  }
  return status ? tool_fail(&why) : EXIT_SUCCESS;
}
