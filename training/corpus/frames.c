// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/frames.h"

#include "dsp/text.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Most numbers of both halves: 4 GiB.
static const uint64_t max_numbers = (uint64_t)1 << 30;

/// The frames of one file that are kept.
typedef struct {
  uint32_t n_frames; ///< In the file
  uint32_t n_kept;
  uint32_t first_row;
} FilePlan;

/// One half on its way into memory.
typedef struct {
  const FramesConfig* config;
  const Corpus*       corpus;
  Split               split;
  FilePlan*           plans; ///< By file
  Table*              table; ///< Bin powers first
  Status*             status;
  Diagnostic*         why;
} Half;

static uint32_t
frames_of(const StftConfig stft, const double samples)
{
  return samples <= stft.frame ? 1u : 1u + (uint32_t)((samples - stft.frame) / stft.hop);
}

/// @return Rows in all.
static uint64_t
plan_files(Half* const half)
{
  const FramesConfig* const config = half->config;
  uint64_t                  n_rows = 0;
  for (uint32_t file = 0; file < corpus_files(half->corpus, half->split); ++file) {
    const double samples = corpus_file_seconds(half->corpus, half->split, file) *
                           corpus_rate(half->corpus);
    FilePlan* const plan = &half->plans[file];
    plan->n_frames       = frames_of(config->stft, floor(samples));
    plan->n_kept         = config->per_file && config->per_file < plan->n_frames ? config->per_file
                                                                                 : plan->n_frames;
    plan->first_row      = (uint32_t)n_rows;
    n_rows += plan->n_kept;
  }
  return n_rows;
}

/// What reading one file takes.
typedef struct {
  uint32_t  n;
  float*    samples; ///< [n]
  Analysis* analysis;
} Reader;

static bool
reader_init(Reader* const reader, const StftConfig stft, const uint32_t n_frames)
{
  reader->n        = stft.frame + (n_frames - 1) * stft.hop;
  reader->samples  = malloc(reader->n * sizeof(float));
  reader->analysis = analysis_new(stft);
  return reader->samples && reader->analysis;
}

static void
reader_clear(Reader* const reader)
{
  free(reader->samples);
  analysis_free(reader->analysis);
}

static void
store_power(const float complex* const spectrum, const uint32_t n_bins, float* const row)
{
  for (uint32_t k = 0; k < n_bins; ++k) {
    row[k] = crealf(spectrum[k]) * crealf(spectrum[k]) + cimagf(spectrum[k]) * cimagf(spectrum[k]);
  }
}

/**
   Keep some of a file's frames, in order, each choice as likely as another: selection sampling
   (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
*/
static void
keep_frames(const Half* const half, const uint32_t file, const Reader* const reader)
{
  const StftConfig      stft   = half->config->stft;
  const FilePlan* const plan   = &half->plans[file];
  const uint32_t        n_bins = half->table->n_columns;
  const uint64_t        item   = 2 * (uint64_t)file + half->split;
  Random                random = random_at(half->config->seed, RANDOM_FRAMES, item);
  uint32_t              row    = plan->first_row;
  uint32_t              left   = plan->n_kept;
  const uint32_t        lead   = stft.frame / stft.hop - 1; // Hops before the first whole frame
  for (uint32_t hop = 0; hop < plan->n_frames + lead && left; ++hop) {
    analysis_write(reader->analysis, stft.hop, reader->samples + (size_t)hop * stft.hop);
    const float complex* const spectrum = analysis_spectrum(reader->analysis);
    if (hop >= lead && random_below(&random, plan->n_frames + lead - hop) < left) {
      store_power(spectrum, n_bins, half->table->x + (size_t)row * n_bins);
      half->table->files[row++] = file;
      --left;
    }
  }
}

static void
read_file(void* const handle, const uint32_t file)
{
  const Half* const half   = (const Half*)handle;
  Reader            reader = { 0 };
  uint32_t          n_read = 0;
  Status            status = STATUS_NO_MEMORY;
  if (reader_init(&reader, half->config->stft, half->plans[file].n_frames)) {
    status = corpus_read(half->corpus, half->split, file, 0.0, reader.n, reader.samples, &n_read,
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

static Status
read_files(Half* const half, Team* const team, Diagnostic* const why)
{
  const uint32_t n = corpus_files(half->corpus, half->split);
  half->status     = calloc(n, sizeof(Status));
  half->why        = calloc(n, sizeof(Diagnostic));
  if (!half->status || !half->why) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }

  team_run(team, n, read_file, half);
  for (uint32_t file = 0; file < n; ++file) {
    if (half->status[file]) {
      return diagnose(why, half->status[file], "%s", half->why[file].text);
    }
  }
  return STATUS_SUCCESS;
}

static Status
read_half(const FramesConfig* const config, const Corpus* const corpus, const Split split,
          Team* const team, Table** const table, Diagnostic* const why)
{
  const uint32_t n_files = corpus_files(corpus, split);
  const uint32_t n_bins  = stft_bins(config->stft);
  Half           half    = { .config = config, .corpus = corpus, .split = split };
  half.plans             = calloc(n_files, sizeof(FilePlan));
  const uint64_t n_rows  = half.plans ? plan_files(&half) : 0;
  Status         status  = STATUS_SUCCESS;
  if (n_rows * n_bins > max_numbers) {
    status = diagnose(why, STATUS_BAD_OPTION,
                      "%llu frames of %u bins are more than memory should hold; draw fewer of "
                      "each file by spectrum.per_file",
                      (unsigned long long)n_rows, n_bins);
  } else {
    half.table = half.plans ? table_new((uint32_t)n_rows, n_bins, 0) : NULL;
    status     = half.table ? read_files(&half, team, why)
                            : diagnose(why, STATUS_NO_MEMORY, "not enough memory for the frames");
  }
  free(half.plans);
  free(half.status);
  free(half.why);
  *table = half.table;
  return status;
}

/// Find the loudest bin of the frames to learn from.
static Status
find_top(const Frames* const frames, const double window_sum, float* const top_db,
         Diagnostic* const why)
{
  const Table* const table = frames->split[SPLIT_TRAIN];
  const size_t       n     = (size_t)table->n_rows * table->n_columns;
  float              power = 0.0f;
  for (size_t i = 0; i < n; ++i) {
    power = fmaxf(power, table->x[i]);
  }
  if (power <= 0.0f) {
    return diagnose(why, STATUS_BAD_OPTION, "all of the sound is silence");
  }
  *top_db = (float)(10.0 * log10((double)power * 4.0 / (window_sum * window_sum)));
  return STATUS_SUCCESS;
}

static void
take_logarithms(const LogSpectrumConfig* const spectrum, const double window_sum,
                Table* const table)
{
  for (uint32_t r = 0; r < table->n_rows; ++r) {
    float* const row = table->x + (size_t)r * table->n_columns;
    log_spectrum_from_power(spectrum, table->n_columns, window_sum, row, row);
  }
}

static int
compare_names(const void* const a, const void* const b)
{
  return strcmp(*(const char* const*)a, *(const char* const*)b);
}

/// The groups of the half to learn from, by name.
typedef struct {
  uint32_t     n;
  const char** names; ///< Sorted
} Groups;

static bool
list_groups(const Corpus* const corpus, Groups* const groups)
{
  const uint32_t n_files = corpus_files(corpus, SPLIT_TRAIN);
  groups->names          = calloc(n_files, sizeof(char*));
  for (uint32_t file = 0; groups->names && file < n_files; ++file) {
    groups->names[file] = corpus_group(corpus, SPLIT_TRAIN, file);
  }
  if (!groups->names) {
    return false;
  }

  qsort(groups->names, n_files, sizeof(char*), compare_names);
  for (uint32_t i = 0; i < n_files; ++i) {
    if (!i || strcmp(groups->names[i], groups->names[i - 1])) {
      groups->names[groups->n++] = groups->names[i];
    }
  }
  return true;
}

static Status
label_rows(const Corpus* const corpus, const Split split, const Groups* const groups,
           Table* const table, Diagnostic* const why)
{
  table->n_classes = groups->n;
  table->labels    = calloc(table->n_rows, sizeof(uint32_t));
  if (!table->labels) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  for (uint32_t r = 0; r < table->n_rows; ++r) {
    const char* const        name  = corpus_group(corpus, split, table->files[r]);
    const char* const* const found = bsearch(&name, groups->names, groups->n, sizeof(char*),
                                             compare_names);
    if (!found) {
      return diagnose(why, STATUS_BAD_OPTION, "class %s: every one of its files is to judge by",
                      name);
    }
    table->labels[r] = (uint32_t)(found - (const char* const*)groups->names);
  }
  return STATUS_SUCCESS;
}

static char*
join_lines(const Groups* const groups)
{
  size_t size = 1;
  for (uint32_t i = 0; i < groups->n; ++i) {
    size += strlen(groups->names[i]) + 1;
  }
  char* const text = calloc(size, 1);
  char*       at   = text;
  for (uint32_t i = 0; text && i < groups->n; ++i) {
    at = stpcpy(at, i ? "\n" : "");
    strcpy(at, groups->names[i]);
    text_clean(at);
    at += strlen(at);
  }
  return text;
}

static Status
label(const Corpus* const corpus, Frames* const frames, Diagnostic* const why)
{
  Groups groups = { 0 };
  Status status = list_groups(corpus, &groups)
                    ? STATUS_SUCCESS
                    : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  for (int split = SPLIT_TRAIN; !status && split <= SPLIT_VALID; ++split) {
    status = label_rows(corpus, (Split)split, &groups, frames->split[split], why);
  }
  if (!status && groups.n < 2) {
    status = diagnose(why, STATUS_BAD_OPTION,
                      "one class, %s: a classifier needs a folder for each of two or more",
                      groups.names[0]);
  }
  if (!status && !(frames->classes = join_lines(&groups))) {
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  free(groups.names);
  return status;
}

Status
frames_read(const FramesConfig* const config, const LogSpectrumConfig* const spectrum,
            const Corpus* const corpus, Team* const team, Frames* const frames,
            Diagnostic* const why)
{
  const double window_sum = stft_window_sum(config->stft);
  Frames       read       = { .spectrum = *spectrum };
  Status       status     = STATUS_SUCCESS;
  for (int split = SPLIT_TRAIN; !status && split <= SPLIT_VALID; ++split) {
    status = read_half(config, corpus, (Split)split, team, &read.split[split], why);
  }
  status = status ? status : find_top(&read, window_sum, &read.spectrum.top_db, why);
  for (int split = SPLIT_TRAIN; !status && split <= SPLIT_VALID; ++split) {
    take_logarithms(&read.spectrum, window_sum, read.split[split]);
  }
  status = !status && config->classes ? label(corpus, &read, why) : status;
  if (status) {
    frames_clear(&read);
    return status;
  }
  *frames = read;
  return STATUS_SUCCESS;
}

void
frames_clear(Frames* const frames)
{
  table_free(frames->split[SPLIT_TRAIN]);
  table_free(frames->split[SPLIT_VALID]);
  free(frames->classes);
  free(frames->loudness[SPLIT_TRAIN]);
  free(frames->loudness[SPLIT_VALID]);
  *frames = (Frames){ 0 };
}
