// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/mixture_examples.h"

#include "dsp/spectrum/prior_snr.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static Examples*
open_examples(const SmallRun* const small)
{
  const MixtureSources sources  = { .sound = small->sound, .noise = small->noise };
  Examples* const      examples = mixture_examples_new(small->recipe, &sources);
  assert_non_null(examples);
  return examples;
}

static size_t
feature_bytes(const SmallRun* const small, const BatchShape batch)
{
  return (size_t)batch_rows(batch) * feature_config_size(&small->recipe->features) * sizeof(real);
}

/// Batch n is the same whenever it is drawn, by any number of threads, and differs from others.
static void
test_batches_are_reproducible(void** const state)
{
  SmallRun        small = small_run_open(state);
  Team* const     team  = team_new(3);
  Examples* const one   = open_examples(&small);
  Examples* const many  = open_examples(&small);
  const size_t    size  = feature_bytes(&small, one->shape);
  Batch           first;
  Batch           other;
  assert_int_equal(examples_draw(one, NULL, SPLIT_TRAIN, 5, &first, NULL), STATUS_SUCCESS);
  assert_int_equal(examples_draw(many, team, SPLIT_TRAIN, 4, &other, NULL), STATUS_SUCCESS);
  assert_memory_not_equal(first.x, other.x, size);
  assert_int_equal(examples_draw(many, team, SPLIT_TRAIN, 5, &other, NULL), STATUS_SUCCESS);
  assert_memory_equal(first.x, other.x, size);
  assert_memory_equal(first.clean, other.clean, size);
  assert_int_equal(examples_draw(many, team, SPLIT_VALID, 5, &other, NULL), STATUS_SUCCESS);
  assert_memory_not_equal(first.x, other.x, size);
  examples_free(one);
  examples_free(many);
  team_free(team);
  small_run_close(&small);
}

/// Mixtures serve as often as the recipe says, whatever is drawn in between; without anybody who
/// asks for them, clean features are not made, and all else is as it was.
static void
test_mixtures_echo(void** const state)
{
  SmallRun        small = small_run_open(state);
  Examples* const once  = open_examples(&small);
  Batch           plain[2];
  const size_t    size  = feature_bytes(&small, once->shape);
  real* const     first = malloc(size);
  assert_int_equal(examples_draw(once, NULL, SPLIT_TRAIN, 0, &plain[0], NULL), STATUS_SUCCESS);
  memcpy(first, plain[0].x, size);
  assert_int_equal(examples_draw(once, NULL, SPLIT_TRAIN, 1, &plain[1], NULL), STATUS_SUCCESS);

  small.recipe->echoes = 3;
  Examples* const many = open_examples(&small);
  many->with_clean     = false;
  for (uint64_t n = 0; n < 6; ++n) {
    Batch drawn;
    if (n == 1 || n == 4) {
      assert_int_equal(examples_draw(many, NULL, SPLIT_VALID, 0, &drawn, NULL), STATUS_SUCCESS);
    }
    assert_int_equal(examples_draw(many, NULL, SPLIT_TRAIN, n, &drawn, NULL), STATUS_SUCCESS);
    assert_memory_equal(drawn.x, n < 3 ? first : plain[1].x, size);
    assert_null(drawn.clean);
  }
  free(first);
  examples_free(once);
  examples_free(many);
  small_run_close(&small);
}

/// Every noisy sequence has mean power 1; only clean items have spectra equal to their target.
static void
test_spectra_are_levelled(void** const state)
{
  SmallRun small                    = small_run_open(state);
  small.recipe->mixture.clean_share = 1.0;
  small.recipe->mixture.noise_share = 0.0;
  small.recipe->mixture.clip_share  = 0.0;
  Examples* const examples          = open_examples(&small);
  Batch           drawn;
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 0, &drawn, NULL), STATUS_SUCCESS);
  const BatchShape        batch  = drawn.shape;
  const MaskTarget* const target = drawn.spectra;
  for (uint32_t s = 0; s < batch.n_streams; ++s) {
    double sum = 0.0;
    for (uint32_t t = 0; t < batch.n_steps; ++t) {
      const size_t row = ((size_t)t * batch.n_streams + s) * target->n_bins;
      for (uint32_t k = 0; k < target->n_bins; ++k) {
        const double magnitude = cabs((double complex)target->noisy[row + k]);
        sum += magnitude * magnitude;
        assert_true(target->noisy[row + k] == target->clean[row + k]);
      }
    }
    assert_true(fabs(sum / (batch.n_steps * target->n_bins) - 1.0) < 1e-4);
  }
  examples_free(examples);
  small_run_close(&small);
}

/// With a profile, the floor of every frame is one and the same level of the noise, and the model
/// is told; without one the floor is tracked.
static void
test_profile_is_the_floor(void** const state)
{
  SmallRun small                      = small_run_open(state);
  small.recipe->features.profile      = true;
  small.recipe->mixture.profile_share = 1.0;
  small.recipe->mixture.clean_share   = 0.0;
  small.recipe->mixture.noise_share   = 1.0;
  Examples* const examples            = open_examples(&small);
  Batch           drawn;
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 0, &drawn, NULL), STATUS_SUCCESS);

  const uint32_t n_features = examples->n_features;
  const uint32_t n_bands    = band_layout_count(&small.recipe->features.bands);
  const size_t   next       = (size_t)drawn.shape.n_streams * n_features;
  const uint32_t n_steps    = drawn.shape.n_steps;
  double         ratio      = 0.0;
  for (uint32_t t = 2; t < n_steps; ++t) {
    const real* const x = drawn.x + t * next;
    assert_true(x[n_features - 1] == 1);
    // All bands move with the running level alone.
    assert_float_equal(x[n_bands + 1] - x[n_bands], x[n_bands + 1 - next] - x[n_bands - next],
                       1e-4f);
    for (uint32_t i = 0; i < n_bands; ++i) {
      ratio += pow(10.0, 4.0 * (double)(x[i] - x[n_bands + i])) / ((n_steps - 2) * n_bands);
    }
  }
  assert_true(fabs(10.0 * log10(ratio)) < 1.0);
  examples_free(examples);
  small_run_close(&small);
}

/// The a priori SNR comes to the loss as it comes to the model.
static void
test_prior_snr_is_handed_to_the_loss(void** const state)
{
  SmallRun small                   = small_run_open(state);
  small.recipe->features.prior_snr = true;
  Examples* const examples         = open_examples(&small);
  Batch           drawn;
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 0, &drawn, NULL), STATUS_SUCCESS);
  const uint32_t     n_bands  = band_layout_count(&small.recipe->features.bands);
  const float* const prior_db = drawn.spectra->prior_db;
  for (uint32_t r = 0; r < batch_rows(drawn.shape); ++r) {
    const real* const x = drawn.x + (size_t)(r + 1) * examples->n_features - n_bands;
    for (uint32_t i = 0; i < n_bands; ++i) {
      assert_float_equal(prior_db[r * n_bands + i], small.recipe->features.scale_db * x[i], 1e-4f);
      assert_true(prior_db[r * n_bands + i] > PRIOR_SNR_MIN_DB - 0.001f);
    }
  }
  examples_free(examples);
  small_run_close(&small);
}

/// Whether in the first frame of all sequences the floor is the level, within 3 dB in the mean of
/// the bands: nothing was heard before.
static bool
begins_with_nothing(const SmallRun* const small, const uint32_t lead)
{
  small->recipe->lead       = lead;
  Examples* const examples  = open_examples(small);
  const uint32_t  n_bands   = band_layout_count(&small->recipe->features.bands);
  bool            begins_so = true;
  Batch           drawn;
  assert_int_equal(examples_draw(examples, NULL, SPLIT_TRAIN, 0, &drawn, NULL), STATUS_SUCCESS);
  for (uint32_t s = 0; s < drawn.shape.n_streams; ++s) {
    const real* const x     = drawn.x + (size_t)s * examples->n_features;
    double            above = 0.0; // 40 dB are 1
    for (uint32_t i = 0; i < n_bands; ++i) {
      above += 40.0 * (double)(x[i] - x[n_bands + i]) / n_bands;
    }
    begins_so = begins_so && fabs(above) < 3.0;
  }
  examples_free(examples);
  return begins_so;
}

/// What is heard before a sequence is known when it begins.
static void
test_lead_is_heard(void** const state)
{
  SmallRun small = small_run_open(state);
  assert_true(begins_with_nothing(&small, 0));
  assert_false(begins_with_nothing(&small, 100));
  small_run_close(&small);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_batches_are_reproducible),
    cmocka_unit_test(test_mixtures_echo),
    cmocka_unit_test(test_spectra_are_levelled),
    cmocka_unit_test(test_profile_is_the_floor),
    cmocka_unit_test(test_prior_snr_is_handed_to_the_loss),
    cmocka_unit_test(test_lead_is_heard),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
