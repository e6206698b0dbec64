// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/sound_file.h"

#include "training/corpus/resample.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static Status
no_memory(const char* what, Diagnostic* why)
{
  return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", what);
}

/// Frames as they come out of a file.
typedef struct {
  size_t  n_channels;
  size_t  n_frames;
  size_t  capacity; ///< Frames
  float*  samples;  ///< [n_channels][capacity]
  float** ends;     ///< [n_channels], work area
} Frames;

/// Make room for so many frames, at least those that are there.  @return Whether there is memory.
static bool
set_capacity(Frames* frames, size_t capacity)
{
  const size_t old  = frames->capacity;
  const size_t n    = frames->n_frames * sizeof(float);
  const bool   fits = capacity < SIZE_MAX / sizeof(float) / frames->n_channels;
  for (size_t c = 1; c < frames->n_channels && capacity < old; ++c) {
    memmove(frames->samples + c * capacity, frames->samples + c * old, n);
  }
  float* const samples =
    fits ? realloc(frames->samples, (capacity * frames->n_channels + 1) * sizeof *samples) : NULL;
  if (!samples && capacity > old) {
    return false;
  }
  frames->samples  = samples ? samples : frames->samples;
  frames->capacity = capacity;
  for (size_t c = frames->n_channels; c-- > 1 && capacity > old;) {
    memmove(frames->samples + c * capacity, frames->samples + c * old, n);
  }
  return true;
}

/// Read to the end.  A header's word on the length is not trusted.
static bool
read_frames(const SoundSource* source, Frames* frames)
{
  uint32_t n = SOUND_BLOCK;
  while (n == SOUND_BLOCK) {
    if (frames->n_frames + SOUND_BLOCK > frames->capacity &&
        !set_capacity(frames, frames->capacity + frames->capacity / 2 + SOUND_BLOCK)) {
      return false;
    }
    for (size_t c = 0; c < frames->n_channels; ++c) {
      frames->ends[c] = frames->samples + c * frames->capacity + frames->n_frames;
    }
    n = source->read(source->context, SOUND_BLOCK, frames->ends);
    frames->n_frames += n;
  }
  return set_capacity(frames, frames->n_frames);
}

Status
sound_read(const char* path, Sound* sound, Diagnostic* why)
{
  SoundReader* reader = NULL;
  const Status status = sound_reader_open(path, &reader, why);
  if (status) {
    return status;
  }

  const SoundSource source = sound_reader_source(reader);
  Frames            frames = { .n_channels = source.n_channels,
                               .ends       = malloc(source.n_channels * sizeof(float*)) };
  const bool        ok     = frames.ends && read_frames(&source, &frames);
  sound_reader_free(reader);
  free(frames.ends);
  if (!ok || !frames.n_frames) {
    free(frames.samples);
    return ok ? diagnose(why, STATUS_BAD_FILE, "%s: holds no samples", path) : no_memory(path, why);
  }
  *sound = (Sound){ source.rate_hz, source.n_channels, frames.n_frames, frames.samples };
  return STATUS_SUCCESS;
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

static uint32_t
read_memory(void* context, uint32_t n, float* const* to)
{
  SoundCursor* const cursor = context;
  const Sound* const sound  = cursor->sound;
  const uint64_t     rest   = sound->n_frames - cursor->at;
  const uint32_t     found  = rest < n ? (uint32_t)rest : n;
  for (uint32_t c = 0; c < sound->n_channels && found; ++c) {
    memcpy(to[c], sound->samples + c * sound->n_frames + cursor->at, found * sizeof **to);
  }
  cursor->at += found;
  return found;
}

SoundSource
sound_source(SoundCursor* cursor)
{
  return (SoundSource){ .rate_hz    = cursor->sound->rate_hz,
                        .n_channels = cursor->sound->n_channels,
                        .context    = cursor,
                        .read       = read_memory };
}

static Status
write_memory(void* context, uint32_t n, const float* const* from, Diagnostic* why)
{
  SoundCursor* const cursor = context;
  const Sound* const sound  = cursor->sound;
  (void)why;
  assert(n <= sound->n_frames - cursor->at);
  for (uint32_t c = 0; c < sound->n_channels && n; ++c) {
    memcpy(sound->samples + c * sound->n_frames + cursor->at, from[c], n * sizeof **from);
  }
  cursor->at += n;
  return STATUS_SUCCESS;
}

SoundSink
sound_sink(SoundCursor* cursor)
{
  return (SoundSink){ .context = cursor, .write = write_memory };
}

/// Hand over all frames.  @param from [n_channels], work area.
static Status
write_frames(const Sound* sound, const SoundSink* sink, const float** from, Diagnostic* why)
{
  Status status = STATUS_SUCCESS;
  for (uint64_t at = 0; at < sound->n_frames && !status; at += SOUND_BLOCK) {
    const uint64_t rest = sound->n_frames - at;
    for (uint32_t c = 0; c < sound->n_channels; ++c) {
      from[c] = sound->samples + c * sound->n_frames + at;
    }
    status = sink->write(sink->context, rest < SOUND_BLOCK ? (uint32_t)rest : SOUND_BLOCK, from,
                         why);
  }
  return status;
}

Status
sound_write(const Sound* sound, const char* path, Diagnostic* why)
{
  const SoundShape shape  = { sound->rate_hz, sound->n_channels, sound->n_frames };
  SoundWriter*     writer = NULL;
  Status           status = sound_writer_open(path, &shape, &writer, why);
  if (status) {
    return status;
  }

  const SoundSink sink = sound_writer_sink(writer);
  const float**   from = malloc(sound->n_channels * sizeof *from);
  status               = from ? write_frames(sound, &sink, from, why) : no_memory(path, why);
  free(from);
  if (status) {
    sound_writer_free(writer);
    return status;
  }
  return sound_writer_finish(writer, why);
}
