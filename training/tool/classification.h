// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_CLASSIFICATION_H
#define LAMINA_TRAINING_TOOL_CLASSIFICATION_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/sound_file.h"

#include <stdint.h>

/**
   How likely each class is for a whole sound.

   The logarithms of the frames' probabilities are averaged, and the classes' shares made to add to
   1: so one frame that rules a class out counts for more than one that knows nothing.

   @param model Of kind MODEL_CLASSIFY.
   @param sound At least one sample; see codes_of_sound().
   @param probability Written on success, [units of the decoder's last layer].
   @return As codes_of_sound().
*/
NODISCARD
Status
classification_of_sound(const Model* model, const Sound* sound, double* probability,
                        Diagnostic* why);

/**
   The name of a class, with "?" for what could command a terminal or spoil a table.

   @param size Of `name`, bytes; what is longer is cut.
   @param name Written.
*/
void
classification_name(const Model* model, uint32_t index, uint32_t size, char* name);

#endif
