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
#include <string.h>

static const char* const usage =
  "Usage: lamina morph IN OUT --to FILE [OPTION]...\n"
  "       lamina morph IN OUT --model MODEL --to ANCHOR [OPTION]...\n"
  "Move the timbre of a sound towards that of another; pitch, timing and level stay.\n"
  "\n"
  "  IN   WAV, FLAC, Ogg, MP3, AIFF..., any rate and number of channels; the two channels of\n"
  "       stereo are treated alike\n"
  "  OUT  .wav (float), .flac or .aiff (24 bit), .ogg; at the rate of IN\n"
  "\n"
  "      --to FILE        sound whose timbre is the goal\n"
  "      --from FILE      sound of what plays in IN; IN itself\n"
  "      --model MODEL    a morph model; then --to and --from may be names of timbres that it\n"
  "                       knows: see lamina info\n"
  "      --amount A       0: as it was, 1: all the way, -0.3 to 1.3; 1\n"
  "      --curve FILE     an amount that moves: lines of seconds and an amount, straight between\n"
  "      --expression E   1: the timbre still moves as it did, 0: it is held at the goal; 1\n"
  "      --wet W          share of the changed sound, 0 to 1; 1\n"
  "      --mode MODE      studio, tight or live: as the plugin's modes sound, without their "
  "delay;\n"
  "                       studio\n"
  "      --output OUTPUT  filter, or generate: a new sound of the same spectrum; filter\n"
  "  -h, --help           print this\n";

enum {
  OPTION_TO = 256,
  OPTION_FROM,
  OPTION_MODEL,
  OPTION_AMOUNT,
  OPTION_CURVE,
  OPTION_EXPRESSION,
  OPTION_WET,
  OPTION_MODE,
  OPTION_OUTPUT
};

typedef struct {
  const char*   in;
  const char*   out;
  const char*   model; ///< NULL: none
  const char*   from;  ///< NULL: IN
  const char*   to;
  const char*   curve; ///< NULL: the amount of `params`
  MorpherParams params;
  bool          help;
} Options;

static Status
read_number(const char* name, double low, double high, float* number, Diagnostic* why)
{
  double       value  = 0.0;
  const Status status = option_number(name, optarg, low, high, &value, why);
  *number             = status ? *number : (float)value;
  return status;
}

/// The index of a word among some.  @param words Up to a NULL.
static Status
read_word(const char* name, const char* const* words, unsigned* index, Diagnostic* why)
{
  for (unsigned i = 0; words[i]; ++i) {
    if (!strcmp(optarg, words[i])) {
      *index = i;
      return STATUS_SUCCESS;
    }
  }
  return diagnose(why, STATUS_BAD_OPTION, "%s %s: there is no such %s; see lamina morph --help",
                  name, optarg, name + 2);
}

static Status
read_mode(MorpherParams* params, Diagnostic* why)
{
  static const char* const modes[] = { "studio", "tight", "live", NULL };
  unsigned                 index   = MORPHER_STUDIO;
  const Status             status  = read_word("--mode", modes, &index, why);
  params->mode                     = (MorpherMode)index;
  return status;
}

static Status
read_output(MorpherParams* params, Diagnostic* why)
{
  static const char* const outputs[] = { "filter", "generate", NULL };
  unsigned                 index     = MORPHER_FILTER;
  const Status             status    = read_word("--output", outputs, &index, why);
  params->output                     = (MorpherOutput)index;
  return status;
}

static Status
read_option(Options* options, int option, Diagnostic* why)
{
  switch (option) {
    case OPTION_TO:
      options->to = optarg;
      return STATUS_SUCCESS;
    case OPTION_FROM:
      options->from = optarg;
      return STATUS_SUCCESS;
    case OPTION_MODEL:
      options->model = optarg;
      return STATUS_SUCCESS;
    case OPTION_AMOUNT:
      return read_number("--amount", -0.3, 1.3, &options->params.amount, why);
    case OPTION_CURVE:
      options->curve = optarg;
      return STATUS_SUCCESS;
    case OPTION_EXPRESSION:
      return read_number("--expression", 0.0, 1.0, &options->params.expression, why);
    case OPTION_WET:
      return read_number("--wet", 0.0, 1.0, &options->params.wet, why);
    case OPTION_MODE:
      return read_mode(&options->params, why);
    case OPTION_OUTPUT:
      return read_output(&options->params, why);
    default:
      options->help = true;
      return STATUS_SUCCESS;
  }
}

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = {
    { "to", required_argument, NULL, OPTION_TO },
    { "from", required_argument, NULL, OPTION_FROM },
    { "model", required_argument, NULL, OPTION_MODEL },
    { "amount", required_argument, NULL, OPTION_AMOUNT },
    { "curve", required_argument, NULL, OPTION_CURVE },
    { "expression", required_argument, NULL, OPTION_EXPRESSION },
    { "wet", required_argument, NULL, OPTION_WET },
    { "mode", required_argument, NULL, OPTION_MODE },
    { "output", required_argument, NULL, OPTION_OUTPUT },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  options->params        = morpher_params_default();
  options->params.amount = 1.0f;
  Status status          = STATUS_SUCCESS;
  int    option          = 0;
  opterr                 = 0;
  while (!status && (option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
    status = option == '?' ? option_unknown("morph", argv, why) : read_option(options, option, why);
  }
  if (status || options->help) {
    return status;
  }
  if (argc - optind != 2 || !options->to) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "IN, OUT and --to FILE are needed; see lamina morph --help");
  }
  options->in  = argv[optind];
  options->out = argv[optind + 1];
  return option_sound_output(options->out, why);
}

/// The timbre that a model knows by this name, or that of a file.
static Status
learn(const Model* model, const char* path, Anchor* anchor, Diagnostic* why)
{
  const uint32_t known = render_known(model, path);
  if (known) {
    *anchor = (Anchor){ .n_frames = ANCHOR_MIN_FRAMES, .weight = 1.0 };
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      anchor->shape_db[b] = (double)model->morph.anchors[known - 1].shape_db[b];
    }
    return STATUS_SUCCESS;
  }

  SoundReader* reader = NULL;
  Status       status = sound_reader_open(path, &reader, why);
  if (!status) {
    const SoundSource sound = sound_reader_source(reader);
    status                  = render_anchor_stream(path, &sound, anchor, why);
  }
  sound_reader_free(reader);
  return status;
}

/// @param model Set, owned by the caller; NULL without one.
static Status
open_model(const char* path, Model** model, Diagnostic* why)
{
  const Status status = path ? model_read(path, model, why) : STATUS_SUCCESS;
  return status || !path ? status : model_check_kind(*model, path, MODEL_MORPH, why);
}

static Status
morph(const Options* options, Diagnostic* why)
{
  Model* model  = NULL;
  Curve  curve  = { 0 };
  Anchor from   = { 0 };
  Anchor to     = { 0 };
  Status status = open_model(options->model, &model, why);
  status        = status ? status : learn(model, options->to, &to, why);
  status        = status          ? status
                  : options->from ? learn(model, options->from, &from, why)
                                  : learn(NULL, options->in, &from, why);
  if (!status && options->curve) {
    status = curve_read(options->curve, -0.3, 1.3, &curve, why);
  }
  MorphPlan plan       = { .model  = model,
                           .from   = &from,
                           .to     = &to,
                           .params = options->params,
                           .curve  = curve.n ? &curve : NULL };
  plan.params.known[0] = render_known(model, options->to);
  status               = status ? status : render_morph_file(&plan, options->in, options->out, why);
  model_free(model);
  curve_clear(&curve);
  return status;
}

int
tool_morph(int argc, char** argv)
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
  return morph(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
