// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/tool/options.h"
#include "training/tool/sampler.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char* const usage =
  "Usage: lamina sample MODEL OUT.wav [OPTION]...\n"
  "Make a new sound of a variational autoencoder: its code wanders through the prior, and every\n"
  "code is decoded.\n"
  "\n"
  "  OUT                .wav (float), .flac or .aiff (24 bit), .ogg; mono, at the model's rate; "
  "its\n"
  "                     loudest sample is at -1 dB, so it never clips\n"
  "  -s, --seconds S    length, 0.01 to 3600; 10\n"
  "      --seed N       another seed, another sound; 1\n"
  "      --inertia S    time in which the code forgets where it was, 0 to 1000; 0.3\n"
  "  -h, --help         print this\n";

enum { OPTION_SEED = 256, OPTION_INERTIA };

typedef struct {
  const char*   model;
  const char*   out;
  SamplerConfig config;
  bool          help;
} Options;

static Status
read_option(Options* options, int option, Diagnostic* why)
{
  SamplerConfig* const config = &options->config;
  switch (option) {
    case 's':
      return option_number("--seconds", optarg, 0.01, 3600.0, &config->seconds, why);
    case OPTION_SEED:
      return option_seed("--seed", optarg, &config->seed, why);
    case OPTION_INERTIA:
      return option_number("--inertia", optarg, 0.0, 1000.0, &config->inertia_s, why);
    default:
      options->help = true;
      return STATUS_SUCCESS;
  }
}

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = {
    { "seconds", required_argument, NULL, 's' },
    { "seed", required_argument, NULL, OPTION_SEED },
    { "inertia", required_argument, NULL, OPTION_INERTIA },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  *options      = (Options){ .config = { .seconds = 10.0, .seed = 1, .inertia_s = 0.3 } };
  Status status = STATUS_SUCCESS;
  int    option = 0;
  opterr        = 0;
  while (!status && (option = getopt_long(argc, argv, "s:h", names, NULL)) != -1) {
    status = option == '?' ? option_unknown("sample", argv, why)
                           : read_option(options, option, why);
  }
  if (status || options->help) {
    return status;
  }
  if (argc - optind != 2) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "MODEL and OUT are needed and nothing else; see lamina sample --help");
  }
  options->model = argv[optind];
  options->out   = argv[optind + 1];
  return option_sound_output(options->out, why);
}

/// Only a prior can be sampled, and only frame by frame.
static Status
check_model(const Model* model, const char* path, Diagnostic* why)
{
  const Status status = model_check_kind(model, path, MODEL_AUTOENCODER, why);
  if (status) {
    return status;
  }
  if (!model->variational) {
    return diagnose(why, STATUS_BAD_FILE,
                    "%s: its code has no prior to draw from; train one with code: variational",
                    path);
  }
  if (model_stft(model, model->rate_hz).frame < 4) {
    return diagnose(why, STATUS_BAD_FILE, "%s: its frames are too short to overlap", path);
  }
  const Network* const decoder = &model->autoencoder.decoder;
  for (uint32_t l = 0; l < decoder->n_layers; ++l) {
    if (decoder->layers[l].shape.n_taps > 1) {
      return diagnose(why, STATUS_BAD_FILE,
                      "%s: its decoder hears the past, so it cannot be sampled frame by frame",
                      path);
    }
  }
  return STATUS_SUCCESS;
}

static Status
sample(const Options* options, Diagnostic* why)
{
  Model* model  = NULL;
  Sound  sound  = { 0 };
  Status status = model_read(options->model, &model, why);
  status        = status ? status : check_model(model, options->model, why);
  status        = status ? status : sampler_run(model, &options->config, &sound, why);
  status        = status ? status : sound_write(&sound, options->out, why);
  sound_clear(&sound);
  model_free(model);
  return status;
}

int
tool_sample(int argc, char** argv)
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
  return sample(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
