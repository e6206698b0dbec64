// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/bfloat16.h"

#include "tests/support/test.h"
#include "training/engine/backprop.h"
#include "training/engine/loss.h"
#include "training/engine/optimizer.h"
#include "training/engine/pooling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// A layer with taps, at sizes that fit no tile, and its mini-batches.
enum { N_IN = 277, N_OUT = 45, N_TAPS = 3, N_STREAMS = 11, MAX_STEPS = 50 };

enum { MAX_ROWS = MAX_STEPS * N_STREAMS };

static const LayerShape tapped = { .n_in   = N_IN,
                                   .n_out  = N_OUT,
                                   .n_taps = N_TAPS,
                                   .taps   = { 0, 2, 30 } };

static const BatchShape largest = { .n_steps = MAX_STEPS, .n_streams = N_STREAMS };

/// Greatest relative error of a number rounded to 8 bits of mantissa, the first of them implied.
static const double unit = 1.0 / 256.0;

typedef struct {
  Parameters* parameters;
  Dense       dense;
  real        x[MAX_ROWS * N_IN];
  real        y[MAX_ROWS * N_OUT];
  real        dy[MAX_ROWS * N_OUT];
  real        dx[MAX_ROWS * N_IN];
} Fixture;

static void
fill(Random* const random, const size_t n, real* const x)
{
  for (size_t i = 0; i < n; ++i) {
    x[i] = (real)random_normal(random);
  }
}

/// The library, or the CPU, may lack it.
static void
need_bfloat16(void)
{
  if (!bfloat16_works()) {
    print_message("no bfloat16 in this build or on this CPU\n");
    skip();
  }
}

static Fixture*
new_fixture(void)
{
  Random         random  = random_at(1, RANDOM_TEST, 0);
  Fixture* const fixture = calloc(1, sizeof(Fixture));
  fixture->parameters    = parameters_new(parameters_of_layer(&tapped));
  fixture->dense         = parameters_dense(fixture->parameters, 0, &tapped);
  fill(&random, fixture->parameters->n, fixture->parameters->value);
  fill(&random, (size_t)MAX_ROWS * N_IN, fixture->x);
  fill(&random, (size_t)MAX_ROWS * N_OUT, fixture->dy);
  assert_true(dense_prepare(&fixture->dense, PRECISION_BFLOAT16, largest));
  assert_non_null(fixture->dense.half);
  return fixture;
}

static void
free_fixture(Fixture* const fixture)
{
  dense_release(&fixture->dense);
  free(fixture->dense.sums);
  parameters_free(fixture->parameters);
  free(fixture);
}

/// A sum of products, and the sum of their sizes.
typedef struct {
  double sum;
  double size;
  double n;
} Sum;

static void
add_product(Sum* const sum, const real a, const real b)
{
  sum->sum += (double)a * (double)b;
  sum->size += fabs((double)a * (double)b);
  sum->n += 1.0;
}

/// Both factors are rounded, and then every partial sum in float32.  @return The error's share of
/// what is allowed.
static double
expect_near(const Sum* const sum, const real found)
{
  const double allowed = sum->size * (2.0 * unit + unit * unit + (sum->n + 1.0) * 0x1p-24);
  const double error   = fabs((double)found - sum->sum);
  assert_true(error <= allowed);
  return error / allowed;
}

/// @return x of a row some steps before, or zeros.
static const real*
row_before(const Fixture* const fixture, const uint32_t row, const uint32_t tap)
{
  static const real zeros[N_IN];
  const uint32_t    delay = tapped.taps[tap] * N_STREAMS;
  return row < delay ? zeros : fixture->x + (size_t)(row - delay) * N_IN;
}

/// @return The worst share of what is allowed.
static double
check_outputs(const Fixture* const fixture, const uint32_t n_rows)
{
  double worst = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t j = 0; j < N_OUT; ++j) {
      Sum sum = { .sum = (double)fixture->dense.b[j], .size = fabs((double)fixture->dense.b[j]) };
      for (uint32_t k = 0; k < N_TAPS; ++k) {
        const real* const x = row_before(fixture, r, k);
        for (uint32_t i = 0; i < N_IN; ++i) {
          add_product(&sum, x[i], fixture->dense.w[((size_t)k * N_IN + i) * N_OUT + j]);
        }
      }
      worst = fmax(worst, expect_near(&sum, fixture->y[(size_t)r * N_OUT + j]));
    }
  }
  return worst;
}

static double
check_inputs(const Fixture* const fixture, const uint32_t n_rows)
{
  double worst = 0.0;
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t i = 0; i < N_IN; ++i) {
      Sum sum = { 0 };
      for (uint32_t k = 0; k < N_TAPS; ++k) {
        const uint32_t later = r + tapped.taps[k] * N_STREAMS;
        for (uint32_t j = 0; later < n_rows && j < N_OUT; ++j) {
          add_product(&sum, fixture->dy[(size_t)later * N_OUT + j],
                      fixture->dense.w[((size_t)k * N_IN + i) * N_OUT + j]);
        }
      }
      worst = fmax(worst, expect_near(&sum, fixture->dx[(size_t)r * N_IN + i]));
    }
  }
  return worst;
}

static double
check_weights(const Fixture* const fixture, const uint32_t n_rows)
{
  double worst = 0.0;
  for (uint32_t k = 0; k < N_TAPS; ++k) {
    for (uint32_t i = 0; i < N_IN; ++i) {
      for (uint32_t j = 0; j < N_OUT; ++j) {
        Sum sum = { 0 };
        for (uint32_t r = 0; r < n_rows; ++r) {
          add_product(&sum, row_before(fixture, r, k)[i], fixture->dy[(size_t)r * N_OUT + j]);
        }
        worst = fmax(worst,
                     expect_near(&sum, fixture->dense.dw[((size_t)k * N_IN + i) * N_OUT + j]));
      }
    }
  }
  return worst;
}

static void
pass(Fixture* const fixture, Team* const team, const BatchShape batch)
{
  dense_forward(&fixture->dense, team, batch, fixture->x, fixture->y);
  dense_backward(&fixture->dense, team, batch, fixture->x, fixture->y, fixture->dy, fixture->dx);
}

/// Against the definitions in double; the error is also large enough to show what computed them.
static void
check_products(Fixture* const fixture, const uint32_t n_steps)
{
  const BatchShape batch  = { .n_steps = n_steps, .n_streams = N_STREAMS };
  const uint32_t   n_rows = batch_rows(batch);
  pass(fixture, NULL, batch);
  assert_in_range((uint32_t)(1e3 * check_outputs(fixture, n_rows)), 20, 1000);
  assert_in_range((uint32_t)(1e3 * check_inputs(fixture, n_rows)), 20, 1000);
  assert_in_range((uint32_t)(1e3 * check_weights(fixture, n_rows)), 20, 1000);
}

/// Mini-batches of all sizes one after another: what one leaves behind is not the next one's.
static void
test_products(void** const state)
{
  (void)state;
  need_bfloat16();
  Fixture* const fixture = new_fixture();
  check_products(fixture, MAX_STEPS);
  check_products(fixture, 9);
  check_products(fixture, 1);
  check_products(fixture, 31);
  free_fixture(fixture);
}

static void
test_threads_change_nothing(void** const state)
{
  (void)state;
  need_bfloat16();
  Team* const    team = team_new(3);
  Fixture* const one  = new_fixture();
  Fixture* const many = new_fixture();
  pass(one, NULL, largest);
  for (int i = 0; i < 20; ++i) {
    pass(many, team, largest);
    assert_memory_equal(one->y, many->y, sizeof(one->y));
    assert_memory_equal(one->dx, many->dx, sizeof(one->dx));
    assert_memory_equal(one->parameters->gradient, many->parameters->gradient,
                        one->parameters->n * sizeof(real));
  }
  free_fixture(one);
  free_fixture(many);
  team_free(team);
}

/// One pass through a gated layer in a precision: its output, slopes and gradients.
static void
pass_gates(const Precision precision, Fixture* const fixture)
{
  LayerShape gated    = tapped;
  Random     random   = random_at(1, RANDOM_TEST, 0);
  gated.gated         = true;
  gated.activation    = ACTIVATION_TANH;
  fixture->parameters = parameters_new(parameters_of_layer(&gated));
  fixture->dense      = parameters_dense(fixture->parameters, 0, &gated);
  parameters_draw(&gated, &random, fixture->parameters->value);
  fill(&random, (size_t)MAX_ROWS * N_IN, fixture->x);
  fill(&random, (size_t)MAX_ROWS * N_OUT, fixture->dy);
  assert_true(pooling_allocate(&fixture->dense, MAX_ROWS));
  assert_true(dense_prepare(&fixture->dense, precision, largest));
  assert_int_equal(fixture->dense.half != NULL, precision == PRECISION_BFLOAT16);
  pass(fixture, NULL, largest);
}

/// @return Size of a − b, as a share of that of b.
static double
distance(const size_t n, const real* const a, const real* const b)
{
  double error = 0.0;
  double size  = 0.0;
  for (size_t i = 0; i < n; ++i) {
    error += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    size += (double)b[i] * (double)b[i];
  }
  return sqrt(error / size);
}

/// Candidates and gates are sums like any; what they remember stays in float32.
static void
test_gates(void** const state)
{
  (void)state;
  need_bfloat16();
  Fixture* const half = calloc(1, sizeof(Fixture));
  Fixture* const full = calloc(1, sizeof(Fixture));
  pass_gates(PRECISION_BFLOAT16, half);
  pass_gates(PRECISION_FLOAT32, full);
  const double y  = distance((size_t)MAX_ROWS * N_OUT, half->y, full->y);
  const double dx = distance((size_t)MAX_ROWS * N_IN, half->dx, full->dx);
  const double dw = distance(full->parameters->n, half->parameters->gradient,
                             full->parameters->gradient);
  assert_true(y > 0.0 && y < 2.0 * unit);
  assert_true(dx > 0.0 && dx < 3.0 * unit);
  assert_true(dw > 0.0 && dw < 3.0 * unit);
  free_fixture(half);
  free_fixture(full);
}

/// What is not a number must be seen by those who watch a training.
static void
test_not_a_number_stays_so(void** const state)
{
  (void)state;
  need_bfloat16();
  Fixture* const   fixture = new_fixture();
  const BatchShape batch   = { .n_steps = 1, .n_streams = N_STREAMS };
  const uint32_t   payload = 0x7f800001u; // All that is not zero of it is in the lower half
  memcpy(&fixture->x[3 * N_IN + 7], &payload, sizeof(payload));
  fixture->x[5 * N_IN] = HUGE_VALF;
  pass(fixture, NULL, batch);
  for (uint32_t r = 0; r < N_STREAMS; ++r) {
    const real* const y = fixture->y + (size_t)r * N_OUT;
    assert_int_equal(isnan(y[0]) != 0, r == 3);
    assert_int_equal(isinf(y[0]) != 0, r == 5);
  }
  free_fixture(fixture);
}

static void
test_only_what_is_asked_for(void** const state)
{
  (void)state;
  need_bfloat16();
  const LayerShape  narrow     = { .n_in = 64, .n_out = 3, .n_taps = 1 };
  Parameters* const parameters = parameters_new(parameters_of_layer(&tapped));
  Dense             dense      = parameters_dense(parameters, 0, &tapped);
  assert_true(dense_prepare(&dense, PRECISION_FLOAT32, largest));
  assert_null(dense.half);
  dense_release(&dense);

  dense = parameters_dense(parameters, 0, &narrow);
  assert_true(dense_prepare(&dense, PRECISION_BFLOAT16, largest));
  assert_null(dense.half);
  parameters_free(parameters);
}

/// A small autoencoder on numbers that eight others make.  @return Its loss after a training.
static double
train(const Precision precision)
{
  enum { N_UNITS = 96, N_CAUSES = 8, N_CODE = 24, ROWS = 256, STEPS = 300 };

  const BatchShape batch     = { 1, ROWS };
  const LayerShape shapes[3] = {
    { .n_in = N_UNITS, .n_out = 64, .n_taps = 1, .activation = ACTIVATION_TANH },
    { .n_in = 64, .n_out = N_CODE, .n_taps = 1, .activation = ACTIVATION_RELU },
    { .n_in = N_CODE, .n_out = N_UNITS, .n_taps = 1, .activation = ACTIVATION_IDENTITY },
  };
  Parameters* const parameters = parameters_new(parameters_of_layer(&shapes[0]) +
                                                parameters_of_layer(&shapes[1]) +
                                                parameters_of_layer(&shapes[2]));
  Optimizer* const  optimizer  = optimizer_new(OPTIMIZER_ADAM, parameters->n);
  Backprop* const   network    = backprop_new(3, shapes, parameters, precision, batch);
  real* const       mixing     = calloc(N_CAUSES * N_UNITS, sizeof(real));
  real* const       x          = calloc(ROWS * N_UNITS, sizeof(real));
  Random            random     = random_at(1, RANDOM_TEST, 0);
  real*             value      = parameters->value;
  double            loss       = 0.0;
  for (int l = 0; l < 3; ++l) {
    parameters_draw(&shapes[l], &random, value);
    value += parameters_of_layer(&shapes[l]);
  }
  fill(&random, N_CAUSES * N_UNITS, mixing);
  for (int step = 0; step < STEPS; ++step) {
    for (size_t r = 0; r < ROWS; ++r) {
      real causes[N_CAUSES];
      fill(&random, N_CAUSES, causes);
      for (size_t i = 0; i < N_UNITS; ++i) {
        x[r * N_UNITS + i] = 0;
        for (size_t c = 0; c < N_CAUSES; ++c) {
          x[r * N_UNITS + i] += (real)0.3 * causes[c] * mixing[c * N_UNITS + i];
        }
      }
    }
    const real* const y  = backprop_forward(network, NULL, 3, batch, x);
    const double      at = loss_squared_error(ROWS, N_UNITS, y, x, backprop_slope(network));
    loss += step < STEPS - 20 ? 0.0 : at / 20.0;
    backprop_backward(network, NULL, batch, NULL);
    optimizer_step(optimizer, NULL, 2e-3, 0.0, parameters->gradient, parameters->value);
  }
  backprop_free(network);
  optimizer_free(optimizer);
  parameters_free(parameters);
  free(mixing);
  free(x);
  return loss;
}

static void
test_trainings_end_alike(void** const state)
{
  (void)state;
  need_bfloat16();
  const double full = train(PRECISION_FLOAT32);
  const double half = train(PRECISION_BFLOAT16);
  print_message("loss %.4f in float32, %.4f in bfloat16\n", full, half);
  assert_true(full < 0.3 * 0.09 * 8 * 96); // It has learned: the variance of the numbers
  assert_true(half != full);
  assert_true(fabs(half / full - 1.0) < 0.05);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_products),
    cmocka_unit_test(test_threads_change_nothing),
    cmocka_unit_test(test_gates),
    cmocka_unit_test(test_not_a_number_stays_so),
    cmocka_unit_test(test_only_what_is_asked_for),
    cmocka_unit_test(test_trainings_end_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
