// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/tool/classification.h"
#include "training/tool/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char* const usage =
  "Usage: lamina classify MODEL FILE...\n"
  "Tell what class each sound is of, as a table: file, class, probability, with tabs between.\n"
  "\n"
  "  MODEL  made by a recipe with task: classify\n"
  "  FILE   WAV, FLAC, Ogg, MP3, AIFF..., any rate and number of channels; channels are averaged\n"
  "         and resampled to the model's rate\n"
  "\n"
  "Every frame counts alike: the logarithms of their probabilities are averaged.  Files that\n"
  "cannot be read are named on the standard error, and the others are told all the same.\n"
  "\n"
  "  -h, --help           print this\n";

typedef struct {
  const char*  model;
  uint32_t     n_files;
  char* const* files; ///< [n_files]
  bool         help;
} Options;

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

  opterr = 0;
  for (int option; (option = getopt_long(argc, argv, "h", names, NULL)) != -1;) {
    if (option != 'h') {
      return option_unknown("classify", argv, why);
    }
    options->help = true;
  }
  if (!options->help && argc - optind < 2) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "MODEL and one FILE at least are needed; see lamina classify --help");
  }
  options->model   = argv[optind];
  options->n_files = options->help ? 0 : (uint32_t)(argc - optind - 1);
  options->files   = argv + optind + 1;
  return STATUS_SUCCESS;
}

static void
print_verdict(const Model* model, const char* path, uint32_t n_classes, const double* probability)
{
  uint32_t best = 0;
  for (uint32_t c = 1; c < n_classes; ++c) {
    best = probability[c] > probability[best] ? c : best;
  }
  char       name[256];
  Diagnostic file;
  classification_name(model, best, sizeof(name), name);
  (void)diagnose(&file, STATUS_SUCCESS, "%s", path); // A tab in it would be a column
  printf("%s\t%s\t%.4f\n", file.text, name, probability[best]);
}

/// @param probability Work area, [n_classes].
static Status
classify_file(const Model* model, const char* path, uint32_t n_classes, double* probability,
              Diagnostic* why)
{
  Sound  sound  = { 0 };
  Status status = sound_read(path, &sound, why);
  if (!status) {
    Diagnostic fault;
    status = classification_of_sound(model, &sound, probability, &fault);
    status = status ? diagnose(why, status, "%s: %.400s", path, fault.text) : STATUS_SUCCESS;
  }
  if (!status) {
    print_verdict(model, path, n_classes, probability);
  }
  sound_clear(&sound);
  return status;
}

/// @return Exit status.
static int
classify_files(const Options* options, const Model* model)
{
  const Network* const decoder     = &model->autoencoder.decoder;
  const uint32_t       n_classes   = decoder->layers[decoder->n_layers - 1].shape.n_out;
  double* const        probability = malloc(n_classes * sizeof(double));
  Diagnostic           why         = { "not enough memory" };
  int                  result      = probability ? EXIT_SUCCESS : tool_fail(&why);
  for (uint32_t i = 0; probability && i < options->n_files; ++i) {
    if (classify_file(model, options->files[i], n_classes, probability, &why)) {
      result = tool_fail(&why);
    }
  }
  free(probability);
  return result;
}

int
tool_classify(int argc, char** argv)
{
  Options    options = { 0 };
  Diagnostic why     = { "" };
  Model*     model   = NULL;
  if (read_options(argc, argv, &options, &why)) {
    return tool_fail(&why);
  }
  if (options.help) {
    fputs(usage, stdout);
    return EXIT_SUCCESS;
  }
  Status status    = model_read(options.model, &model, &why);
  status           = status ? status : model_check_kind(model, options.model, MODEL_CLASSIFY, &why);
  const int result = status ? tool_fail(&why) : classify_files(&options, model);
  model_free(model);
  return result;
}
