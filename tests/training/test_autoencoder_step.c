// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/autoencoder_step.h"

#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/optimizer.h"
#include "training/engine/random.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_IN = 4, N_OUT = 3, N_STEPS = 5, N_STREAMS = 2, N_ROWS = N_STEPS * N_STREAMS };

static const BatchShape batch = { .n_steps = N_STEPS, .n_streams = N_STREAMS };

static const LayerShape dense  = { .n_in = N_IN, .n_out = N_OUT, .n_taps = 1 };
static const LayerShape tapped = { .n_in = N_IN, .n_out = N_OUT, .n_taps = 2, .taps = { 0, 3 } };

typedef struct {
  RecipeLayer    choices;
  PretrainConfig config;
  void*          machine;
  Parameters*    parameters;
  double         corrupted[N_ROWS * N_IN];
  double         clean[N_ROWS * N_IN]; ///< In 0…1
} Fixture;

/// @param choices `activation` is that of the layer.
static void
set_up(Fixture* const fixture, const LayerShape shape, const RecipeLayer choices,
       const Activation below)
{
  Random random    = random_at(1, RANDOM_TEST, 7);
  fixture->choices = choices;
  fixture->config  = (PretrainConfig){
     .shape = shape, .below = below, .choices = &fixture->choices, .batch = batch
  };
  fixture->config.shape.activation = choices.activation;
  fixture->machine                 = autoencoder_step.create(&fixture->config);
  assert_non_null(fixture->machine);
  fixture->parameters = autoencoder_step.parameters(fixture->machine);
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
  autoencoder_step.destroy(fixture->machine);
}

static double
run(Fixture* const fixture, const BatchShape shape, const bool learn)
{
  const PretrainBatch given = {
    .batch = shape, .corrupted = fixture->corrupted, .clean = fixture->clean, .learn = learn
  };
  return autoencoder_step.step(fixture->machine, NULL, &given, NULL);
}

static double
loss(void* const handle)
{
  return run((Fixture*)handle, batch, false);
}

static void
check_gradient(const LayerShape shape, const RecipeLayer choices, const Activation below)
{
  Fixture fixture;
  set_up(&fixture, shape, choices, below);
  run(&fixture, batch, true);
  const double error = numeric_gradient_error(
    loss, &fixture, fixture.parameters->n, fixture.parameters->value, fixture.parameters->gradient);
  if (error >= 1e-7) {
    fail_msg("%s, %s of %s, %s, %u taps, weight %g, L1 %g: %g", activation_name(choices.activation),
             choices.reconstruction ? "chances" : "values", activation_name(below),
             choices.tied ? "tied" : "untied", shape.n_taps, choices.sparsity.weight,
             choices.sparsity.l1, error);
  }
  tear_down(&fixture);
}

/// All reconstructions and penalties that go with an activation.
static void
check_activation(const LayerShape shape, const Activation activation, const bool tied,
                 const RecipeSparsity sparsity)
{
  RecipeLayer choices = { .activation = activation, .tied = tied, .sparsity = sparsity };
  for (Activation below = ACTIVATION_IDENTITY; below <= ACTIVATION_SOFTPLUS; ++below) {
    check_gradient(shape, choices, below);
  }
  choices.reconstruction = RECONSTRUCTION_CROSS_ENTROPY;
  check_gradient(shape, choices, ACTIVATION_SIGMOID);
  check_gradient(shape, choices, ACTIVATION_IDENTITY);
}

static void
check_gradients(const LayerShape shape, const bool tied)
{
  const RecipeSparsity none       = { .activity = 0.05 };
  const RecipeSparsity absolute   = { .l1 = 0.3 };
  const RecipeSparsity divergence = { .weight = 0.7, .activity = 0.05 };
  const RecipeSparsity both       = { .weight = 0.7, .activity = 0.05, .l1 = 0.3 };
  for (Activation activation = ACTIVATION_IDENTITY; activation <= ACTIVATION_SOFTPLUS;
       ++activation) {
    check_activation(shape, activation, tied, none);
    check_activation(shape, activation, tied, absolute);
  }
  check_activation(shape, ACTIVATION_SIGMOID, tied, divergence);
  check_activation(shape, ACTIVATION_TANH, tied, divergence);
  check_activation(shape, ACTIVATION_SIGMOID, tied, both);
  check_activation(shape, ACTIVATION_TANH, tied, both);
}

static void
test_gradient(void** const state)
{
  (void)state;
  check_gradients(dense, false);
  check_gradients(tapped, false);
}

static void
test_gradient_of_tied_weights(void** const state)
{
  (void)state;
  check_gradients(dense, true);
  check_gradients(tapped, true);
}

/// The textbook's formula on what is handed over, tied or not: tanh there, sigmoid back.
static double
naive_loss(const Fixture* const fixture, const double* const encoder, const double* const decoder)
{
  double sum = 0.0;
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    double h[N_OUT];
    for (uint32_t j = 0; j < N_OUT; ++j) {
      double a = encoder[N_IN * N_OUT + j];
      for (uint32_t i = 0; i < N_IN; ++i) {
        a += fixture->corrupted[r * N_IN + i] * encoder[i * N_OUT + j];
      }
      h[j] = tanh(a);
    }
    for (uint32_t i = 0; i < N_IN; ++i) {
      double a = decoder[N_OUT * N_IN + i];
      for (uint32_t j = 0; j < N_OUT; ++j) {
        a += h[j] * decoder[j * N_IN + i];
      }
      const double chance = 1.0 / (1.0 + exp(-a));
      const double x      = fixture->clean[r * N_IN + i];
      sum += fixture->choices.reconstruction == RECONSTRUCTION_CROSS_ENTROPY
               ? -x * log(chance) - (1.0 - x) * log(1.0 - chance)
               : (chance - x) * (chance - x);
    }
  }
  return sum / N_ROWS;
}

static void
check_loss(const bool tied, const Reconstruction reconstruction)
{
  Fixture fixture;
  double  encoder[(N_IN + 1) * N_OUT];
  double  decoder[(N_OUT + 1) * N_IN];
  set_up(
    &fixture, dense,
    (RecipeLayer){ .activation = ACTIVATION_TANH, .tied = tied, .reconstruction = reconstruction },
    ACTIVATION_SIGMOID);
  autoencoder_step.unroll(fixture.machine, encoder, decoder);
  assert_true(fabs(naive_loss(&fixture, encoder, decoder) - loss(&fixture)) < 1e-12);
  tear_down(&fixture);
}

static void
test_loss_of_what_is_handed_over(void** const state)
{
  (void)state;
  check_loss(false, RECONSTRUCTION_SQUARED);
  check_loss(false, RECONSTRUCTION_CROSS_ENTROPY);
  check_loss(true, RECONSTRUCTION_SQUARED);
  check_loss(true, RECONSTRUCTION_CROSS_ENTROPY);
}

/// Of two taps, the decoder's weights and biases for the current frame.
static void
test_hands_over_the_current_frame(void** const state)
{
  (void)state;
  Fixture fixture;
  double  encoder[(2 * N_IN + 1) * N_OUT];
  double  decoder[(N_OUT + 1) * N_IN];
  set_up(&fixture, tapped, (RecipeLayer){ .activation = ACTIVATION_TANH }, ACTIVATION_IDENTITY);
  autoencoder_step.unroll(fixture.machine, encoder, decoder);

  const double* const value = fixture.parameters->value;
  const double* const v     = value + (2 * N_IN + 1) * N_OUT;
  assert_memory_equal(encoder, value, sizeof(encoder));
  for (uint32_t i = 0; i < N_IN; ++i) {
    for (uint32_t j = 0; j < N_OUT; ++j) {
      assert_true(decoder[j * N_IN + i] == v[j * 2 * N_IN + i]);
    }
    assert_true(decoder[N_OUT * N_IN + i] == v[N_OUT * 2 * N_IN + i]);
  }
  tear_down(&fixture);
}

/// Of a layer that is not as small as the others.
static void
test_tied_weights_are_transposes(void** const state)
{
  enum { WIDE = 70, CODE = 45 };

  (void)state;
  const LayerShape shape = { .n_in = WIDE, .n_out = CODE, .n_taps = 2, .taps = { 0, 3 } };
  Fixture          fixture;
  double           encoder[(2 * WIDE + 1) * CODE];
  double           decoder[(CODE + 1) * WIDE];
  set_up(&fixture, shape, (RecipeLayer){ .activation = ACTIVATION_TANH, .tied = true },
         ACTIVATION_IDENTITY);
  assert_int_equal(fixture.parameters->n, 2 * WIDE * CODE + CODE + 2 * WIDE);
  autoencoder_step.unroll(fixture.machine, encoder, decoder);
  for (uint32_t i = 0; i < WIDE; ++i) {
    for (uint32_t j = 0; j < CODE; ++j) {
      assert_true(decoder[j * WIDE + i] == encoder[i * CODE + j]);
    }
  }
  tear_down(&fixture);
}

/// Half of the rows cost what they cost a machine that never sees more.
static void
test_smaller_batch(void** const state)
{
  (void)state;
  const BatchShape  small   = { .n_steps = 1, .n_streams = N_ROWS / 2 };
  const RecipeLayer choices = { .activation = ACTIVATION_SIGMOID,
                                .sparsity   = { .weight = 0.7, .activity = 0.05, .l1 = 0.3 } };
  Fixture           large;
  Fixture           fitting;
  set_up(&large, dense, choices, ACTIVATION_IDENTITY);
  set_up(&fitting, dense, choices, ACTIVATION_IDENTITY);
  tear_down(&fitting);
  fitting.config.batch = small;
  fitting.machine      = autoencoder_step.create(&fitting.config);
  fitting.parameters   = autoencoder_step.parameters(fitting.machine);

  const size_t bytes = large.parameters->n * sizeof(double);
  memcpy(fitting.parameters->value, large.parameters->value, bytes);
  run(&large, batch, true);
  assert_true(run(&large, small, true) == run(&fitting, small, true));
  assert_memory_equal(large.parameters->gradient, fitting.parameters->gradient, bytes);
  tear_down(&large);
  tear_down(&fitting);
}

static void
test_first_weights(void** const state)
{
  (void)state;
  const RecipeLayer choices = { .activation = ACTIVATION_SIGMOID, .tied = true };
  Fixture           fixture;
  double            first[N_IN * N_OUT + N_OUT + N_IN];
  set_up(&fixture, dense, choices, ACTIVATION_IDENTITY);
  assert_int_equal(fixture.parameters->n * sizeof(double), sizeof(first));

  const double* const value  = fixture.parameters->value;
  Random              random = random_at(5, RANDOM_TEST, 0);
  Random              again  = random;
  autoencoder_step.draw(fixture.machine, &random);
  memcpy(first, value, sizeof(first));
  for (uint32_t i = 0; i < N_IN * N_OUT + N_OUT + N_IN; ++i) {
    assert_true((value[i] == 0.0) == (i >= N_IN * N_OUT));
  }
  autoencoder_step.draw(fixture.machine, &again);
  assert_memory_equal(value, first, sizeof(first));
  tear_down(&fixture);
}

/// Train on the clean rows.  @return The last loss as a share of the first.
static double
train(Fixture* const fixture, const uint32_t n_steps)
{
  Parameters* const parameters = fixture->parameters;
  Optimizer* const  optimizer  = optimizer_new(OPTIMIZER_ADAM, parameters->n);
  double            first      = 0.0;
  double            last       = 0.0;
  memcpy(fixture->corrupted, fixture->clean, sizeof(fixture->clean));
  for (uint32_t i = 0; i < n_steps; ++i) {
    last  = run(fixture, batch, true);
    first = i ? first : last;
    optimizer_step(optimizer, NULL, 0.01, 0.0, parameters->gradient, parameters->value);
  }
  optimizer_free(optimizer);
  return last / first;
}

/// A linear autoencoder whose code is as wide as its input learns to give the input back.
static void
test_learns_the_identity(void** const state)
{
  (void)state;
  const LayerShape wide = { .n_in = N_IN, .n_out = N_IN, .n_taps = 1 };
  for (uint32_t tied = 0; tied < 2; ++tied) {
    Fixture fixture;
    set_up(&fixture, wide, (RecipeLayer){ .activation = ACTIVATION_IDENTITY, .tied = tied },
           ACTIVATION_IDENTITY);
    assert_true(train(&fixture, 2000) < 1e-4);
    tear_down(&fixture);
  }
}

/// Farthest mean activation of a unit from ρ, as a share of ρ.
static double
farthest_activity(const double weight, const double rho)
{
  Fixture fixture;
  double  encoder[(N_IN + 1) * N_OUT];
  double  decoder[(N_OUT + 1) * N_IN];
  double  farthest = 0.0;
  set_up(&fixture, dense,
         (RecipeLayer){ .activation = ACTIVATION_SIGMOID,
                        .sparsity   = { .weight = weight, .activity = rho } },
         ACTIVATION_SIGMOID);
  train(&fixture, 2000);
  autoencoder_step.unroll(fixture.machine, encoder, decoder);
  for (uint32_t j = 0; j < N_OUT; ++j) {
    double sum = 0.0;
    for (uint32_t r = 0; r < N_ROWS; ++r) {
      double a = encoder[N_IN * N_OUT + j];
      for (uint32_t i = 0; i < N_IN; ++i) {
        a += fixture.clean[r * N_IN + i] * encoder[i * N_OUT + j];
      }
      sum += 1.0 / (1.0 + exp(-a));
    }
    farthest = fmax(farthest, fabs(sum / N_ROWS - rho) / rho);
  }
  tear_down(&fixture);
  return farthest;
}

/// With the penalty every unit is about as active as it should be, and without it not.
static void
test_learns_to_be_sparse(void** const state)
{
  (void)state;
  assert_true(farthest_activity(3.0, 0.05) < 0.2);
  assert_true(farthest_activity(0.0, 0.05) > 0.2);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient),
    cmocka_unit_test(test_gradient_of_tied_weights),
    cmocka_unit_test(test_loss_of_what_is_handed_over),
    cmocka_unit_test(test_hands_over_the_current_frame),
    cmocka_unit_test(test_tied_weights_are_transposes),
    cmocka_unit_test(test_smaller_batch),
    cmocka_unit_test(test_first_weights),
    cmocka_unit_test(test_learns_the_identity),
    cmocka_unit_test(test_learns_to_be_sparse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
