// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_BENCH_MORPH_CLIP_H
#define LAMINA_TESTS_BENCH_MORPH_CLIP_H

#include <stdint.h>

/// Every sound is cut to LENGTH samples, of which EDGE at either end are not measured.
enum { RATE = 48000, LENGTH = RATE + RATE / 4, EDGE = RATE / 4 };

/// Two channels of a sound.
typedef struct {
  float x[2][LENGTH];
} Clip;

/// Where the sounds are.
typedef struct {
  const char* notes;  ///< Folder of INSTRUMENT/SOURCE-KEY-VELOCITY.wav
  const char* drums;  ///< Folder of hits; NULL: none
  const char* speech; ///< A file; NULL: none
} Sounds;

/**
   The note of an instrument nearest to a key, at most a semitone off; transposed to it by its rate,
   from a quarter of a second after its beginning on.

   Like all clips its left channel has an rms of 0.1, and its right channel is the same 20 samples
   later, louder by `right_db`.  These end the program when a file is missing or too short.

   @param name "INSTRUMENT/SOURCE".
   @param key As in MIDI; the one that is nearest to it, to be reached by transposing where it is
   not `exact`.
   @return The key that the clip has.
*/
int
clip_note(const Sounds* sounds, const char* name, int key, int exact, double right_db, Clip* clip);

/// Three notes of an instrument at once: a major chord on middle C.
void
clip_chord(const Sounds* sounds, const char* name, double right_db, Clip* clip);

/// Hits of the folder's first files by name, an eighth of a second apart.
void
clip_drums(const Sounds* sounds, double right_db, Clip* clip);

/// The first words of the speech.
void
clip_speech(const Sounds* sounds, double right_db, Clip* clip);

/// Print what is wrong and end the program.
_Noreturn void
clip_fail(const char* what);

#endif
