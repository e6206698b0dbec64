// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/comparison.h"

#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
assert_near(const double x, const double expected, const double tolerance)
{
  if (!(fabs(x - expected) <= tolerance)) {
    fail_msg("%.9g is not %.9g ± %g", x, expected, tolerance);
  }
}

enum { COLUMNS = 8, LEVELS = 6, ROWS = LEVELS * LEVELS * 2, CODE = 2 };

/// Deviations along three axes that are at right angles: the rows of a Hadamard matrix.
static const double axes[3][COLUMNS] = { { 1, 1, 1, 1, -1, -1, -1, -1 },
                                         { 1, 1, -1, -1, 1, 1, -1, -1 },
                                         { 1, -1, 1, -1, 1, -1, 1, -1 } };

/// Part of a row along each axis; all combinations of these.
static void
place(const uint32_t row, double parts[3])
{
  parts[0] = 0.2 * ((double)(row % LEVELS) - 0.5 * (LEVELS - 1));
  parts[1] = 0.1 * ((double)(row / LEVELS % LEVELS) - 0.5 * (LEVELS - 1));
  parts[2] = row / (LEVELS * LEVELS) ? 0.05 : -0.05;
}

/// @param scale Of all parts.
static Table*
grid(const double scale)
{
  Table* const table = table_new(ROWS, COLUMNS, 0);
  assert_non_null(table);
  for (uint32_t row = 0; row < ROWS; ++row) {
    double parts[3];
    place(row, parts);
    for (uint32_t i = 0; i < COLUMNS; ++i) {
      table->x[row * COLUMNS + i] =
        (float)(scale * (parts[0] * axes[0][i] + parts[1] * axes[1][i] + parts[2] * axes[2][i]));
    }
  }
  return table;
}

/// All that a test compares with.
typedef struct {
  Recipe           recipe;
  const Recipe*    recipes[1];
  Table*           learn;
  Table*           held;
  Table*           judge;
  ComparisonConfig config;
  uint64_t         n_stepped;
  uint64_t         n_done;
  uint64_t         n_all;
  uint64_t         n_finished;
  uint64_t         stop_at; ///< Mini-batches; 0: never
} Bench;

static void
stepped(void* const context, const char* const trial, const uint64_t n_done, const uint64_t n_all,
        const double loss)
{
  Bench* const bench = (Bench*)context;
  assert_true(*trial && isfinite(loss));
  assert_true(n_done > bench->n_done && n_done <= n_all);
  bench->n_done = n_done;
  bench->n_all  = n_all;
  ++bench->n_stepped;
}

static void
finished(void* const context, const char* const line)
{
  assert_non_null(strstr(line, "code 2"));
  ++((Bench*)context)->n_finished;
}

static bool
stop(void* const context)
{
  const Bench* const bench = (const Bench*)context;
  return bench->stop_at && bench->n_stepped >= bench->stop_at;
}

static const RecipeStage short_stage = { .steps          = 20,
                                         .rate           = 1e-3,
                                         .warmup         = 2,
                                         .final_rate     = 0.1,
                                         .clip           = 1.0,
                                         .validate_every = 10,
                                         .momentum       = 0.9 };

static void
make_bench(Bench* const bench)
{
  *bench                    = (Bench){ .learn = grid(1.0), .held = grid(0.9), .judge = grid(1.1) };
  Recipe* const recipe      = &bench->recipe;
  recipe->task              = MODEL_AUTOENCODER;
  recipe->seed              = 5;
  recipe->rate_hz           = 8000.0;
  recipe->window_s          = 0.064;
  recipe->hop_s             = 0.032;
  recipe->spectrum.range_db = 100.0;
  recipe->streams           = 10;
  recipe->frames            = 1;
  recipe->n_layers          = 2;
  recipe->pretrain          = short_stage;
  recipe->fine_tune         = short_stage;
  recipe->layers[0]         = (RecipeLayer){ .units             = 6,
                                             .n_taps            = 1,
                                             .activation        = ACTIVATION_TANH,
                                             .corruption        = CORRUPTION_GAUSSIAN,
                                             .corruption_amount = 0.1,
                                             .cd_k              = 1 };
  recipe->layers[1]         = recipe->layers[0];
  recipe->layers[1].units   = CODE;
  recipe->layers[1].activation = ACTIVATION_IDENTITY;
  bench->recipes[0]            = recipe;
  bench->config                = (ComparisonConfig){
                   .n_codes = 1,
                   .recipes = bench->recipes,
                   .learn   = bench->learn,
                   .held    = bench->held,
                   .judge   = bench->judge,
                   .scale   = 50.0,
                   .n_rates = 2,
                   .rates   = { 1e-4, 1e-2 },
                   .n_seeds = 2,
                   .watcher = { .stepped = stepped, .finished = finished, .stop = stop, .context = bench }
  };
}

static void
free_bench(Bench* const bench)
{
  table_free(bench->learn);
  table_free(bench->held);
  table_free(bench->judge);
}

static void
run(const Bench* const bench, Comparison* const comparison)
{
  Diagnostic   why    = { "" };
  const Status status = comparison_run(&bench->config, comparison, &why);
  if (status) {
    fail_msg("%s", why.text);
  }
}

static void
baselines_are_what_they_must_be(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  make_bench(&bench);
  run(&bench, &comparison);

  // Of two components the third axis is left, alike in all rows; of none, all three.
  double mean = 0.0;
  for (uint32_t row = 0; row < ROWS; ++row) {
    double parts[3];
    place(row, parts);
    mean += sqrt(parts[0] * parts[0] + parts[1] * parts[1] + parts[2] * parts[2]) / ROWS;
  }
  const ComparisonCell* const pca  = comparison_cell(&comparison, 0, SIDE_PCA);
  const ComparisonCell* const none = comparison_cell(&comparison, 0, SIDE_MEAN);
  assert_near(comparison_error(pca).mean, 50.0 * 1.1 * 0.05, 1e-5);
  assert_near(pca->trials[0].held_db, 50.0 * 0.9 * 0.05, 1e-5);
  assert_near(comparison_error(none).mean, 50.0 * 1.1 * mean, 1e-5);
  assert_int_equal(comparison_error(pca).n, 1);
  assert_near(pca->trials[0].cost, ROWS * COLUMNS * COLUMNS / 2.0, 0.0);
  comparison_clear(&comparison);
  free_bench(&bench);
}

/// The rate whose trials must be judged: that of the lowest mean error among those held out.
static uint32_t
lowest(const ComparisonCell* const cell, const uint32_t n_rates)
{
  double errors[2] = { 0.0, 0.0 };
  assert_int_equal(n_rates, 2);
  for (uint32_t i = 0; i < cell->n_trials; ++i) {
    errors[i % 2] += cell->trials[i].held_db;
  }
  return errors[1] < errors[0];
}

static void
check_side(const Bench* const bench, const ComparisonCell* const cell, const double budget)
{
  const uint32_t n_rates = bench->config.n_rates;
  const uint32_t best    = lowest(cell, n_rates);
  assert_int_equal(cell->n_trials, n_rates * bench->config.n_seeds);
  for (uint32_t i = 0; i < cell->n_trials; ++i) {
    const ComparisonTrial* const trial = &cell->trials[i];
    assert_true(trial->cost > 0.0 && trial->cost <= budget);
    assert_true(trial->cost > 0.6 * budget || cell->side == SIDE_SHALLOW);
    assert_true(trial->cpu_s > 0.0 && isfinite(trial->held_db));
    assert_int_equal(trial->n_fine_tune > 0, side_is_fine_tuned(cell->side));
    assert_int_equal(!isnan(trial->judge_db), i % n_rates == best);
    assert_int_equal(trial->seed, 5 + i / n_rates);
    assert_near(trial->rate, bench->config.rates[i % n_rates], 0.0);
  }
  assert_int_equal(comparison_error(cell).n, bench->config.n_seeds);
  assert_non_null(comparison_judged(cell));
}

static void
every_side_is_swept_and_repeated_at_equal_cost(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  make_bench(&bench);
  run(&bench, &comparison);

  // 10 rows; 8·6 and 6·2 weights; both layers 20 times, then all of them 20 times.
  const double budget = 10 * 20 * (6 * 48 + (48 + 6 * 12) + 6 * (48 + 12));
  assert_near(comparison.budget[0], budget, 0.0);
  uint32_t n_sides = 0;
  for (int side = 0; side < N_SIDES; ++side) {
    if (side_learns((Side)side)) {
      check_side(&bench, comparison_cell(&comparison, 0, (Side)side), budget);
      ++n_sides;
    }
  }
  assert_int_equal(bench.n_finished, 4 * n_sides);
  assert_int_equal(bench.n_done, bench.n_all);
  assert_int_equal(bench.n_stepped, bench.n_all);

  const ComparisonCell* const tuned = comparison_cell(&comparison, 0, SIDE_FINE_TUNED);
  assert_int_equal(tuned->trials[0].n_pretrain, 40);
  assert_int_equal(tuned->trials[0].n_fine_tune, 20);
  assert_near(tuned->trials[0].cost, budget, 1e-6);
  comparison_clear(&comparison);
  free_bench(&bench);
}

static void
principal_components_are_where_the_skip_begins(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  make_bench(&bench);
  bench.config.n_rates  = 1;
  bench.config.rates[0] = 1e-9; // It stays where it is
  run(&bench, &comparison);
  const double pca  = comparison_error(comparison_cell(&comparison, 0, SIDE_PCA)).mean;
  const double skip = comparison_error(comparison_cell(&comparison, 0, SIDE_SKIP)).mean;
  const double none = comparison_error(comparison_cell(&comparison, 0, SIDE_END_TO_END)).mean;
  assert_near(skip, pca, 1e-3 * pca);
  assert_true(none > 2.0 * pca);
  comparison_clear(&comparison);
  free_bench(&bench);
}

/// Equal but for the seconds.
static void
assert_same(const Comparison* const a, const Comparison* const b)
{
  for (uint32_t i = 0; i < N_SIDES; ++i) {
    const ComparisonCell* const x = &a->cells[i];
    const ComparisonCell* const y = &b->cells[i];
    assert_int_equal(x->n_trials, y->n_trials);
    for (uint32_t k = 0; k < x->n_trials; ++k) {
      assert_memory_equal(&x->trials[k].held_db, &y->trials[k].held_db, sizeof(double));
      assert_memory_equal(&x->trials[k].judge_db, &y->trials[k].judge_db, sizeof(double));
    }
    assert_int_equal(x->norms.n_epochs, y->norms.n_epochs);
    assert_memory_equal(x->norms.sum ? x->norms.sum : (const double*)"",
                        y->norms.sum ? y->norms.sum : (const double*)"",
                        (size_t)x->norms.n_epochs * x->norms.n_layers * sizeof(double));
  }
}

static void
threads_do_not_change_the_numbers(void** const state)
{
  (void)state;
  Comparison comparisons[2];
  for (int i = 0; i < 2; ++i) {
    Bench       bench;
    Team* const team = team_new(2);
    make_bench(&bench);
    bench.config.team = i ? team : NULL;
    run(&bench, &comparisons[i]);
    free_bench(&bench);
    team_free(team);
  }
  assert_same(&comparisons[0], &comparisons[1]);
  comparison_clear(&comparisons[0]);
  comparison_clear(&comparisons[1]);
}

static void
nothing_is_chosen_by_the_rows_to_judge_by(void** const state)
{
  (void)state;
  Comparison comparisons[2];
  for (int i = 0; i < 2; ++i) {
    Bench bench;
    make_bench(&bench);
    for (uint32_t k = 0; i && k < ROWS * COLUMNS; ++k) {
      bench.judge->x[k] *= -3.0f;
    }
    run(&bench, &comparisons[i]);
    free_bench(&bench);
  }
  for (uint32_t i = 0; i < N_SIDES; ++i) {
    const ComparisonCell* const x = &comparisons[0].cells[i];
    const ComparisonCell* const y = &comparisons[1].cells[i];
    assert_near(x->trials[0].held_db, y->trials[0].held_db, 0.0);
    if (side_learns((Side)i)) {
      assert_near(comparison_judged(x)->rate, comparison_judged(y)->rate, 0.0);
      assert_true(comparison_judged(x)->judge_db != comparison_judged(y)->judge_db);
    }
  }
  comparison_clear(&comparisons[0]);
  comparison_clear(&comparisons[1]);
}

static void
gradients_are_measured_while_all_layers_are_trained(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  make_bench(&bench);
  run(&bench, &comparison);

  const GradientNorms* const norms = &comparison_cell(&comparison, 0, SIDE_FINE_TUNED)->norms;
  assert_int_equal(norms->n_layers, 4);
  assert_int_equal(norms->n_epochs, 3); // 20 mini-batches of 10 rows, of 72 rows
  assert_int_equal(gradient_norms_end(norms), 3);
  assert_int_equal(norms->n[0], 2 * 8); // Two seeds; those that begin at rows 0, 10, … 70
  assert_int_equal(norms->n[1], 2 * 7);
  assert_int_equal(norms->n[2], 2 * 5);
  for (uint32_t layer = 0; layer < 4; ++layer) {
    assert_true(gradient_norms_mean(norms, 0, layer) > 0.0);
    assert_true(gradient_norms_mean(norms, 0, layer) <= 1.0); // Clipped
  }
  assert_int_equal(comparison_cell(&comparison, 0, SIDE_SKIP)->norms.n_layers, 6);
  assert_int_equal(comparison_cell(&comparison, 0, SIDE_SHALLOW)->norms.n_layers, 2);
  assert_int_equal(comparison_cell(&comparison, 0, SIDE_GREEDY)->norms.n_epochs, 0);
  comparison_clear(&comparison);
  free_bench(&bench);
}

static void
what_was_done_is_kept_when_it_is_stopped(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  Diagnostic why = { "" };
  make_bench(&bench);
  bench.stop_at = 165; // The first rate of the shallow one has 160
  assert_int_equal(comparison_run(&bench.config, &comparison, &why), STATUS_INTERRUPTED);
  const ComparisonCell* const shallow = comparison_cell(&comparison, 0, SIDE_SHALLOW);
  assert_int_equal(comparison_error(comparison_cell(&comparison, 0, SIDE_PCA)).n, 1);
  assert_int_equal(shallow->n_trials, 1);
  assert_int_equal(shallow->trials[0].n_fine_tune, 160);
  assert_int_equal(comparison_error(shallow).n, 1);
  assert_int_equal(comparison_cell(&comparison, 0, SIDE_SKIP)->n_trials, 0);

  char* const text = comparison_text(&comparison);
  char* const csv  = comparison_csv(&comparison);
  assert_non_null(text);
  assert_non_null(csv);
  assert_non_null(strstr(text, "not done"));
  free(text);
  free(csv);
  comparison_clear(&comparison);
  free_bench(&bench);
}

static void
a_rate_that_explodes_is_not_chosen(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  make_bench(&bench);
  bench.config.rates[0] = 1e36;
  run(&bench, &comparison);
  const ComparisonCell* const cell = comparison_cell(&comparison, 0, SIDE_END_TO_END);
  assert_true(isinf(cell->trials[0].held_db) && isnan(cell->trials[0].judge_db));
  assert_near(comparison_judged(cell)->rate, 1e-2, 0.0);
  assert_int_equal(comparison_error(cell).n, 2);
  comparison_clear(&comparison);

  bench.config.n_rates = 1;
  bench.n_done         = 0;
  run(&bench, &comparison);
  assert_null(comparison_judged(comparison_cell(&comparison, 0, SIDE_END_TO_END)));
  comparison_clear(&comparison);
  free_bench(&bench);
}

static void
too_wide_a_code_is_told(void** const state)
{
  (void)state;
  Bench      bench;
  Comparison comparison;
  Diagnostic why = { "" };
  make_bench(&bench);
  bench.recipe.layers[1].units = COLUMNS + 1;
  assert_int_equal(comparison_run(&bench.config, &comparison, &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "9"));
  comparison_clear(&comparison);
  free_bench(&bench);
}

/// A cell with judged errors.
static ComparisonCell
cell_of(const uint32_t n, const double* const errors, const uint64_t first_seed)
{
  ComparisonCell cell = { .side = SIDE_END_TO_END, .n_trials = n };
  for (uint32_t i = 0; i < n; ++i) {
    cell.trials[i] = (ComparisonTrial){ .seed = first_seed + i, .judge_db = errors[i] };
  }
  return cell;
}

static void
differences_are_of_the_same_seeds(void** const state)
{
  (void)state;
  const double         one[]      = { 5.0, (double)NAN, 7.0, 8.0 };
  const double         two[]      = { 6.0, 6.5, 10.0 };
  const ComparisonCell a          = cell_of(4, one, 1); // Seeds 1, 2, 3, 4
  const ComparisonCell b          = cell_of(3, two, 2); // Seeds 2, 3, 4
  const Average        difference = comparison_difference(&a, &b);

  // 0.5 and −2: their mean, and 12.706 times the deviation of 1.25·√2 over √2.
  assert_int_equal(difference.n, 2);
  assert_near(difference.mean, -0.75, 1e-12);
  assert_near(difference.margin, 12.706 * 1.25, 1e-3);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(baselines_are_what_they_must_be),
    cmocka_unit_test(every_side_is_swept_and_repeated_at_equal_cost),
    cmocka_unit_test(principal_components_are_where_the_skip_begins),
    cmocka_unit_test(threads_do_not_change_the_numbers),
    cmocka_unit_test(nothing_is_chosen_by_the_rows_to_judge_by),
    cmocka_unit_test(gradients_are_measured_while_all_layers_are_trained),
    cmocka_unit_test(what_was_done_is_kept_when_it_is_stopped),
    cmocka_unit_test(a_rate_that_explodes_is_not_chosen),
    cmocka_unit_test(too_wide_a_code_is_told),
    cmocka_unit_test(differences_are_of_the_same_seeds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
