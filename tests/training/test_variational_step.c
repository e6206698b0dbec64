// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/variational_step.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/optimizer.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_IN = 4, N_CODE = 3, N_STEPS = 5, N_STREAMS = 2, N_ROWS = N_STEPS * N_STREAMS };

/// Where the parameters of an untapped machine begin.
enum { AT_B = N_IN * 2 * N_CODE, AT_V = AT_B + 2 * N_CODE, AT_C = AT_V + N_CODE * N_IN };

static const BatchShape batch = { .n_steps = N_STEPS, .n_streams = N_STREAMS };

typedef struct {
  RecipeLayer       choices;
  RecipeVariational variational;
  void*             machine;
  Parameters*       parameters;
  uint64_t          step;
  double            corrupted[N_ROWS * N_IN];
  double            clean[N_ROWS * N_IN]; ///< In 0…1
} Fixture;

static void
set_up(Fixture* const fixture, const uint32_t n_taps, const Reconstruction reconstruction,
       const Activation below)
{
  Random random        = random_at(21, RANDOM_TEST, 0);
  fixture->choices     = (RecipeLayer){ .reconstruction = reconstruction };
  fixture->variational = (RecipeVariational){ .beta = 0.8 };
  fixture->step        = 1000;

  const PretrainConfig config = { .shape       = { .n_in       = N_IN,
                                                   .n_out      = N_CODE,
                                                   .n_taps     = n_taps,
                                                   .taps       = { 0, 2 },
                                                   .activation = ACTIVATION_IDENTITY },
                                  .below       = below,
                                  .choices     = &fixture->choices,
                                  .variational = &fixture->variational,
                                  .batch       = batch };
  fixture->machine            = variational_step.create(&config);
  assert_non_null(fixture->machine);
  fixture->parameters = variational_step.parameters(fixture->machine);
  for (size_t i = 0; i < fixture->parameters->n; ++i) {
    fixture->parameters->value[i] = 0.5 * random_normal(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_IN; ++i) {
    fixture->clean[i]     = random_uniform(&random);
    fixture->corrupted[i] = fixture->clean[i] + 0.3 * random_normal(&random);
  }
}

static void
tear_down(Fixture* const fixture)
{
  variational_step.destroy(fixture->machine);
}

/// Always with the same ε.
static double
run(const Fixture* const fixture, const BatchShape shape, const bool learn)
{
  Random              random = random_at(22, RANDOM_TEST, 0);
  const PretrainBatch given  = { .batch     = shape,
                                 .corrupted = fixture->corrupted,
                                 .clean     = fixture->clean,
                                 .step      = fixture->step,
                                 .learn     = learn };
  return variational_step.step(fixture->machine, NULL, &given, &random);
}

static double
loss(void* const handle)
{
  return run((const Fixture*)handle, batch, false);
}

static void
check_gradient(Fixture* const fixture)
{
  run(fixture, batch, true);
  assert_true(numeric_gradient_error(loss, fixture, fixture->parameters->n,
                                     fixture->parameters->value,
                                     fixture->parameters->gradient) < 1e-7);
}

static void
test_gradient(void** const state)
{
  (void)state;
  for (uint32_t n_taps = 1; n_taps < 3; ++n_taps) {
    Fixture fixture;
    for (Activation below = ACTIVATION_IDENTITY; below <= ACTIVATION_SOFTPLUS; ++below) {
      set_up(&fixture, n_taps, RECONSTRUCTION_SQUARED, below);
      check_gradient(&fixture);
      tear_down(&fixture);
    }
    set_up(&fixture, n_taps, RECONSTRUCTION_CROSS_ENTROPY, ACTIVATION_SIGMOID);
    check_gradient(&fixture);
    tear_down(&fixture);
  }
}

/// Free bits that some dimensions have not used up, a variance out of range, and in the warm-up.
static void
test_gradient_of_special_cases(void** const state)
{
  (void)state;
  Fixture fixture;
  set_up(&fixture, 1, RECONSTRUCTION_SQUARED, ACTIVATION_IDENTITY);
  fixture.variational.free_bits = 0.4;
  check_gradient(&fixture);

  fixture.variational.warmup = 10;
  fixture.step               = 3;
  check_gradient(&fixture);

  fixture.parameters->value[AT_B + N_CODE] = 20.0;
  check_gradient(&fixture);
  assert_true(fixture.parameters->gradient[AT_B + N_CODE] == 0.0);
  tear_down(&fixture);
}

/// b or c and the sum over a row of x times the matrix, [n × n_columns]; column j alone.
static double
weighted(const uint32_t n, const uint32_t n_columns, const double* const x, const double* const w,
         const double* const bias, const uint32_t j)
{
  double sum = bias[j];
  for (uint32_t i = 0; i < n; ++i) {
    sum += x[i] * w[i * n_columns + j];
  }
  return sum;
}

/// The divergence and the reconstruction's error of one row, by the header's formulas.
static void
cost_of_row(const Fixture* const fixture, const uint32_t row, Random* const random,
            double* const divergence, double* const error)
{
  const double* const w  = fixture->parameters->value;
  const double* const in = fixture->corrupted + (size_t)row * N_IN;
  double              z[N_CODE];
  for (uint32_t j = 0; j < N_CODE; ++j) {
    const double mean = weighted(N_IN, 2 * N_CODE, in, w, w + AT_B, j);
    const double logs = weighted(N_IN, 2 * N_CODE, in, w, w + AT_B, N_CODE + j);
    z[j]              = mean + sqrt(exp(logs)) * random_normal(random);
    *divergence += (mean * mean + exp(logs) - logs - 1.0) / 2.0;
  }
  for (uint32_t i = 0; i < N_IN; ++i) {
    const double x     = fixture->clean[row * N_IN + i];
    const double a     = weighted(N_CODE, N_IN, z, w + AT_V, w + AT_C, i);
    const double x_hat = 1.0 / (1.0 + exp(-a));
    *error += fixture->choices.reconstruction == RECONSTRUCTION_SQUARED
                ? (x_hat - x) * (x_hat - x)
                : -x * log(x_hat) - (1.0 - x) * log(1.0 - x_hat);
  }
}

static void
test_loss(void** const state)
{
  (void)state;
  static const Reconstruction kinds[] = { RECONSTRUCTION_SQUARED, RECONSTRUCTION_CROSS_ENTROPY };
  for (uint32_t k = 0; k < 2; ++k) {
    Fixture fixture;
    set_up(&fixture, 1, kinds[k], ACTIVATION_SIGMOID);
    Random random     = random_at(22, RANDOM_TEST, 0);
    double divergence = 0.0;
    double error      = 0.0;
    for (uint32_t row = 0; row < N_ROWS; ++row) {
      cost_of_row(&fixture, row, &random, &divergence, &error);
    }
    divergence /= N_ROWS;
    error /= N_ROWS;
    assert_true(fabs(loss(&fixture) - error - 0.8 * divergence) < 1e-12);

    fixture.variational.warmup = 4; // The first of four steps: a quarter of β
    fixture.step               = 0;
    assert_true(fabs(loss(&fixture) - error - 0.2 * divergence) < 1e-12);

    fixture.variational.free_bits = 1000.0;
    assert_true(fabs(loss(&fixture) - error) < 1e-12);
    tear_down(&fixture);
  }
}

/// Judging leaves the gradients, takes fewer rows, and tells what learning would.
static void
test_judging(void** const state)
{
  (void)state;
  Fixture fixture;
  double  gradient[AT_C + N_IN];
  set_up(&fixture, 1, RECONSTRUCTION_SQUARED, ACTIVATION_IDENTITY);
  const double learned = run(&fixture, batch, true);
  memcpy(gradient, fixture.parameters->gradient, sizeof(gradient));
  assert_true(run(&fixture, batch, false) == learned);
  run(&fixture, (BatchShape){ 1, 3 }, false);
  assert_int_equal(fixture.parameters->n, AT_C + N_IN);
  assert_memory_equal(fixture.parameters->gradient, gradient, sizeof(gradient));
  tear_down(&fixture);
}

/// Handed over are the means' columns, and the first tap's reconstruction.
static void
test_unroll(void** const state)
{
  (void)state;
  enum { ROWS = 2 * N_IN + 1, WIDE = 2 * N_IN };
  Fixture fixture;
  double  encoder[ROWS * N_CODE];
  double  decoder[(N_CODE + 1) * N_IN];
  set_up(&fixture, 2, RECONSTRUCTION_SQUARED, ACTIVATION_IDENTITY);
  variational_step.unroll(fixture.machine, encoder, decoder);
  const double* const w = fixture.parameters->value;
  const double* const v = w + ROWS * 2 * N_CODE;
  for (uint32_t r = 0; r < ROWS; ++r) {
    assert_memory_equal(encoder + (size_t)r * N_CODE, w + (size_t)r * 2 * N_CODE,
                        N_CODE * sizeof(double));
  }
  for (uint32_t j = 0; j <= N_CODE; ++j) {
    assert_memory_equal(decoder + (size_t)j * N_IN, v + (size_t)j * WIDE, N_IN * sizeof(double));
  }
  tear_down(&fixture);
}

/**
   All linear and with the squared error, which is that of normal noise of variance ½, this is
   probabilistic PCA (Lucas et al. 2019): of data with variance λ along one axis, the decoder's
   row has square λ − ½ and the posterior the variance ½/λ.
*/
static void
test_linear_is_probabilistic_pca(void** const state)
{
  (void)state;
  enum { ROWS = 64, N_LEARN = 4000, N_MEAN = 1000 };
  const double            lambda      = 4.0;
  const RecipeLayer       choices     = { .reconstruction = RECONSTRUCTION_SQUARED };
  const RecipeVariational variational = { .beta = 1.0 };
  const PretrainConfig    config      = { .shape       = { .n_in = 2, .n_out = 1, .n_taps = 1 },
                                          .below       = ACTIVATION_IDENTITY,
                                          .choices     = &choices,
                                          .variational = &variational,
                                          .batch       = { 1, ROWS } };
  void* const             machine     = variational_step.create(&config);
  Parameters* const       parameters  = variational_step.parameters(machine);
  Optimizer* const        optimizer   = optimizer_new(OPTIMIZER_ADAM, parameters->n);
  Random                  random      = random_at(23, RANDOM_TEST, 0);
  double                  x[ROWS * 2];
  for (uint32_t r = 0; r < ROWS; ++r) {
    x[2 * r]     = (r % 2 ? 0.6 : -0.6) * sqrt(lambda);
    x[2 * r + 1] = (r % 2 ? 0.8 : -0.8) * sqrt(lambda);
  }
  variational_step.draw(machine, &random);
  double mean[9] = { 0.0 }; // W 2 × 2, b 2, V 1 × 2, then c
  for (uint64_t i = 0; i < N_LEARN; ++i) {
    const PretrainBatch given = {
      .batch = { 1, ROWS }, .corrupted = x, .clean = x, .step = i, .learn = true
    };
    variational_step.step(machine, NULL, &given, &random);
    optimizer_step(optimizer, NULL, 0.01, 0.0, parameters->gradient, parameters->value);
    for (uint32_t k = 0; k < 9 && i >= N_LEARN - N_MEAN; ++k) {
      mean[k] += parameters->value[k] / N_MEAN;
    }
  }
  assert_true(fabs(mean[6] * mean[6] + mean[7] * mean[7] - (lambda - 0.5)) < 0.1);
  assert_true(fabs(mean[6] / mean[7] - 0.75) < 0.02);
  assert_true(fabs(mean[5] - log(0.5 / lambda)) < 0.05);
  assert_true(fabs(0.6 * mean[1] + 0.8 * mean[3]) < 0.05); // The variance is the same everywhere
  optimizer_free(optimizer);
  variational_step.destroy(machine);
}

/// Several tiles each way: the same bits with any number of threads.
static void
test_threads_do_not_matter(void** const state)
{
  (void)state;
  enum { ROWS = 1100, WIDE = 300 };
  static double           x[ROWS * WIDE];
  const RecipeLayer       choices     = { .reconstruction = RECONSTRUCTION_CROSS_ENTROPY };
  const RecipeVariational variational = { .beta = 1.0 };
  const PretrainConfig    config      = { .shape       = { .n_in = WIDE, .n_out = 5, .n_taps = 1 },
                                          .choices     = &choices,
                                          .variational = &variational,
                                          .batch       = { 1, ROWS } };
  const PretrainBatch given   = { .batch = { 1, ROWS }, .corrupted = x, .clean = x, .learn = true };
  void* const         alone   = variational_step.create(&config);
  void* const         many    = variational_step.create(&config);
  Team* const         team    = team_new(3);
  Random              weights = random_at(24, RANDOM_TEST, 0);
  Random              same    = weights;
  for (uint32_t i = 0; i < ROWS * WIDE; ++i) {
    x[i] = (i % 17) / 16.0;
  }
  variational_step.draw(alone, &weights);
  variational_step.draw(many, &same);
  const double expected = variational_step.step(alone, NULL, &given, &weights);
  assert_true(variational_step.step(many, team, &given, &same) == expected);
  const Parameters* const one   = variational_step.parameters(alone);
  const Parameters* const other = variational_step.parameters(many);
  assert_memory_equal(one->gradient, other->gradient, one->n * sizeof(double));
  variational_step.destroy(alone);
  variational_step.destroy(many);
  team_free(team);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient),
    cmocka_unit_test(test_gradient_of_special_cases),
    cmocka_unit_test(test_loss),
    cmocka_unit_test(test_judging),
    cmocka_unit_test(test_unroll),
    cmocka_unit_test(test_linear_is_probabilistic_pca),
    cmocka_unit_test(test_threads_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
