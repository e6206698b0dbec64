// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_SOUND_FILE_H
#define LAMINA_PLUGIN_SOUND_FILE_H

#include "dsp/status.h"
#include "plugin/effect.h"

#include <stdbool.h>
#include <stdint.h>

/// Most samples of one read.
#define SOUND_FILE_BLOCK 1024u

/**
   A sound in a file, of any kind that libsndfile reads.

   For the worker: it allocates and reads.  One thread at a time.
*/
typedef struct SoundFile SoundFile;

/// Whether a file is a sound, and not a model, nor anything else.
bool
sound_file_is(const char* path);

/**
   Open a file, from anywhere.

   @param file Written on success, owned by the caller.
   @return STATUS_BAD_FILE when it is no sound, of a rate that no effect runs at, or of too many
   channels.
*/
NODISCARD
Status
sound_file_open(const char* path, SoundFile** file, Diagnostic* why);

/// Free; NULL is allowed.
void
sound_file_close(SoundFile* file);

/// Samples per second, 1000…768000.
double
sound_file_rate(const SoundFile* file);

/// 1…EFFECT_MAX_CHANNELS: of a file with more the first ones.
uint32_t
sound_file_channels(const SoundFile* file);

/**
   Read on.

   @param sound [sound_file_channels][SOUND_FILE_BLOCK], written.
   @return Samples of each channel; 0 at the end.
*/
uint32_t
sound_file_read(SoundFile* file, float* const* sound);

#endif
