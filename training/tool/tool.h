// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_TOOL_H
#define LAMINA_TRAINING_TOOL_TOOL_H

#include "dsp/status.h"

/// The version that --version prints and models name.
#ifndef LAMINA_VERSION
#error "LAMINA_VERSION is set by the build"
#endif

/// Where the plugins were installed.
#ifndef LAMINA_LV2_DIR
#error "LAMINA_LV2_DIR is set by the build"
#endif

/**
   The subcommands.  Each takes its own name as argv[0], prints results to the standard output and
   one line about a failure to the standard error.

   @return Exit status.
*/
int
tool_train(int argc, char** argv);
int
tool_denoise(int argc, char** argv);
int
tool_morph(int argc, char** argv);
int
tool_average(int argc, char** argv);
int
tool_evaluate(int argc, char** argv);
int
tool_compare(int argc, char** argv);
int
tool_info(int argc, char** argv);
int
tool_picture(int argc, char** argv);
int
tool_encode(int argc, char** argv);
int
tool_sample(int argc, char** argv);
int
tool_preset(int argc, char** argv);
int
tool_classify(int argc, char** argv);

/// Print "lamina: WHY" to the standard error.  @return EXIT_FAILURE.
int
tool_fail(const Diagnostic* why);

#endif
