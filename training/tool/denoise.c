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

/// A frame by its number, however large.
static uint64_t
frame_at(double number)
{
  return number < 1e18 ? (uint64_t)number : UINT64_MAX;
}

/// Where noise is learned, and what has come of the sound so far.
typedef struct {
  const Options*     options;
  const SoundSource* in;
  const SoundSink*   out;
  double             from;  ///< The part's first frame
  double             to;    ///< The frame after it
  double             least; ///< What is louder is sound
  bool               heard; ///< Whether any sample of the part is
  uint64_t           n_frames;
} Part;

/// Read, and look at what is of the part.
static uint32_t
read_part(void* context, uint32_t n, float* const* to)
{
  Part* const    part  = context;
  const uint32_t found = part->in->read(part->in->context, n, to);
  for (uint32_t i = 0; i < found; ++i) {
    const double at = (double)(part->n_frames + i);
    for (uint32_t c = 0; c < part->in->n_channels && at >= part->from && at < part->to; ++c) {
      part->heard = part->heard || fabs((double)to[c][i]) > part->least;
    }
  }
  part->n_frames += found;
  return found;
}

/// Whether the part was sound, as soon as that is known.
static Status
write_part(void* context, uint32_t n, const float* const* from, Diagnostic* why)
{
  const Part* const part = context;
  return part->heard || (double)part->n_frames < part->to
           ? part->out->write(part->out->context, n, from, why)
           : diagnose(why, STATUS_BAD_OPTION, "--learn %s: %s is silent there",
                      part->options->learn, part->options->paths[1]);
}

/// Whether it has the part at all.  A sound without samples is nothing to complain of here.
static Status
check_length(const Part* part, Diagnostic* why)
{
  return !part->n_frames || (double)part->n_frames >= part->to
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION, "--learn %s: %s ends after %g s",
                      part->options->learn, part->options->paths[1],
                      (double)part->n_frames / part->in->rate_hz);
}

/// So many whole frames must lie in the part wherever they begin.
static Status
check_learn(const Options* options, const Model* model, Diagnostic* why)
{
  const double least_s = DENOISER_MIN_LEARN_S + model->window_s + model->hop_s;
  return !options->learn || options->learn_s[1] - options->learn_s[0] >= least_s
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION, "--learn %s: at least %g s are needed",
                      options->learn, least_s);
}

/// What render() needs.
typedef struct {
  const Options* options;
  Model*         model;
} Plan;

static Status
render(void* context, const SoundSource* in, const SoundSink* out, Diagnostic* why)
{
  const Plan* const plan   = context;
  RenderConfig      config = { .params = plan->options->params };
  if (!plan->options->learn) {
    return render_denoise_stream(plan->model, &config, in, out, why);
  }

  Part part                = { .options = plan->options,
                               .in      = in,
                               .out     = out,
                               .from    = round(plan->options->learn_s[0] * in->rate_hz),
                               .to      = round(plan->options->learn_s[1] * in->rate_hz),
                               .least   = pow(10.0, (double)plan->model->features.silence_db / 20.0) };
  config.learn_from        = frame_at(part.from);
  config.learn_to          = frame_at(part.to);
  const SoundSource source = { in->rate_hz, in->n_channels, &part, read_part };
  const SoundSink   sink   = { &part, write_part };
  const Status      status = render_denoise_stream(plan->model, &config, &source, &sink, why);
  return status ? status : check_length(&part, why);
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
  const char* const* paths  = options->paths;
  Plan               plan   = { .options = options };
  Status             status = model_read(paths[0], &plan.model, why);
  status = status ? status : model_check_kind(plan.model, paths[0], MODEL_DENOISE, why);
  status = status ? status : model_compact(plan.model, why);
  status = status ? status : check_learn(options, plan.model, why);
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
