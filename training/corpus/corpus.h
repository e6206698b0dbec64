// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_CORPUS_H
#define LAMINA_TRAINING_CORPUS_CORPUS_H

#include "dsp/status.h"
#include "training/engine/random.h"

#include <stdbool.h>
#include <stdint.h>

/// Which half of a corpus: one to learn from, one that is never learned from.
typedef enum { SPLIT_TRAIN, SPLIT_VALID } Split;

/// What a person wants to know about every file of a folder.
typedef void (*CorpusReport)(void* context, const char* path, bool taken, const char* reason);

/// What to read and how.
typedef struct {
  uint32_t           n_folders;
  const char* const* folders;     ///< [n_folders], files are allowed too
  double             rate_hz;     ///< Rate of all samples that are handed out
  double             valid_share; ///< Share of the files in SPLIT_VALID; 0: none, 1: all
  bool               by_group;    ///< Whole groups, not files, are in a split
  bool               by_chance;   ///< No MANIFEST.tsv counts
  uint64_t           seed;        ///< Of the split
  CorpusReport       report;      ///< Called for every file, taken or not; may be NULL
  void*              context;     ///< Handed to `report`
} CorpusConfig;

/**
   Folders of sound files, as one mono stream to draw from.

   Only names, lengths and rates are kept, so memory does not grow with the hours.  Const once
   open: any number of threads may draw.
*/
typedef struct Corpus Corpus;

/**
   Scan folders recursively for all that libsndfile reads: WAV, FLAC, Ogg, MP3, AIFF….

   A file is left out, with a reason, when it cannot be opened or read, is not audio, holds no
   samples, has a rate outside 1000…768000 Hz, is shorter than 0.1 s, is cut off, cannot be read at
   its start or in its middle, or is NaN or infinite in all of these places; links that lead back up
   are not followed twice.
   Files with a MANIFEST.tsv of columns `file` and `split` in their folder or above it are split by
   that, and are to learn from where it does not list them: so what a model is judged by depends on
   no seed.  A file that it gives to another split than `train` and `valid` is left out, too, where
   lists count and the share is below 1.  Others are split by a hash of their path below their
   folder and the seed.  Of two files or more each split has one at least, unless the share is 0 or
   1, which nothing overrides; a lone file is to learn from.  Files are ordered by path, so that a
   corpus does not depend on the file system.  A file's group is its folder.

   By group, a hash of the group's name and the seed splits, and no MANIFEST.tsv: groups of one name
   stay together, and of two names or more each split has one at least.

   Files left out are reported while folders are scanned, with a reason; then those taken, with
   "train" or "valid".

   @param corpus Set on success, owned by the caller.
   @return STATUS_NOT_FOUND when a folder is missing or no readable audio is left.
*/
NODISCARD
Status
corpus_open(const CorpusConfig* config, Corpus** corpus, Diagnostic* why);

/// Free; NULL is allowed.
void
corpus_free(Corpus* corpus);

/// Samples per second of all sound that is handed out.
uint32_t
corpus_rate(const Corpus* corpus);

/// Number of files of a split.
uint32_t
corpus_files(const Corpus* corpus, Split split);

/// Seconds of sound of a split.
double
corpus_seconds(const Corpus* corpus, Split split);

/// Path of a file, owned by `corpus`.  @param file Below corpus_files().
const char*
corpus_path(const Corpus* corpus, Split split, uint32_t file);

/// Name of the group of a file: the last part of its folder's path, owned by `corpus`.
const char*
corpus_group(const Corpus* corpus, Split split, uint32_t file);

/// Seconds of a file.
double
corpus_file_seconds(const Corpus* corpus, Split split, uint32_t file);

/**
   Read part of one file: channels averaged, resampled to the corpus's rate.

   @param file Below corpus_files().
   @param start_s First moment, seconds.
   @param n Samples wanted.
   @param out [n], written; zeros after the end of the file, and from a damaged place on.  Samples
   that are not finite read 0.
   @param n_read Samples that could be decoded, written: fewer than `n` when the file ends, or is
   damaged, before the last.
   @return STATUS_IO or STATUS_BAD_FILE when the file has gone or is broken at its first moment.
*/
NODISCARD
Status
corpus_read(const Corpus* corpus, Split split, uint32_t file, double start_s, uint32_t n,
            float* out, uint32_t* n_read, Diagnostic* why);

/// How corpus_draw() plays one file after the next.
typedef struct {
  double pause_min_s; ///< Silence between files, drawn from pause_min_s…pause_max_s
  double pause_max_s;
  double semitones; ///< Faster, and higher by so much, as a tape; to 100 Hz of the rate
} CorpusPlay;

/**
   Draw `n` samples of one group: a group with chance ∝ √seconds, a file of it with chance ∝
   seconds, from a random place when it is longer than `n`; short files are followed by others of
   the same group (noise loops, words become sentences).

   One damaged file does not end a training: where nothing can be read, another file is drawn, and
   another group as long as the one drawn has given nothing.  All depends on `random` alone.

   @param group Set to a file index whose group was drawn; may be NULL.
   @param out [n], written.
   @return As corpus_read(), of the last of 16 files that could not be read, one after the other.
*/
NODISCARD
Status
corpus_draw(const Corpus* corpus, Split split, Random* random, const CorpusPlay* play, uint32_t n,
            float* out, uint32_t* group, Diagnostic* why);

#endif
