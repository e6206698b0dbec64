// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/comparison.h"

#include "training/method/pca.h"
#include "training/method/score.h"
#include "training/method/stages.h"
#include "training/method/table_examples.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// A comparison on its way.
typedef struct {
  Comparison* comparison;
  Pca*        pca; ///< Of the largest code
  double      pca_cpu_s;
  uint64_t    n_done; ///< Mini-batches, of trainings that are over
  uint64_t    n_all;
} Work;

/// One training.
typedef struct {
  Work*           work;
  Recipe          recipe; ///< Its words belong to another
  Examples*       examples;
  TrainingRun*    run;
  ComparisonTrial result;
  GradientNorms   norms;
  char            name[80];
} Training;

static double
cpu_seconds(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static Status
no_memory(Diagnostic* const why)
{
  return diagnose(why, STATUS_NO_MEMORY, "not enough memory to compare");
}

/// Where in the epochs a mini-batch begins.  @param step 0…
static uint32_t
epoch_of(const Training* const training, const uint64_t step)
{
  const Table* const learn = training->work->comparison->config.learn;
  return (uint32_t)(step * training->recipe.streams / learn->n_rows);
}

static void
stepped(void* const context, const char* const stage, const Descent* const descent,
        const uint32_t n_steps)
{
  (void)n_steps;
  Training* const                training  = (Training*)context;
  const Work* const              work      = training->work;
  const Recipe* const            recipe    = &training->recipe;
  const ComparisonWatcher* const watcher   = &work->comparison->config.watcher;
  const uint32_t                 n_columns = work->comparison->config.learn->n_columns;
  ComparisonTrial* const         result    = &training->result;
  uint32_t                       layer     = 0;
  if (sscanf(stage, "layer %u", &layer) == 1) {
    result->cost += recipe->streams * side_layer_cost(recipe, n_columns, layer - 1);
    ++result->n_pretrain;
  } else {
    result->cost += recipe->streams * side_network_cost(recipe, n_columns);
    ++result->n_fine_tune;
    gradient_norms_measure(&training->norms, epoch_of(training, descent->step - 1),
                           &training->run->shape, descent->parameters->gradient);
  }
  if (watcher->stepped) {
    watcher->stepped(watcher->context, training->name,
                     work->n_done + result->n_pretrain + result->n_fine_tune, work->n_all,
                     descent->train_loss);
  }
}

static bool
stop(void* const context)
{
  const Work* const              work    = ((const Training*)context)->work;
  const ComparisonWatcher* const watcher = &work->comparison->config.watcher;
  return watcher->stop && watcher->stop(watcher->context);
}

static void
training_free(Training* const training)
{
  if (training) {
    training_run_free(training->run);
    examples_free(training->examples);
    gradient_norms_clear(&training->norms);
    free(training);
  }
}

/// Mini-batches of the layers one by one, and of all together.
static uint64_t
all_steps(const Recipe* const recipe)
{
  return (uint64_t)recipe->n_layers * recipe->pretrain.steps + recipe->fine_tune.steps;
}

/// The recipe of a side with a rate and a seed.
static void
choose(const ComparisonConfig* const config, const ComparisonCell* const cell,
       const Recipe* const base, const double rate, const uint64_t seed, Recipe* const recipe)
{
  side_recipe(base, cell->side, config->learn->n_columns, config->learn->n_rows, recipe);
  recipe->seed           = seed;
  recipe->pretrain.rate  = rate;
  recipe->fine_tune.rate = rate;
  for (uint32_t l = 0; l < recipe->n_layers; ++l) {
    recipe->layers[l].rate = 0.0;
  }
}

/// @return False when memory is short.
static bool
make_norms(Training* const training)
{
  const uint32_t n_steps  = training->recipe.fine_tune.steps;
  const uint32_t n_epochs = n_steps ? epoch_of(training, n_steps - 1) + 1 : 0;
  return gradient_norms_make(&training->norms, unrolled_shape_layers(&training->run->shape),
                             n_epochs);
}

/// @return At its first weights; NULL when memory is short.
static Training*
training_make(Work* const work, const ComparisonCell* const cell, const Recipe* const base,
              const double rate, const uint64_t seed)
{
  const ComparisonConfig* const config   = &work->comparison->config;
  Training* const               training = calloc(1, sizeof(Training));
  if (!training) {
    return NULL;
  }

  Recipe* const recipe = &training->recipe;
  choose(config, cell, base, rate, seed, recipe);
  training->work   = work;
  training->result = (ComparisonTrial){
    .rate = rate, .seed = seed, .held_db = (double)NAN, .judge_db = (double)NAN
  };
  training->examples = table_examples_new(config->learn, config->held, recipe->streams, seed);
  training->run = training->examples ? training_run_new(recipe, training->examples, config->team)
                                     : NULL;
  (void)snprintf(training->name, sizeof(training->name), "code %u, %s, rate %g, seed %llu",
                 cell->code, side_name(cell->side), rate, (unsigned long long)seed);
  if (!training->run || !make_norms(training)) {
    training_free(training);
    return NULL;
  }
  if (recipe->skip == SKIP_PCA) {
    training_run_start_at_pca(training->run, work->pca);
    training->result.cost  = side_pca_cost(config->learn->n_columns, config->learn->n_rows);
    training->result.cpu_s = work->pca_cpu_s;
  }
  return training;
}

/// Error on some rows, dB.
static Status
judge(const Training* const training, const Table* const table, double* const error_db,
      Diagnostic* const why)
{
  Reconstructed score;
  const Status  status = score_reconstruction(training->run, table, &score, why);
  *error_db = status ? (double)NAN : score.rms * training->work->comparison->config.scale;
  return status;
}

static void
report(const Training* const training)
{
  const ComparisonWatcher* const watcher = &training->work->comparison->config.watcher;
  const ComparisonTrial* const   result  = &training->result;
  char                           line[200];
  if (watcher->finished) {
    (void)snprintf(line, sizeof(line), "%s: %.3f dB on what is held out, %.1f s of CPU",
                   training->name, result->held_db, result->cpu_s);
    watcher->finished(watcher->context, line);
  }
}

/// Train, and look at what is held out.
static Status
train(Training* const training, Diagnostic* const why)
{
  Work* const            work    = training->work;
  ComparisonTrial* const result  = &training->result;
  const Watcher          watcher = { .stepped = stepped, .stop = stop, .context = training };
  const double           begin   = cpu_seconds();
  Status                 status  = stages_run(training->run, NULL, &watcher, why);
  result->cpu_s += cpu_seconds() - begin;
  work->n_done += all_steps(&training->recipe);
  if (status == STATUS_BAD_OPTION) {
    result->held_db = HUGE_VAL; // Gradients that are not finite, again and again
    status          = STATUS_SUCCESS;
  } else if (!status) {
    status = judge(training, work->comparison->config.held, &result->held_db, why);
  }
  if (!status) {
    report(training);
  }
  return status;
}

/// Train one, and look at the rows to judge by.
static Status
train_and_judge(Training* const training, Diagnostic* const why)
{
  ComparisonTrial* const result = &training->result;
  const Table* const     table  = training->work->comparison->config.judge;
  const Status           status = train(training, why);
  return status || !isfinite(result->held_db) ? status
                                              : judge(training, table, &result->judge_db, why);
}

/// Take over the norms of a training that ended well; those of one rate are added up.
static void
keep_norms(GradientNorms* const norms, Training* const training)
{
  if (norms->sum) {
    gradient_norms_add(norms, &training->norms);
  } else {
    *norms          = training->norms;
    training->norms = (GradientNorms){ 0 };
  }
}

/// One trial at a rate of the config.  @param norms Of that rate.
static Status
try_rate(Work* const work, ComparisonCell* const cell, const ComparisonConfig* const config,
         const Recipe* const base, const uint32_t place, GradientNorms* const norms,
         Diagnostic* const why)
{
  const double    rate     = config->rates[place % config->n_rates];
  const uint64_t  seed     = base->seed + place / config->n_rates;
  Training* const training = training_make(work, cell, base, rate, seed);
  const Status    status   = training ? train_and_judge(training, why) : no_memory(why);
  if (!status) {
    cell->trials[place] = training->result;
    cell->n_trials      = place + 1;
    keep_norms(norms, training);
  }
  training_free(training);
  return status;
}

/// Mean error on the rows held out, of the trials at a rate; infinite when one has failed.
static double
held_error(const ComparisonCell* const cell, const uint32_t n_rates, const uint32_t rate)
{
  double   sum = 0.0;
  uint32_t n   = 0;
  for (uint32_t i = rate; i < cell->n_trials; i += n_rates) {
    sum += cell->trials[i].held_db;
    ++n;
  }
  return n ? sum / n : HUGE_VAL;
}

/// Judge by the rate that is best on the rows held out; what others did there is forgotten.
static void
choose_rate(ComparisonCell* const cell, const uint32_t n_rates, GradientNorms* const norms)
{
  uint32_t best = 0;
  for (uint32_t r = 1; r < n_rates; ++r) {
    best = held_error(cell, n_rates, r) < held_error(cell, n_rates, best) ? r : best;
  }
  if (isinf(held_error(cell, n_rates, best))) {
    best = n_rates; // None
  }

  for (uint32_t i = 0; i < cell->n_trials; ++i) {
    if (i % n_rates != best) {
      cell->trials[i].judge_db = (double)NAN;
    }
  }
  if (best < n_rates) {
    cell->norms = norms[best];
    norms[best] = (GradientNorms){ 0 };
  }
}

static Status
run_side(Work* const work, ComparisonCell* const cell, const Recipe* const base,
         Diagnostic* const why)
{
  const ComparisonConfig* const config                      = &work->comparison->config;
  GradientNorms                 norms[COMPARISON_MAX_RATES] = { { 0 } };
  Status                        status                      = STATUS_SUCCESS;
  // All rates with one seed, then all with the next: when it is stopped, each has as many.
  for (uint32_t i = 0; !status && i < config->n_rates * config->n_seeds; ++i) {
    status = try_rate(work, cell, config, base, i, &norms[i % config->n_rates], why);
  }
  choose_rate(cell, config->n_rates, norms);
  for (uint32_t r = 0; r < config->n_rates; ++r) {
    gradient_norms_clear(&norms[r]);
  }
  return status;
}

/// The mean alone, or principal components.
static Status
run_baseline(const Work* const work, ComparisonCell* const cell, Diagnostic* const why)
{
  const ComparisonConfig* const config = &work->comparison->config;
  const uint32_t                n_used = cell->side == SIDE_PCA ? cell->code : 0;
  Reconstructed                 held;
  Reconstructed                 judged;
  Status                        status = score_pca(work->pca, n_used, config->held, &held, why);
  status = status ? status : score_pca(work->pca, n_used, config->judge, &judged, why);
  if (status) {
    return status;
  }

  ComparisonTrial* const trial = &cell->trials[cell->n_trials++];
  *trial                       = (ComparisonTrial){ .rate     = (double)NAN,
                                                    .held_db  = held.rms * config->scale,
                                                    .judge_db = judged.rms * config->scale };
  if (cell->side == SIDE_PCA) {
    trial->cost  = side_pca_cost(config->learn->n_columns, config->learn->n_rows);
    trial->cpu_s = work->pca_cpu_s;
  }
  return STATUS_SUCCESS;
}

static uint32_t
code_of(const Recipe* const recipe)
{
  return recipe->layers[recipe->n_layers - 1].units;
}

/// Principal components, as many as the largest code needs.
static Status
find_components(Work* const work, Diagnostic* const why)
{
  const ComparisonConfig* const config = &work->comparison->config;
  uint32_t                      most   = 0;
  for (uint32_t i = 0; i < config->n_codes; ++i) {
    const uint32_t code = code_of(config->recipes[i]);
    most                = code > most ? code : most;
  }
  if (most > config->learn->n_columns) {
    return diagnose(why, STATUS_BAD_OPTION, "a code of %u is wider than a row of %u numbers", most,
                    config->learn->n_columns);
  }

  const double begin  = cpu_seconds();
  const Status status = pca_new(config->learn, most, &work->pca, why);
  work->pca_cpu_s     = cpu_seconds() - begin;
  return status;
}

static void
name_cells(Work* const work)
{
  Comparison* const             comparison = work->comparison;
  const ComparisonConfig* const config     = &comparison->config;
  const uint64_t                n_trials   = (uint64_t)config->n_rates * config->n_seeds;
  for (uint32_t i = 0; i < config->n_codes; ++i) {
    const Recipe* const base  = config->recipes[i];
    Recipe              plain = *base;
    plain.skip                = SKIP_NONE;
    comparison->budget[i]     = side_training_cost(&plain, config->learn->n_columns);
    for (int side = 0; side < N_SIDES; ++side) {
      ComparisonCell* const cell = &comparison->cells[i * N_SIDES + (uint32_t)side];
      cell->side                 = (Side)side;
      cell->code                 = code_of(base);
      if (side_learns((Side)side)) {
        Recipe recipe;
        choose(config, cell, base, config->rates[0], base->seed, &recipe);
        cell->n_layers = recipe.n_layers;
        work->n_all += n_trials * all_steps(&recipe);
      }
    }
  }
}

static Status
run_cells(Work* const work, Diagnostic* const why)
{
  const ComparisonConfig* const config = &work->comparison->config;
  Status                        status = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < config->n_codes * N_SIDES; ++i) {
    ComparisonCell* const cell = &work->comparison->cells[i];
    status = side_learns(cell->side) ? run_side(work, cell, config->recipes[i / N_SIDES], why)
                                     : run_baseline(work, cell, why);
  }
  return status;
}

Status
comparison_run(const ComparisonConfig* const config, Comparison* const comparison,
               Diagnostic* const why)
{
  assert(config->n_codes && config->n_codes <= COMPARISON_MAX_CODES);
  assert(config->n_rates && config->n_rates <= COMPARISON_MAX_RATES);
  assert(config->n_seeds && config->n_seeds <= COMPARISON_MAX_SEEDS);
  *comparison       = (Comparison){ .config = *config };
  comparison->cells = calloc((size_t)config->n_codes * N_SIDES, sizeof(ComparisonCell));
  if (!comparison->cells) {
    return no_memory(why);
  }

  Work work = { .comparison = comparison };
  name_cells(&work);
  Status status = find_components(&work, why);
  status        = status ? status : run_cells(&work, why);
  pca_free(work.pca);
  return status;
}

void
comparison_clear(Comparison* const comparison)
{
  for (uint32_t i = 0; comparison->cells && i < comparison->config.n_codes * N_SIDES; ++i) {
    gradient_norms_clear(&comparison->cells[i].norms);
  }
  free(comparison->cells);
  *comparison = (Comparison){ 0 };
}

const ComparisonCell*
comparison_cell(const Comparison* const comparison, const uint32_t code, const Side side)
{
  return &comparison->cells[code * N_SIDES + (uint32_t)side];
}

Average
comparison_error(const ComparisonCell* const cell)
{
  double errors[COMPARISON_MAX_TRIALS];
  for (uint32_t i = 0; i < cell->n_trials; ++i) {
    errors[i] = cell->trials[i].judge_db;
  }
  return measure_average(cell->n_trials, errors);
}

/// The judged trial of a seed, or NULL.
static const ComparisonTrial*
find_trial(const ComparisonCell* const cell, const uint64_t seed)
{
  for (uint32_t i = 0; i < cell->n_trials; ++i) {
    if (cell->trials[i].seed == seed && !isnan(cell->trials[i].judge_db)) {
      return &cell->trials[i];
    }
  }
  return NULL;
}

Average
comparison_difference(const ComparisonCell* const a, const ComparisonCell* const b)
{
  double   differences[COMPARISON_MAX_TRIALS];
  uint32_t n = 0;
  for (uint32_t i = 0; i < a->n_trials; ++i) {
    const ComparisonTrial* const trial = &a->trials[i];
    const ComparisonTrial* const other = find_trial(b, trial->seed);
    if (other && !isnan(trial->judge_db)) {
      differences[n++] = trial->judge_db - other->judge_db;
    }
  }
  return measure_average(n, differences);
}

const ComparisonTrial*
comparison_judged(const ComparisonCell* const cell)
{
  for (uint32_t i = cell->n_trials; i > 0; --i) {
    if (!isnan(cell->trials[i - 1].judge_db)) {
      return &cell->trials[i - 1];
    }
  }
  return NULL;
}
