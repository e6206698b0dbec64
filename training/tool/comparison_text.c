// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/// A column of numbers of trials.
typedef double (*Column)(const ComparisonTrial* trial);

static double
cost_column(const ComparisonTrial* const trial)
{
  return trial->cost;
}

static double
cpu_column(const ComparisonTrial* const trial)
{
  return trial->cpu_s;
}

static double
pretrain_column(const ComparisonTrial* const trial)
{
  return (double)trial->n_pretrain;
}

static double
fine_tune_column(const ComparisonTrial* const trial)
{
  return (double)trial->n_fine_tune;
}

/// Mean over the trials that were judged.
static double
mean_of(const ComparisonCell* const cell, const Column column)
{
  double   sum = 0.0;
  uint32_t n   = 0;
  for (uint32_t i = 0; i < cell->n_trials; ++i) {
    if (!isnan(cell->trials[i].judge_db)) {
      sum += column(&cell->trials[i]);
      ++n;
    }
  }
  return sum / n;
}

static void
print_heading(FILE* const stream, const ComparisonConfig* const config)
{
  fprintf(stream,
          "Error of reconstruction, dB: the mean over frames of the root of the mean over bins of "
          "the squared\nerror, on %u frames of files never learned from.  Learned from %u frames; "
          "the learning rate and\nthe moment to stop were chosen by %u others, of files held out "
          "of the same half.  ± is the 95 %%\ninterval of the mean over %u seeds.  Cost counts a "
          "weight each time that a row meets it: once\nforward, three times with the way back; "
          "CPU seconds are those of all threads.  Mini-batches are of\n%u rows: those of all "
          "layers one by one, and those of all layers together.\n",
          config->judge->n_rows, config->learn->n_rows, config->held->n_rows, config->n_seeds,
          config->recipes[0]->streams);
  fprintf(stream, "Rates tried:");
  for (uint32_t i = 0; i < config->n_rates; ++i) {
    fprintf(stream, "%s %g", i ? "," : "", config->rates[i]);
  }
  fputs(".  Boltzmann machines have sigmoid units, but for a linear code;\nthe shallow side is the "
        "code alone, of tanh units.\n",
        stream);
}

/// " ± 0.05", when there is an interval.
static void
print_margin(FILE* const stream, const Average* const average)
{
  if (average->n > 1) {
    fprintf(stream, " ± %.2f", average->margin);
  }
}

/// Whether a better rate may lie beyond those that were tried.
static bool
at_edge(const ComparisonConfig* const config, const double rate)
{
  bool lower  = false;
  bool higher = false;
  for (uint32_t i = 0; i < config->n_rates; ++i) {
    lower |= config->rates[i] < rate;
    higher |= config->rates[i] > rate;
  }
  return config->n_rates > 1 && !(lower && higher);
}

static void
print_training(FILE* const stream, const ComparisonConfig* const config,
               const ComparisonCell* const cell)
{
  const ComparisonTrial* const judged = comparison_judged(cell);
  if (!side_learns(cell->side)) {
    fputs(" – | – |", stream);
    return;
  }
  fprintf(stream, " %g%s | %.0f + %.0f |", judged->rate, at_edge(config, judged->rate) ? " *" : "",
          mean_of(cell, pretrain_column), mean_of(cell, fine_tune_column));
}

/// @return Whether a rate was at an edge.
static bool
print_side(FILE* const stream, const Comparison* const comparison, const uint32_t code,
           const Side side)
{
  const ComparisonCell* const  cell   = comparison_cell(comparison, code, side);
  const ComparisonTrial* const judged = comparison_judged(cell);
  fprintf(stream, "| %s |", side_name(side));
  if (!judged) {
    fputs(cell->n_trials ? " none ended well | – | – | – | – | – |\n"
                         : " not done | – | – | – | – | – |\n",
          stream);
    return false;
  }

  const Average error = comparison_error(cell);
  const Average pca   = comparison_error(comparison_cell(comparison, code, SIDE_PCA));
  fprintf(stream, " %.2f", error.mean);
  print_margin(stream, &error);
  fprintf(stream, " | %.3f |", error.mean / pca.mean);
  print_training(stream, &comparison->config, cell);
  fprintf(stream, " %.0f %% | %.1f |\n",
          100.0 * mean_of(cell, cost_column) / comparison->budget[code], mean_of(cell, cpu_column));
  return side_learns(side) && at_edge(&comparison->config, judged->rate);
}

static void
print_difference(FILE* const stream, const Comparison* const comparison, const uint32_t code,
                 const Side a, const Side b)
{
  const ComparisonCell* const first      = comparison_cell(comparison, code, a);
  const ComparisonCell* const second     = comparison_cell(comparison, code, b);
  const Average               difference = comparison_difference(first, second);
  if (difference.n) {
    fprintf(stream, "%s less %s: %+.2f", side_name(a), side_name(b), difference.mean);
    print_margin(stream, &difference);
    fprintf(stream, " dB, %+.1f %%, over %u seed%s.\n",
            100.0 * difference.mean / comparison_error(second).mean, difference.n,
            difference.n > 1 ? "s, each with itself" : "");
  }
}

static void
print_code(FILE* const stream, const Comparison* const comparison, const uint32_t code)
{
  const Recipe* const recipe = comparison->config.recipes[code];
  fprintf(stream, "\n## Code of %u\n\nLayers %u", recipe->layers[recipe->n_layers - 1].units,
          comparison->config.learn->n_columns);
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    fprintf(stream, "-%u", recipe->layers[l].units);
  }
  fprintf(stream,
          " and back; a training may cost %.3g · 10⁹ multiplications and additions, in %s.\n\n"
          "| side | error, dB | of PCA's | rate | mini-batches | of the cost | CPU, s |\n"
          "|:---|---:|---:|---:|---:|---:|---:|\n",
          comparison->budget[code] * 1e-9, precision_name(recipe->precision));
  bool edge = false;
  for (int side = 0; side < N_SIDES; ++side) {
    edge |= print_side(stream, comparison, code, (Side)side);
  }
  fputs(edge ? "\n\\* the lowest or the highest of the rates tried.\n\n" : "\n", stream);
  print_difference(stream, comparison, code, SIDE_FINE_TUNED, SIDE_END_TO_END);
  print_difference(stream, comparison, code, SIDE_RBM, SIDE_END_TO_END);
  print_difference(stream, comparison, code, SIDE_SKIP, SIDE_END_TO_END);
}

/// Norms of the layers from `first` on, in one cell of a table.
static void
print_norms(FILE* const stream, const GradientNorms* const norms, const uint32_t epoch,
            const uint32_t first, const uint32_t n)
{
  for (uint32_t layer = first; layer < first + n; ++layer) {
    fprintf(stream, " %.3g", gradient_norms_mean(norms, epoch, layer));
  }
  fputs(n ? " |" : " – |", stream);
}

static void
print_gradients_of(FILE* const stream, const ComparisonCell* const cell)
{
  const GradientNorms* const norms = &cell->norms;
  const uint32_t             end   = gradient_norms_end(norms);
  const uint32_t             last  = end ? end - 1 : 0;
  for (uint32_t epoch = 0; epoch < end; epoch = epoch < last ? last : end) {
    fprintf(stream, "| %u | %s | %u |", cell->code, side_name(cell->side), epoch + 1);
    print_norms(stream, norms, epoch, 0, cell->n_layers);
    print_norms(stream, norms, epoch, cell->n_layers, cell->n_layers);
    print_norms(stream, norms, epoch, 2 * cell->n_layers, norms->n_layers - 2 * cell->n_layers);
    fputc('\n', stream);
  }
}

static void
print_gradients(FILE* const stream, const Comparison* const comparison)
{
  fputs("\n## Norms of the gradients\n\n"
        "By layer, in the first and the last epoch of training all layers together, after "
        "clipping;\nmeans over the mini-batches of all seeds.\n\n"
        "| code | side | epoch | encoder, from below | decoder, from the code | bypasses |\n"
        "|---:|:---|---:|:---|:---|:---|\n",
        stream);
  for (uint32_t i = 0; i < comparison->config.n_codes * N_SIDES; ++i) {
    print_gradients_of(stream, &comparison->cells[i]);
  }
}

/// Close a memory stream.  @return Its text, or NULL, with nothing left, when memory was short.
static char*
finish(FILE* const stream, char** const text)
{
  const bool failed = ferror(stream);
  if (fclose(stream) || failed) {
    free(*text);
    return NULL;
  }
  return *text;
}

char*
comparison_text(const Comparison* const comparison)
{
  char*       text   = NULL;
  size_t      size   = 0;
  FILE* const stream = open_memstream(&text, &size);
  if (!stream) {
    return NULL;
  }

  print_heading(stream, &comparison->config);
  for (uint32_t code = 0; code < comparison->config.n_codes; ++code) {
    print_code(stream, comparison, code);
  }
  print_gradients(stream, comparison);
  return finish(stream, &text);
}

static void
print_value(FILE* const stream, const ComparisonCell* const cell,
            const ComparisonTrial* const trial, const char* const what, const double value)
{
  fprintf(stream, "%u,%s,", cell->code, side_name(cell->side));
  if (side_learns(cell->side)) {
    fprintf(stream, "%llu,%g", (unsigned long long)trial->seed, trial->rate);
  } else {
    fputc(',', stream);
  }
  fprintf(stream, ",%s,,,%.6g\n", what, value);
}

static void
print_trial(FILE* const stream, const ComparisonCell* const cell,
            const ComparisonTrial* const trial)
{
  print_value(stream, cell, trial, "held_db", trial->held_db);
  if (!isnan(trial->judge_db)) {
    print_value(stream, cell, trial, "judge_db", trial->judge_db);
  }
  print_value(stream, cell, trial, "pretrain_batches", (double)trial->n_pretrain);
  print_value(stream, cell, trial, "fine_tune_batches", (double)trial->n_fine_tune);
  print_value(stream, cell, trial, "cost", trial->cost);
  print_value(stream, cell, trial, "cpu_s", trial->cpu_s);
}

static void
print_gradient_values(FILE* const stream, const ComparisonCell* const cell)
{
  const GradientNorms* const norms = &cell->norms;
  for (uint32_t epoch = 0; epoch < gradient_norms_end(norms); ++epoch) {
    for (uint32_t layer = 0; norms->n[epoch] && layer < norms->n_layers; ++layer) {
      fprintf(stream, "%u,%s,,%g,gradient_norm,%u,%u,%.6g\n", cell->code, side_name(cell->side),
              comparison_judged(cell)->rate, layer + 1, epoch + 1,
              gradient_norms_mean(norms, epoch, layer));
    }
  }
}

char*
comparison_csv(const Comparison* const comparison)
{
  char*       text   = NULL;
  size_t      size   = 0;
  FILE* const stream = open_memstream(&text, &size);
  if (!stream) {
    return NULL;
  }

  fputs("code,side,seed,rate,what,layer,epoch,value\n", stream);
  for (uint32_t i = 0; i < comparison->config.n_codes * N_SIDES; ++i) {
    const ComparisonCell* const cell = &comparison->cells[i];
    for (uint32_t k = 0; k < cell->n_trials; ++k) {
      print_trial(stream, cell, &cell->trials[k]);
    }
    print_gradient_values(stream, cell);
  }
  return finish(stream, &text);
}
