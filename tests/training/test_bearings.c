// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/bearings.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "training/method/axes.h"

#include <math.h>
#include <stdlib.h>

enum { N = ENVELOPE_BANDS, N_CODE = 3, N_ROWS = 600 };

/// What the rows are made of: a slope, a hump in the middle, and a bend that no label follows.
static double
form(const uint32_t k, const uint32_t b)
{
  const double place = (b - 31.5) / 31.5;
  return k == 0 ? place : k == 1 ? 0.34 - place * place : sin(3.0 * M_PI * place);
}

/// @param widths Of the three forms, [3].
static Table*
formed_rows(const double* const widths)
{
  Table* const table = table_new(N_ROWS, N, 0);
  uint64_t     state = 7;
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    double along[3];
    for (uint32_t k = 0; k < 3; ++k) {
      along[k] = widths[k] * (double)signal_noise(&state);
    }
    for (uint32_t b = 0; b < N; ++b) {
      table->x[r * N + b] = (float)(along[0] * form(0, b) + along[1] * form(1, b) +
                                    along[2] * form(2, b));
    }
  }
  return table;
}

/// A model that reads mixtures of the forms and gives them back, on principal axes.
static Model*
model_of(const Table* const table)
{
  static const double mixed[N_CODE][3] = { { 1, 1, 0.3 }, { 1, -1, 0.2 }, { 0.2, 0.1, 1 } };
  const ModelShape    shape            = models_tiny_morph_shape();
  Model* const        model            = models_of(&shape);
  float* const        up = model->weights + (model->autoencoder.encoder.bypass.w - model->weights);
  float* const down      = model->weights + (model->autoencoder.decoder.bypass.w - model->weights);
  for (uint32_t b = 0; b < N; ++b) {
    for (uint32_t j = 0; j < N_CODE; ++j) {
      for (uint32_t k = 0; k < 3; ++k) {
        up[b * N_CODE + j] += (float)(0.1 * mixed[j][k] * form(k, b));
        down[j * N + b] += (float)(mixed[j][k] * form(k, b));
      }
    }
  }
  assert_int_equal(axes_turn(model, table, NULL), STATUS_SUCCESS);
  return model;
}

static double
along(const Table* const codes, const uint32_t row, const double* const direction)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < N_CODE; ++k) {
    sum += (double)codes->x[row * N_CODE + k] * direction[k];
  }
  return sum;
}

/// Rank correlation of a direction with its label, by the definitions.
static double
followed(const Model* const model, const Table* const table, const Bearings* const bearings,
         const uint32_t at)
{
  Table* const codes = axes_codes(model, table);
  double       x[N_ROWS];
  double       y[N_ROWS];
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    float  shape_db[N];
    double values[N_LABELS];
    for (uint32_t b = 0; b < N; ++b) {
      shape_db[b] = table->x[r * N + b] * model->morph.scale_db;
    }
    labels_measure(shape_db, values);
    x[r] = along(codes, r, bearings->directions + at * N_CODE);
    y[r] = values[bearings->labels[at]];
  }
  table_free(codes);
  return labels_correlation(N_ROWS, x, y);
}

/// Slope and hump have a label each, and directions that are square to each other.
static void
test_two_labels_are_found(void** const state)
{
  (void)state;
  static const double widths[3] = { 0.08, 0.3, 0.05 };
  Table* const        table     = formed_rows(widths);
  Model* const        model     = model_of(table);
  Bearings            bearings;
  assert_int_equal(bearings_find(model, table, &bearings, NULL), STATUS_SUCCESS);
  assert_int_equal(bearings.n, 2);
  const double* const a = bearings.directions;
  const double* const b = bearings.directions + N_CODE;
  assert_float_equal((a[0] * b[0] + a[1] * b[1] + a[2] * b[2]), 0.0, 1e-9);
  assert_float_equal((a[0] * a[0] + a[1] * a[1] + a[2] * a[2]), 1.0, 1e-9);
  for (uint32_t at = 0; at < 2; ++at) {
    assert_true(followed(model, table, &bearings, at) > 0.9);
  }
  table_free(table);
  model_free(model);
}

/// Where the slope alone moves, brightness and tilt are one, and one of them has an axis.
static void
test_one_thing_has_one_direction(void** const state)
{
  (void)state;
  static const double widths[3] = { 0.3, 0.01, 0.05 };
  Table* const        table     = formed_rows(widths);
  Model* const        model     = model_of(table);
  Bearings            bearings;
  assert_int_equal(bearings_find(model, table, &bearings, NULL), STATUS_SUCCESS);
  assert_int_equal(bearings.n, 1);
  assert_true(bearings.labels[0] == LABEL_TILT || bearings.labels[0] == LABEL_BRIGHTNESS);
  table_free(table);
  model_free(model);
}

/// One steady tone has no direction.
static void
test_nothing_moves(void** const state)
{
  (void)state;
  static const double widths[3] = { 0.0, 0.0, 0.0 };
  Table* const        table     = formed_rows(widths);
  Model* const        model     = model_of(table);
  Bearings            bearings;
  assert_int_equal(bearings_find(model, table, &bearings, NULL), STATUS_SUCCESS);
  assert_int_equal(bearings.n, 0);
  table_free(table);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_two_labels_are_found),
    cmocka_unit_test(test_one_thing_has_one_direction),
    cmocka_unit_test(test_nothing_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
