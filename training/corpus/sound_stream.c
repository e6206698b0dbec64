// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/sound_stream.h"

#include "dsp/file.h"

#include <sndfile.h>

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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

/// Most bytes of sound in a file whose sizes have 32 bits, with room for its header.
static const double most_bytes = 4294967295.0 - 65536.0;

/// Frames of a stream whose header does not tell: as many as a FLAC header can say, or more.
static const sf_count_t unknown_length = 0xfffffffff;

struct SoundReader {
  SNDFILE* file;
  SF_INFO  info;
  float*   block; ///< [SOUND_BLOCK][channels], one channel beside the other
};

struct SoundWriter {
  FileDraft draft;
  int       error; ///< Of the first write that failed: not all encoders tell of it; 0: none
  SNDFILE*  file;
  SF_INFO   info;
  float*    block; ///< [SOUND_BLOCK][channels]
  uint64_t  n_frames;
};

static Status
no_memory(const char* path, Diagnostic* why)
{
  return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

static float*
new_block(const SF_INFO* info)
{
  return calloc((size_t)info->channels * SOUND_BLOCK, sizeof(float));
}

Status
sound_reader_open(const char* path, SoundReader** reader, Diagnostic* why)
{
  SoundReader* const made = calloc(1, sizeof *made);
  if (!made) {
    return no_memory(path, why);
  }
  made->file = sf_open(path, SFM_READ, &made->info);
  if (!made->file) {
    const int error = eaccess(path, R_OK) ? errno : 0;
    free(made);
    return error ? diagnose(why, error == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
                            strerror(error))
                 : diagnose(why, STATUS_BAD_FILE, "%s: not sound, or of a kind that is not known",
                            path);
  }
  made->block = new_block(&made->info);
  if (!made->block) {
    sound_reader_free(made);
    return no_memory(path, why);
  }
  *reader = made;
  return STATUS_SUCCESS;
}

void
sound_reader_free(SoundReader* reader)
{
  if (reader) {
    sf_close(reader->file);
    free(reader->block);
    free(reader);
  }
}

uint64_t
sound_reader_length(const SoundReader* reader)
{
  const sf_count_t n = reader->info.frames;
  return n > 0 && n < unknown_length ? (uint64_t)n : 0;
}

static uint32_t
read_block(void* context, uint32_t n, float* const* to)
{
  SoundReader* const reader     = context;
  const uint32_t     n_channels = (uint32_t)reader->info.channels;
  uint32_t           done       = 0;
  while (done < n) {
    const uint32_t   wanted = smaller(n - done, SOUND_BLOCK);
    const sf_count_t found  = sf_readf_float(reader->file, reader->block, wanted);
    for (uint32_t i = 0; found > 0 && i < (uint32_t)found; ++i) {
      for (uint32_t c = 0; c < n_channels; ++c) {
        to[c][done + i] = reader->block[i * n_channels + c];
      }
    }
    if (found <= 0) {
      return done;
    }
    done += (uint32_t)found;
  }
  return done;
}

SoundSource
sound_reader_source(SoundReader* reader)
{
  return (SoundSource){ .rate_hz    = reader->info.samplerate,
                        .n_channels = (uint32_t)reader->info.channels,
                        .context    = reader,
                        .read       = read_block };
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

/// Whether a format has room for so many frames: the sizes in WAV and AIFF files have 32 bits.
static bool
has_room(const SF_INFO* info, uint64_t n_frames)
{
  const int    type    = info->format & SF_FORMAT_TYPEMASK;
  const double size    = (info->format & SF_FORMAT_SUBMASK) == SF_FORMAT_FLOAT ? 4.0 : 3.0;
  const double n_bytes = size * (double)n_frames * info->channels;
  return n_bytes < most_bytes || (type != SF_FORMAT_WAV && type != SF_FORMAT_AIFF);
}

static Status
find_format(const char* path, const SoundShape* shape, SF_INFO* info, Diagnostic* why)
{
  const Status status = sound_check_name(path, why);
  if (status) {
    return status;
  }
  info->format     = format_of(path);
  info->samplerate = (int)lround(shape->rate_hz);
  info->channels   = (int)shape->n_channels;
  if (!has_room(info, shape->n_frames) && (info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_AIFF) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: too long for AIFF; .wav and .flac have room",
                    path);
  }
  const bool is_wav = (info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV;
  if (is_wav && (!shape->n_frames || !has_room(info, shape->n_frames))) {
    info->format = SF_FORMAT_RF64 | SF_FORMAT_FLOAT;
  }
  if (!sf_format_check(info)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: no file of this kind holds %u channels at %g Hz",
                    path, shape->n_channels, shape->rate_hz);
  }
  return STATUS_SUCCESS;
}

static sf_count_t
draft_seek(sf_count_t offset, int whence, void* context)
{
  return lseek(((const SoundWriter*)context)->draft.fd, offset, whence);
}

static sf_count_t
draft_tell(void* context)
{
  return draft_seek(0, SEEK_CUR, context);
}

static sf_count_t
draft_length(void* context)
{
  const sf_count_t at     = draft_tell(context);
  const sf_count_t length = draft_seek(0, SEEK_END, context);
  (void)draft_seek(at, SEEK_SET, context);
  return length;
}

static sf_count_t
draft_read(void* to, sf_count_t n, void* context)
{
  return read(((const SoundWriter*)context)->draft.fd, to, (size_t)n);
}

static sf_count_t
draft_write(const void* from, sf_count_t n, void* context)
{
  SoundWriter* const writer = context;
  sf_count_t         done   = 0;
  while (done < n && !writer->error) {
    const ssize_t now = write(writer->draft.fd, (const char*)from + done, (size_t)(n - done));
    done += now > 0 ? now : 0;
    writer->error = now < 0 && errno != EINTR ? errno : 0;
  }
  return done;
}

/// Open the encoder of a draft.
static Status
open_encoder(SoundWriter* writer, Diagnostic* why)
{
  writer->block = new_block(&writer->info);
  if (!writer->block) {
    return no_memory(writer->draft.path, why);
  }
  static SF_VIRTUAL_IO draft = { draft_length, draft_seek, draft_read, draft_write, draft_tell };
  writer->file               = sf_open_virtual(&draft, SFM_WRITE, &writer->info, writer);
  if (!writer->file) {
    return diagnose(why, STATUS_IO, "%s: cannot be encoded", writer->draft.path);
  }
  // Integer formats clip instead of wrapping around.
  sf_command(writer->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  // The peaks of a float file come with the time of day: no two would be the same bytes.
  sf_command(writer->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  // A length that was not known, or not true, may be short.
  sf_command(writer->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
  return STATUS_SUCCESS;
}

Status
sound_writer_open(const char* path, const SoundShape* shape, SoundWriter** writer, Diagnostic* why)
{
  SF_INFO            info   = { 0 };
  Status             status = find_format(path, shape, &info, why);
  SoundWriter* const made   = status ? NULL : calloc(1, sizeof *made);
  if (!made) {
    return status ? status : no_memory(path, why);
  }
  made->info = info;
  status     = file_draft_open(path, &made->draft, why);
  if (status) {
    free(made);
    return status;
  }
  status = open_encoder(made, why);
  if (status) {
    sound_writer_free(made);
    return status;
  }
  *writer = made;
  return STATUS_SUCCESS;
}

static Status
cannot_write(const SoundWriter* writer, Diagnostic* why)
{
  return writer->error ? diagnose(why, STATUS_IO, "%s: cannot write: %s", writer->draft.path,
                                  strerror(writer->error))
                       : diagnose(why, STATUS_IO, "%s: cannot be encoded", writer->draft.path);
}

/// @param n At most SOUND_BLOCK.
static Status
encode(SoundWriter* writer, uint32_t first, uint32_t n, const float* const* from, Diagnostic* why)
{
  const uint32_t n_channels = (uint32_t)writer->info.channels;
  if (!has_room(&writer->info, writer->n_frames + n)) {
    return diagnose(why, STATUS_IO, "%s: too long for a file of this kind", writer->draft.path);
  }
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t c = 0; c < n_channels; ++c) {
      writer->block[i * n_channels + c] = from[c][first + i];
    }
  }
  if (sf_writef_float(writer->file, writer->block, n) != (sf_count_t)n || writer->error) {
    return cannot_write(writer, why);
  }
  writer->n_frames += n;
  return STATUS_SUCCESS;
}

static Status
write_block(void* context, uint32_t n, const float* const* from, Diagnostic* why)
{
  Status status = STATUS_SUCCESS;
  for (uint32_t done = 0; done < n && !status; done += SOUND_BLOCK) {
    status = encode(context, done, smaller(n - done, SOUND_BLOCK), from, why);
  }
  return status;
}

SoundSink
sound_writer_sink(SoundWriter* writer)
{
  return (SoundSink){ .context = writer, .write = write_block };
}

uint64_t
sound_writer_length(const SoundWriter* writer)
{
  return writer->n_frames;
}

Status
sound_writer_finish(SoundWriter* writer, Diagnostic* why)
{
  const bool closed = !sf_close(writer->file);
  Status     status = closed && !writer->error ? STATUS_SUCCESS : cannot_write(writer, why);
  writer->file      = NULL;
  if (!status) {
    status = file_draft_finish(&writer->draft, why);
  }
  sound_writer_free(writer);
  return status;
}

void
sound_writer_free(SoundWriter* writer)
{
  if (writer) {
    if (writer->file) {
      sf_close(writer->file);
    }
    if (writer->draft.path) {
      file_draft_discard(&writer->draft);
    }
    free(writer->block);
    free(writer);
  }
}
