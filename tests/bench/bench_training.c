// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Frames per second of one training step of the engine; see training.sh.

#include "training/engine/backprop.h"
#include "training/engine/loss.h"
#include "training/engine/matrix.h"
#include "training/engine/optimizer.h"
#include "training/engine/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_LAYERS = 16, BATCH = 1024, N_BATCHES = 8, N_WARM_UP = 5 };

/// One network, the frames that it sees, and those that it learns to tell.
typedef struct {
  Precision   precision;
  uint32_t    n_layers;
  LayerShape  shapes[MAX_LAYERS];
  Parameters* parameters;
  Optimizer*  optimizer;
  Backprop*   backprop;
  Team*       team;
  real*       frames;  ///< [N_BATCHES × BATCH × n_in]
  real*       targets; ///< [N_BATCHES × BATCH × n_out], the first numbers of each frame
} Bench;

static const BatchShape batch = { 1, BATCH };

/// Layers of a network from its sizes, "513-64-513".  @return Whether it is one.
static bool
read_shapes(Bench* const bench, const char* text)
{
  uint32_t n_in = 0;
  for (char* end = NULL;; text = end + 1) {
    const uint32_t n = (uint32_t)strtoul(text, &end, 10);
    if (!n || (*end && *end != '-') || bench->n_layers == MAX_LAYERS) {
      return false;
    }
    if (n_in) {
      bench->shapes[bench->n_layers++] =
        (LayerShape){ .n_in = n_in, .n_out = n, .n_taps = 1, .activation = ACTIVATION_RELU };
    }
    n_in = n;
    if (!*end) {
      break;
    }
  }
  if (!bench->n_layers || n_in > bench->shapes[0].n_in) {
    return false;
  }
  bench->shapes[bench->n_layers - 1].activation = ACTIVATION_IDENTITY;
  return true;
}

static uint32_t
n_inputs(const Bench* const bench)
{
  return bench->shapes[0].n_in;
}

static uint32_t
n_outputs(const Bench* const bench)
{
  return bench->shapes[bench->n_layers - 1].n_out;
}

static void
fill(Bench* const bench)
{
  const size_t n_in   = n_inputs(bench);
  const size_t n_out  = n_outputs(bench);
  Random       random = random_at(1, RANDOM_TEST, 0);
  for (size_t i = 0; i < N_BATCHES * BATCH * n_in; ++i) {
    bench->frames[i] = (real)random_uniform(&random);
  }
  for (size_t r = 0; r < N_BATCHES * BATCH; ++r) {
    memcpy(bench->targets + r * n_out, bench->frames + r * n_in, n_out * sizeof(real));
  }

  real* value = bench->parameters->value;
  for (uint32_t i = 0; i < bench->n_layers; ++i) {
    random = random_at(1, RANDOM_WEIGHTS, i);
    parameters_draw(&bench->shapes[i], &random, value);
    value += parameters_of_layer(&bench->shapes[i]);
  }
}

static void
bench_clear(Bench* const bench)
{
  backprop_free(bench->backprop);
  optimizer_free(bench->optimizer);
  parameters_free(bench->parameters);
  team_free(bench->team);
  free(bench->frames);
  free(bench->targets);
}

/// @return Whether there was memory; if not, nothing is left to clear.
static bool
bench_init(Bench* const bench, const uint32_t n_threads)
{
  size_t n = 0;
  for (uint32_t i = 0; i < bench->n_layers; ++i) {
    n += parameters_of_layer(&bench->shapes[i]);
  }

  bench->parameters = parameters_new(n);
  bench->optimizer  = optimizer_new(OPTIMIZER_ADAM, n);
  bench->team       = team_new(n_threads);
  bench->backprop   = bench->parameters ? backprop_new(bench->n_layers, bench->shapes,
                                                       bench->parameters, bench->precision, batch)
                                        : NULL;
  bench->frames     = malloc((size_t)N_BATCHES * BATCH * n_inputs(bench) * sizeof(real));
  bench->targets    = malloc((size_t)N_BATCHES * BATCH * n_outputs(bench) * sizeof(real));
  if (!bench->optimizer || !bench->backprop || !bench->team || !bench->frames || !bench->targets) {
    bench_clear(bench);
    return false;
  }
  fill(bench);
  return true;
}

/// One training step.  @return The squared error per number.
static double
bench_step(Bench* const bench, const uint32_t step)
{
  const size_t      row    = (size_t)(step % N_BATCHES) * BATCH;
  const uint32_t    n_out  = n_outputs(bench);
  const real* const x      = bench->frames + row * n_inputs(bench);
  const real* const target = bench->targets + row * n_out;
  const real* const y = backprop_forward(bench->backprop, bench->team, bench->n_layers, batch, x);
  const double loss = loss_squared_error(BATCH, n_out, y, target, backprop_slope(bench->backprop));
  backprop_backward(bench->backprop, bench->team, batch, NULL);
  optimizer_step(bench->optimizer, bench->team, 1e-3, 0.0, bench->parameters->gradient,
                 bench->parameters->value);
  return loss / n_out;
}

/// Seconds on a clock.
static double
seconds_of(const clockid_t clock)
{
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// Train for some seconds and print the speed, the kernels and the last loss.
static void
measure(Bench* const bench, const clockid_t clock, const double seconds)
{
  double   start = 0.0;
  double   loss  = 0.0;
  uint32_t n     = 0;
  while (n < 2 * N_WARM_UP || seconds_of(clock) - start < seconds) {
    if (n == N_WARM_UP) {
      start = seconds_of(clock);
    }
    loss = bench_step(bench, n++);
  }
  const double spent = seconds_of(clock) - start;
  printf("%.0f %s %.6f\n", (n - N_WARM_UP) * (double)BATCH / spent, matrix_kernel(), loss);
}

int
main(const int argc, char** const argv)
{
  matrix_choose_kernel(argv);
  Bench          bench     = { 0 };
  const uint32_t n_threads = argc == 5 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
  const double   seconds   = argc == 5 ? atof(argv[3]) : 0.0;
  const bool     half      = argc == 5 && !strcmp(argv[4], "bfloat16");
  bench.precision          = half ? PRECISION_BFLOAT16 : PRECISION_FLOAT32;
  if (!n_threads || seconds <= 0.0 || !read_shapes(&bench, argv[1])) {
    fprintf(stderr, "Usage: bench_training SIZE-SIZE-... THREADS SECONDS float32|bfloat16\n");
    return EXIT_FAILURE;
  }
  if (half && !bfloat16_works()) {
    fprintf(stderr, "no bfloat16 in this build or on this CPU\n");
    return EXIT_FAILURE;
  }
  if (!bench_init(&bench, n_threads)) {
    fprintf(stderr, "out of memory\n");
    return EXIT_FAILURE;
  }
  measure(&bench, n_threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, seconds);
  bench_clear(&bench);
  return EXIT_SUCCESS;
}
