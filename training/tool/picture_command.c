// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "training/tool/options.h"
#include "training/tool/picture.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* const usage =
  "Usage: lamina picture OUT.png FILE[=TITLE]...\n"
  "Draw the spectrograms of sound files, one above the other, on one scale.\n"
  "\n"
  "  FILE    WAV, FLAC, Ogg, MP3, AIFF..., any rate and number of channels\n"
  "  TITLE   what to write above it, from the last \"=\" on; the file's name\n"
  "  -h, --help           print this\n";

typedef struct {
  const char*  out;
  uint32_t     n_panels;
  char* const* panels; ///< [n_panels], "FILE[=TITLE]"
  bool         help;
} Options;

static Status
read_options(const int argc, char** const argv, Options* const options, Diagnostic* const why)
{
  static const struct option names[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

  opterr = 0;
  for (int option; (option = getopt_long(argc, argv, "h", names, NULL)) != -1;) {
    if (option != 'h') {
      return option_unknown("picture", argv, why);
    }
    options->help = true;
  }
  const int n = argc - optind - 1;
  if (!options->help && (n < 1 || n > (int)PICTURE_MAX_PANELS)) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "OUT.png and 1 to %u files are needed; see lamina picture --help",
                    PICTURE_MAX_PANELS);
  }
  options->out      = argv[optind];
  options->n_panels = n > 0 ? (uint32_t)n : 0;
  options->panels   = argv + optind + 1;
  return options->help ? STATUS_SUCCESS : option_picture_output(options->out, why);
}

/// Read the sound of one panel.  @param title Set to the title, within `panel`.
static Status
read_panel(char* const panel, Sound* const sound, const char** const title, Diagnostic* const why)
{
  char* const equals = strrchr(panel, '=');
  *title             = equals ? equals + 1 : panel;
  if (equals) {
    *equals = '\0';
  }
  return sound_read(panel, sound, why);
}

static Status
draw(const Options* const options, Diagnostic* const why)
{
  Sound        sounds[PICTURE_MAX_PANELS] = { 0 };
  const Sound* pointers[PICTURE_MAX_PANELS];
  const char*  titles[PICTURE_MAX_PANELS];
  Status       status = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < options->n_panels; ++i) {
    pointers[i] = &sounds[i];
    status      = read_panel(options->panels[i], &sounds[i], &titles[i], why);
  }
  if (!status) {
    status = picture_spectrograms(options->n_panels, pointers, titles, options->out, why);
  }
  for (uint32_t i = 0; i < options->n_panels; ++i) {
    sound_clear(&sounds[i]);
  }
  return status;
}

int
tool_picture(const int argc, char** const argv)
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
  return draw(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
