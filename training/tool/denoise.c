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

/// The part where noise is learned.
typedef struct {
  double   from; ///< Its first frame
  double   to;   ///< The frame after it
  double   least;
  bool     heard;    ///< Whether any sample of it is louder than `least`
  uint64_t n_frames; ///< Found so far, of the whole sound
} Part;

/// Look at the next frames.  @param sound [n_channels][n].
static void
look(Part* part, uint32_t n_channels, uint32_t n, float* const* sound)
{
  for (uint32_t i = 0; i < n; ++i) {
    const double at = (double)(part->n_frames + i);
    for (uint32_t c = 0; c < n_channels && at >= part->from && at < part->to; ++c) {
      part->heard = part->heard || fabs((double)sound[c][i]) > part->least;
    }
  }
  part->n_frames += n;
}

/// Read until the part or the sound ends.
static Status
look_at(const SoundSource* in, Part* part, Diagnostic* why)
{
  float* const  samples = malloc((size_t)in->n_channels * SOUND_BLOCK * sizeof *samples);
  float** const block   = malloc(in->n_channels * sizeof *block);
  const bool    ok      = samples && block;
  uint32_t      n       = SOUND_BLOCK;
  for (uint32_t c = 0; ok && c < in->n_channels; ++c) {
    block[c] = samples + (size_t)c * SOUND_BLOCK;
  }
  while (ok && n == SOUND_BLOCK && (double)part->n_frames < part->to) {
    n = in->read(in->context, SOUND_BLOCK, block);
    look(part, in->n_channels, n, block);
  }
  free(block);
  free(samples);
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory to learn");
}

static Status
check_part(const Options* options, const Model* model, const Part* part, double rate_hz,
           Diagnostic* why)
{
  const double* const span = options->learn_s;
  // So many whole frames lie in it wherever they begin.
  const double least_s = DENOISER_MIN_LEARN_S + model->window_s + model->hop_s;
  if ((double)part->n_frames < part->to) {
    return diagnose(why, STATUS_BAD_OPTION, "--learn %s: %s ends after %g s", options->learn,
                    options->paths[1], (double)part->n_frames / rate_hz);
  }
  if (span[1] - span[0] < least_s) {
    return diagnose(why, STATUS_BAD_OPTION, "--learn %s: at least %g s are needed", options->learn,
                    least_s);
  }
  return part->heard ? STATUS_SUCCESS
                     : diagnose(why, STATUS_BAD_OPTION, "--learn %s: %s is silent there",
                                options->learn, options->paths[1]);
}

/// Where in the sound that is.
static Status
find_learn(const Options* options, const Model* model, RenderConfig* config, Diagnostic* why)
{
  SoundReader* reader = NULL;
  Status       status = options->learn ? sound_reader_open(options->paths[1], &reader, why)
                                       : STATUS_SUCCESS;
  if (status || !options->learn) {
    return status;
  }

  const SoundSource in   = sound_reader_source(reader);
  Part              part = { .from  = round(options->learn_s[0] * in.rate_hz),
                             .to    = round(options->learn_s[1] * in.rate_hz),
                             .least = pow(10.0, (double)model->features.silence_db / 20.0) };
  status                 = look_at(&in, &part, why);
  status                 = status ? status : check_part(options, model, &part, in.rate_hz, why);
  if (!status) {
    config->learn_from = (uint64_t)part.from;
    config->learn_to   = (uint64_t)part.to;
  }
  sound_reader_free(reader);
  return status;
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

/// What render() needs.
typedef struct {
  Model*       model;
  RenderConfig config;
} Plan;

static Status
render(void* context, const SoundSource* in, const SoundSink* out, Diagnostic* why)
{
  const Plan* const plan = context;
  return render_denoise_stream(plan->model, &plan->config, in, out, why);
}

static Status
denoise(const Options* options, Diagnostic* why)
{
  const char* const* paths  = options->paths;
  Plan               plan   = { .config = { .params = options->params } };
  Status             status = model_read(paths[0], &plan.model, why);
  status = status ? status : model_check_kind(plan.model, paths[0], MODEL_DENOISE, why);
  status = status ? status : model_compact(plan.model, why);
  status = status ? status : find_learn(options, plan.model, &plan.config, why);
  status = status ? status : render_file(paths[1], paths[2], render, &plan, why);
  model_free(plan.model);
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
