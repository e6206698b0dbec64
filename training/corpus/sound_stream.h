// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_SOUND_STREAM_H
#define LAMINA_TRAINING_CORPUS_SOUND_STREAM_H

#include "dsp/status.h"

#include <stdint.h>

/// Where sound comes from, block by block.
typedef struct {
  double   rate_hz;
  uint32_t n_channels;
  void*    context; ///< Handed to `read`
  /// @param to [n_channels][n], written.  @return Frames that there were: n, or fewer at the end.
  uint32_t (*read)(void* context, uint32_t n, float* const* to);
} SoundSource;

/// Where it goes.
typedef struct {
  void* context; ///< Handed to `write`
  /// @param from [n_channels][n].
  Status (*write)(void* context, uint32_t n, const float* const* from, Diagnostic* why);
} SoundSink;

/// What files are read and written by: frames at a time.
#define SOUND_BLOCK 4096u

/// A file that is read.
typedef struct SoundReader SoundReader;

/**
   Open a file.

   @param reader Set on success; the caller frees it.
   @param why One line that begins with the path.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE or STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
sound_reader_open(const char* path, SoundReader** reader, Diagnostic* why);

/// Close and free; NULL is allowed.
void
sound_reader_free(SoundReader* reader);

/// Its frames from the next one on, up to its end or to what is damaged; `context` is the reader,
/// which must outlive it.
SoundSource
sound_reader_source(SoundReader* reader);

/// Frames that the header promises; 0: it does not tell.  Whether they are there is another matter.
uint64_t
sound_reader_length(const SoundReader* reader);

/// A file that is written.
typedef struct SoundWriter SoundWriter;

/// What a file shall hold.
typedef struct {
  double   rate_hz;
  uint32_t n_channels;
  uint64_t n_frames; ///< By this a .wav beyond 4 GiB becomes RF64; 0: not known
} SoundShape;

/// Find out before the work that a name does not end as sound_writer_open() wants it.
NODISCARD
Status
sound_check_name(const char* path, Diagnostic* why);

/**
   Begin a file: the format follows the name's end (.wav float, .flac and .aiff 24 bit, .ogg).

   @param writer Set on success; end it by sound_writer_finish() or sound_writer_free().
   @param why One line that begins with the path.
   @return STATUS_BAD_OPTION when no such file holds this, STATUS_IO or STATUS_NO_MEMORY.
*/
NODISCARD
Status
sound_writer_open(const char* path, const SoundShape* shape, SoundWriter** writer, Diagnostic* why);

/// What takes its frames; `context` is the writer, which must outlive it.
SoundSink
sound_writer_sink(SoundWriter* writer);

/// Frames written.
uint64_t
sound_writer_length(const SoundWriter* writer);

/// Let the file take the place of `path`, and free the writer; on failure, what was there is still
/// there.
NODISCARD
Status
sound_writer_finish(SoundWriter* writer, Diagnostic* why);

/// Take away what was written, and free; NULL is allowed.
void
sound_writer_free(SoundWriter* writer);

#endif
