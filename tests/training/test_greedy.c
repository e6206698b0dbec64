// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/greedy.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"
#include "training/engine/backprop.h"

#include <stdlib.h>
#include <string.h>

static const Watcher nobody = { 0 };

/// The first look at the validation files, and all later ones.
typedef struct {
  uint32_t n;
  double   first;
  double   last;
} Looks;

static void
look(void* const handle, const char* const stage, const Descent* const descent, const double loss)
{
  (void)stage;
  (void)descent;
  Looks* const looks = (Looks*)handle;
  looks->first       = looks->n++ ? looks->first : loss;
  looks->last        = loss;
}

static void
train_layer(TrainingRun* const run, const uint32_t layer, const Watcher* const watcher)
{
  Greedy* const greedy = greedy_new(run, layer);
  assert_non_null(greedy);
  assert_int_equal(greedy_train(greedy, watcher, NULL), STATUS_SUCCESS);
  greedy_free(greedy);
}

/// Each layer learns to see its clean input through the noise, on files never trained on.
static void
test_layers_learn(void** const state)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  for (uint32_t layer = 0; layer < 2; ++layer) {
    Looks         looks   = { 0 };
    const Watcher watcher = { .validated = look, .context = &looks };
    train_layer(small.run, layer, &watcher);
    assert_int_equal(looks.n, 3);
    assert_true(looks.last < looks.first);
  }
  small_run_close(&small);
}

/// Training the second layer leaves the first and the head alone, and changes its own and its
/// mirror.
static void
test_unrolling_touches_its_own_layers(void** const state)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  TrainingRun* const run    = small.run;
  const size_t       n      = run->parameters->n;
  real* const        before = malloc(n * sizeof(real));
  memcpy(before, run->parameters->value, n * sizeof(real));
  train_layer(run, 1, &nobody);
  for (uint32_t layer = 0; layer < 4; ++layer) {
    const size_t from = unrolled_shape_offset(&run->shape, layer);
    const size_t size = (unrolled_shape_offset(&run->shape, layer + 1) - from) * sizeof(real);
    const bool   same = !memcmp(before + from, run->parameters->value + from, size);
    assert_int_equal(same, layer == 0 || layer == 3);
  }
  free(before);
  small_run_close(&small);
}

/// After unrolling, decoder ∘ encoder of the second layer is the reconstruction that was learned:
/// nearer to the clean codes of the current frame than their own mean is.
static void
test_mirror_reconstructs_the_codes(void** const state)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  TrainingRun* const run       = small.run;
  small.recipe->pretrain.steps = 300;
  train_layer(run, 0, &nobody);
  train_layer(run, 1, &nobody);

  const BatchShape batch   = run->examples->shape;
  Backprop* const  network = backprop_new(3, run->shape.layers, run->parameters, PRECISION_FLOAT32,
                                          batch);
  Batch            drawn;
  assert_int_equal(examples_draw(run->examples, NULL, SPLIT_VALID, 0, &drawn, NULL),
                   STATUS_SUCCESS);
  const real* const clean    = drawn.clean;
  const uint32_t    n_codes  = run->shape.layers[0].n_out;
  const uint32_t    n        = batch_rows(batch) * n_codes;
  real* const       codes    = malloc(n * sizeof(real));
  double            error    = 0.0;
  double            variance = 0.0;
  double            mean[24] = { 0.0 };
  memcpy(codes, backprop_forward(network, NULL, 1, batch, clean), n * sizeof(real));
  for (uint32_t i = 0; i < n; ++i) {
    mean[i % n_codes] += (double)codes[i] / batch_rows(batch);
  }
  const real* const again = backprop_forward(network, NULL, 3, batch, clean);
  for (uint32_t i = 0; i < n; ++i) {
    const double d = (double)codes[i] - mean[i % n_codes];
    const double e = (double)codes[i] - (double)again[i];
    variance += d * d;
    error += e * e;
  }
  assert_true(error < 0.5 * variance);
  free(codes);
  backprop_free(network);
  small_run_close(&small);
}

static void
test_no_steps_change_nothing(void** const state)
{
  SmallRun small               = small_run_open(state);
  small.recipe->pretrain.steps = 0;
  small_run_begin(&small, NULL);
  TrainingRun* const run    = small.run;
  const size_t       size   = run->parameters->n * sizeof(real);
  real* const        before = malloc(size);
  memcpy(before, run->parameters->value, size);
  train_layer(run, 1, &nobody);
  assert_memory_equal(before, run->parameters->value, size);
  free(before);
  small_run_close(&small);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_layers_learn),
    cmocka_unit_test(test_unrolling_touches_its_own_layers),
    cmocka_unit_test(test_mirror_reconstructs_the_codes),
    cmocka_unit_test(test_no_steps_change_nothing),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
