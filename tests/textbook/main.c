// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// textbook: train on images what the textbook trains on images, and print the table.

#include "tests/textbook/experiments.h"
#include "training/engine/matrix.h"
#include "training/tool/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* const usage =
  "Usage: textbook [OPTION]... EXPERIMENT...\n"
  "Train autoencoders on images and compare with what is known of them.\n"
  "\n"
  "  -d, --data DIR       folder with the idx files of images and labels; Debian's Fashion-MNIST\n"
  "  -s, --set KEY=VALUE  change the recipes: fine_tune.steps=100\n"
  "  -t, --threads N      threads; as many as the machine has cores\n"
  "      --seed N         of weights, orders and noises; 1\n"
  "  -h, --help           print this\n"
  "\n"
  "Experiments:\n";

typedef struct {
  const char* data;
  uint32_t    threads;
  bool        help;
  bool        all;
  bool        wanted[64]; ///< Experiments, by their index
} Options;

static void
print_usage(void)
{
  fputs(usage, stdout);
  for (uint32_t i = 0; experiment_name(i); ++i) {
    printf("  %-11s %s\n", experiment_name(i), experiment_purpose(i));
  }
  puts("  all         all of them: hours");
}

static Status
read_option(int option, char** argv, Options* options, Textbook* textbook, Diagnostic* why)
{
  switch (option) {
    case 'd':
      options->data = optarg;
      return STATUS_SUCCESS;
    case 's':
      if (textbook->n_settings == TEXTBOOK_MAX_SETTINGS) {
        return diagnose(why, STATUS_BAD_OPTION, "%s: more than %u settings", optarg,
                        TEXTBOOK_MAX_SETTINGS);
      }
      textbook->settings[textbook->n_settings++] = optarg;
      return STATUS_SUCCESS;
    case 't':
      return option_count("--threads", optarg, 1, 256, &options->threads, why);
    case 'S':
      return option_seed("--seed", optarg, &textbook->seed, why);
    case 'h':
      options->help = true;
      return STATUS_SUCCESS;
    default:
      return diagnose(why, STATUS_BAD_OPTION, "%s: unknown, or without its value; see --help",
                      argv[optind - 1]);
  }
}

static Status
read_experiment(const char* name, Options* options, Diagnostic* why)
{
  const bool all   = !strcmp(name, "all");
  bool       found = false;
  for (uint32_t i = 0; experiment_name(i); ++i) {
    if (all || !strcmp(name, experiment_name(i))) {
      options->wanted[i] = true;
      found              = true;
    }
  }
  return found ? STATUS_SUCCESS
               : diagnose(why, STATUS_BAD_OPTION, "%s: no such experiment; see --help", name);
}

static Status
read_options(int argc, char** argv, Options* options, Textbook* textbook, Diagnostic* why)
{
  static const struct option names[] = {
    { "data", required_argument, NULL, 'd' },    { "set", required_argument, NULL, 's' },
    { "threads", required_argument, NULL, 't' }, { "seed", required_argument, NULL, 'S' },
    { "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 },
  };
  const long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
  options->data      = IMAGES_FOLDER;
  options->threads   = n_cores > 0 ? (uint32_t)n_cores : 1;

  Status status = STATUS_SUCCESS;
  int    option = 0;
  opterr        = 0;
  while (!status && (option = getopt_long(argc, argv, "d:s:t:h", names, NULL)) != -1) {
    status = read_option(option, argv, options, textbook, why);
  }
  if (!status && !options->help && optind == argc) {
    status = diagnose(why, STATUS_BAD_OPTION, "an EXPERIMENT is missing; see --help");
  }
  for (; !status && optind < argc; ++optind) {
    status = read_experiment(argv[optind], options, why);
  }
  return status;
}

static Status
run_all(const Options* options, Textbook* textbook, Diagnostic* why)
{
  textbook->team     = team_new(options->threads);
  textbook->progress = progress_new(stderr, isatty(STDERR_FILENO), NULL);
  if (!textbook->team || !textbook->progress) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  Status status = STATUS_SUCCESS;
  textbook_print_head(textbook);
  for (uint32_t i = 0; !status && experiment_name(i); ++i) {
    if (options->wanted[i]) {
      progress_line(textbook->progress, experiment_name(i));
      status = experiment_run(i, textbook, why);
    }
  }
  return status;
}

static Status
run(const Options* options, Textbook* textbook, Diagnostic* why)
{
  Images images = { 0 };
  Status status = images_read(options->data, &images, why);
  if (!status) {
    textbook->images = &images;
    status           = run_all(options, textbook, why);
    progress_free(textbook->progress);
    team_free(textbook->team);
    images_clear(&images);
  }
  return status;
}

int
main(int argc, char** argv)
{
  matrix_choose_kernel(argv);
  Options    options  = { 0 };
  Textbook   textbook = { .recipes = TEXTBOOK_RECIPES, .seed = 1, .table = stdout };
  Diagnostic why      = { "" };
  Status     status   = read_options(argc, argv, &options, &textbook, &why);
  if (!status && options.help) {
    print_usage();
    return EXIT_SUCCESS;
  }
  status = status ? status : run(&options, &textbook, &why);
  if (status) {
    fprintf(stderr, "textbook: %s\n", why.text);
    return EXIT_FAILURE;
  }
  return textbook.n_missed ? EXIT_FAILURE : EXIT_SUCCESS;
}
