// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SOUND_FILE_H
#define LAMINA_TRAINING_CORPUS_SOUND_FILE_H

#include "dsp/status.h"

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

/// Find out before the work that a name does not end as sound_write() wants it.
NODISCARD
Status
sound_check_name(const char* path, Diagnostic* why);

/**
   Write a file: the format follows the name's end (.wav float, .flac and .aiff 24 bit, .ogg);
   a .wav beyond 4 GiB is RF64.
   Written beside `path`, then renamed: on failure what was there is still there.
*/
NODISCARD
Status
sound_write(const Sound* sound, const char* path, Diagnostic* why);

#endif
