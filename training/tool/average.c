// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/method/soup.h"
#include "training/tool/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char* const usage =
  "Usage: lamina average MODEL MODEL... -o MODEL\n"
  "Write the mean of denoisers that learned on from the same one (`from` in their recipes), each\n"
  "its own way: it is often better than any of them, and costs no more.  lamina evaluate tells.\n"
  "Its words are those of the first, without scores.\n"
  "\n"
  "  -o, --output MODEL   file to write\n"
  "  -h, --help           print this\n";

/// Most models of one mean.
enum { MAX_MODELS = 64 };

typedef struct {
  uint32_t    n;
  const char* paths[MAX_MODELS];
  const char* output;
  bool        help;
} Options;

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = {
    { "output", required_argument, NULL, 'o' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  *options   = (Options){ 0 };
  int option = 0;
  opterr     = 0;
  while ((option = getopt_long(argc, argv, "o:h", names, NULL)) != -1) {
    if (option == 'o') {
      options->output = optarg;
    } else if (option == 'h') {
      options->help = true;
      return STATUS_SUCCESS;
    } else {
      return option_unknown("average", argv, why);
    }
  }
  const int n = argc - optind;
  if (n < 2 || n > MAX_MODELS || !options->output) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "2 to %d models and -o MODEL are needed; see lamina average --help",
                    (int)MAX_MODELS);
  }
  options->n = (uint32_t)n;
  for (uint32_t i = 0; i < options->n; ++i) {
    options->paths[i] = argv[optind + (int)i];
  }
  return option_output(options->output, why);
}

static Status
average(const Options* options, Diagnostic* why)
{
  Model* models[MAX_MODELS] = { NULL };
  Status status             = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < options->n; ++i) {
    status = model_read(options->paths[i], &models[i], why);
  }
  status = status ? status : soup_cook(options->n, models, options->paths, why);
  if (!status) {
    free(models[0]->card.scores);
    models[0]->card.scores = NULL;
    status                 = model_write(models[0], options->output, why);
  }
  for (uint32_t i = 0; i < options->n; ++i) {
    model_free(models[i]);
  }
  return status;
}

int
tool_average(int argc, char** argv)
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
  return average(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
