// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/labels.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { N = ENVELOPE_BANDS, N_CODE = 3, N_ROWS = 400 };

static void
test_measures_of_plain_shapes(void** const state)
{
  (void)state;
  float  shape[N];
  double values[N_LABELS];
  memset(shape, 0, sizeof(shape));
  labels_measure(shape, values);
  assert_float_equal(values[LABEL_BRIGHTNESS], 31.5, 1e-6);
  assert_float_equal(values[LABEL_TILT], 0.0, 1e-9);
  assert_float_equal(values[LABEL_SPREAD], (sqrt((N * N - 1) / 12.0)), 1e-6);
  assert_float_equal(values[LABEL_NOISINESS], 0.0, 1e-9);

  for (uint32_t b = 0; b < N; ++b) {
    shape[b] = 0.5f * ((float)b - 31.5f);
  }
  labels_measure(shape, values);
  assert_float_equal(values[LABEL_TILT], 0.5, 1e-6);
  assert_true(values[LABEL_BRIGHTNESS] > 50.0 && values[LABEL_NOISINESS] < -3.0);
}

/// Two bands alone: the centre is between them, the spread half their distance, and the mean power
/// is 1/32 of theirs, so with −60 dB elsewhere flatness is −60 · 31/32 + 15.05 dB.
static void
test_measures_of_two_bands(void** const state)
{
  (void)state;
  float  shape[N];
  double values[N_LABELS];
  for (uint32_t b = 0; b < N; ++b) {
    shape[b] = b == 20 || b == 30 ? 0.0f : -60.0f;
  }
  labels_measure(shape, values);
  assert_float_equal(values[LABEL_BRIGHTNESS], 25.0, 1e-3);
  assert_float_equal(values[LABEL_SPREAD], 5.0, 5e-3);
  assert_float_equal(values[LABEL_NOISINESS], (-60.0 * 31.0 / 32.0 + 10.0 * log10(32.0)), 1e-3);
}

/// Worked by hand: d² = 0, 1, 1, 4, 4 → 1 − 6·10/(5·24).
static void
test_spearman(void** const state)
{
  (void)state;
  const double x[]      = { 1.0, 2.0, 3.0, 40.0, 500.0 };
  const double y[]      = { 0.1, 0.3, 0.2, 0.9, 0.4 };
  const double worked[] = { 10.0, 12.0, 11.0, 16.0, 14.0 }; // Ranks 1 3 2 5 4: d² = 4
  const double ties[]   = { 1.0, 1.0, 2.0, 3.0, 3.0 };      // Ranks 1.5 1.5 3 4.5 4.5
  const double same[]   = { 7.0, 7.0, 7.0, 7.0, 7.0 };
  double       down[5];
  for (uint32_t i = 0; i < 5; ++i) {
    down[i] = exp(-x[i] / 100.0);
  }
  assert_float_equal(labels_correlation(5, x, x), 1.0, 1e-12);
  assert_float_equal(labels_correlation(5, x, down), -1.0, 1e-12);
  assert_float_equal(labels_correlation(5, x, worked), 0.8, 1e-12);
  assert_float_equal(labels_correlation(5, x, y), 0.8, 1e-12);
  assert_float_equal(labels_correlation(5, x, ties), (9.0 / sqrt(90.0)), 1e-12);
  assert_float_equal(labels_correlation(5, x, same), 0.0, 1e-12);
}

/// Shapes that a model's first number tilts down, the second does nothing to, the third raises in
/// the middle.
static Table*
tilted_rows(void)
{
  Table* const table = table_new(N_ROWS, N, 0);
  uint64_t     state = 2;
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    const float tilt = 0.1f * signal_noise(&state);
    const float hump = signal_noise(&state);
    for (uint32_t b = 0; b < N; ++b) {
      const float place   = ((float)b - 31.5f) / 32.0f;
      table->x[r * N + b] = tilt * place + hump * (0.33f - place * place);
    }
  }
  return table;
}

/// A model of one layer that reads off the tilt, upside down, nothing, and the hump.
static Model*
reading_model(void)
{
  const ModelShape shape = models_tiny_morph_shape();
  Model* const     model = models_of(&shape);
  float* const     up    = model->weights + (model->autoencoder.encoder.bypass.w - model->weights);
  for (uint32_t b = 0; b < N; ++b) {
    const float place  = ((float)b - 31.5f) / 32.0f;
    up[b * N_CODE]     = -place;
    up[b * N_CODE + 2] = 0.33f - place * place;
  }
  return model;
}

static void
test_axes_get_labels_and_signs(void** const state)
{
  (void)state;
  Model* const model = reading_model();
  Table* const table = tilted_rows();
  double       rho[N_CODE];
  assert_int_equal(labels_give(model, table, rho, NULL), STATUS_SUCCESS);
  assert_string_equal(model->morph.labels[0], "tilt");
  assert_string_equal(model->morph.labels[1], "");
  assert_string_equal(model->morph.labels[2], "spread");
  assert_true(rho[0] > 0.99 && rho[2] > LABELS_LEAST);
  assert_true(rho[1] == 0.0);
  // A hump in the middle narrows: the axis is turned around, and so is that of the tilt
  const float* const up = model->autoencoder.encoder.bypass.w;
  assert_true(up[(N - 1) * N_CODE] > 0.9f);
  assert_true(up[32 * N_CODE + 2] < -0.3f);
  table_free(table);
  model_free(model);
}

static void
test_labels_have_names(void** const state)
{
  (void)state;
  assert_string_equal(label_name(LABEL_BRIGHTNESS), "brightness");
  assert_string_equal(label_name(LABEL_TILT), "tilt");
  assert_string_equal(label_name(LABEL_SPREAD), "spread");
  assert_string_equal(label_name(LABEL_NOISINESS), "noisiness");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_measures_of_plain_shapes),
    cmocka_unit_test(test_measures_of_two_bands),
    cmocka_unit_test(test_spearman),
    cmocka_unit_test(test_axes_get_labels_and_signs),
    cmocka_unit_test(test_labels_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
