// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Frames per second of one training step of the engine, on one thread; see training.sh.

#include "training/engine/backprop.h"
#include "training/engine/loss.h"
#include "training/engine/matrix.h"
#include "training/engine/optimizer.h"
#include "training/engine/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_LAYERS = 6, N_FEATURES = 513, BATCH = 1024, N_BATCHES = 16, N_WARM_UP = 10 };

static const uint32_t units[N_LAYERS + 1] = { N_FEATURES, 512, 256, 64, 256, 512, N_FEATURES };

/// One autoencoder and the frames it learns.
typedef struct {
  LayerShape  shapes[N_LAYERS];
  Parameters* parameters;
  Optimizer*  optimizer;
  Backprop*   backprop;
  real*       frames; ///< [N_BATCHES × BATCH × N_FEATURES]
} Bench;

static const BatchShape batch = { 1, BATCH };

static void
fill(Bench* const bench)
{
  const size_t n      = (size_t)N_BATCHES * BATCH * N_FEATURES;
  Random       random = random_at(1, RANDOM_TEST, 0);
  for (size_t i = 0; i < n; ++i) {
    bench->frames[i] = (real)random_uniform(&random);
  }

  real* value = bench->parameters->value;
  for (uint32_t i = 0; i < N_LAYERS; ++i) {
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
  free(bench->frames);
}

/// @return Whether there was memory; if not, nothing is left to clear.
static bool
bench_init(Bench* const bench)
{
  size_t n = 0;
  for (uint32_t i = 0; i < N_LAYERS; ++i) {
    const bool last  = i + 1 == N_LAYERS;
    bench->shapes[i] = (LayerShape){ .n_in       = units[i],
                                     .n_out      = units[i + 1],
                                     .n_taps     = 1,
                                     .activation = last ? ACTIVATION_IDENTITY : ACTIVATION_RELU };
    n += parameters_of_layer(&bench->shapes[i]);
  }

  bench->parameters = parameters_new(n);
  bench->optimizer  = optimizer_new(OPTIMIZER_ADAM, n);
  bench->backprop   = bench->parameters
                        ? backprop_new(N_LAYERS, bench->shapes, bench->parameters, batch)
                        : NULL;
  bench->frames     = malloc((size_t)N_BATCHES * BATCH * N_FEATURES * sizeof(real));
  if (!bench->optimizer || !bench->backprop || !bench->frames) {
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
  const real* const x = bench->frames + (size_t)(step % N_BATCHES) * BATCH * N_FEATURES;
  const real* const y = backprop_forward(bench->backprop, NULL, N_LAYERS, batch, x);
  const double loss = loss_squared_error(BATCH, N_FEATURES, y, x, backprop_slope(bench->backprop)) /
                      N_FEATURES;
  backprop_backward(bench->backprop, NULL, batch, NULL);
  optimizer_step(bench->optimizer, NULL, 1e-3, 0.0, bench->parameters->gradient,
                 bench->parameters->value);
  return loss;
}

/// Seconds of processor time that this process has used.
static double
processor_time(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int
main(const int argc, char** const argv)
{
  matrix_choose_kernel(argv);
  const double seconds = argc == 2 ? atof(argv[1]) : 0.0;
  Bench        bench   = { 0 };
  if (seconds <= 0.0 || !bench_init(&bench)) {
    fprintf(stderr, seconds <= 0.0 ? "Usage: bench_training SECONDS\n" : "out of memory\n");
    return EXIT_FAILURE;
  }

  double   start = 0.0;
  double   loss  = 0.0;
  uint32_t n     = 0;
  while (n < 2 * N_WARM_UP || processor_time() - start < seconds) {
    if (n == N_WARM_UP) {
      start = processor_time();
    }
    loss = bench_step(&bench, n++);
  }
  const double spent = processor_time() - start;
  printf("%.0f %s %.6f\n", (n - N_WARM_UP) * (double)BATCH / spent, matrix_kernel(), loss);
  bench_clear(&bench);
  return EXIT_SUCCESS;
}
