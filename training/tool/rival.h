// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_RIVAL_H
#define LAMINA_TRAINING_TOOL_RIVAL_H

#include "dsp/status.h"
#include "training/corpus/sound_file.h"

#include <stdint.h>

/// Longest name of a rival, with its zero.
#define RIVAL_NAME_SIZE 33u

/// The greatest delay of a rival that is found and taken out, seconds.
#define RIVAL_MAX_DELAY_S 0.25

/// Another program that takes noise out of a file.
typedef struct {
  char        name[RIVAL_NAME_SIZE]; ///< A cell of a table
  const char* command;               ///< For the shell, with {in}, {out} and perhaps {noise}; not
                                     ///< owned
} Rival;

/**
   Take "NAME=COMMAND" apart.

   @param text Must outlive the rival.
   @return STATUS_BAD_OPTION.
*/
NODISCARD
Status
rival_read(const char* text, Rival* rival, Diagnostic* why);

/**
   Make an empty folder for the files of rivals, below $TMPDIR or /tmp.

   @param folder Set on success; to be removed by rival_folder_remove().
   @return STATUS_IO or STATUS_NO_MEMORY.
*/
NODISCARD
Status
rival_folder_make(char** folder, Diagnostic* why);

/// Remove the folder and all that is in it, and free its name; NULL is allowed.
void
rival_folder_remove(char* folder);

/**
   Let a rival take noise out of a sound.

   {in} stands for a WAV of 16 bits and one channel that ends with RIVAL_MAX_DELAY_S of silence,
   {noise} for one of the noise alone, and {out} for what the command has to write, at the same
   rate.  What it prints is kept from the terminal.  Any number of threads, each with its own
   number.

   @param folder Of rival_folder_make().
   @param number Names the files.
   @param in One channel.
   @param noise One channel.
   @param out Written on success, late as it is; release it with sound_clear().
   @return STATUS_BAD_OPTION when the command fails, or writes no sound of one channel and the same
   rate, or samples that are not finite; STATUS_INTERRUPTED when a signal ended it; STATUS_IO or
   STATUS_NO_MEMORY.
*/
NODISCARD
Status
rival_run(const Rival* rival, const char* folder, uint32_t number, const Sound* in,
          const Sound* noise, Sound* out, Diagnostic* why);

#endif
