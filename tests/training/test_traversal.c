// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/traversal.h"

#include "tests/support/models.h"
#include "tests/support/test.h"

#include <math.h>

enum { N = ENVELOPE_BANDS };

/// The first number tilts up, the second narrows, the third does nothing; the percentiles are ±2,
/// and ±1 of the others.
static Model*
acting_model(void)
{
  const ModelShape shape = models_tiny_morph_shape();
  Model* const     model = models_of(&shape);
  float* const     down  = model->weights + (model->autoencoder.decoder.bypass.w - model->weights);
  for (uint32_t b = 0; b < N; ++b) {
    const float place = ((float)b - 31.5f) / 31.5f;
    down[b]           = 0.1f * place;
    down[N + b]       = 0.2f * (0.34f - place * place);
  }
  for (uint32_t k = 0; k < model->morph.n_code; ++k) {
    model->morph.low[k]  = k ? -1.0f : -2.0f;
    model->morph.high[k] = k ? 1.0f : 2.0f;
  }
  for (uint32_t i = 0; i < model->morph.n_anchors; ++i) {
    model->morph.anchors[i].code[0] = (float)i - 0.5f;
    model->morph.anchors[i].code[1] = 0.3f;
  }
  return model;
}

/// From −2 to 2 the tilt's ends move by 0.4 of the unit, in a straight line over the bands.
static void
test_what_numbers_do(void** const state)
{
  (void)state;
  Model* const model = acting_model();
  Traversal    found;
  assert_int_equal(traversal_measure(model, 0, &found, NULL), STATUS_SUCCESS);
  assert_float_equal(found.rho[LABEL_TILT], 1.0, 1e-9);
  assert_float_equal(found.rho[LABEL_BRIGHTNESS], 1.0, 1e-9);
  assert_float_equal(found.moved_db, (0.4 * (double)model->morph.scale_db * sqrt(65.0 / 189.0)),
                     1e-3);
  assert_int_equal(traversal_measure(model, 1, &found, NULL), STATUS_SUCCESS);
  assert_true(found.rho[LABEL_SPREAD] < -0.9);
  assert_int_equal(traversal_measure(model, 2, &found, NULL), STATUS_SUCCESS);
  assert_true(found.moved_db == 0.0 && found.rho[LABEL_TILT] == 0.0);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_numbers_do) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
