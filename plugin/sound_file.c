// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/sound_file.h"

#include <sndfile.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// Rates and channels of a sound that is believed.
enum { LEAST_RATE = 1000, MOST_RATE = 768000, MOST_CHANNELS = 64 };

struct SoundFile {
  SNDFILE* file;
  SF_INFO  info;
  float    frames[]; ///< [SOUND_FILE_BLOCK][channels]
};

/// Nothing that a read could wait for.
static Status
check_regular(const char* const path, Diagnostic* const why)
{
  struct stat about;
  if (stat(path, &about)) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %s", path, strerror(errno));
  }
  return S_ISREG(about.st_mode) ? STATUS_SUCCESS
                                : diagnose(why, STATUS_BAD_FILE, "%s: not a file", path);
}

static Status
check_info(const char* const path, const SF_INFO* const info, Diagnostic* const why)
{
  if (info->samplerate < LEAST_RATE || info->samplerate > MOST_RATE) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %d Hz, where %d to %d are possible", path,
                    info->samplerate, LEAST_RATE, MOST_RATE);
  }
  if (info->channels < 1 || info->channels > MOST_CHANNELS) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %d channels, where 1 to %d are possible", path,
                    info->channels, MOST_CHANNELS);
  }
  return STATUS_SUCCESS;
}

Status
sound_file_open(const char* const path, SoundFile** const file, Diagnostic* const why)
{
  Status status = check_regular(path, why);
  if (status) {
    return status;
  }

  SF_INFO        info   = { 0 };
  SNDFILE* const opened = sf_open(path, SFM_READ, &info);
  if (!opened) {
    return diagnose(why, STATUS_BAD_FILE, "%s: %s", path, sf_strerror(NULL));
  }

  status                  = check_info(path, &info, why);
  const size_t     n      = (size_t)SOUND_FILE_BLOCK * (size_t)info.channels;
  SoundFile* const result = status ? NULL : calloc(1, sizeof(SoundFile) + n * sizeof(float));
  if (!result) {
    sf_close(opened);
    return status ? status : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }
  result->file = opened;
  result->info = info;
  *file        = result;
  return STATUS_SUCCESS;
}

/// Whether a file begins as models do, with the length of a header and a JSON object: to some
/// readers of MP3 a length can look like a sound.  The header is less than 16 MiB, so that five
/// bytes of its length are 0: an ID3 tag, which may have a brace in this place, has its version
/// among them.
static bool
is_model(const char* const path)
{
  static const char rest[] = { 0, 0, 0, 0, 0, '{' };
  char              bytes[3 + sizeof(rest)];
  FILE* const       file = fopen(path, "rb");
  const bool        ok   = file && fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes);
  if (file) {
    fclose(file);
  }
  return ok && !memcmp(bytes + 3, rest, sizeof(rest));
}

bool
sound_file_is(const char* const path)
{
  Diagnostic why  = { "" };
  SoundFile* file = NULL;
  if (check_regular(path, &why) || is_model(path) || sound_file_open(path, &file, &why)) {
    return false;
  }
  sound_file_close(file);
  return true;
}

void
sound_file_close(SoundFile* const file)
{
  if (file) {
    sf_close(file->file);
    free(file);
  }
}

double
sound_file_rate(const SoundFile* const file)
{
  return file->info.samplerate;
}

uint32_t
sound_file_channels(const SoundFile* const file)
{
  const uint32_t n = (uint32_t)file->info.channels;
  return n < EFFECT_MAX_CHANNELS ? n : EFFECT_MAX_CHANNELS;
}

uint32_t
sound_file_read(SoundFile* const file, float* const* const sound)
{
  const sf_count_t n_read     = sf_readf_float(file->file, file->frames, SOUND_FILE_BLOCK);
  const uint32_t   n          = n_read > 0 ? (uint32_t)n_read : 0;
  const uint32_t   n_channels = sound_file_channels(file);
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t c = 0; c < n_channels; ++c) {
      sound[c][i] = file->frames[i * (uint32_t)file->info.channels + c];
    }
  }
  return n;
}
