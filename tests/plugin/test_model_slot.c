// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/model_slot.h"

#include "plugin/denoise.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double rate = 48000.0;

/// Whole gains, no limit: a constant-gain model gives input × gain, exactly known.
static const float controls[DENOISE_N_CONTROLS] = { 60.0f, 100.0f };

/// Lines that the slot reported.
typedef struct {
  uint32_t n;
  char     last[512];
} Reports;

static void
count_report(void* const context, const char* const line)
{
  Reports* const reports = context;
  ++reports->n;
  snprintf(reports->last, sizeof(reports->last), "%s", line);
}

static ModelSlot*
new_slot(Reports* const reports)
{
  *reports              = (Reports){ 0 };
  ModelSlot* const slot = model_slot_new(&denoise_mono, rate, count_report, reports);
  assert_non_null(slot);
  return slot;
}

/// Run on a constant 1, with a constant −1 for the dry sound.  @param out [n], or NULL.
static float
run(ModelSlot* const slot, const uint32_t n, float* const out)
{
  float last = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    const float  one       = 1.0f;
    const float  dry       = -1.0f;
    float* const outputs[] = { &last };
    model_slot_run(slot, controls, 1, (const float*[]){ &one }, (const float*[]){ &dry }, outputs);
    if (out) {
      out[i] = last;
    }
  }
  return last;
}

static void
test_empty_is_dry(void** const state)
{
  (void)state;
  Reports          reports;
  ModelSlot* const slot = new_slot(&reports);
  assert_false(model_slot_take(slot));
  assert_float_equal(run(slot, 10, NULL), -1.0f, 0.0);
  assert_string_equal(model_slot_path(slot), "");
  model_slot_free(slot);
}

/// Before any sound, a model is used at once: there is nothing to fade from.
static void
test_first_model_at_once(void** const state)
{
  Reports           reports;
  const char* const path = models_write(state, "half", models_constant_gain(0.5));
  ModelSlot* const  slot = new_slot(&reports);
  assert_int_equal(model_slot_load(slot, path, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  assert_false(model_slot_take(slot));
  assert_false(model_slot_wants_collect(slot));
  assert_float_equal(run(slot, 1, NULL), 0.0f, 0.0); // not −1, the dry sound
  assert_float_equal(run(slot, 3 * 960, NULL), 0.5f, 1e-4);
  assert_string_equal(model_slot_path(slot), path);
  assert_int_equal(reports.n, 0);
  model_slot_free(slot);
}

/// The old one alone for `n_floor` samples and until every tap is full, then 30 ms on the line
/// between both, then the new.
static void
check_swap(void** const state, const float minimum_s, const uint32_t n_floor)
{
  Model* const next        = models_constant_gain(0.25);
  next->features.minimum_s = minimum_s;
  const char* const high   = models_write(state, "high", models_constant_gain(0.75));
  const char* const low    = models_write(state, "low", next);
  Reports           reports;
  ModelSlot* const  slot = new_slot(&reports);
  assert_int_equal(model_slot_load(slot, high, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  run(slot, 3 * 960, NULL);

  assert_int_equal(model_slot_load(slot, low, true), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  assert_true(model_slot_by_user(slot));

  // Taps reach 2 + 4 frames of 480 back, the frame is 960 long and 960 late; 30 ms are 1440.
  enum { FADE = 1440, MAX_ALL = 110000 };
  static float   out[MAX_ALL];
  const uint32_t n_warm = n_floor + 6 * 480 + 2 * 960;
  const uint32_t n_all  = n_warm + FADE + 100;
  assert_true(n_all <= MAX_ALL);
  run(slot, n_all, out);
  for (uint32_t i = 0; i < n_all; ++i) {
    const double share = fmin(fmax((double)i - n_warm, 0.0) / FADE, 1.0);
    assert_float_equal(out[i], (float)(0.75 - 0.5 * share * share * (3.0 - 2.0 * share)), 1e-4);
  }

  assert_true(model_slot_wants_collect(slot));
  model_slot_collect(slot);
  assert_false(model_slot_wants_collect(slot));
  model_slot_free(slot);
}

/// The noise floor is waited for as long as its window is, and never longer than two seconds.
static void
test_swap(void** const state)
{
  check_swap(state, 0.02f, 960);
  check_swap(state, 0.5f, 24000);
  check_swap(state, 30.0f, 96000);
}

/// No second swap begins before the first one's old model is freed; the newest load wins.
static void
test_one_swap_at_a_time(void** const state)
{
  Reports           reports;
  const char* const a    = models_write(state, "a", models_constant_gain(0.75));
  const char* const b    = models_write(state, "b", models_constant_gain(0.25));
  ModelSlot* const  slot = new_slot(&reports);
  assert_int_equal(model_slot_load(slot, a, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  run(slot, 1, NULL);
  assert_int_equal(model_slot_load(slot, b, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));

  // During the fade.
  assert_int_equal(model_slot_load(slot, b, true), STATUS_SUCCESS);
  assert_int_equal(model_slot_load(slot, a, true), STATUS_SUCCESS); // b goes unseen
  assert_false(model_slot_take(slot));
  run(slot, 10000, NULL);

  // After it, but before the old one is collected.
  assert_true(model_slot_wants_collect(slot));
  assert_false(model_slot_take(slot));
  model_slot_collect(slot);
  assert_true(model_slot_take(slot));
  assert_string_equal(model_slot_path(slot), a);
  assert_float_equal(run(slot, 10000, NULL), 0.75f, 1e-4);

  // A load collects by itself.
  assert_true(model_slot_wants_collect(slot));
  assert_int_equal(model_slot_load(slot, b, true), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  model_slot_free(slot);
}

/// A reset in the middle of a swap ends it, and the sound before it is forgotten.
static void
test_reset_ends_a_swap(void** const state)
{
  Reports           reports;
  const char* const a    = models_write(state, "a", models_constant_gain(0.75));
  const char* const b    = models_write(state, "b", models_constant_gain(0.25));
  ModelSlot* const  slot = new_slot(&reports);
  assert_int_equal(model_slot_load(slot, a, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  run(slot, 3000, NULL);
  assert_int_equal(model_slot_load(slot, b, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  run(slot, 2000, NULL);
  model_slot_reset(slot);
  assert_float_equal(run(slot, 1, NULL), 0.0f, 0.0);
  assert_float_equal(run(slot, 3000, NULL), 0.25f, 1e-4);
  model_slot_free(slot);
}

/// A model that waits for the end of a swap is used at once after a reset, though the model before
/// the one that is warming up is not yet freed; and all three are freed.
static void
test_a_model_that_waits_at_a_reset(void** const state)
{
  Reports           reports;
  const char* const a    = models_write(state, "a", models_constant_gain(0.75));
  const char* const b    = models_write(state, "b", models_constant_gain(0.25));
  const char* const c    = models_write(state, "c", models_constant_gain(0.5));
  ModelSlot* const  slot = new_slot(&reports);
  assert_int_equal(model_slot_load(slot, a, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  run(slot, 3000, NULL);
  assert_int_equal(model_slot_load(slot, b, false), STATUS_SUCCESS);
  assert_true(model_slot_take(slot));
  run(slot, 2000, NULL);
  assert_int_equal(model_slot_load(slot, c, true), STATUS_SUCCESS);
  assert_false(model_slot_take(slot));

  model_slot_reset(slot);
  assert_true(model_slot_take(slot));
  assert_string_equal(model_slot_path(slot), c);
  assert_float_equal(run(slot, 1, NULL), 0.0f, 0.0);
  assert_float_equal(run(slot, 3000, NULL), 0.5f, 1e-4);
  assert_true(model_slot_wants_collect(slot));
  model_slot_collect(slot);
  assert_false(model_slot_wants_collect(slot));
  model_slot_free(slot);
}

/// Expect one line that says `what`, the dry sound, and the path kept.
static void
check_refused(const char* const path, const char* const what)
{
  Reports          reports;
  ModelSlot* const slot = new_slot(&reports);
  assert_int_equal(model_slot_load(slot, path, false), STATUS_SUCCESS);
  assert_int_equal(reports.n, 1);
  assert_non_null(strstr(reports.last, path));
  assert_non_null(strstr(reports.last, what));
  assert_null(strchr(reports.last, '\n'));

  char* const kept = model_slot_copy_path(slot);
  assert_string_equal(kept, path);
  free(kept);
  assert_true(model_slot_take(slot));
  assert_string_equal(model_slot_path(slot), path);
  assert_float_equal(run(slot, 1, NULL), -1.0f, 0.0);
  model_slot_free(slot);
}

static void
test_unusable_models(void** const state)
{
  Model* const wide = models_constant_gain(0.5);
  wide->window_s    = 0.04;
  wide->hop_s       = 0.02;
  check_refused(models_write(state, "wide", wide), "window");
  check_refused(folder_path(state, "missing"), "");
  folder_write(state, "short", 100, (char[100]){ 0 });
  check_refused(folder_path(state, "short"), "");
}

/// A frame is a whole number of hops: with others than the effect's, it can be of another length.
static void
test_a_model_of_other_hops(void** const state)
{
  Reports      reports  = { 0 };
  Model* const model    = models_constant_gain(0.5);
  model->hop_s          = 0.005;
  ModelSlot* const slot = model_slot_new(&denoise_mono, 44100.0, count_report, &reports);
  assert_int_equal(model_slot_load(slot, models_write(state, "hops", model), false),
                   STATUS_SUCCESS);
  assert_int_equal(reports.n, 1);
  assert_non_null(strstr(reports.last, "hops: its window of 20 ms in hops of 5 ms is a frame of "
                                       "884 samples at 44100 Hz, wanted are 882"));
  model_slot_free(slot);
}

static void
test_models_of_another_kind(void** const state)
{
  const ModelShape autoencoder = models_tiny_autoencoder_shape();
  const ModelShape classifier  = models_tiny_classifier_shape();
  check_refused(models_write(state, "spectra", models_of(&autoencoder)),
                ": an autoencoder of spectra, not a denoiser; train one with task: denoise");
  check_refused(models_write(state, "classes", models_of(&classifier)),
                ": a classifier of spectra, not a denoiser; train one with task: denoise");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_empty_is_dry),
    cmocka_unit_test(test_first_model_at_once),
    cmocka_unit_test(test_swap),
    cmocka_unit_test(test_one_swap_at_a_time),
    cmocka_unit_test(test_reset_ends_a_swap),
    cmocka_unit_test(test_a_model_that_waits_at_a_reset),
    cmocka_unit_test(test_unusable_models),
    cmocka_unit_test(test_a_model_of_other_hops),
    cmocka_unit_test(test_models_of_another_kind),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
