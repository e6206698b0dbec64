// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/sound_file.h"

#include "dsp/file.h"
#include "training/corpus/resample.h"

#include <sndfile.h>

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

/// Frames that are read or written at a time.
#define BLOCK_FRAMES 4096

/// The end of a name and the format that it stands for.
typedef struct {
  const char* end;
  int         format;
} SoundFormat;

static const SoundFormat formats[] = {
  { ".wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT },    { ".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24 },
  { ".aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24 }, { ".aif", SF_FORMAT_AIFF | SF_FORMAT_PCM_24 },
  { ".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS },
};

static Status
no_memory(const char* what, Diagnostic* why)
{
  return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", what);
}

/// Most bytes of sound in a file whose sizes have 32 bits, with room for its header.
static const double most_bytes = 4294967295.0 - 65536.0;

/// Frames as they come out of a file, one channel beside the other.
typedef struct {
  size_t n_channels;
  size_t n_frames;
  size_t capacity; ///< Frames
  float* samples;  ///< [capacity][n_channels]
} Frames;

/// Make room for one more block.
static bool
grow(Frames* frames)
{
  if (frames->n_frames + BLOCK_FRAMES <= frames->capacity) {
    return true;
  }
  const size_t capacity = frames->capacity + frames->capacity / 2 + BLOCK_FRAMES;
  float* const samples  = capacity <= SIZE_MAX / sizeof *samples / frames->n_channels
                            ? realloc(frames->samples,
                                      capacity * frames->n_channels * sizeof *samples)
                            : NULL;
  if (samples) {
    frames->samples  = samples;
    frames->capacity = capacity;
  }
  return samples;
}

/// Give back what was not needed: of an hour that may be a gigabyte.
static void
trim(Frames* frames)
{
  const size_t n       = frames->n_frames * frames->n_channels;
  float* const samples = realloc(frames->samples, (n + 1) * sizeof *samples);
  frames->samples      = samples ? samples : frames->samples;
}

/// Read to the end.  A header's word on the length is not trusted.
static bool
read_frames(SNDFILE* file, Frames* frames)
{
  sf_count_t n = 1;
  while (n > 0) {
    if (!grow(frames)) {
      return false;
    }
    n = sf_readf_float(file, frames->samples + frames->n_frames * frames->n_channels, BLOCK_FRAMES);
    frames->n_frames += n > 0 ? (size_t)n : 0;
  }
  trim(frames);
  return true;
}

static Status
part_channels(const char* path, const Frames* frames, double rate_hz, Sound* sound, Diagnostic* why)
{
  if (!frames->n_frames) {
    return diagnose(why, STATUS_BAD_FILE, "%s: holds no samples", path);
  }
  Sound        parted;
  const Status status = sound_new(rate_hz, (uint32_t)frames->n_channels, frames->n_frames, &parted,
                                  why);
  if (status) {
    return status;
  }
  for (size_t c = 0; c < frames->n_channels; ++c) {
    for (size_t i = 0; i < frames->n_frames; ++i) {
      parted.samples[c * frames->n_frames + i] = frames->samples[i * frames->n_channels + c];
    }
  }
  *sound = parted;
  return STATUS_SUCCESS;
}

Status
sound_read(const char* path, Sound* sound, Diagnostic* why)
{
  SF_INFO        info = { 0 };
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    const int error = eaccess(path, R_OK) ? errno : 0;
    return error ? diagnose(why, error == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
                            strerror(error))
                 : diagnose(why, STATUS_BAD_FILE, "%s: not sound, or of a kind that is not known",
                            path);
  }

  Frames frames = { .n_channels = (size_t)info.channels };
  Status status = read_frames(file, &frames) ? STATUS_SUCCESS : no_memory(path, why);
  if (!status) {
    status = part_channels(path, &frames, info.samplerate, sound, why);
  }
  free(frames.samples);
  sf_close(file);
  return status;
}

Status
sound_new(double rate_hz, uint32_t n_channels, uint64_t n_frames, Sound* sound, Diagnostic* why)
{
  assert(rate_hz > 0.0 && n_channels > 0);

  const bool   fits    = n_frames < SIZE_MAX / sizeof(float) / n_channels;
  float* const samples = fits ? calloc((size_t)n_frames * n_channels + 1, sizeof *samples) : NULL;
  if (!samples) {
    return no_memory("sound", why);
  }
  *sound = (Sound){ rate_hz, n_channels, n_frames, samples };
  return STATUS_SUCCESS;
}

void
sound_clear(Sound* sound)
{
  free(sound->samples);
  *sound = (Sound){ 0 };
}

Status
sound_resample(Sound* sound, double rate_hz, Diagnostic* why)
{
  if (rate_hz == sound->rate_hz) {
    return STATUS_SUCCESS;
  }

  const uint64_t n_frames = (uint64_t)ceil((double)sound->n_frames * rate_hz / sound->rate_hz);
  Sound          changed;
  Status         status = sound_new(rate_hz, sound->n_channels, n_frames, &changed, why);
  if (status) {
    return status;
  }
  for (uint32_t c = 0; c < sound->n_channels && !status; ++c) {
    status = resample(sound->rate_hz, rate_hz, (size_t)sound->n_frames,
                      sound->samples + c * sound->n_frames, (size_t)n_frames,
                      changed.samples + c * n_frames, why);
  }
  Sound* const unused = status ? &changed : sound;
  free(unused->samples);
  if (!status) {
    *sound = changed;
  }
  return status;
}

/// The format that a name asks for.  @return 0 when it asks for none.
static int
format_of(const char* path)
{
  const size_t length = strlen(path);
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; ++i) {
    const size_t end = strlen(formats[i].end);
    if (length > end && !strcasecmp(path + length - end, formats[i].end)) {
      return formats[i].format;
    }
  }
  return 0;
}

Status
sound_check_name(const char* path, Diagnostic* why)
{
  return format_of(path)
           ? STATUS_SUCCESS
           : diagnose(why, STATUS_BAD_OPTION,
                      "%s: the name must end in .wav, .flac, .aiff, .aif or .ogg", path);
}

/// Whether a format has room for a sound: the sizes in WAV and AIFF files have 32 bits.
static bool
has_room(int format, const Sound* sound)
{
  const int    type    = format & SF_FORMAT_TYPEMASK;
  const double size    = (format & SF_FORMAT_SUBMASK) == SF_FORMAT_FLOAT ? 4.0 : 3.0;
  const double n_bytes = size * (double)sound->n_frames * sound->n_channels;
  return n_bytes < most_bytes || (type != SF_FORMAT_WAV && type != SF_FORMAT_AIFF);
}

static Status
find_format(const char* path, const Sound* sound, SF_INFO* info, Diagnostic* why)
{
  const Status status = sound_check_name(path, why);
  if (status) {
    return status;
  }
  info->format = format_of(path);
  if (!has_room(info->format, sound)) {
    if ((info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_AIFF) {
      return diagnose(why, STATUS_BAD_OPTION, "%s: too long for AIFF; .wav and .flac have room",
                      path);
    }
    info->format = SF_FORMAT_RF64 | SF_FORMAT_FLOAT;
  }
  info->samplerate = (int)lround(sound->rate_hz);
  info->channels   = (int)sound->n_channels;
  if (!sf_format_check(info)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: no file of this kind holds %u channels at %g Hz",
                    path, sound->n_channels, sound->rate_hz);
  }
  return STATUS_SUCCESS;
}

/// Write all frames.  @param block [BLOCK_FRAMES][n_channels], work area.
static bool
write_frames(SNDFILE* file, const Sound* sound, float* block)
{
  for (uint64_t first = 0; first < sound->n_frames;) {
    const uint64_t rest = sound->n_frames - first;
    const uint64_t n    = rest < BLOCK_FRAMES ? rest : BLOCK_FRAMES;
    for (uint64_t i = 0; i < n; ++i) {
      for (uint32_t c = 0; c < sound->n_channels; ++c) {
        block[i * sound->n_channels + c] = sound->samples[c * sound->n_frames + first + i];
      }
    }
    if (sf_writef_float(file, block, (sf_count_t)n) != (sf_count_t)n) {
      return false;
    }
    first += n;
  }
  return true;
}

/// Encode into an open file.
static bool
encode(int fd, const Sound* sound, SF_INFO* info)
{
  float* const   block = malloc((size_t)BLOCK_FRAMES * sound->n_channels * sizeof *block);
  SNDFILE* const file  = block ? sf_open_fd(fd, SFM_WRITE, info, SF_FALSE) : NULL;
  bool           ok    = file;
  if (file) {
    // Integer formats clip instead of wrapping around.
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    // The peaks of a float file come with the time of day: no two would be the same bytes.
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    ok = write_frames(file, sound, block);
    ok = !sf_close(file) && ok;
  }
  free(block);
  return ok;
}

/// Put the bytes of an open file in the place of `path`.
static Status
replace_by(const char* path, int fd, Diagnostic* why)
{
  const off_t size  = lseek(fd, 0, SEEK_END);
  void* const bytes = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0)
                               : MAP_FAILED;
  if (bytes == MAP_FAILED) {
    return no_memory(path, why);
  }
  const Status status = file_replace(path, (size_t)size, bytes, why);
  munmap(bytes, (size_t)size);
  return status;
}

Status
sound_write(const Sound* sound, const char* path, Diagnostic* why)
{
  SF_INFO      info   = { 0 };
  const Status status = find_format(path, sound, &info, why);
  if (status) {
    return status;
  }

  // Encoded in memory: libsndfile goes back to its header, file_replace() writes from memory.
  const int fd = memfd_create("sound", MFD_CLOEXEC);
  if (fd < 0) {
    return no_memory(path, why);
  }
  const Status written = encode(fd, sound, &info)
                           ? replace_by(path, fd, why)
                           : diagnose(why, STATUS_IO, "%s: cannot be encoded", path);
  close(fd);
  return written;
}
