// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/tool/options.h"
#include "training/tool/render.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char* const usage =
  "Usage: lamina denoise MODEL IN OUT [OPTION]...\n"
  "Take the noise out of a sound file, as the plugin does, without its delay.\n"
  "\n"
  "  IN   WAV, FLAC, Ogg, MP3, AIFF..., any rate and number of channels; the two channels of\n"
  "       stereo are treated alike\n"
  "  OUT  .wav (float), .flac or .aiff (24 bit), .ogg; at the rate of IN\n"
  "\n" OPTION_DENOISER_USAGE
  "      --residual       write what is taken away instead of what is left\n"
  "  -h, --help           print this\n";

enum { OPTION_RESIDUAL = OPTION_SMOOTHING + 1 };

typedef struct {
  const char*    paths[3]; ///< MODEL, IN, OUT
  DenoiserParams params;
  bool           help;
} Options;

static Status
read_option(Options* options, int option, Diagnostic* why)
{
  switch (option) {
    case OPTION_RESIDUAL:
      options->params.residual = true;
      return STATUS_SUCCESS;
    case 'h':
      options->help = true;
      return STATUS_SUCCESS;
    default:
      return option_denoiser(option, optarg, &options->params, why);
  }
}

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = {
    { "reduction", required_argument, NULL, OPTION_REDUCTION },
    { "strength", required_argument, NULL, OPTION_STRENGTH },
    { "smoothing", required_argument, NULL, OPTION_SMOOTHING },
    { "residual", no_argument, NULL, OPTION_RESIDUAL },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  options->params = denoiser_params_default();
  Status status   = STATUS_SUCCESS;
  int    option   = 0;
  opterr          = 0;
  while (!status && (option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
    status = option == '?' ? option_unknown("denoise", argv, why)
                           : read_option(options, option, why);
  }
  if (status || options->help) {
    return status;
  }
  if (argc - optind != 3) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "MODEL, IN and OUT are needed and nothing else; see lamina denoise --help");
  }
  for (int i = 0; i < 3; ++i) {
    options->paths[i] = argv[optind + i];
  }
  return STATUS_SUCCESS;
}

static Status
denoise(const Options* options, Diagnostic* why)
{
  Model* model  = NULL;
  Sound  in     = { 0 };
  Sound  out    = { 0 };
  Status status = model_read(options->paths[0], &model, why);
  status        = status ? status : model_check_kind(model, options->paths[0], MODEL_DENOISE, why);
  status        = status ? status : sound_read(options->paths[1], &in, why);
  status        = status ? status : render_denoise(model, &options->params, &in, &out, why);
  status        = status ? status : sound_write(&out, options->paths[2], why);
  sound_clear(&out);
  sound_clear(&in);
  model_free(model);
  return status;
}

int
tool_denoise(int argc, char** argv)
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
  return denoise(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
