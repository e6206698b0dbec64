// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/axes.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { N = ENVELOPE_BANDS, N_CODE = 3, N_ROWS = 500 };

static const double deviations[N_CODE] = { 0.2, 2.0, 0.7 };

/// Cosine number k + 1 of the discrete cosine transform, of unit length: orthogonal to the others.
static double
cosine(const uint32_t k, const uint32_t b)
{
  return sqrt(2.0 / N) * cos(M_PI / N * (b + 0.5) * (k + 1));
}

/// Rows that move along three cosines by different amounts, around a mean, with little noise.
static Table*
moving_rows(void)
{
  Table* const table = table_new(N_ROWS, N, 0);
  uint64_t     state = 1;
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    double along[N_CODE];
    for (uint32_t k = 0; k < N_CODE; ++k) {
      along[k] = deviations[k] * sqrt(3.0) * (double)signal_noise(&state);
    }
    for (uint32_t b = 0; b < N; ++b) {
      double x = b < 9 ? 0.5 : -0.1;
      for (uint32_t k = 0; k < N_CODE; ++k) {
        x += along[k] * cosine(k, b);
      }
      table->x[r * N + b] = (float)x + 1e-3f * signal_noise(&state);
    }
  }
  return table;
}

/// A model whose layers and bypasses have random numbers.
static Model*
random_model(const bool bypassed)
{
  ModelShape shape   = models_tiny_morph_shape();
  shape.bypassed     = bypassed;
  Model* const model = models_of(&shape);
  signal_fill_noise(3, 0.3f, (uint32_t)model->n_weights, model->weights);
  return model;
}

/// A model without layers' help that mixes the three cosines in its code, and back.
static Model*
mixing_model(void)
{
  static const double mixed[N_CODE][N_CODE] = { { 2, 1, 0 }, { -1, 3, 1 }, { 0, 1, -2 } };
  static const double back[N_CODE][N_CODE] = { { 7, -2, -1 }, { 2, 4, 2 }, { 1, 2, -7 } }; // · 16⁻¹
  const ModelShape shape                   = models_tiny_morph_shape();
  Model* const     model                   = models_of(&shape);
  float* const     up   = model->weights + (model->autoencoder.encoder.bypass.w - model->weights);
  float* const     down = model->weights + (model->autoencoder.decoder.bypass.w - model->weights);
  for (uint32_t b = 0; b < N; ++b) {
    for (uint32_t j = 0; j < N_CODE; ++j) {
      for (uint32_t k = 0; k < N_CODE; ++k) {
        up[b * N_CODE + j] += (float)(cosine(k, b) * mixed[k][j]);
        down[j * N + b] += (float)(back[j][k] / 16.0 * cosine(k, b));
      }
    }
  }
  return model;
}

static Table*
decoded_rows(const Model* const model, const Table* const table)
{
  Scratch* const decoder = scratch_new(&model->autoencoder.decoder);
  Table* const   codes   = axes_codes(model, table);
  Table* const   result  = table_new(table->n_rows, N, 0);
  for (uint32_t r = 0; r < table->n_rows; ++r) {
    network_forward(&model->autoencoder.decoder, decoder, codes->x + r * codes->n_columns,
                    result->x + r * N);
  }
  table_free(codes);
  scratch_free(decoder);
  return result;
}

/// Means are 0, variances 1, and there is no correlation.
static void
assert_white(const Table* const codes)
{
  for (uint32_t i = 0; i < N_CODE; ++i) {
    for (uint32_t j = 0; j <= i; ++j) {
      double mean    = 0.0;
      double product = 0.0;
      for (uint32_t r = 0; r < codes->n_rows; ++r) {
        const float* const z = codes->x + r * N_CODE;
        mean += (double)z[i] / codes->n_rows;
        product += (double)z[i] * (double)z[j] / codes->n_rows;
      }
      assert_float_equal(mean, 0.0, 1e-3);
      assert_float_equal(product, (i == j ? 1.0 : 0.0), 1e-3);
    }
  }
}

static void
test_turning_changes_the_code_alone(void** const state)
{
  (void)state;
  for (uint32_t bypassed = 0; bypassed < 2; ++bypassed) {
    Model* const model  = random_model(bypassed);
    Table* const table  = moving_rows();
    Table* const before = decoded_rows(model, table);
    assert_int_equal(axes_turn(model, table, NULL), STATUS_SUCCESS);
    Table* const after = decoded_rows(model, table);
    Table* const codes = axes_codes(model, table);
    for (uint32_t i = 0; i < N_ROWS * N; ++i) {
      assert_float_equal((after->x[i]), (before->x[i]), 2e-4);
    }
    assert_white(codes);
    table_free(codes);
    table_free(after);
    table_free(before);
    table_free(table);
    model_free(model);
  }
}

/// However the code mixes them, the axes are the cosines, from the one that moves most, and a step
/// of 1 is a deviation.
static void
test_axes_are_found(void** const state)
{
  (void)state;
  static const uint32_t order[N_CODE] = { 1, 2, 0 }; // Deviations 2, 0.7, 0.2
  Model* const          model         = mixing_model();
  Table* const          table         = moving_rows();
  assert_int_equal(axes_turn(model, table, NULL), STATUS_SUCCESS);
  const float* const down = model->autoencoder.decoder.bypass.w;
  for (uint32_t j = 0; j < N_CODE; ++j) {
    double along = 0.0;
    double whole = 0.0;
    for (uint32_t b = 0; b < N; ++b) {
      along += (double)down[j * N + b] * cosine(order[j], b);
      whole += (double)down[j * N + b] * (double)down[j * N + b];
    }
    assert_float_equal((fabs(along) / deviations[order[j]]), 1.0, 0.1);
    assert_true(along * along > 0.97 * whole);
  }
  table_free(table);
  model_free(model);
}

/// The first axis is where it was told to be, the code stays white, what is decoded stays, and of
/// the other axes the earlier moves more.
static void
test_turning_to_a_direction(void** const state)
{
  (void)state;
  static const double direction[N_CODE] = { 0.6, 0.0, -0.8 };
  Model* const        model             = mixing_model();
  Table* const        table             = moving_rows();
  assert_int_equal(axes_turn(model, table, NULL), STATUS_SUCCESS);
  Table* const codes   = axes_codes(model, table);
  Table* const decoded = decoded_rows(model, table);
  assert_int_equal(axes_turn_to(model, table, 1, direction, NULL), STATUS_SUCCESS);
  Table* const turned = axes_codes(model, table);
  Table* const again  = decoded_rows(model, table);
  assert_white(turned);
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    const float* const z = codes->x + r * N_CODE;
    assert_float_equal((turned->x[r * N_CODE]), (0.6f * z[0] - 0.8f * z[2]), 1e-4);
  }
  for (uint32_t i = 0; i < N_ROWS * N; ++i) {
    assert_float_equal((again->x[i]), (decoded->x[i]), 2e-4);
  }
  double moved[N_CODE] = { 0.0 };
  for (uint32_t j = 0; j < N_CODE; ++j) {
    for (uint32_t b = 0; b < N; ++b) {
      const double w = (double)model->autoencoder.decoder.bypass.w[j * N + b];
      moved[j] += w * w;
    }
  }
  assert_true(moved[1] > moved[2]);
  table_free(again);
  table_free(turned);
  table_free(decoded);
  table_free(codes);
  table_free(table);
  model_free(model);
}

static void
test_an_axis_is_flipped(void** const state)
{
  (void)state;
  Model* const model   = random_model(true);
  Table* const table   = moving_rows();
  Table* const codes   = axes_codes(model, table);
  Table* const decoded = decoded_rows(model, table);
  axes_flip(model, 1);
  Table* const turned = axes_codes(model, table);
  Table* const again  = decoded_rows(model, table);
  for (uint32_t i = 0; i < N_ROWS * N_CODE; ++i) {
    assert_float_equal((turned->x[i]), (i % N_CODE == 1 ? -codes->x[i] : codes->x[i]), 1e-5);
  }
  for (uint32_t i = 0; i < N_ROWS * N; ++i) {
    assert_float_equal((again->x[i]), (decoded->x[i]), 1e-5);
  }
  table_free(turned);
  table_free(again);
  table_free(decoded);
  table_free(codes);
  table_free(table);
  model_free(model);
}

/// One steady tone: no code moves, and nothing becomes infinite.
static void
test_codes_that_do_not_move(void** const state)
{
  (void)state;
  Model* const model = random_model(true);
  Table* const table = moving_rows();
  for (uint32_t r = 1; r < N_ROWS; ++r) {
    memcpy(table->x + r * N, table->x, N * sizeof(float));
  }
  Table* const before = decoded_rows(model, table);
  assert_int_equal(axes_turn(model, table, NULL), STATUS_SUCCESS);
  Table* const after = decoded_rows(model, table);
  for (size_t i = 0; i < model->n_weights; ++i) {
    assert_true(isfinite(model->weights[i]) && fabsf(model->weights[i]) < 100.0f);
  }
  for (uint32_t b = 0; b < N; ++b) {
    assert_float_equal((after->x[b]), (before->x[b]), 1e-4);
  }
  table_free(after);
  table_free(before);
  table_free(table);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_turning_changes_the_code_alone),
    cmocka_unit_test(test_axes_are_found),
    cmocka_unit_test(test_turning_to_a_direction),
    cmocka_unit_test(test_an_axis_is_flipped),
    cmocka_unit_test(test_codes_that_do_not_move),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
