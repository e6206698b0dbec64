// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_REVERBERATION_H
#define LAMINA_TRAINING_CORPUS_REVERBERATION_H

#include "dsp/status.h"
#include "training/engine/random.h"

#include <stdint.h>

/// Paths between the walls of a room.
enum { ROOM_PATHS = 8 };

/// A small room, and how near the microphone is.
typedef struct {
  double rt60_s;             ///< Time in which low frequencies fall by 60 dB
  double highs;              ///< The same at half the rate over `rt60_s`, 0…1
  double direct_db;          ///< Energy of what comes straight over that of the walls'
  double path_s[ROOM_PATHS]; ///< How long sound is under way
  double signs[ROOM_PATHS];  ///< −1 or 1: how the paths are heard
} Room;

/// Draw a room: RT60 0.1…0.5 s, 0…18 dB of direct sound.  As many numbers are used for each.
Room
room_draw(Random* random);

/**
   Let the walls of a room answer.

   @param x [n], changed in place.  What comes straight is not delayed or scaled; silence stays.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
room_apply(const Room* room, double rate_hz, uint32_t n, float* x, Diagnostic* why);

#endif
