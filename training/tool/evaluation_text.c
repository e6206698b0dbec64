// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/evaluation.h"
#include "training/tool/measure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char*
kind(const Evaluation* evaluation, uint32_t item)
{
  return corpus_group(evaluation->config.noise, evaluation->config.split,
                      evaluation->items[item].noise);
}

/// A column of scores.
typedef double (*Column)(const EvaluationItem* item, uint32_t snr);

static double
in_column(const EvaluationItem* item, uint32_t snr)
{
  return item->in_db[snr];
}

static double
out_column(const EvaluationItem* item, uint32_t snr)
{
  return item->out_db[snr];
}

static double
gain_column(const EvaluationItem* item, uint32_t snr)
{
  return item->out_db[snr] - item->in_db[snr];
}

static double
clean_column(const EvaluationItem* item, uint32_t snr)
{
  (void)snr;
  return item->clean_db;
}

/**
   Average a column.

   @param noise Kind of noise; NULL: all.
   @param work [n_items].
*/
static Average
average(const Evaluation* evaluation, Column column, uint32_t snr, const char* noise, double* work)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < evaluation->config.n_items; ++i) {
    if (!noise || !strcmp(noise, kind(evaluation, i))) {
      work[n++] = column(evaluation->items + i, snr);
    }
  }
  return measure_average(n, work);
}

/// A cell of a table: a mean and, when there is one, its margin.
static void
print_cell(FILE* stream, const char* format, const Average* scores)
{
  if (!scores->n) {
    fputs(" – |", stream);
    return;
  }
  fputc(' ', stream);
  // Not "-0.0".
  fprintf(stream, format, fabs(scores->mean) < 0.05 ? 0.0 : scores->mean);
  if (scores->n > 1) {
    fprintf(stream, " ± %.1f", scores->margin);
  }
  fputs(" |", stream);
}

static void
print_heading(FILE* stream, const Evaluation* evaluation)
{
  const EvaluationConfig* const config = &evaluation->config;
  const DenoiserParams* const   params = &config->params;
  fprintf(stream,
          "SI-SDR of %u clips of %g s at %u Hz, drawn with seed %" PRIu64 " from %u files of sound "
          "and %u of noise\nthat are kept for %s.  Reduction %g dB, strength %g, smoothing %g ms.\n"
          "± is the 95 %% interval of a mean.\n",
          config->n_items, config->clip_s, corpus_rate(config->sound), config->seed,
          corpus_files(config->sound, config->split), corpus_files(config->noise, config->split),
          config->split == SPLIT_VALID ? "validation" : "training", (double)params->reduction_db,
          (double)params->strength, 1000.0 * (double)params->smoothing_s);
}

static void
print_by_snr(FILE* stream, const Evaluation* evaluation, double* work)
{
  fputs("\n| SNR, dB | SI-SDR in, dB | out, dB | gain, dB |\n|---:|---:|---:|---:|\n", stream);
  for (uint32_t i = 0; i < evaluation->config.n_snrs; ++i) {
    const Average in   = average(evaluation, in_column, i, NULL, work);
    const Average out  = average(evaluation, out_column, i, NULL, work);
    const Average gain = average(evaluation, gain_column, i, NULL, work);
    fprintf(stream, "| %g |", evaluation->config.snr_db[i]);
    print_cell(stream, "%.1f", &in);
    print_cell(stream, "%.1f", &out);
    print_cell(stream, "%+.1f", &gain);
    fputc('\n', stream);
  }
  const Average clean = average(evaluation, clean_column, 0, NULL, work);
  fputs("| no noise | – |", stream);
  print_cell(stream, "%.1f", &clean);
  fputs(" – |\n", stream);
}

/// Whether an item is the first of its kind of noise.
static bool
is_first(const Evaluation* evaluation, uint32_t item)
{
  for (uint32_t i = 0; i < item; ++i) {
    if (!strcmp(kind(evaluation, i), kind(evaluation, item))) {
      return false;
    }
  }
  return true;
}

static int
compare_names(const void* a, const void* b)
{
  return strcmp(*(const char* const*)a, *(const char* const*)b);
}

/// The kinds of noise, by name.  @param kinds [n_items], written.  @return How many there are.
static uint32_t
sort_kinds(const Evaluation* evaluation, const char** kinds)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < evaluation->config.n_items; ++i) {
    if (is_first(evaluation, i)) {
      kinds[n++] = kind(evaluation, i);
    }
  }
  qsort(kinds, n, sizeof *kinds, compare_names);
  return n;
}

static void
print_by_kind(FILE* stream, const Evaluation* evaluation, const char** kinds, double* work)
{
  const uint32_t n_snrs  = evaluation->config.n_snrs;
  const uint32_t n_kinds = sort_kinds(evaluation, kinds);

  fputs("\n| gain, dB, by noise | clips |", stream);
  for (uint32_t i = 0; i < n_snrs; ++i) {
    fprintf(stream, " at %g dB |", evaluation->config.snr_db[i]);
  }
  fputs("\n|:---|---:|", stream);
  for (uint32_t i = 0; i < n_snrs; ++i) {
    fputs("---:|", stream);
  }
  for (uint32_t k = 0; k < n_kinds; ++k) {
    const Average first = average(evaluation, gain_column, 0, kinds[k], work);
    fprintf(stream, "\n| %s | %u |", kinds[k], first.n);
    for (uint32_t i = 0; i < n_snrs; ++i) {
      const Average gain = average(evaluation, gain_column, i, kinds[k], work);
      print_cell(stream, "%+.1f", &gain);
    }
  }
  fputc('\n', stream);
}

/// Close a memory stream.  @return Its text, or NULL, with nothing left, when memory was short.
static char*
finish(FILE* stream, char** text)
{
  const bool failed = ferror(stream);
  if (fclose(stream) || failed) {
    free(*text);
    return NULL;
  }
  return *text;
}

char*
evaluation_text(const Evaluation* evaluation)
{
  const uint32_t n      = evaluation->config.n_items;
  char*          text   = NULL;
  size_t         size   = 0;
  double* const  work   = malloc(n * sizeof *work);
  const char**   kinds  = malloc(n * sizeof *kinds);
  FILE* const    stream = work && kinds ? open_memstream(&text, &size) : NULL;

  if (stream) {
    print_heading(stream, evaluation);
    print_by_snr(stream, evaluation, work);
    if (evaluation->config.n_snrs) {
      print_by_kind(stream, evaluation, kinds, work);
    }
    text = finish(stream, &text);
  }
  free(work);
  free(kinds);
  return text;
}

char*
evaluation_csv(const Evaluation* evaluation)
{
  char*       text   = NULL;
  size_t      size   = 0;
  FILE* const stream = open_memstream(&text, &size);
  if (!stream) {
    return NULL;
  }

  fputs("clip,noise,snr_db,in_db,out_db\n", stream);
  for (uint32_t i = 0; i < evaluation->config.n_items; ++i) {
    const EvaluationItem* const item = evaluation->items + i;
    for (uint32_t s = 0; s < evaluation->config.n_snrs; ++s) {
      fprintf(stream, "%u,\"%s\",%g,%.4f,%.4f\n", i, kind(evaluation, i),
              evaluation->config.snr_db[s], item->in_db[s], item->out_db[s]);
    }
    fprintf(stream, "%u,,inf,,%.4f\n", i, item->clean_db);
  }
  return finish(stream, &text);
}
