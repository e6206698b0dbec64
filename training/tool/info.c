// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "dsp/spectrum/stft.h"
#include "dsp/text.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char* const usage = "Usage: lamina info MODEL [OPTION]\n"
                                 "Tell what a model is, what it learned from and who may use it.\n"
                                 "\n"
                                 "  -r, --recipe  print the recipe that made it, and nothing else\n"
                                 "  -h, --help    print this\n";

typedef struct {
  const char* model;
  bool        recipe;
  bool        help;
} Options;

static Status
read_options(const int argc, char** const argv, Options* const options, Diagnostic* const why)
{
  static const struct option names[] = {
    { "recipe", no_argument, NULL, 'r' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };

  opterr     = 0; // One line is enough
  int option = 0;
  while ((option = getopt_long(argc, argv, "rh", names, NULL)) != -1) {
    options->recipe |= option == 'r';
    options->help |= option == 'h';
    if (option == '?') {
      return diagnose(why, STATUS_BAD_OPTION, "%s: no such option; see lamina info --help",
                      argv[optind - 1]);
    }
  }
  if (!options->help && optind + 1 != argc) {
    return diagnose(why, STATUS_BAD_OPTION, "one MODEL is needed; see lamina info --help");
  }
  options->model = argv[optind];
  return STATUS_SUCCESS;
}

/// Print words of a stranger without what could command a terminal.
static void
print_words(const char* const words, const char* const indent)
{
  for (const char* at = words; *at;) {
    const size_t n_masked = *at == '\n' ? 0 : text_control(at);
    putchar(n_masked ? '?' : *at);
    at += n_masked ? n_masked : 1;
    if (at[-1] == '\n' && *at) {
      fputs(indent, stdout);
    }
  }
}

/// One member of the card; nothing when there is no such word.
static void
print_member(const char* const name, const char* const words)
{
  if (words && *words) {
    printf("%-10s", name);
    print_words(words, "          ");
    if (words[strlen(words) - 1] != '\n') {
      putchar('\n');
    }
  }
}

static void
print_denoiser(const Model* const model)
{
  const BandLayout* const bands = &model->features.bands;
  const StftConfig        stft  = model_stft(model, 48000.0);
  const uint32_t          count = band_layout_count(bands);

  printf("rate      %g Hz in training; runs at any\n", model->rate_hz);
  printf("frames    %g ms every %g ms\n", 1e3 * model->window_s, 1e3 * model->hop_s);
  printf("latency   %u samples at 48000 Hz\n", stft.frame);
  printf("bands     %u: %u every %g Hz to %g Hz", count, count - bands->n_erb,
         (double)bands->step_hz, (double)bands->linear_hz);
  if (bands->n_erb) {
    printf(", %u on the ERB scale to %g Hz", bands->n_erb, (double)bands->top_hz);
  }
  printf("\nfeatures  %u\n", feature_config_size(&model->features));
}

static void
print_spectra(const Model* const model)
{
  const LogSpectrumConfig* const spectrum = &model->spectrum;
  const StftConfig               stft     = model_stft(model, model->rate_hz);

  printf("rate      %g Hz; sound of another rate is resampled\n", model->rate_hz);
  printf("frames    %u samples every %u\n", stft.frame, stft.hop);
  printf("spectrum  %u bins, %g dB below %g dB as %s\n", stft_bins(stft),
         (double)spectrum->range_db, (double)spectrum->top_db, spectrum->unit ? "0…1" : "−1…1");
  print_member("classes", model->card.classes);
}

/// The axes of the code: what they are called and how far sounds go.
static void
print_axes(const MorphSpace* const space)
{
  for (uint32_t k = 0; k < space->n_code; ++k) {
    printf("%-10s%2u  %6.2f … %5.2f%s", k ? "" : "axes", k + 1, (double)space->low[k],
           (double)space->high[k], *space->labels[k] ? "  " : "");
    print_words(space->labels[k], "");
    putchar('\n');
  }
}

static void
print_anchors(const MorphSpace* const space)
{
  for (uint32_t i = 0; i < space->n_anchors; ++i) {
    print_member(i ? "" : "anchors", space->anchors[i].name);
  }
}

static void
print_morph(const Model* const model)
{
  printf("rate      %g Hz in training; runs at any\n", model->rate_hz);
  printf("frames    %g ms every %g ms in training\n", 1e3 * model->window_s, 1e3 * model->hop_s);
  printf("envelope  %u bands, %g dB are 1\n", ENVELOPE_BANDS, (double)model->morph.scale_db);
  print_axes(&model->morph);
  print_anchors(&model->morph);
}

static void
print_layer(const char* const name, const LayerShape* const shape)
{
  printf("%-10s%u → %u %s", name, shape->n_in, shape->n_out, activation_name(shape->activation));
}

static void
print_network(const char* const name, const Network* const network)
{
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    const LayerShape* const shape = &network->layers[l].shape;
    print_layer(l ? "" : name, shape);
    fputs(", taps", stdout);
    for (uint32_t k = 0; k < shape->n_taps; ++k) {
      printf(" %u", shape->taps[k]);
    }
    puts(shape->gated ? ", gated" : "");
  }
  if (network->bypassed) {
    print_layer("", &network->bypass.shape);
    fputs(", around all of these\n", stdout);
  }
}

/// What the model is, and what a frame is to it.
static void
print_kind(const Model* const model)
{
  printf("kind      %s%s\n", model_kind_name(model->kind),
         model->variational ? ", variational" : "");
  if (model->kind == MODEL_DENOISE) {
    print_denoiser(model);
  } else if (model->kind == MODEL_MORPH) {
    print_morph(model);
  } else {
    print_spectra(model);
  }
}

static Status
print_model(const char* const path, const Model* const model, Diagnostic* const why)
{
  struct stat file;
  if (stat(path, &file)) {
    return diagnose(why, STATUS_IO, "%s: cannot be measured", path);
  }
  ModelShape shape;
  model_get_shape(model, &shape);
  const uint32_t history = model_shape_history(&shape);

  print_member("name", model->card.name);
  print_kind(model);
  print_network("encoder", &model->autoencoder.encoder);
  print_network("decoder", &model->autoencoder.decoder);
  printf("memory    %u frames, %.2f s\n", history, history * model->hop_s);
  printf("weights   %zu in %lld bytes\n", model->n_weights, (long long)file.st_size);
  print_member("data", model->card.data);
  print_member("licence", model->card.licence);
  print_member("scores", model->card.scores);
  print_member("tool", model->card.tool);
  return STATUS_SUCCESS;
}

static Status
print_recipe(const char* const path, const Model* const model, Diagnostic* const why)
{
  if (!model->card.recipe) {
    return diagnose(why, STATUS_BAD_FILE, "%s: holds no recipe", path);
  }
  print_words(model->card.recipe, "");
  return STATUS_SUCCESS;
}

int
tool_info(const int argc, char** const argv)
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

  Model* model  = NULL;
  Status status = model_read(options.model, &model, &why);
  if (!status) {
    status = options.recipe ? print_recipe(options.model, model, &why)
                            : print_model(options.model, model, &why);
    model_free(model);
  }
  return status ? tool_fail(&why) : EXIT_SUCCESS;
}
