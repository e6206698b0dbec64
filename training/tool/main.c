// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/bfloat16.h"
#include "training/engine/matrix.h"
#include "training/tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char* name;
  int (*run)(int argc, char** argv);
  const char* purpose;
} Command;

static const Command commands[] = {
  { "train", tool_train, "teach a model from folders of sound" },
  { "denoise", tool_denoise, "take the noise out of a sound file" },
  { "morph", tool_morph, "move the timbre of a sound file towards another's" },
  { "average", tool_average, "make one denoiser of several that learned on from one" },
  { "evaluate", tool_evaluate, "score a model on sound that it was not trained on" },
  { "compare", tool_compare, "compare ways to train an autoencoder, at equal cost" },
  { "encode", tool_encode, "write the codes of a sound's frames for NumPy" },
  { "sample", tool_sample, "make new sound of a variational autoencoder" },
  { "classify", tool_classify, "tell what class sound files are of" },
  { "info", tool_info, "tell what a model is" },
  { "preset", tool_preset, "share a model as a preset that hosts list" },
  { "picture", tool_picture, "draw the spectrograms of sound files" },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(*commands) };

static void
print_usage(FILE* const stream)
{
  fputs("Usage: lamina COMMAND [ARGUMENT]...\n\n", stream);
  for (unsigned i = 0; i < N_COMMANDS; ++i) {
    fprintf(stream, "  %-9s %s\n", commands[i].name, commands[i].purpose);
  }
  fputs("\nlamina COMMAND --help tells more; lamina --version prints the version.\n", stream);
}

int
tool_fail(const Diagnostic* const why)
{
  fprintf(stderr, "lamina: %s\n", why->text);
  return EXIT_FAILURE;
}

/// What was printed must have arrived: a full disk is a failure.
static int
check_printed(const int status)
{
  const Diagnostic why = { "the standard output cannot be written" };
  return !fflush(stdout) && !ferror(stdout) ? status : tool_fail(&why);
}

int
main(int argc, char** argv)
{
  matrix_choose_kernel(argv);

  const char* const name = argc > 1 ? argv[1] : "";
  for (unsigned i = 0; i < N_COMMANDS; ++i) {
    if (!strcmp(name, commands[i].name)) {
      return check_printed(commands[i].run(argc - 1, argv + 1));
    }
  }
  if (!strcmp(name, "--version")) {
    printf("lamina %s (OpenBLAS kernels: %s; training in bfloat16: %s)\n", LAMINA_VERSION,
           matrix_kernel(),
           bfloat16_pays()    ? "yes"
           : bfloat16_works() ? "possible, but slower"
                              : "no");
    return EXIT_SUCCESS;
  }
  const int help = !strcmp(name, "--help") || !strcmp(name, "-h");
  print_usage(help ? stdout : stderr);
  return help ? EXIT_SUCCESS : EXIT_FAILURE;
}
