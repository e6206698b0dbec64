// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SOUND_FILE_H
#define LAMINA_TRAINING_CORPUS_SOUND_FILE_H

#include "dsp/status.h"
#include "training/corpus/sound_stream.h"

#include <stdint.h>

/// A whole sound in memory, at its own rate.
typedef struct {
  double   rate_hz;
  uint32_t n_channels;
  uint64_t n_frames;
  float*   samples; ///< [n_channels][n_frames], one channel after the other
} Sound;

/// Read a whole file.  @param sound Written on success; release it with sound_clear().
NODISCARD
Status
sound_read(const char* path, Sound* sound, Diagnostic* why);

/// Allocate zeros.  @param sound Written on success; release it with sound_clear().
NODISCARD
Status
sound_new(double rate_hz, uint32_t n_channels, uint64_t n_frames, Sound* sound, Diagnostic* why);

/// Release the samples; the struct becomes all zeros.
void
sound_clear(Sound* sound);

/// Change the rate, in place, with a windowed-sinc resampler.
NODISCARD
Status
sound_resample(Sound* sound, double rate_hz, Diagnostic* why);

/// Write a whole file, as a SoundWriter does.
NODISCARD
Status
sound_write(const Sound* sound, const char* path, Diagnostic* why);

/// A place in a sound.
typedef struct {
  const Sound* sound; ///< Not owned
  uint64_t     at;    ///< Frame
} SoundCursor;

/// Its frames from there on; `context` is the cursor, which moves on and must outlive it.
SoundSource
sound_source(SoundCursor* cursor);

/// What takes frames there, as many as the sound has.
SoundSink
sound_sink(SoundCursor* cursor);

#endif
