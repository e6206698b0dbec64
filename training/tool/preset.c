// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "training/preset/bundle_check.h"
#include "training/preset/folders.h"
#include "training/preset/install.h"
#include "training/preset/list.h"
#include "training/preset/pack.h"
#include "training/tool/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* const usage =
  "Usage: lamina preset pack MODEL [OPTION]...\n"
  "       lamina preset check BUNDLE\n"
  "       lamina preset install BUNDLE [--to DIR] [--replace]\n"
  "       lamina preset list\n"
  "Share a model and its settings as a preset that hosts list.\n"
  "\n"
  "pack makes a bundle of a model: a folder, or an archive of one.  Options:\n"
  "  -o, --output NAME        NAME.lv2, NAME.zip or NAME.tar.gz; lamina-NAME.lv2\n"
  "      --name TEXT          what hosts call the preset; the model's name\n"
  "      --comment TEXT       what it is for\n"
  "      --licence SPDX       who may use a model that does not say so itself, as CC-BY-4.0\n"
  "      --plugin NAME        what it is for: denoise, morph; the plugin that runs such models\n"
  "      --set SYMBOL=VALUE   of denoise: reduction, 0 to 60 dB; strength, 0 to 200 %;\n"
  "                           smoothing, 0 to 500 ms; residual and hum, 0 or 1.\n"
  "                           Of morph: amount, -30 to 130 %; x, y, expression, walk and wet,\n"
  "                           0 to 100 %; inertia, 0 to 10 s; freeze, 0 or 1; timbre_a to\n"
  "                           timbre_d, 0 to 32; offset_1 to offset_8, -3 to 3; mode, 0\n"
  "                           Studio, 1 Tight, 2 Live; output, 0 Filter, 1 Generate\n"
  "      --add FILE           put a text into it, too: credits, licences\n"
  "      --replace            take the place of what is there\n"
  "\n"
  "check tells what a host or another person would trip over in a bundle's folder.\n"
  "\n"
  "install puts a bundle, from its folder, a .zip or a .tar.gz, where hosts look for it.\n"
  "It may come from a stranger: only what belongs to a preset is taken.  Options:\n"
  "      --to DIR             where to; ~/.lv2\n"
  "      --replace            take the place of a preset bundle of the same name\n"
  "\n"
  "list shows the presets in LV2_PATH, or else in ~/.lv2 and the system's folders, and the\n"
  "models in ~/.local/share/lamina/models.\n"
  "\n"
  "  -h, --help               print this\n";

enum {
  OPTION_NAME = 512,
  OPTION_COMMENT,
  OPTION_LICENCE,
  OPTION_PLUGIN,
  OPTION_SET,
  OPTION_ADD,
  OPTION_REPLACE,
  OPTION_TO
};

typedef struct {
  PackOptions pack; ///< Also of the others: `model` is what they look at
  const char* to;
  bool        help;
} Options;

static Status
take_plugin(const char* const name, Options* const options, Diagnostic* const why)
{
  options->pack.effect = effect_named(name);
  return options->pack.effect
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION,
                      "--plugin %.80s: there is none; denoise and morph are", name);
}

static Status
take_item(const char* const item, const uint32_t max, uint32_t* const n, const char** const items,
          Diagnostic* const why)
{
  if (*n == max) {
    return diagnose(why, STATUS_BAD_OPTION, "%.80s: more than %u of one kind", item, max);
  }
  items[(*n)++] = item;
  return STATUS_SUCCESS;
}

static Status
take_option(const int option, char** const argv, Options* const options, Diagnostic* const why)
{
  PackOptions* const pack = &options->pack;
  switch (option) {
    case 'o':
      pack->out = optarg;
      return STATUS_SUCCESS;
    case OPTION_NAME:
      pack->name = optarg;
      return STATUS_SUCCESS;
    case OPTION_COMMENT:
      pack->comment = optarg;
      return STATUS_SUCCESS;
    case OPTION_LICENCE:
      pack->licence = optarg;
      return STATUS_SUCCESS;
    case OPTION_PLUGIN:
      return take_plugin(optarg, options, why);
    case OPTION_SET:
      return take_item(optarg, EFFECT_MAX_SETTINGS, &pack->n_settings, pack->settings, why);
    case OPTION_ADD:
      return take_item(optarg, PACK_MAX_TEXTS, &pack->n_texts, pack->texts, why);
    case OPTION_REPLACE:
      pack->replace = true;
      return STATUS_SUCCESS;
    case OPTION_TO:
      options->to = optarg;
      return STATUS_SUCCESS;
    case 'h':
      options->help = true;
      return STATUS_SUCCESS;
    default:
      return option_unknown("preset", argv, why);
  }
}

typedef struct {
  const char*          name;
  const char*          operand; ///< What has to follow the options; NULL: nothing
  const struct option* options;
  const char*          letters;
  Status (*run)(const Options* options, Diagnostic* why);
} Command;

static Status
read_options(const int argc, char** const argv, const Command* const command,
             Options* const options, Diagnostic* const why)
{
  opterr = 0;
  for (int option;
       (option = getopt_long(argc, argv, command->letters, command->options, NULL)) != -1;) {
    const Status status = take_option(option, argv, options, why);
    if (status) {
      return status;
    }
  }
  if (!options->help && argc - optind != (command->operand ? 1 : 0)) {
    return diagnose(why, STATUS_BAD_OPTION, "preset %s: %s is needed; see lamina preset --help",
                    argv[0], command->operand ? command->operand : "nothing more");
  }
  options->pack.model = argv[optind];
  return STATUS_SUCCESS;
}

static Status
run_pack(const Options* const options, Diagnostic* const why)
{
  char*        path   = NULL;
  const Status status = preset_pack(&options->pack, &path, why);
  if (!status) {
    printf("Packed as %s\n", path);
  }
  free(path);
  return status;
}

static Status
run_check(const Options* const options, Diagnostic* const why)
{
  Bundle bundle = { 0 };
  Status status = bundle_check(options->pack.model, &bundle, why);
  if (!status) {
    status = preset_list_bundle(options->pack.model, &bundle, stdout, why);
  }
  bundle_clear(&bundle);
  return status;
}

/// Tell when hosts would not look where a bundle was put.
static Status
warn_of_path(const char* const folder, Diagnostic* const why)
{
  Folders      folders = { 0 };
  const Status status  = folders_of_bundles(LAMINA_LV2_DIR, &folders, why);
  bool         known   = false;
  for (uint32_t i = 0; i < folders.n && !known; ++i) {
    char* const theirs = realpath(folders.paths[i], NULL);
    char* const ours   = realpath(folder, NULL);
    known              = theirs && ours && !strcmp(theirs, ours);
    free(theirs);
    free(ours);
  }
  if (!status && !known) {
    printf("Hosts will not find it there: LV2_PATH has to name %s\n", folder);
  }
  folders_clear(&folders);
  return status;
}

static Status
run_install(const Options* const options, Diagnostic* const why)
{
  char* const home   = options->to ? strdup(options->to) : folders_home();
  char*       path   = NULL;
  Bundle      bundle = { 0 };
  if (!home) {
    return diagnose(why, STATUS_BAD_OPTION, "HOME is not set; --to DIR tells where to install");
  }
  Status status = preset_install(options->pack.model, home, options->pack.replace, &path, &bundle,
                                 why);
  if (!status) {
    status = preset_list_bundle(path, &bundle, stdout, why);
  }
  if (!status) {
    status = warn_of_path(home, why);
  }
  bundle_clear(&bundle);
  free(path);
  free(home);
  return status;
}

static Status
run_list(const Options* const options, Diagnostic* const why)
{
  (void)options;
  Folders     folders = { 0 };
  char* const models  = folders_of_models();
  Status      status  = folders_of_bundles(LAMINA_LV2_DIR, &folders, why);
  if (!status) {
    status = preset_list(&folders, models, stdout, why);
  }
  folders_clear(&folders);
  free(models);
  return status;
}

static const struct option pack_names[] = {
  { "output", required_argument, NULL, 'o' },
  { "name", required_argument, NULL, OPTION_NAME },
  { "comment", required_argument, NULL, OPTION_COMMENT },
  { "licence", required_argument, NULL, OPTION_LICENCE },
  { "plugin", required_argument, NULL, OPTION_PLUGIN },
  { "set", required_argument, NULL, OPTION_SET },
  { "add", required_argument, NULL, OPTION_ADD },
  { "replace", no_argument, NULL, OPTION_REPLACE },
  { "help", no_argument, NULL, 'h' },
  { NULL, 0, NULL, 0 },
};

static const struct option install_names[] = {
  { "to", required_argument, NULL, OPTION_TO },
  { "replace", no_argument, NULL, OPTION_REPLACE },
  { "help", no_argument, NULL, 'h' },
  { NULL, 0, NULL, 0 },
};

static const struct option plain_names[] = { { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };

static const Command commands[] = {
  { "pack", "one MODEL", pack_names, "o:h", run_pack },
  { "check", "one BUNDLE", plain_names, "h", run_check },
  { "install", "one BUNDLE", install_names, "h", run_install },
  { "list", NULL, plain_names, "h", run_list },
};

static const Command*
find_command(const char* const name)
{
  for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); ++i) {
    if (!strcmp(commands[i].name, name)) {
      return &commands[i];
    }
  }
  return NULL;
}

int
tool_preset(const int argc, char** const argv)
{
  const char* const    name    = argc > 1 ? argv[1] : "";
  const Command* const command = find_command(name);
  Options              options = { 0 };
  Diagnostic           why     = { "" };
  if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
    options.help = true;
  } else if (!command) {
    (void)diagnose(&why, STATUS_BAD_OPTION,
                   "preset %.80s: pack, check, install or list is needed; see lamina preset --help",
                   name);
    return tool_fail(&why);
  } else if (read_options(argc - 1, argv + 1, command, &options, &why)) {
    return tool_fail(&why);
  }
  if (options.help) {
    fputs(usage, stdout);
    return EXIT_SUCCESS;
  }
  return command->run(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
