// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/train_options.h"

#include <getopt.h>
#include <unistd.h>

const char* const train_usage =
  "Usage: lamina train RECIPE --data DIR... [--music DIR...] [--noise DIR...] -o MODEL\n"
  "                    [OPTION]...\n"
  "Train a model: every layer greedily, then all of them together.\n"
  "\n"
  "  -d, --data DIR       folder of sound, searched to its depth; may be repeated; to classify,\n"
  "                       with a folder for each class; to morph, for each timbre; to denoise,\n"
  "                       voices, of which babble is made as well\n"
  "  -m, --music DIR      folder of music to keep, for a denoiser whose recipe has a\n"
  "                       mixture.music_share; may be repeated\n"
  "  -n, --noise DIR      folder of noise to take out, for a denoiser; may be repeated; without\n"
  "                       one, noise is synthesized only\n"
  "  -o, --output MODEL   file to write when all is done\n"
  "  -p, --preview DIR    of a morph model: a sound that is not learned from, moved to one of the\n"
  "                       timbres, is written there at the start, at every best and at the end\n"
  "  -s, --set KEY=VALUE  change the recipe: layers.0.units=256\n"
  "  -t, --threads N      threads; as many as the machine has cores\n"
  "  -r, --resume         go on from MODEL.checkpoint, or begin where there is none\n"
  "  -v, --verbose        name every file that is taken, too\n"
  "  -k, --keys           print every key of a recipe, with its range and what it is when left "
  "out\n"
  "  -h, --help           print this\n"
  "\n"
  "Ctrl-C saves a checkpoint and ends.\n";

static Status
read_option(TrainOptions* const options, const int option, char** const argv, Diagnostic* const why)
{
  switch (option) {
    case 'd':
      return option_list_add(&options->data, optarg, why);
    case 'm':
      return option_list_add(&options->music, optarg, why);
    case 'n':
      return option_list_add(&options->noise, optarg, why);
    case 's':
      return option_list_add(&options->settings, optarg, why);
    case 't':
      return option_count("--threads", optarg, 1, 256, &options->threads, why);
    case 'o':
      options->output = optarg;
      return STATUS_SUCCESS;
    case 'p':
      options->preview = optarg;
      return STATUS_SUCCESS;
    case 'r':
      options->resume = true;
      return STATUS_SUCCESS;
    case 'v':
      options->verbose = true;
      return STATUS_SUCCESS;
    case 'k':
      options->keys = true;
      return STATUS_SUCCESS;
    case 'h':
      options->help = true;
      return STATUS_SUCCESS;
    default:
      return option_unknown("train", argv, why);
  }
}

static Status
check_options(const TrainOptions* const options, Diagnostic* const why)
{
  const char* const missing = !options->recipe   ? "RECIPE"
                              : !options->data.n ? "--data DIR"
                              : !options->output ? "-o MODEL"
                                                 : NULL;
  return missing
           ? diagnose(why, STATUS_BAD_OPTION, "%s is missing; see lamina train --help", missing)
           : STATUS_SUCCESS;
}

Status
train_options_read(const int argc, char** const argv, TrainOptions* const options,
                   Diagnostic* const why)
{
  static const struct option names[] = {
    { "data", required_argument, NULL, 'd' },    { "music", required_argument, NULL, 'm' },
    { "noise", required_argument, NULL, 'n' },   { "output", required_argument, NULL, 'o' },
    { "preview", required_argument, NULL, 'p' }, { "set", required_argument, NULL, 's' },
    { "threads", required_argument, NULL, 't' }, { "resume", no_argument, NULL, 'r' },
    { "verbose", no_argument, NULL, 'v' },       { "keys", no_argument, NULL, 'k' },
    { "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 },
  };

  const long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
  options->threads   = n_cores > 0 ? (uint32_t)n_cores : 1;

  Status status = STATUS_SUCCESS;
  int    option = 0;
  opterr        = 0;
  while (!status && (option = getopt_long(argc, argv, "d:m:n:o:p:s:t:rvkh", names, NULL)) != -1) {
    status = read_option(options, option, argv, why);
  }
  if (!status && optind < argc) {
    options->recipe = argv[optind++];
  }
  if (!status && optind < argc) {
    status = diagnose(why, STATUS_BAD_OPTION, "%s: one recipe is enough; folders follow --data",
                      argv[optind]);
  }
  return status || options->help || options->keys ? status : check_options(options, why);
}
