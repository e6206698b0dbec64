// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/rbm_step.h"

#include "tests/support/test.h"
#include "training/engine/optimizer.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

/// The machine that is small enough to count all its states.
enum { N_V = 4, N_H = 3, N_W = N_V * N_H, N = N_W + N_H + N_V };
enum { V_STATES = 1 << N_V, H_STATES = 1 << N_H };
enum { N_PATTERNS = 3, N_ROWS = 20 * N_PATTERNS, N_CALLS = 200 };

/// What the data are: each as often as the others.
static const uint32_t patterns[N_PATTERNS] = { 3, 12, 7 };

/// A machine with the choices that it refers to.
typedef struct {
  RecipeLayer choices;
  void*       rbm;
  Parameters* parameters;
  double      data[N_ROWS * N_V];
} Machine;

/// Number `i` of a state.
static double
bit(const uint32_t state, const uint32_t i)
{
  return state >> i & 1u;
}

static LayerShape
layer_of(const uint32_t n_in, const uint32_t n_out, const Activation hidden)
{
  return (LayerShape){ .n_in = n_in, .n_out = n_out, .n_taps = 1, .activation = hidden };
}

static void*
new_rbm(const RecipeLayer* const choices, const LayerShape shape, const uint32_t n_rows)
{
  const PretrainConfig config = {
    .shape = shape, .below = ACTIVATION_IDENTITY, .choices = choices, .batch = { 1, n_rows }
  };
  void* const rbm = rbm_step.create(&config);
  assert_non_null(rbm);
  return rbm;
}

static void
fill(const uint64_t number, const double size, const size_t n, double* const x)
{
  Random random = random_at(11, RANDOM_TEST, number);
  for (size_t i = 0; i < n; ++i) {
    x[i] = size * random_normal(&random);
  }
}

static void
set_up(Machine* const machine, const Visible visible, const Activation hidden, const uint32_t cd_k)
{
  machine->choices    = (RecipeLayer){ .visible = visible, .cd_k = cd_k };
  machine->rbm        = new_rbm(&machine->choices, layer_of(N_V, N_H, hidden), N_ROWS);
  machine->parameters = rbm_step.parameters(machine->rbm);
  assert_int_equal(machine->parameters->n, N);
  fill(0, hidden == ACTIVATION_SIGMOID ? 1.0 : 0.5, N, machine->parameters->value);
  for (uint32_t i = 0; i < N_ROWS * N_V; ++i) {
    machine->data[i] = bit(patterns[i / N_V % N_PATTERNS], i % N_V);
  }
}

static void
tear_down(Machine* const machine)
{
  rbm_step.destroy(machine->rbm);
}

/// @param n Number of the step.
static double
run(const Machine* const machine, const uint64_t n)
{
  Random              random = random_at(12, RANDOM_TEST, n);
  const PretrainBatch batch  = {
     .batch = { 1, N_ROWS }, .corrupted = machine->data, .clean = machine->data, .learn = true
  };
  return rbm_step.step(machine->rbm, NULL, &batch, &random);
}

/**
   The mean gradient of many steps must be the expected one, within 3 of its standard errors in
   each number, and within about 1 on the whole.
*/
static void
check_expectation(const Machine* const machine, const size_t n, const double* const expected)
{
  double sum[N]    = { 0.0 };
  double square[N] = { 0.0 };
  double scores    = 0.0;
  for (uint64_t call = 0; call < N_CALLS; ++call) {
    run(machine, call);
    for (size_t i = 0; i < n; ++i) {
      sum[i] += machine->parameters->gradient[i];
      square[i] += machine->parameters->gradient[i] * machine->parameters->gradient[i];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    const double mean     = sum[i] / N_CALLS;
    const double variance = fmax(square[i] / N_CALLS - mean * mean, 1e-8); // Of rounding at least
    const double error    = sqrt(variance / N_CALLS);
    const double score    = (mean - expected[i]) / error;
    assert_true(error < 0.02);
    assert_true(fabs(score) < 3.0);
    scores += score * score / (double)n;
  }
  assert_true(scores < 2.0);
}

/// E(v, h) of binary units.
static double
energy(const double* const parameters, const uint32_t v, const uint32_t h)
{
  const double* const b   = parameters + N_W;
  const double* const c   = b + N_H;
  double              sum = 0.0;
  for (uint32_t i = 0; i < N_V; ++i) {
    sum -= c[i] * bit(v, i);
    for (uint32_t j = 0; j < N_H; ++j) {
      sum -= bit(v, i) * parameters[i * N_H + j] * bit(h, j);
    }
  }
  for (uint32_t j = 0; j < N_H; ++j) {
    sum -= b[j] * bit(h, j);
  }
  return sum;
}

/// Σ_h e^−E(v, h)
static double
weight_of(const double* const parameters, const uint32_t v)
{
  double sum = 0.0;
  for (uint32_t h = 0; h < H_STATES; ++h) {
    sum += exp(-energy(parameters, v, h));
  }
  return sum;
}

/// −log p(v), mean over the patterns, by counting all 2⁷ states.
static double
negative_log_likelihood(const Machine* const machine)
{
  const double* const parameters = machine->parameters->value;
  double              all        = 0.0;
  double              sum        = 0.0;
  for (uint32_t v = 0; v < V_STATES; ++v) {
    all += weight_of(parameters, v);
  }
  for (uint32_t p = 0; p < N_PATTERNS; ++p) {
    sum -= log(weight_of(parameters, patterns[p]) / all) / N_PATTERNS;
  }
  return sum;
}

/// p(h | v) from the energies.
static double
chance_up(const double* const parameters, const uint32_t v, const uint32_t h)
{
  return exp(-energy(parameters, v, h)) / weight_of(parameters, v);
}

/// p(v | h) from the energies.
static double
chance_down(const double* const parameters, const uint32_t h, const uint32_t v)
{
  double sum = 0.0;
  for (uint32_t other = 0; other < V_STATES; ++other) {
    sum += exp(-energy(parameters, other, h));
  }
  return exp(-energy(parameters, v, h)) / sum;
}

/// Add `weight` times the statistics of visible numbers and the hidden units' numbers.
static void
count(const double weight, const double* const v, const double* const h, double* const sums)
{
  for (uint32_t i = 0; i < N_V; ++i) {
    sums[N_W + N_H + i] += weight * v[i];
    for (uint32_t j = 0; j < N_H; ++j) {
      sums[i * N_H + j] += weight * v[i] * h[j];
    }
  }
  for (uint32_t j = 0; j < N_H; ++j) {
    sums[N_W + j] += weight * h[j];
  }
}

/// Add `weight` times the expected statistics at a visible state.
static void
count_state(const double* const parameters, const double weight, const uint32_t v,
            double* const sums)
{
  double states[N_V];
  double chances[N_H] = { 0.0 };
  for (uint32_t i = 0; i < N_V; ++i) {
    states[i] = bit(v, i);
  }
  for (uint32_t h = 0; h < H_STATES; ++h) {
    for (uint32_t j = 0; j < N_H; ++j) {
      chances[j] += chance_up(parameters, v, h) * bit(h, j);
    }
  }
  count(weight, states, chances, sums);
}

static double
sigma(const double a)
{
  return 1.0 / (1.0 + exp(-a));
}

/// Visible chances or means at hidden numbers, and hidden ones at visible numbers.
static void
means_down(const Machine* const machine, const double* const h, double* const v)
{
  const double* const w = machine->parameters->value;
  for (uint32_t i = 0; i < N_V; ++i) {
    v[i] = w[N_W + N_H + i];
    for (uint32_t j = 0; j < N_H; ++j) {
      v[i] += w[i * N_H + j] * h[j];
    }
    v[i] = machine->choices.visible == VISIBLE_BINARY ? sigma(v[i]) : v[i];
  }
}

static void
sums_up(const Machine* const machine, const double* const v, double* const h)
{
  const double* const w = machine->parameters->value;
  for (uint32_t j = 0; j < N_H; ++j) {
    h[j] = w[N_W + j];
    for (uint32_t i = 0; i < N_V; ++i) {
      h[j] += v[i] * w[i * N_H + j];
    }
  }
}

/// CD-1 of binary hidden units: the mean over all their states of what follows from each.
static void
expect_one_step(const Machine* const machine, double* const gradient)
{
  memset(gradient, 0, N * sizeof(double));
  for (uint32_t p = 0; p < N_PATTERNS; ++p) {
    count_state(machine->parameters->value, -1.0 / N_PATTERNS, patterns[p], gradient);
    for (uint32_t state = 0; state < H_STATES; ++state) {
      double h[N_H];
      double v[N_V];
      for (uint32_t j = 0; j < N_H; ++j) {
        h[j] = bit(state, j);
      }
      means_down(machine, h, v);
      sums_up(machine, v, h);
      for (uint32_t j = 0; j < N_H; ++j) {
        h[j] = sigma(h[j]);
      }
      const double chance = chance_up(machine->parameters->value, patterns[p], state);
      count(chance / N_PATTERNS, v, h, gradient);
    }
  }
}

static void
test_one_step_as_enumerated(void** const state)
{
  (void)state;
  static const Visible kinds[] = { VISIBLE_BINARY, VISIBLE_GAUSSIAN };
  for (uint32_t k = 0; k < 2; ++k) {
    Machine machine;
    double  expected[N];
    set_up(&machine, kinds[k], ACTIVATION_SIGMOID, 1);
    expect_one_step(&machine, expected);
    check_expectation(&machine, N, expected);
    tear_down(&machine);
  }
}

/// The distribution of v after one more step of a Gibbs chain.
static void
gibbs(const double* const parameters, double* const p)
{
  double next[V_STATES] = { 0.0 };
  for (uint32_t v = 0; v < V_STATES; ++v) {
    for (uint32_t h = 0; h < H_STATES; ++h) {
      const double chance = p[v] * chance_up(parameters, v, h);
      for (uint32_t to = 0; to < V_STATES; ++to) {
        next[to] += chance * chance_down(parameters, h, to);
      }
    }
  }
  memcpy(p, next, sizeof(next));
}

static void
test_three_steps_as_enumerated(void** const state)
{
  (void)state;
  Machine machine;
  double  expected[N] = { 0.0 };
  double  p[V_STATES] = { 0.0 };
  set_up(&machine, VISIBLE_BINARY, ACTIVATION_SIGMOID, 3);
  fill(4, 4.5, N, machine.parameters->value); // So slow a chain that every step shows
  const double* const parameters = machine.parameters->value;
  for (uint32_t i = 0; i < N_PATTERNS; ++i) {
    p[patterns[i]] = 1.0 / N_PATTERNS;
    count_state(parameters, -p[patterns[i]], patterns[i], expected);
  }
  for (uint32_t k = 0; k < 3; ++k) {
    gibbs(parameters, p);
  }
  for (uint32_t v = 0; v < V_STATES; ++v) {
    count_state(parameters, p[v], v, expected);
  }
  check_expectation(&machine, N, expected);
  tear_down(&machine);
}

/// With many steps, the gradient is that of the likelihood, by differences of its exact value.
static void
test_many_steps_descend_the_likelihood(void** const state)
{
  (void)state;
  Machine machine;
  double  expected[N];
  set_up(&machine, VISIBLE_BINARY, ACTIVATION_SIGMOID, 60);
  for (uint32_t i = 0; i < N; ++i) {
    double* const at   = machine.parameters->value + i;
    const double  was  = *at;
    const double  size = 1e-5;
    *at                = was + size;
    const double above = negative_log_likelihood(&machine);
    *at                = was - size;
    expected[i]        = (above - negative_log_likelihood(&machine)) / (2.0 * size);
    *at                = was;
  }
  check_expectation(&machine, N, expected);
  tear_down(&machine);
}

/// A chain whose visible units all go out leaves what is counted on the data, which is exact.
static void
test_data_statistics(void** const state)
{
  (void)state;
  Machine machine;
  double  expected[N] = { 0.0 };
  set_up(&machine, VISIBLE_BINARY, ACTIVATION_SIGMOID, 1);
  for (uint32_t p = 0; p < N_PATTERNS; ++p) {
    count_state(machine.parameters->value, -1.0 / N_PATTERNS, patterns[p], expected);
  }
  for (uint32_t i = 0; i < N_V; ++i) {
    machine.parameters->value[N_W + N_H + i] = -200.0;
  }
  run(&machine, 0);
  for (uint32_t i = 0; i < N_W; ++i) {
    assert_true(fabs(machine.parameters->gradient[i] - expected[i]) < 1e-12);
  }
  tear_down(&machine);
}

/**
   All units Gaussian, h ~ N(h̄, 1), all is linear: v̄ = c + W h̄ is the mean of v_1 = c + W h, whose
   second moments are v̄ v̄ᵀ + W Wᵀ; and ⟨v_1 (b + Wᵀv_1)ᵀ⟩ = v̄ bᵀ + (v̄ v̄ᵀ + W Wᵀ) W.
*/
static void
test_gaussian_units_one_step(void** const state)
{
  (void)state;
  Machine machine;
  double  expected[N] = { 0.0 };
  set_up(&machine, VISIBLE_GAUSSIAN, ACTIVATION_IDENTITY, 1);
  const double* const w = machine.parameters->value;
  for (uint32_t p = 0; p < N_PATTERNS; ++p) {
    double v[N_V];
    double h[N_H];
    sums_up(&machine, machine.data + (size_t)p * N_V, h);
    count(-1.0 / N_PATTERNS, machine.data + (size_t)p * N_V, h, expected);
    means_down(&machine, h, v);
    sums_up(&machine, v, h);
    count(1.0 / N_PATTERNS, v, h, expected);
  }
  for (uint32_t i = 0; i < N_V; ++i) {
    for (uint32_t j = 0; j < N_H; ++j) {
      for (uint32_t m = 0; m < N_W; ++m) {
        const uint32_t k = m / N_H;
        const uint32_t l = m % N_H;
        expected[i * N_H + j] += w[i * N_H + l] * w[k * N_H + l] * w[k * N_H + j];
      }
    }
  }
  check_expectation(&machine, N, expected);
  tear_down(&machine);
}

/**
   One Gaussian unit on each side, W = w: (v, h) is normal with the inverse covariance
   (1, −w; −w, 1), so ⟨v⟩ = (c + w b)/(1 − w²), ⟨h⟩ = (b + w c)/(1 − w²), cov(v, h) = w/(1 − w²).
*/
static void
test_gaussian_units_many_steps(void** const state)
{
  (void)state;
  const double     w           = 0.6;
  const double     b           = 0.4;
  const double     c           = -0.7;
  const double     scale       = 1.0 / (1.0 - w * w);
  const double     v           = scale * (c + w * b);
  const double     h           = scale * (b + w * c);
  const double     data        = 0.9;
  const double     hidden      = b + w * data;
  const double     expected[3] = { w * scale + v * h - data * hidden, h - hidden, v - data };
  Machine          machine     = { .choices = { .visible = VISIBLE_GAUSSIAN, .cd_k = 30 } };
  const LayerShape shape       = layer_of(1, 1, ACTIVATION_IDENTITY);
  machine.rbm                  = new_rbm(&machine.choices, shape, N_ROWS);
  machine.parameters           = rbm_step.parameters(machine.rbm);
  memcpy(machine.parameters->value, (double[]){ w, b, c }, 3 * sizeof(double));
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    machine.data[r] = data;
  }
  check_expectation(&machine, 3, expected);
  tear_down(&machine);
}

/// Without weights the reconstruction is σ(c) of binary units, and c of Gaussian ones.
static void
test_loss(void** const state)
{
  (void)state;
  static const Visible kinds[] = { VISIBLE_BINARY, VISIBLE_GAUSSIAN };
  for (uint32_t k = 0; k < 2; ++k) {
    for (uint32_t cd_k = 1; cd_k < 3; ++cd_k) {
      Machine machine;
      double  expected = 0.0;
      set_up(&machine, kinds[k], ACTIVATION_SIGMOID, cd_k);
      memset(machine.parameters->value, 0, N_W * sizeof(double));
      for (uint32_t i = 0; i < N_ROWS * N_V; ++i) {
        const double c     = machine.parameters->value[N_W + N_H + i % N_V];
        const double error = machine.data[i] - (kinds[k] == VISIBLE_BINARY ? sigma(c) : c);
        expected += error * error / N_ROWS;
      }
      assert_true(fabs(run(&machine, 0) - expected) < 1e-12);
      tear_down(&machine);
    }
  }
}

/// Judging changes nothing, and tells what learning would.
static void
test_judging_leaves_the_gradient(void** const state)
{
  (void)state;
  Machine machine;
  set_up(&machine, VISIBLE_BINARY, ACTIVATION_SIGMOID, 1);
  const double  learned = run(&machine, 3);
  double        gradient[N];
  Random        random = random_at(12, RANDOM_TEST, 3);
  PretrainBatch batch  = {
     .batch = { 1, N_ROWS }, .corrupted = machine.data, .clean = machine.data, .learn = false
  };
  memcpy(gradient, machine.parameters->gradient, sizeof(gradient));
  assert_true(rbm_step.step(machine.rbm, NULL, &batch, &random) == learned);
  batch.batch.n_streams = 7;
  rbm_step.step(machine.rbm, NULL, &batch, &random);
  assert_memory_equal(gradient, machine.parameters->gradient, sizeof(gradient));
  tear_down(&machine);
}

/// What the patterns cost after learning, nats: no less than log(3).
static double
cost_after_learning(const uint32_t cd_k)
{
  Machine machine;
  set_up(&machine, VISIBLE_BINARY, ACTIVATION_SIGMOID, cd_k);
  Parameters* const parameters = machine.parameters;
  Optimizer* const  optimizer  = optimizer_new(OPTIMIZER_MOMENTUM, N);
  Random            random     = random_at(13, RANDOM_TEST, 0);
  rbm_step.draw(machine.rbm, &random);
  assert_true(fabs(negative_log_likelihood(&machine) - log(V_STATES)) < 0.01);
  for (uint32_t i = 0; i < 3000; ++i) {
    run(&machine, i);
    optimizer_step(optimizer, NULL, 0.02, 0.9, parameters->gradient, parameters->value);
  }
  const double cost = negative_log_likelihood(&machine);
  optimizer_free(optimizer);
  tear_down(&machine);
  return cost;
}

/// One step learns most of the 2.77 − 1.10 nats that there are; more come close to all.
static void
test_learns_a_distribution(void** const state)
{
  (void)state;
  assert_true(cost_after_learning(1) - log(N_PATTERNS) < 0.25);
  assert_true(cost_after_learning(5) - log(N_PATTERNS) < 0.03);
}

static void
test_first_weights(void** const state)
{
  (void)state;
  enum { WIDE = 200 };
  const RecipeLayer choices    = { .cd_k = 1 };
  void* const       rbm        = new_rbm(&choices, layer_of(WIDE, WIDE, ACTIVATION_SIGMOID), 1);
  const Parameters* parameters = rbm_step.parameters(rbm);
  Random            random     = random_at(14, RANDOM_TEST, 0);
  double            sum        = 0.0;
  fill(1, 1.0, parameters->n, parameters->value);
  rbm_step.draw(rbm, &random);
  for (uint32_t i = 0; i < WIDE * WIDE; ++i) {
    sum += parameters->value[i] * parameters->value[i];
  }
  for (uint32_t i = 0; i < 2 * WIDE; ++i) {
    assert_true(parameters->value[WIDE * WIDE + i] == 0.0);
  }
  assert_true(fabs(sqrt(sum) / WIDE - 0.01) < 0.0002);
  rbm_step.destroy(rbm);
}

/// A machine on two taps is one on rows with both frames in them, and hands over the first's c.
static void
test_taps(void** const state)
{
  (void)state;
  enum { N_STEPS = 6, N_STREAMS = 2, FRAMES = N_STEPS * N_STREAMS, DELAY = 2, WIDE = 2 * N_V };
  LayerShape tapped = layer_of(N_V, N_H, ACTIVATION_SIGMOID);
  tapped.n_taps     = 2;
  tapped.taps[1]    = DELAY;

  const RecipeLayer choices = { .cd_k = 1 };
  void* const       taps    = new_rbm(&choices, tapped, FRAMES);
  void* const       rows    = new_rbm(&choices, layer_of(WIDE, N_H, ACTIVATION_SIGMOID), FRAMES);
  double            x[FRAMES * N_V];
  double            both[FRAMES * WIDE];
  for (uint32_t i = 0; i < FRAMES * N_V; ++i) {
    x[i] = 0.01 * (i + 1);
  }
  for (uint32_t i = 0; i < FRAMES * WIDE; ++i) {
    const uint32_t frame = i / WIDE;
    const uint32_t late  = DELAY * N_STREAMS;
    both[i]              = i % WIDE < N_V  ? x[frame * N_V + i % WIDE]
                           : frame >= late ? x[(frame - late) * N_V + i % WIDE - N_V]
                                           : 0.0;
  }

  const Parameters* const of_taps = rbm_step.parameters(taps);
  const Parameters* const of_rows = rbm_step.parameters(rows);
  fill(2, 1.0, of_taps->n, of_taps->value);
  memcpy(of_rows->value, of_taps->value, of_taps->n * sizeof(double));
  Random              random  = random_at(15, RANDOM_TEST, 0);
  Random              same    = random;
  const PretrainBatch in_taps = {
    .batch = { N_STEPS, N_STREAMS }, .corrupted = x, .clean = x, .learn = true
  };
  const PretrainBatch in_rows = {
    .batch = { 1, FRAMES }, .corrupted = both, .clean = both, .learn = true
  };
  const double expected = rbm_step.step(rows, NULL, &in_rows, &same);
  assert_true(rbm_step.step(taps, NULL, &in_taps, &random) == expected);
  assert_int_equal(of_taps->n, of_rows->n);
  assert_memory_equal(of_taps->gradient, of_rows->gradient, of_rows->n * sizeof(double));

  double encoder[WIDE * N_H + N_H];
  double decoder[N_H * N_V + N_V];
  rbm_step.unroll(taps, encoder, decoder);
  assert_memory_equal(encoder, of_taps->value, sizeof(encoder));
  for (uint32_t j = 0; j < N_H; ++j) {
    for (uint32_t i = 0; i < N_V; ++i) {
      assert_true(decoder[j * N_V + i] == encoder[i * N_H + j]);
    }
  }
  assert_memory_equal(decoder + N_H * N_V, of_taps->value + WIDE * N_H + N_H, N_V * sizeof(double));
  rbm_step.destroy(taps);
  rbm_step.destroy(rows);
}

/// Several tiles, several steps, every kind of unit: the same bits with any number of threads.
static void
test_threads_do_not_matter(void** const state)
{
  (void)state;
  enum { ROWS = 300, WIDE = 40, HIDDEN = 30 };
  static double data[ROWS * WIDE];
  for (uint32_t kind = 0; kind < 4; ++kind) {
    const RecipeLayer choices = { .visible = kind % 2 ? VISIBLE_GAUSSIAN : VISIBLE_BINARY,
                                  .cd_k    = 3 };
    const Activation  hidden  = kind / 2 ? ACTIVATION_IDENTITY : ACTIVATION_SIGMOID;
    void* const       alone   = new_rbm(&choices, layer_of(WIDE, HIDDEN, hidden), ROWS);
    void* const       many    = new_rbm(&choices, layer_of(WIDE, HIDDEN, hidden), ROWS);
    Team* const       team    = team_new(3);
    Random            random  = random_at(16, RANDOM_TEST, kind);
    const Parameters* one     = rbm_step.parameters(alone);
    const Parameters* other   = rbm_step.parameters(many);
    for (uint32_t i = 0; i < ROWS * WIDE; ++i) {
      data[i] = random_uniform(&random);
    }
    fill(3, 0.1, one->n, one->value);
    memcpy(other->value, one->value, one->n * sizeof(double));
    const PretrainBatch batch = {
      .batch = { 1, ROWS }, .corrupted = data, .clean = data, .learn = true
    };
    Random       same = random;
    const double loss = rbm_step.step(alone, NULL, &batch, &random);
    assert_true(rbm_step.step(many, team, &batch, &same) == loss);
    assert_memory_equal(one->gradient, other->gradient, one->n * sizeof(double));
    rbm_step.destroy(alone);
    rbm_step.destroy(many);
    team_free(team);
  }
}

/// Codes of a sigmoid layer are chances: with no weights and c = 0, all are taken for ½.
static void
test_above_a_sigmoid_units_are_binary(void** const state)
{
  (void)state;
  const RecipeLayer    choices = { .visible = VISIBLE_GAUSSIAN, .cd_k = 1 };
  const PretrainConfig config  = { .shape   = layer_of(1, 1, ACTIVATION_SIGMOID),
                                   .below   = ACTIVATION_SIGMOID,
                                   .choices = &choices,
                                   .batch   = { 1, 1 } };
  const double         data    = 1.0;
  const PretrainBatch  batch   = { .batch = { 1, 1 }, .corrupted = &data, .clean = &data };
  void* const          rbm     = rbm_step.create(&config);
  Random               random  = random_at(17, RANDOM_TEST, 0);
  assert_true(rbm_step.step(rbm, NULL, &batch, &random) == 0.25);
  rbm_step.destroy(rbm);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_one_step_as_enumerated),
    cmocka_unit_test(test_three_steps_as_enumerated),
    cmocka_unit_test(test_many_steps_descend_the_likelihood),
    cmocka_unit_test(test_data_statistics),
    cmocka_unit_test(test_gaussian_units_one_step),
    cmocka_unit_test(test_gaussian_units_many_steps),
    cmocka_unit_test(test_loss),
    cmocka_unit_test(test_judging_leaves_the_gradient),
    cmocka_unit_test(test_learns_a_distribution),
    cmocka_unit_test(test_first_weights),
    cmocka_unit_test(test_taps),
    cmocka_unit_test(test_threads_do_not_matter),
    cmocka_unit_test(test_above_a_sigmoid_units_are_binary),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
