// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/shapes.h"

#include "dsp/spectrum/envelope.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Mean squares of frames below this are silence: −90 dB re a full-scale sine.
static const double softest = 0.5e-9;

/// So are those below this share of the loudest of the file: −60 dB.
static const double softest_share = 1e-6;

/// A frame's loudness is its power to this, as in an anchor.
static const double loudness_power = 0.3;

/// One half on its way into memory.
typedef struct {
  const ShapesConfig* config;
  const Corpus*       corpus;
  Split               split;
  uint32_t*           first;  ///< Row of each file that there is room from
  uint32_t*           n_kept; ///< Rows of each file
  Table*              table;
  float*              loudness; ///< [rows of the table]
  Status*             status;   ///< By file
  Diagnostic*         why;      ///< By file
} Half;

/// What reading one file takes.
typedef struct {
  uint32_t  n_frames;
  float*    samples; ///< Of all frames
  double*   power;   ///< Mean square of each frame; 0 in silence
  float*    bins;    ///< [stft_bins]
  Analysis* analysis;
  Envelope* envelope;
} Reader;

static uint32_t
frames_of_file(const Half* const half, const uint32_t file)
{
  const StftConfig stft = half->config->stft;
  const double     n    = floor(corpus_file_seconds(half->corpus, half->split, file) *
                                corpus_rate(half->corpus));
  return n <= stft.frame ? 1u : 1u + (uint32_t)((n - stft.frame) / stft.hop);
}

static bool
reader_init(Reader* const reader, const Half* const half, const uint32_t file)
{
  const StftConfig stft = half->config->stft;
  reader->n_frames      = frames_of_file(half, file);
  reader->samples       = malloc((stft.frame + (size_t)(reader->n_frames - 1) * stft.hop) *
                                 sizeof(float));
  reader->power         = calloc(reader->n_frames, sizeof(double));
  reader->bins          = malloc(stft_bins(stft) * sizeof(float));
  reader->analysis      = analysis_new(stft);
  reader->envelope      = envelope_new(stft, corpus_rate(half->corpus));
  return reader->samples && reader->power && reader->bins && reader->analysis && reader->envelope;
}

static void
reader_clear(Reader* const reader)
{
  free(reader->samples);
  free(reader->power);
  free(reader->bins);
  analysis_free(reader->analysis);
  envelope_free(reader->envelope);
}

static double
mean_square(const uint32_t n, const float* const x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum / n;
}

/// Measure all frames.  @return How many are not silence.
static uint32_t
find_sound(const StftConfig stft, Reader* const reader)
{
  double   loudest = 0.0;
  uint32_t n       = 0;
  for (uint32_t t = 0; t < reader->n_frames; ++t) {
    reader->power[t] = mean_square(stft.frame, reader->samples + (size_t)t * stft.hop);
    loudest          = fmax(loudest, reader->power[t]);
  }
  const double least = fmax(softest, softest_share * loudest);
  for (uint32_t t = 0; t < reader->n_frames; ++t) {
    reader->power[t] = reader->power[t] < least ? 0.0 : reader->power[t];
    n += reader->power[t] > 0.0;
  }
  return n;
}

/// @param row The envelope of frame `t`, [ENVELOPE_BANDS], written.
static void
measure(const ShapesConfig* const config, const Reader* const reader, const uint32_t t,
        float* const row)
{
  const StftConfig   stft = config->stft;
  const float* const x    = reader->samples + (size_t)t * stft.hop;
  for (uint32_t at = 0; at < stft.frame;) {
    at += analysis_write(reader->analysis, stft.frame - at, x + at);
  }
  const float complex* const spectrum = analysis_spectrum(reader->analysis);
  for (uint32_t k = 0; k < stft_bins(stft); ++k) {
    const float re  = crealf(spectrum[k]);
    const float im  = cimagf(spectrum[k]);
    reader->bins[k] = re * re + im * im;
  }
  envelope_from_power(reader->envelope, reader->bins, row);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    row[b] /= (float)config->scale_db;
  }
}

/**
   Keep some of a file's frames with sound, in order, each choice as likely as another: selection
   sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
*/
static void
keep_frames(const Half* const half, const uint32_t file, Reader* const reader)
{
  const ShapesConfig* const config  = half->config;
  uint32_t                  n_sound = find_sound(config->stft, reader);
  uint32_t left      = config->per_file && config->per_file < n_sound ? config->per_file : n_sound;
  Random   random    = random_at(config->seed, RANDOM_FRAMES, 2 * (uint64_t)file + half->split);
  uint32_t row       = half->first[file];
  half->n_kept[file] = left;
  for (uint32_t t = 0; left; ++t) {
    if (reader->power[t] > 0.0 && random_below(&random, n_sound--) < left) {
      measure(config, reader, t, half->table->x + (size_t)row * ENVELOPE_BANDS);
      half->loudness[row]       = (float)pow(reader->power[t], loudness_power);
      half->table->files[row++] = file;
      --left;
    }
  }
}

static void
read_file(void* const handle, const uint32_t file)
{
  const Half* const half   = (const Half*)handle;
  const StftConfig  stft   = half->config->stft;
  Reader            reader = { 0 };
  uint32_t          n_read = 0;
  Status            status = STATUS_NO_MEMORY;
  if (reader_init(&reader, half, file)) {
    status = corpus_read(half->corpus, half->split, file, 0.0,
                         stft.frame + (reader.n_frames - 1) * stft.hop, reader.samples, &n_read,
                         &half->why[file]);
  } else {
    snprintf(half->why[file].text, sizeof(half->why[file].text), "not enough memory");
  }
  if (!status) {
    keep_frames(half, file, &reader);
  }
  half->status[file] = status;
  reader_clear(&reader);
}

/// Room for as many rows of each file as it could have.  @return False when memory is short.
static bool
make_room(Half* const half)
{
  const uint32_t n_files  = corpus_files(half->corpus, half->split);
  const uint32_t per_file = half->config->per_file;
  uint32_t       n_rows   = 0;
  half->first             = calloc(n_files, sizeof(uint32_t));
  half->n_kept            = calloc(n_files, sizeof(uint32_t));
  half->status            = calloc(n_files, sizeof(Status));
  half->why               = calloc(n_files, sizeof(Diagnostic));
  if (!half->first || !half->n_kept || !half->status || !half->why) {
    return false;
  }
  for (uint32_t file = 0; file < n_files; ++file) {
    const uint32_t n_frames = frames_of_file(half, file);
    half->first[file]       = n_rows;
    n_rows += per_file && per_file < n_frames ? per_file : n_frames;
  }
  half->table    = table_new(n_rows, ENVELOPE_BANDS, 0);
  half->loudness = calloc(n_rows, sizeof(float));
  return half->table && half->loudness;
}

/// Move all rows together.
static void
close_gaps(const Half* const half)
{
  Table* const table = half->table;
  uint32_t     to    = 0;
  for (uint32_t file = 0; file < corpus_files(half->corpus, half->split); ++file) {
    const uint32_t from = half->first[file];
    const uint32_t n    = half->n_kept[file];
    memmove(table->x + (size_t)to * ENVELOPE_BANDS, table->x + (size_t)from * ENVELOPE_BANDS,
            (size_t)n * ENVELOPE_BANDS * sizeof(float));
    memmove(table->files + to, table->files + from, n * sizeof(uint32_t));
    memmove(half->loudness + to, half->loudness + from, n * sizeof(float));
    to += n;
  }
  table->n_rows = to;
}

static Status
read_files(Half* const half, Team* const team, Diagnostic* const why)
{
  if (!make_room(half)) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for the envelopes");
  }
  const uint32_t n = corpus_files(half->corpus, half->split);
  team_run(team, n, read_file, half);
  for (uint32_t file = 0; file < n; ++file) {
    if (half->status[file]) {
      return diagnose(why, half->status[file], "%s", half->why[file].text);
    }
  }
  close_gaps(half);
  return half->table->n_rows ? STATUS_SUCCESS
                             : diagnose(why, STATUS_BAD_OPTION,
                                        "all of the sound to %s is silence; a morph model needs "
                                        "notes, voices or other sounds with a timbre",
                                        half->split == SPLIT_TRAIN ? "learn from" : "judge by");
}

Status
shapes_read(const ShapesConfig* const config, const Corpus* const corpus, Team* const team,
            Frames* const frames, Diagnostic* const why)
{
  Frames read   = { 0 };
  Status status = STATUS_SUCCESS;
  for (int split = SPLIT_TRAIN; !status && split <= SPLIT_VALID; ++split) {
    Half half            = { .config = config, .corpus = corpus, .split = (Split)split };
    status               = read_files(&half, team, why);
    read.split[split]    = half.table;
    read.loudness[split] = half.loudness;
    free(half.first);
    free(half.n_kept);
    free(half.status);
    free(half.why);
  }
  if (status) {
    frames_clear(&read);
    return status;
  }
  *frames = read;
  return STATUS_SUCCESS;
}

double
shapes_deviation(const Table* const table)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < table->n_columns; ++i) {
    double mean   = 0.0;
    double square = 0.0;
    for (uint32_t r = 0; r < table->n_rows; ++r) {
      const double x = (double)table->x[(size_t)r * table->n_columns + i];
      const double d = x - mean;
      mean += d / (r + 1);
      square += d * (x - mean);
    }
    sum += square / table->n_rows;
  }
  return sqrt(sum / table->n_columns);
}
