// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_TRAIN_OPTIONS_H
#define LAMINA_TRAINING_TOOL_TRAIN_OPTIONS_H

#include "dsp/status.h"
#include "training/tool/options.h"

#include <stdbool.h>
#include <stdint.h>

/// What `lamina train --help` prints.
extern const char* const train_usage;

/// What was asked of `lamina train`; texts are those of argv.
typedef struct {
  const char* recipe;
  OptionList  data;
  OptionList  music;
  OptionList  noise;
  OptionList  settings;
  const char* output;
  const char* preview; ///< NULL: none
  uint32_t    threads;
  bool        resume;
  bool        verbose;
  bool        keys; ///< Print those of a recipe, and no more
  bool        help;
} TrainOptions;

/**
   Read the command line, of which argv[0] is "train".

   @param options All zeros, written.
   @return STATUS_BAD_OPTION, or STATUS_NO_MEMORY.
*/
NODISCARD
Status
train_options_read(int argc, char** argv, TrainOptions* options, Diagnostic* why);

#endif
