// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/evaluation.h"
#include "training/tool/measure.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Name of the kind of sound or noise of a clip.
typedef const char* (*KindOf)(const Evaluation* evaluation, uint32_t item);

static const char*
kind_of_noise(const Evaluation* evaluation, uint32_t item)
{
  return corpus_group(evaluation->config.noise, evaluation->config.split,
                      evaluation->items[item].noise);
}

static const char*
kind_of_sound(const Evaluation* evaluation, uint32_t item)
{
  return corpus_group(evaluation->config.sound, evaluation->config.split,
                      evaluation->items[item].sound);
}

/// Which scores a row of a table is of.
typedef struct {
  const char* key;       ///< First cell
  KindOf      kind_of;   ///< NULL: clips of all kinds
  uint32_t    first_snr; ///< A clip counts with its mean over some ratios
  uint32_t    n_snrs;
} Row;

/// What a table is written with.
typedef struct {
  FILE*             stream;
  const Evaluation* evaluation;
  const char**      kinds; ///< [n_items]
  double*           work;  ///< [n_items]
} Printer;

/// Mean over the ratios of a row.  @param over Entrant whose score is taken off; NULL: none.
static double
clip_score(const Evaluation* evaluation, const Row* row, uint32_t item, uint32_t entrant,
           const uint32_t* over, QualityMeasure measure)
{
  double   sum = 0.0;
  uint32_t n   = 0;
  for (uint32_t i = row->first_snr; i < row->first_snr + row->n_snrs; ++i) {
    const double score = evaluation_quality(evaluation, item, i, entrant)->of[measure];
    const double less  = over ? evaluation_quality(evaluation, item, i, *over)->of[measure] : 0.0;
    if (!isnan(score - less)) {
      sum += score - less;
      ++n;
    }
  }
  return n ? sum / n : (double)NAN;
}

/// Mean over the clips of a row, as clip_score().
static Average
row_average(const Printer* printer, const Row* row, uint32_t entrant, const uint32_t* over,
            QualityMeasure measure)
{
  const Evaluation* const evaluation = printer->evaluation;
  uint32_t                n          = 0;
  for (uint32_t i = 0; i < evaluation->config.n_items; ++i) {
    if (!row->kind_of || !strcmp(row->key, row->kind_of(evaluation, i))) {
      printer->work[n++] = clip_score(evaluation, row, i, entrant, over, measure);
    }
  }
  return measure_average(n, printer->work);
}

/// A cell: a mean and, when there is one, its margin.
static void
print_cell(FILE* stream, const Average* scores, QualityMeasure measure, bool with_sign)
{
  const int digits = (int)quality_words(measure)->n_digits;
  if (!scores->n) {
    fputs(" – |", stream);
    return;
  }
  // Not "-0.00".
  const double mean = fabs(scores->mean) < 0.5 * pow(10.0, -digits) ? 0.0 : scores->mean;
  fprintf(stream, with_sign ? " %+.*f" : " %.*f", digits, mean);
  if (scores->n > 1) {
    fprintf(stream, " ± %.*f", digits, scores->margin);
  }
  fputs(" |", stream);
}

/// Whether a row is of sounds without noise, where the input has nothing to gain.
static bool
is_clean(const Printer* printer, const Row* row)
{
  return row->first_snr == printer->evaluation->config.n_snrs;
}

/// The gain in SI-SDR over the input.
static void
print_gain(const Printer* printer, const Row* row, uint32_t entrant)
{
  const uint32_t input = ENTRANT_INPUT;
  const Average  gain  = row_average(printer, row, entrant, &input, QUALITY_SI_SDR);
  if (entrant == input || is_clean(printer, row)) {
    fputs(" – |", printer->stream);
  } else {
    print_cell(printer->stream, &gain, QUALITY_SI_SDR, true);
  }
}

/// One line per entrant.
static void
print_row(const Printer* printer, const Row* row)
{
  for (uint32_t e = is_clean(printer, row) ? ENTRANT_MODEL : 0;
       e < evaluation_entrants(printer->evaluation); ++e) {
    const Average clips = row_average(printer, row, e, NULL, QUALITY_SI_SDR);
    fprintf(printer->stream, "| %s | %s | %u |", row->key,
            evaluation_entrant(printer->evaluation, e), clips.n);
    for (uint32_t i = 0; i < N_QUALITIES; ++i) {
      const Average scores = row_average(printer, row, e, NULL, (QualityMeasure)i);
      print_cell(printer->stream, &scores, (QualityMeasure)i, i == QUALITY_LEVEL);
      if (i == QUALITY_SI_SDR) {
        print_gain(printer, row, e);
      }
    }
    fputc('\n', printer->stream);
  }
}

/// The head of a table.  @param alignment Of its first column.
static void
print_head(const Printer* printer, const char* title, const char* alignment)
{
  FILE* const stream = printer->stream;
  fprintf(stream, "\n| %s | of | clips |", title);
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    fprintf(stream, " %s |%s", quality_words((QualityMeasure)i)->title,
            i == QUALITY_SI_SDR ? " gain, dB |" : "");
  }
  fprintf(stream, "\n|%s|:---|---:|", alignment);
  for (uint32_t i = 0; i < N_QUALITIES + 1; ++i) {
    fputs("---:|", stream);
  }
  fputc('\n', stream);
}

/// Which of a corpus's files those of a split are.
static const char*
whose(const Corpus* corpus, Split split)
{
  return !corpus_files(corpus, split == SPLIT_VALID ? SPLIT_TRAIN : SPLIT_VALID) ? "all there are"
         : split == SPLIT_VALID ? "kept for validation"
                                : "to learn from";
}

static void
print_heading(const Printer* printer)
{
  const EvaluationConfig* const config = &printer->evaluation->config;
  const DenoiserParams* const   params = &config->params;
  fprintf(printer->stream,
          "%u clips of %g s at %u Hz, drawn with seed %" PRIu64 " from %u files of sound, %s, and\n"
          "%u of noise, %s.  Reduction %g dB, strength %g, smoothing %g ms%s.\n"
          "± is the 95 %% interval of a mean.  Level: of the active frames, over the sound's.  "
          "Residual: what is\nleft in the pauses, over the input's.\n",
          config->n_items, config->clip_s, corpus_rate(config->sound), config->seed,
          corpus_files(config->sound, config->split), whose(config->sound, config->split),
          corpus_files(config->noise, config->split), whose(config->noise, config->split),
          (double)params->reduction_db, (double)params->strength,
          1000.0 * (double)params->smoothing_s, params->hum ? "" : ", hum kept");
  if (config->learn) {
    fprintf(printer->stream, "The model learned the noise alone for %g s before every clip.\n",
            config->lead_s);
  }
}

/// What is known of the rivals.
static void
print_rivals(const Printer* printer)
{
  const EvaluationConfig* const config = &printer->evaluation->config;
  if (config->n_rivals) {
    fputs("Taken out were the constant delays of", printer->stream);
  }
  for (uint32_t i = 0; i < config->n_rivals; ++i) {
    fprintf(printer->stream, "%s %s, %d samples", i ? ";" : "", config->rivals[i].name,
            printer->evaluation->delays[i]);
  }
  fputs(config->n_rivals ? ".\n" : "", printer->stream);
}

/// How far the model is above each of its rivals on the same clips, all ratios together.
static void
print_lead(const Printer* printer)
{
  const Evaluation* const evaluation = printer->evaluation;
  const Row               row        = { .n_snrs = evaluation->config.n_snrs };
  FILE* const             stream     = printer->stream;
  fputs("\n| lamina less |", stream);
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    fprintf(stream, " %s |", quality_words((QualityMeasure)i)->title);
  }
  fputs("\n|:---|", stream);
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    fputs("---:|", stream);
  }
  for (uint32_t e = ENTRANT_RIVALS; e < evaluation_entrants(evaluation); ++e) {
    fprintf(stream, "\n| %s |", evaluation_entrant(evaluation, e));
    for (uint32_t i = 0; i < N_QUALITIES; ++i) {
      const Average scores = row_average(printer, &row, ENTRANT_MODEL, &e, (QualityMeasure)i);
      print_cell(stream, &scores, (QualityMeasure)i, true);
    }
  }
  fputc('\n', stream);
}

static void
print_by_snr(const Printer* printer)
{
  const EvaluationConfig* const config = &printer->evaluation->config;
  char                          key[32];
  print_head(printer, "SNR, dB", "---:");
  for (uint32_t i = 0; i < config->n_snrs; ++i) {
    snprintf(key, sizeof key, "%g", config->snr_db[i]);
    print_row(printer, &(Row){ .key = key, .first_snr = i, .n_snrs = 1 });
  }
  if (config->n_snrs) {
    print_row(printer, &(Row){ .key = "all", .n_snrs = config->n_snrs });
  }
  print_row(printer, &(Row){ .key = "no noise", .first_snr = config->n_snrs, .n_snrs = 1 });
}

/// Whether an item is the first of its kind.
static bool
is_first(const Evaluation* evaluation, KindOf kind_of, uint32_t item)
{
  for (uint32_t i = 0; i < item; ++i) {
    if (!strcmp(kind_of(evaluation, i), kind_of(evaluation, item))) {
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

/// Fill `printer->kinds` with the kinds that there are, by name.  @return How many.
static uint32_t
sort_kinds(const Printer* printer, KindOf kind_of)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < printer->evaluation->config.n_items; ++i) {
    if (is_first(printer->evaluation, kind_of, i)) {
      printer->kinds[n++] = kind_of(printer->evaluation, i);
    }
  }
  qsort(printer->kinds, n, sizeof *printer->kinds, compare_names);
  return n;
}

/// Means over all ratios.
static void
print_by_kind(const Printer* printer, const char* title, KindOf kind_of)
{
  const uint32_t n_snrs = printer->evaluation->config.n_snrs;
  const uint32_t n      = sort_kinds(printer, kind_of);
  print_head(printer, title, ":---");
  for (uint32_t i = 0; i < n; ++i) {
    print_row(printer, &(Row){ .key = printer->kinds[i], .kind_of = kind_of, .n_snrs = n_snrs });
  }
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
  const uint32_t n       = evaluation->config.n_items;
  char*          text    = NULL;
  size_t         size    = 0;
  Printer        printer = { .evaluation = evaluation,
                             .kinds      = malloc(n * sizeof *printer.kinds),
                             .work       = malloc(n * sizeof *printer.work) };
  printer.stream         = printer.kinds && printer.work ? open_memstream(&text, &size) : NULL;

  if (printer.stream) {
    print_heading(&printer);
    print_rivals(&printer);
    print_by_snr(&printer);
    if (evaluation->config.n_snrs && evaluation->config.n_rivals) {
      print_lead(&printer);
    }
    if (evaluation->config.n_snrs) {
      print_by_kind(&printer, "noise", kind_of_noise);
      print_by_kind(&printer, "sound", kind_of_sound);
    }
    text = finish(printer.stream, &text);
  }
  free(printer.kinds);
  free(printer.work);
  return text;
}

/// One line: a clip at a ratio, and who made what of it.
static void
print_values(FILE* stream, const Evaluation* evaluation, uint32_t item, uint32_t snr,
             uint32_t entrant)
{
  const EvaluationConfig* const config = &evaluation->config;
  const bool                    clean  = snr == config->n_snrs;
  fprintf(stream, "%u,\"%s\",\"%s\",%g,\"%s\"", item, kind_of_sound(evaluation, item),
          clean ? "" : kind_of_noise(evaluation, item),
          clean ? (double)INFINITY : config->snr_db[snr], evaluation_entrant(evaluation, entrant));
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    fprintf(stream, ",%.4f", evaluation_quality(evaluation, item, snr, entrant)->of[i]);
  }
  fputc('\n', stream);
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

  fputs("clip,sound,noise,snr_db,of", stream);
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    fprintf(stream, ",%s", quality_words((QualityMeasure)i)->key);
  }
  fputc('\n', stream);
  for (uint32_t i = 0; i < evaluation->config.n_items; ++i) {
    for (uint32_t s = 0; s <= evaluation->config.n_snrs; ++s) {
      for (uint32_t e = 0; e < evaluation_entrants(evaluation); ++e) {
        print_values(stream, evaluation, i, s, e);
      }
    }
  }
  return finish(stream, &text);
}
