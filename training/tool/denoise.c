// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/tool/options.h"
#include "training/tool/render.h"

#include <getopt.h>
#include <math.h>
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
  "      --learn FROM:TO  seconds of IN where only noise sounds: its profile is used after them\n"
  "  -h, --help           print this\n";

enum { OPTION_RESIDUAL = OPTION_KEEP_HUM + 1, OPTION_LEARN };

typedef struct {
  const char*    paths[3]; ///< MODEL, IN, OUT
  DenoiserParams params;
  const char*    learn;      ///< Argument of --learn, or NULL
  double         learn_s[2]; ///< What it says: from, to
  bool           help;
} Options;

/// Read "FROM:TO".
static Status
read_learn(Options* options, const char* text, Diagnostic* why)
{
  double* const span   = options->learn_s;
  char*         end    = NULL;
  span[0]              = strtod(text, &end);
  const bool        ok = end != text && *end == ':';
  const char* const to = ok ? end + 1 : text;
  span[1]              = strtod(to, &end);
  options->learn       = text;
  // False for NaN too.
  if (!ok || end == to || *end || !(span[0] >= 0.0 && span[0] < span[1])) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "--learn %s: two moments of IN are needed, FROM:TO, in seconds", text);
  }
  return STATUS_SUCCESS;
}

/// Whether any channel of a part is louder than what a model calls silence.
static bool
is_sound(const Sound* in, const RenderConfig* part, float silence_db)
{
  const double least = pow(10.0, (double)silence_db / 20.0);
  const size_t n     = (size_t)(part->learn_to - part->learn_from);
  bool         heard = false;
  for (uint32_t c = 0; c < in->n_channels; ++c) {
    const float* const x = in->samples + c * in->n_frames + part->learn_from;
    for (size_t i = 0; i < n; ++i) {
      heard = heard || fabs((double)x[i]) > least;
    }
  }
  return heard;
}

/// Where in the sound that is.
static Status
find_learn(const Options* options, const Model* model, const Sound* in, RenderConfig* config,
           Diagnostic* why)
{
  const double* const span     = options->learn_s;
  const double        length_s = (double)in->n_frames / in->rate_hz;
  // So many whole frames lie in it wherever they begin.
  const double least_s = DENOISER_MIN_LEARN_S + model->window_s + model->hop_s;
  if (!options->learn) {
    return STATUS_SUCCESS;
  }
  if (span[1] > length_s) {
    return diagnose(why, STATUS_BAD_OPTION, "--learn %s: %s ends after %g s", options->learn,
                    options->paths[1], length_s);
  }
  if (span[1] - span[0] < least_s) {
    return diagnose(why, STATUS_BAD_OPTION, "--learn %s: at least %g s are needed", options->learn,
                    least_s);
  }
  config->learn_from = (uint64_t)llround(span[0] * in->rate_hz);
  config->learn_to   = (uint64_t)llround(span[1] * in->rate_hz);
  return is_sound(in, config, model->features.silence_db)
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION, "--learn %s: %s is silent there", options->learn,
                      options->paths[1]);
}

static Status
read_option(Options* options, int option, Diagnostic* why)
{
  switch (option) {
    case OPTION_RESIDUAL:
      options->params.residual = true;
      return STATUS_SUCCESS;
    case OPTION_LEARN:
      return read_learn(options, optarg, why);
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
    { "keep-hum", no_argument, NULL, OPTION_KEEP_HUM },
    { "residual", no_argument, NULL, OPTION_RESIDUAL },
    { "learn", required_argument, NULL, OPTION_LEARN },
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
  return option_sound_output(options->paths[2], why);
}

static Status
denoise(const Options* options, Diagnostic* why)
{
  Model* model  = NULL;
  Sound  in     = { 0 };
  Sound  out    = { 0 };
  Status status = model_read(options->paths[0], &model, why);
  status        = status ? status : model_check_kind(model, options->paths[0], MODEL_DENOISE, why);
  status        = status ? status : model_compact(model, why);
  status        = status ? status : sound_read(options->paths[1], &in, why);
  RenderConfig config = { .params = options->params };
  status              = status ? status : find_learn(options, model, &in, &config, why);
  status              = status ? status : render_denoise(model, &config, &in, &out, why);
  sound_clear(&in); // Hours are gigabytes
  status = status ? status : sound_write(&out, options->paths[2], why);
  sound_clear(&out);
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
