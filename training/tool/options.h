// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_OPTIONS_H
#define LAMINA_TRAINING_TOOL_OPTIONS_H

#include "dsp/effect/denoiser.h"
#include "dsp/status.h"

#include <stdint.h>

/// Most arguments of an option that may be repeated.
#define OPTIONS_MAX 64u

/// The arguments of an option that may be repeated.
typedef struct {
  uint32_t    n;
  const char* items[OPTIONS_MAX]; ///< Not owned
} OptionList;

/// Add an argument.  @return STATUS_BAD_OPTION when there are too many.
NODISCARD
Status
option_list_add(OptionList* list, const char* item, Diagnostic* why);

/**
   Read a number.

   @param name Of the option, for the complaint.
   @param text What must be a number of `low`…`high` and nothing else.
   @return STATUS_BAD_OPTION when it is not.
*/
NODISCARD
Status
option_number(const char* name, const char* text, double low, double high, double* number,
              Diagnostic* why);

/// A whole number, as option_number().
NODISCARD
Status
option_count(const char* name, const char* text, uint32_t low, uint32_t high, uint32_t* number,
             Diagnostic* why);

/**
   Read numbers with commas between them, each as option_number().

   @param most Numbers that there is room for.
   @param n Written: how many there are, at least 1.
   @param numbers [most], written.
*/
NODISCARD
Status
option_numbers(const char* name, const char* text, double low, double high, uint32_t most,
               uint32_t* n, double* numbers, Diagnostic* why);

/**
   Find out before the work, not after it, that a result cannot be written.

   @param path Where it is to be written.
   @return STATUS_IO or STATUS_NO_MEMORY.
*/
NODISCARD
Status
option_output(const char* path, Diagnostic* why);

/// The same of a sound, whose name must end as that of a file that can be written.
/// @return STATUS_BAD_OPTION, too.
NODISCARD
Status
option_sound_output(const char* path, Diagnostic* why);

/// The same of a picture, whose name must end in .png: what is named first may be a recording.
/// @return STATUS_BAD_OPTION, too.
NODISCARD
Status
option_picture_output(const char* path, Diagnostic* why);

/// Any number of 64 bits, in decimal.
NODISCARD
Status
option_seed(const char* name, const char* text, uint64_t* seed, Diagnostic* why);

/// Complain of what getopt_long() has just answered with '?'.  @return STATUS_BAD_OPTION.
NODISCARD
Status
option_unknown(const char* command, char* const* argv, Diagnostic* why);

/// What getopt_long() returns for the denoiser's options: no character.
enum { OPTION_REDUCTION = 256, OPTION_STRENGTH, OPTION_SMOOTHING, OPTION_KEEP_HUM };

/// Their lines of a usage text.
#define OPTION_DENOISER_USAGE                                                  \
  "      --reduction DB   turn noise down by no more than this, 0 to 60; 24\n" \
  "      --strength X     exponent of the gains, 0 to 2; 1\n"                  \
  "      --smoothing MS   time constant of falling gains, 0 to 500; 0\n"       \
  "      --keep-hum       leave the hum of the mains, unless it is learned\n"

/// Take one of the denoiser's options.  @return As option_number().
NODISCARD
Status
option_denoiser(int option, const char* text, DenoiserParams* params, Diagnostic* why);

#endif
